"""What the list of supervision orders can be narrowed by."""

import re

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.narrowing import AskedFilterSet
from crm.models import Company, Department
from visits.models import SupervisionOrder
from visits.models.orders import OrderQuerySet

# 督〔2026〕15号, 2026/15, or only the count of this year.
NUMBER = re.compile(r"\D*?(20\d\d)\D+(\d{1,6})\D*")
COUNT = re.compile(r"#?(\d{1,6})")


class OrderFilter(AskedFilterSet):
    """The orders are scoped already: a name that is asked for opens nothing."""

    q = filters.CharFilter(
        method="search", label=_("number, matter, unit or company"), max_length=60
    )
    colour = filters.ChoiceFilter(
        choices=SupervisionOrder.Colour.choices,
        label=pgettext_lazy("supervision order", "colour"),
    )

    class Meta:
        model = SupervisionOrder
        fields: list[str] = []

    def search(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        value = value.strip()
        if found := NUMBER.fullmatch(value):
            year, serial = map(int, found.groups())
            return orders.filter(year=year, serial=serial)
        if found := COUNT.fullmatch(value):
            year = timezone.localdate().year
            return orders.filter(year__in=[year, year - 1], serial=int(found[1]))
        units = Department.objects.filter(name__contains=value).values("pk")
        companies = Company.objects.search(value).values("pk")
        said = Q(matter__contains=value) | Q(department__in=units)
        return orders.filter(said | Q(company__in=companies))
