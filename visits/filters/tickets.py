"""What the list of tickets and its API can be narrowed by."""

import re
from datetime import date, datetime, timedelta

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from crm.lib.narrowing import AskedFilterSet
from crm.models import Company, Department, Lamp
from crm.services import deadlines
from visits.models import Category, Ticket, TicketPart
from visits.models.ticket_sets import TicketQuerySet
from visits.services.numbers import number_of

# 2026-000123, its beginning, or only the count of this year.
NUMBER = re.compile(r"(\d{4}-\d{0,9})|#?(\d{1,6})")

EARLIEST = date(1900, 1, 1)


class TicketFilter(AskedFilterSet):
    """The tickets are scoped already: a name that is asked for opens nothing."""

    q = filters.CharFilter(
        method="search", label=_("number, title or company"), max_length=60
    )
    # Without DISTINCT: no row comes twice, and sorting all of them costs.
    status = filters.MultipleChoiceFilter(
        choices=Ticket.Status.choices, distinct=False, label=_("state")
    )
    category = extend_schema_field(OpenApiTypes.STR)(
        filters.ModelMultipleChoiceFilter(
            field_name="category__key",
            queryset=Category.objects.all(),
            to_field_name="key",
            distinct=False,
            label=_("category"),
        )
    )
    department = filters.CharFilter(
        method="of_department", label=_("department"), max_length=80
    )
    lamp = filters.ChoiceFilter(
        method="with_lamp",
        choices=Lamp.choices,
        label=pgettext_lazy("deadline", "lamp"),
    )
    source = filters.MultipleChoiceFilter(
        choices=Ticket.Source.choices, distinct=False, label=_("source")
    )
    urgency = filters.MultipleChoiceFilter(
        choices=Ticket.Urgency.choices, distinct=False, label=_("urgency")
    )
    company = filters.NumberFilter(method="of_company", label=_("company"))
    first = filters.DateFilter(method="raised_from", label=_("raised from"))
    last = filters.DateFilter(method="raised_until", label=_("raised until"))
    open = filters.BooleanFilter(method="only_open", label=_("not closed"))

    class Meta:
        model = Ticket
        fields: list[str] = []

    def search(self, tickets: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        """A number by itself; else the title, or the company as everywhere."""
        value = value.strip()
        if found := NUMBER.fullmatch(value):
            return tickets.filter(self._numbered(*found.groups()))
        companies = Company.objects.search(value).values("pk")
        return tickets.filter(Q(title__contains=value) | Q(company__in=companies))

    def _numbered(self, whole: str | None, count: str | None) -> Q:
        if whole:
            # A range, not a pattern: both databases answer it from the index.
            return Q(number__gte=whole, number__lt=whole + ":")
        year, place = timezone.localdate().year, int(count or 0)
        return Q(number__in=[number_of(one, place) for one in (year, year - 1)])

    def of_company(
        self, tickets: TicketQuerySet, name: str, value: int
    ) -> TicketQuerySet:
        in_range = 0 < value < 2**63 and value == int(value)
        return tickets.filter(company=int(value)) if in_range else tickets.none()

    def of_department(
        self, tickets: TicketQuerySet, name: str, value: str
    ) -> TicketQuerySet:
        """Where a department of this name leads or assists now."""
        named = Department.objects.filter(name__contains=value.strip())
        parts = TicketPart.objects.open().filter(department__in=named.values("pk"))
        return tickets.filter(pk__in=parts.values("ticket"))

    def with_lamp(
        self, tickets: TicketQuerySet, name: str, value: str
    ) -> TicketQuerySet:
        """As `lamps.lamp_of_ticket` says it of one row."""
        today = timezone.localdate()
        near = deadlines.yellow_from(today)
        match value:
            case Lamp.RED:
                return tickets.late(today)
            case Lamp.YELLOW:
                near_ones = tickets.due_within(today, near)
                return near_ones.exclude(status=Ticket.Status.PAUSED)
            case Lamp.GREEN:
                far = tickets.filter(due_on__gt=near)
                return far.exclude(status__in=Ticket.STANDING)
        paused = Q(status=Ticket.Status.PAUSED, due_on__gte=today)
        parked = Q(status=Ticket.Status.PARKED, due_on__gt=near)
        return tickets.filter(Q(due_on=None) | paused | parked)

    def raised_from(
        self, tickets: TicketQuerySet, name: str, value: date
    ) -> TicketQuerySet:
        return tickets.filter(raised_at__gte=midnight(value))

    def raised_until(
        self, tickets: TicketQuerySet, name: str, value: date
    ) -> TicketQuerySet:
        if value == date.max:
            return tickets
        return tickets.filter(raised_at__lt=midnight(value + timedelta(days=1)))

    def only_open(
        self, tickets: TicketQuerySet, name: str, value: bool
    ) -> TicketQuerySet:
        return tickets.open() if value else tickets.exclude(status__in=Ticket.OPEN)


def midnight(day: date) -> datetime:
    """The first moment of a local day, within what databases hold in UTC."""
    within = max(day, EARLIEST)
    zone = timezone.get_current_timezone()
    return datetime(within.year, within.month, within.day, tzinfo=zone)
