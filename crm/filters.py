"""What the list of companies and its API can be narrowed by, under the same names."""

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.lib.narrowing import AskedFilterSet
from crm.lib.trees import PathRange
from crm.models import Company, CompanyLiaison, CompanyTag, Industry, Region, Tag
from crm.models.companies import CompanyQuerySet
from crm.models.search import FEW, Condition, matching

# How the list may be ordered; each ends in the key.
ORDERS: dict[str, tuple[str, ...]] = {
    "recent": ("-updated_at", "-pk"),
    "name": ("sort_key", "pk"),
    "unseen": ("last_visit_on", "pk"),
    "seen": ("-last_visit_on", "-pk"),
}
ORDER_LABELS = [
    ("recent", _("newest change first")),
    ("name", _("by name")),
    ("unseen", _("longest not visited first")),
    ("seen", _("last visited first")),
]
MOST_DAYS = 3_650
NO_SECTION = 2  # codes from here on have two digits or more


class CompanyFilter(AskedFilterSet):
    """The companies are scoped already: what is asked for opens nothing."""

    q = filters.CharFilter(method="by_text", label=_("search"), max_length=200)
    region = filters.CharFilter(method="by_region", label=_("region"), max_length=24)
    industry = filters.CharFilter(
        method="by_industry", label=_("industry"), max_length=4
    )
    size = filters.MultipleChoiceFilter(
        method="by_choice", choices=Company.Size.choices, label=_("size")
    )
    stage = filters.MultipleChoiceFilter(
        method="by_choice", choices=Company.Stage.choices, label=_("life stage")
    )
    tag = filters.CharFilter(method="by_tag", label=_("tag"), max_length=30)
    officer = filters.NumberFilter(
        method="by_officer", label=_("officer A"), min_value=1, max_value=2**63 - 1
    )
    unassigned = filters.BooleanFilter(
        method="by_unassigned", label=_("without an officer")
    )
    unseen = filters.NumberFilter(
        method="by_unseen",
        label=_("not visited for days"),
        min_value=1,
        max_value=MOST_DAYS,
    )
    watched = filters.BooleanFilter(
        method="by_watched", label=_("companies in difficulty and fast growers")
    )
    archived = filters.BooleanFilter(method="by_archived", label=_("archived"))
    sort = filters.ChoiceFilter(method="leave", choices=ORDER_LABELS, label=_("order"))

    class Meta:
        model = Company
        fields: list[str] = []

    # Whether the rows are only counted: then no order has to be kept.
    is_counting = False

    def filter_queryset(self, queryset: CompanyQuerySet) -> CompanyQuerySet:
        """Living companies, unless the archive is asked for."""
        if not self.form.cleaned_data.get("archived"):
            queryset = queryset.living()
        found: CompanyQuerySet = super().filter_queryset(queryset)
        return found

    def counted(self, queryset: CompanyQuerySet) -> CompanyQuerySet:
        """The same filters on rows that are only counted."""
        self.is_counting = True
        try:
            return self.filter_queryset(queryset)
        finally:
            self.is_counting = False

    @cached_property
    def words(self) -> Condition:
        return matching(self.form.cleaned_data["q"])

    @cached_property
    def range(self) -> PathRange | None:
        code = self.form.cleaned_data["region"]
        path = Region.objects.filter(code=code).values_list("path", flat=True).first()
        return PathRange(path) if path else None

    @cached_property
    def is_rare_tag(self) -> bool:
        tagged = CompanyTag.objects.filter(tag__key=self.form.cleaned_data["tag"])
        return tagged.values("pk")[: FEW + 1].count() <= FEW

    @property
    def ordering(self) -> tuple[str, ...]:
        chosen = self.form.cleaned_data.get("sort") if self.is_valid() else ""
        return ORDERS[chosen or "recent"]

    def by_text(
        self, companies: CompanyQuerySet, name: str, value: str
    ) -> CompanyQuerySet:
        if self.is_counting:
            return companies.filter(self.words.count)
        is_ordered = companies.column("id") != "id"
        return companies.filter(self.words.ordered if is_ordered else self.words.rows)

    def by_region(
        self, companies: CompanyQuerySet, name: str, value: str
    ) -> CompanyQuerySet:
        if self.range is None:
            return companies.none()
        return companies.filter(self.range.q(companies.column("region_path")))

    def by_choice(
        self, companies: CompanyQuerySet, name: str, value: list[str]
    ) -> CompanyQuerySet:
        return companies.filter(**{f"{companies.column(name)}__in": value})

    def by_industry(
        self, companies: CompanyQuerySet, name: str, value: str
    ) -> CompanyQuerySet:
        """A section with all below it, or a division with its classes."""
        below = Industry.objects.filter(
            Q(pk=value) | Q(parent=value) | Q(parent__parent=value)
        )
        chosen = {f"{companies.column('industry')}__in": below.values("pk")}
        return companies.filter(**chosen)

    def by_tag(
        self, companies: CompanyQuerySet, name: str, value: str
    ) -> CompanyQuerySet:
        if not self.is_counting and not self.is_rare_tag:
            return companies.tagged(value)  # row by row, in the list's order
        rows = CompanyTag.objects.filter(tag__key=value)
        return companies.filter(pk__in=rows.values("company"))

    def by_watched(
        self, companies: CompanyQuerySet, name: str, value: bool
    ) -> CompanyQuerySet:
        return companies.watched() if value else companies

    def by_officer(
        self, companies: CompanyQuerySet, name: str, value: Any
    ) -> CompanyQuerySet:  # Any: a Decimal, as django-filter reads numbers
        served = CompanyLiaison.objects.open().filter(
            role=CompanyLiaison.Role.A, officer=int(value)
        )
        return companies.filter(pk__in=served.values("company"))

    def by_unassigned(
        self, companies: CompanyQuerySet, name: str, value: bool
    ) -> CompanyQuerySet:
        return companies.without_officer() if value else companies

    def by_unseen(
        self, companies: CompanyQuerySet, name: str, value: Any
    ) -> CompanyQuerySet:  # Any: a Decimal, as django-filter reads numbers
        today = timezone.localdate()
        return companies.not_seen_since(today - timedelta(days=int(value)))

    def by_archived(
        self, companies: CompanyQuerySet, name: str, value: bool
    ) -> CompanyQuerySet:
        return companies.exclude(archived_at=None) if value else companies

    def leave(
        self, companies: CompanyQuerySet, name: str, value: str
    ) -> CompanyQuerySet:
        """The order is the page's business: pages by key need to know it."""
        return companies


def tags() -> list[Tag]:
    return list(Tag.objects.filter(is_active=True))
