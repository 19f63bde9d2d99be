"""What the list of ratings can be narrowed by."""

from datetime import date

import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.months import month_of, next_month
from crm.lib.narrowing import AskedFilterSet
from crm.models import Company, Department
from visits.models import Category, Correction, Rating, RatingLevel
from visits.models.ratings import BAD, RatingQuerySet

GOOD, POOR = "good", "bad"


class RatingFilter(AskedFilterSet):
    """The ratings are scoped already: a name that is asked for opens nothing.

    What would lead to a company leaves nameless ratings out: who asks for its name
    must not learn from the answer that one of them is its.
    """

    q = filters.CharFilter(method="search", label=_("company"), max_length=60)
    company = filters.NumberFilter(method="of_company", label=_("company"))
    level = filters.MultipleChoiceFilter(
        choices=[*RatingLevel.choices, (GOOD, GOOD), (POOR, POOR)],
        method="of_level",
        label=pgettext_lazy("rating", "level"),
    )
    kind = filters.ChoiceFilter(
        field_name="subject_type",
        choices=list(Rating.KINDS.items()),
        label=pgettext_lazy("rating", "what was rated"),
    )
    category = filters.ModelChoiceFilter(
        field_name="category",
        queryset=Category.objects.all(),
        to_field_name="key",
        null_label="none",
        null_value="none",
        label=_("category"),
    )
    department = filters.CharFilter(
        method="of_department", label=_("department"), max_length=80
    )
    unit = filters.NumberFilter(method="of_unit", label=_("unit"))
    first = filters.DateFilter(field_name="rated_on", lookup_expr="gte")
    last = filters.DateFilter(field_name="rated_on", lookup_expr="lte")
    # By months only: the day a thing ended would say which one it was.
    ended_from = filters.CharFilter(method="since", max_length=7)
    ended_to = filters.CharFilter(method="until", max_length=7)
    outcome = filters.ChoiceFilter(
        field_name="correction__outcome",
        choices=Correction.Outcome.choices,
        label=pgettext_lazy("correction", "outcome"),
    )
    counted = filters.BooleanFilter(method="only_counted")
    # As the figures count: without those that one reads for another reason.
    figures = filters.BooleanFilter(method="of_figures")

    class Meta:
        model = Rating
        fields: list[str] = []

    def search(self, ratings: RatingQuerySet, name: str, value: str) -> RatingQuerySet:
        companies = Company.objects.search(value.strip()).values("pk")
        return self._named(ratings).filter(company__in=companies)

    def of_company(
        self, ratings: RatingQuerySet, name: str, value: int
    ) -> RatingQuerySet:
        in_range = 0 < value < 2**63 and value == int(value)
        if not in_range:
            return ratings.none()
        return self._named(ratings).filter(company=int(value))

    def _named(self, ratings: RatingQuerySet) -> RatingQuerySet:
        user = self.request.user
        return ratings.filter(
            Q(is_anonymous=False) | Q(pk__in=Rating.objects.owned_by(user).values("pk"))
        )

    def of_level(
        self, ratings: RatingQuerySet, name: str, value: list[str]
    ) -> RatingQuerySet:
        if not value:
            return ratings
        levels = {int(one) for one in value if one.isdigit()}
        levels |= {5, 4, 3} if GOOD in value else set()
        levels |= set(range(1, BAD + 1)) if POOR in value else set()
        return ratings.filter(level__in=levels)

    def of_department(
        self, ratings: RatingQuerySet, name: str, value: str
    ) -> RatingQuerySet:
        named = Department.objects.filter(name__contains=value.strip())
        return ratings.filter(department__in=named.values("pk"))

    def of_unit(self, ratings: RatingQuerySet, name: str, value: int) -> RatingQuerySet:
        in_range = 0 < value < 2**63 and value == int(value)
        return ratings.filter(department=int(value)) if in_range else ratings.none()

    def since(self, ratings: RatingQuerySet, name: str, value: str) -> RatingQuerySet:
        month = month_of(value)
        return ratings.filter(ended_on__gte=month) if month else ratings.none()

    def until(self, ratings: RatingQuerySet, name: str, value: str) -> RatingQuerySet:
        month: date | None = month_of(value)
        if month is None:
            return ratings.none()
        return ratings.filter(ended_on__lt=next_month(month))

    def of_figures(
        self, ratings: RatingQuerySet, name: str, value: bool
    ) -> RatingQuerySet:
        keys = Rating.objects.in_figures_of(self.request.user).values("pk")
        return ratings.filter(pk__in=keys) if value else ratings

    def only_counted(
        self, ratings: RatingQuerySet, name: str, value: bool
    ) -> RatingQuerySet:
        return ratings.counted() if value else ratings.exclude(excluded_at=None)
