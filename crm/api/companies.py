"""Companies for other programs: the list's filters, the list's scope."""

from typing import Any

from django.urls import path
from rest_framework import serializers, viewsets
from rest_framework.request import Request

from crm import company_list
from crm.filters import CompanyFilter
from crm.models import Company, User
from crm.models.companies import CompanyQuerySet
from crm.services import contacts


class CompanySerializer(serializers.ModelSerializer[Company]):
    """One line of the list."""

    region = serializers.CharField(source="region.code")
    region_name = serializers.CharField(source="region.name")
    industry = serializers.CharField(source="industry_id", allow_null=True)
    officer_a = serializers.CharField(allow_null=True)
    officer_b = serializers.CharField(allow_null=True)
    tags = serializers.SerializerMethodField()
    is_archived = serializers.BooleanField()

    class Meta:
        model = Company
        fields = [
            "id",
            "name",
            "uscc",
            "region",
            "region_name",
            "industry",
            "size",
            "stage",
            "tags",
            "officer_a",
            "officer_b",
            "last_visit_on",
            "updated_at",
            "is_archived",
        ]

    def get_tags(self, company: Any) -> list[dict[str, str]]:  # any: annotated
        pairs = company_list.tags_of(company.tag_words)
        return [{"key": key, "name": name} for key, name in pairs]


class CompanyDetailSerializer(CompanySerializer):
    contacts = serializers.SerializerMethodField()

    class Meta(CompanySerializer.Meta):
        fields = [
            *CompanySerializer.Meta.fields,
            "short_name",
            "address",
            "staff_count",
            "revenue",
            "assets",
            "version",
            "contacts",
        ]

    def get_contacts(self, company: Company) -> list[dict[str, Any]]:
        # any: as many types as a contact has columns
        user: User = self.context["request"].user
        return contacts.as_shown_to(company, user)


class CompanyViewSet(viewsets.ReadOnlyModelViewSet[Company]):
    """Reads are scoped; changes are made on the pages."""

    queryset = Company.objects.none()
    filterset_class = CompanyFilter

    @property
    def ordering(self) -> tuple[str, ...]:
        """The filter's order; the pages by key need to know it."""
        asked = CompanyFilter(self.request.query_params, request=self.request)
        return asked.ordering

    def get_serializer_class(self) -> type[CompanySerializer]:
        is_one = self.action == "retrieve"
        return CompanyDetailSerializer if is_one else CompanySerializer

    def get_queryset(self) -> CompanyQuerySet:
        visible = Company.objects.in_order().visible_to(actor_of(self.request))
        related = visible.select_related("region")
        return related.with_officers().with_tags()

    def filter_queryset(self, queryset: Any) -> Any:  # any: as DRF has it
        """One record is found archived or not; the list shows the living."""
        if self.action == "retrieve":
            return queryset
        return super().filter_queryset(queryset)


def actor_of(request: Request) -> User:
    user = request.user
    assert isinstance(user, User)  # IsAuthenticated closes the rest
    return user


urls = [
    path("companies/", CompanyViewSet.as_view({"get": "list"}), name="api-companies"),
    path(
        "companies/<int:pk>/",
        CompanyViewSet.as_view({"get": "retrieve"}),
        name="api-company",
    ),
]
