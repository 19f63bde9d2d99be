"""What the list of visits and its API can be narrowed by."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from crm.lib.narrowing import AskedFilterSet
from crm.models import Company, Department, User
from visits.models import Visit
from visits.models.visits import VisitQuerySet


class VisitFilter(AskedFilterSet):
    """The visits are scoped already: a name that is asked for opens nothing."""

    q = filters.CharFilter(method="by_company", label=_("company"), max_length=60)
    company = filters.NumberFilter(method="of_company", label=_("company"))
    officer = filters.CharFilter(method="by_officer", label=_("officer"), max_length=40)
    unit = filters.CharFilter(method="by_unit", label=_("unit"), max_length=80)
    # Without DISTINCT: no row comes twice, and sorting all of them costs.
    mode = filters.MultipleChoiceFilter(
        choices=Visit.Mode.choices, distinct=False, label=_("mode")
    )
    status = filters.MultipleChoiceFilter(
        choices=Visit.Status.choices, distinct=False, label=_("state")
    )
    first = filters.DateFilter("day", "gte", label=_("from"))
    last = filters.DateFilter("day", "lte", label=_("to"))
    mine = filters.BooleanFilter(method="only_mine", label=_("logged by me"))

    class Meta:
        model = Visit
        fields: list[str] = []

    def by_company(self, visits: VisitQuerySet, name: str, value: str) -> VisitQuerySet:
        return visits.filter(company__in=Company.objects.search(value))

    def of_company(self, visits: VisitQuerySet, name: str, value: int) -> VisitQuerySet:
        in_range = 0 < value < 2**63 and value == int(value)
        return visits.filter(company=int(value)) if in_range else visits.none()

    def by_officer(self, visits: VisitQuerySet, name: str, value: str) -> VisitQuerySet:
        people = User.objects.filter(name__contains=value)
        return visits.filter(logged_by__in=people.values("pk"))

    def by_unit(self, visits: VisitQuerySet, name: str, value: str) -> VisitQuerySet:
        units = Department.objects.filter(name__contains=value)
        return visits.filter(unit__in=units.values("pk"))

    def only_mine(self, visits: VisitQuerySet, name: str, value: bool) -> VisitQuerySet:
        return visits.filter(logged_by=self.request.user) if value else visits
