"""The list of tickets as people work through it: tabs, their order, flat rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import (
    NARROWED_CAP,
    PAGE_SIZE,
    CappedCount,
    KeysetPage,
    capped_count,
    flat_page,
)
from crm.lib.prepared import Prepared, places
from crm.models import Lamp, Role, User
from crm.services import calendar, deadlines, standing_in
from visits.models import Ticket, TicketPart
from visits.models.ticket_codes import SOLVE
from visits.models.ticket_sets import TicketQuerySet

from . import role_tabs
from .lamps import clock_word, lamp_of_ticket
from .role_tabs import RoleTab

NEWEST = ("-pk",)
OLDEST = ("pk",)
# `due` is annotated: never empty, so the plain index gives the order.
BY_DUE = ("due", "pk")
# Those without a clock first: nobody has them in hand yet. Where none runs any more,
# the day that was promised keeps the place.
DUE_OR_NONE = Coalesce("due_on", "solve_by__due_on", Value(date(1900, 1, 1)))
UNIT = frozenset({Role.HANDLER, Role.UNIT_HEAD})
Narrow = Callable[[User, date], TicketQuerySet]


Tab = RoleTab[Narrow]


def mine(user: User, today: date) -> TicketQuerySet:
    """One's own, and of the handlers one stands in for; none of it while away."""
    tickets = Ticket.objects.own_of(user, standing_in.duty_of(user, today).handlers)
    return tickets.annotate(due=DUE_OR_NONE)


def of_unit(user: User, today: date) -> TicketQuerySet:
    return Ticket.objects.of_own_unit(user).open().annotate(due=DUE_OR_NONE)


def queue(user: User, today: date) -> TicketQuerySet:
    return Ticket.objects.dispatchable_by(user).waiting_for_dispatch()


def to_confirm(user: User, today: date) -> TicketQuerySet:
    waiting = Ticket.Status.CONFIRMING
    return Ticket.objects.confirmable_by(user).filter(status=waiting)


def in_reach(user: User) -> TicketQuerySet:
    """The visible ones of which a clock may run.

    For a department alone these are its running parts, not all it ever had; for an
    officer the open ones of his companies.
    """
    if user.access.roles <= UNIT:
        return Ticket.objects.of_own_unit(user)
    if user.access.roles <= {Role.OFFICER}:
        return Ticket.objects.own_of(user)
    return Ticket.objects.visible_to(user)


def due_soon(user: User, today: date) -> TicketQuerySet:
    near = deadlines.yellow_from(today)
    tickets = in_reach(user).due_within(today, near)
    return tickets.annotate(due=F("due_on"))


def late(user: User, today: date) -> TicketQuerySet:
    tickets = in_reach(user).late(today)
    return tickets.annotate(due=F("due_on"))


def everything(user: User, today: date) -> TicketQuerySet:
    return Ticket.objects.visible_to(user)


WORKERS = frozenset({Role.OFFICER, *UNIT})
OFFICIALS = frozenset({*WORKERS, Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR})
TABS = (
    Tab(
        "queue",
        pgettext_lazy("tab", "To dispatch"),
        queue,
        OLDEST,
        frozenset({Role.DISPATCHER}),
        _("Nothing waits for dispatch."),
    ),
    Tab(
        "mine",
        pgettext_lazy("tab", "Mine"),
        mine,
        BY_DUE,
        WORKERS,
        _("You have no open ticket."),
    ),
    Tab(
        "unit",
        pgettext_lazy("tab", "My unit"),
        of_unit,
        BY_DUE,
        UNIT,
        _("Your unit has no open ticket."),
    ),
    Tab(
        "confirm",
        pgettext_lazy("tab", "To confirm"),
        to_confirm,
        OLDEST,
        frozenset({Role.OFFICER, Role.OWNER}),
        _("No answer waits for confirmation."),
    ),
    Tab(
        "due",
        pgettext_lazy("tab", "Due soon"),
        due_soon,
        BY_DUE,
        OFFICIALS,
        _("No ticket is due within the next working days."),
    ),
    Tab(
        "late",
        pgettext_lazy("tab", "Late"),
        late,
        BY_DUE,
        OFFICIALS,
        _("No ticket is late."),
    ),
    Tab(
        "all",
        pgettext_lazy("tab", "All"),
        everything,
        NEWEST,
        OFFICIALS | {Role.OWNER},
        _("There is no ticket yet."),
    ),
)


def tab_of(user: User, key: str) -> Tab | None:
    """The one asked for; else the first of this person's day, for a company all."""
    is_official = bool(user.access.roles & OFFICIALS)
    return role_tabs.tab_of(TABS, user, key, default=0 if is_official else -1)


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "number",
        "title",
        "status",
        "outcome",
        "company__name",
        "lead",
        "due_on",
        "due_kind",
        "solve_by__is_provisional",
        "raised_at",
        "closed_at",
    )
    today: date
    near: date
    # In working days, of the calendar as it is now.
    days_left: int | None
    pk: int
    number: str
    title: str
    status: str
    outcome: str
    company: str
    lead: str | None
    # Of its most pressing clock.
    due_on: date | None
    due_kind: str
    is_solve_provisional: bool | None
    raised_at: datetime
    closed_at: datetime | None

    @property
    def lamp(self) -> Lamp:
        return lamp_of_ticket(self.status, self.due_on, self.today, self.near)

    @property
    def clock_word(self) -> str:
        return clock_word(self.due_kind)

    @property
    def is_provisional(self) -> bool:
        return self.due_kind == SOLVE and bool(self.is_solve_provisional)

    @property
    def state(self) -> str:
        if self.outcome:
            return label_of(Ticket.Outcome, self.outcome)
        return label_of(Ticket.Status, self.status)

    @property
    def lamp_word(self) -> str:
        """Where no clock runs, why: the state's own word."""
        return self.state if self.lamp == Lamp.GREY else ""

    @property
    def is_running(self) -> bool:
        return self.due_on is not None


def row_of(today: date, near: date, *values: Any) -> Row:  # Any: Row.FIELDS
    due_on = values[DUE_ON]
    left = calendar.count_between(today, due_on) if due_on else None
    return Row(today, near, left, *values)


DUE_ON = Row.FIELDS.index("due_on")


def with_lead(tickets: TicketQuerySet) -> TicketQuerySet:
    """Annotate `lead`, the lead department's name, by subquery per row."""
    return tickets.annotate(lead=lead_of("pk"))


def lead_of(ticket: str) -> Subquery:
    parts = TicketPart.objects.open().filter(ticket=OuterRef(ticket), is_lead=True)
    return Subquery(parts.values("department__name")[:1])


# Whose they are is asked with their keys.
BY_KEYS = Prepared(
    lambda: (
        with_lead(Ticket.objects.filter(pk__in=places(PAGE_SIZE)))
        .order_by()
        .values_list(*Row.FIELDS)
    )
)


def page_of(
    tickets: TicketQuerySet, ordering: tuple[str, ...], cursor: str | None, today: date
) -> KeysetPage[Row]:
    """25 flat rows of these tickets."""
    row = partial(row_of, today, deadlines.yellow_from(today))
    return flat_page(tickets, ordering, cursor, BY_KEYS, row)


def count_of(tickets: TicketQuerySet) -> CappedCount:
    """Each ticket counted costs a look at its company."""
    return capped_count(tickets, NARROWED_CAP)
