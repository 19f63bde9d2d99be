"""台账: every ticket with what happened on its way, as a list and as a table."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import django_filters as filters
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import PAGE_SIZE, KeysetPage, flat_page
from crm.lib.prepared import Prepared, places
from crm.models import User
from visits.filters import TicketFilter
from visits.models import Ticket, TicketPart
from visits.models.ticket_sets import TicketQuerySet
from visits.ticket_list import with_lead

# A table of more rows is asked for in portions: by months, by departments.
MOST_ROWS: Final = 5000
ORDERING: Final = ("-pk",)
Cell = str | int | None
_lazy = gettext_lazy


# What happened on the way, by the name of its filter.
WAYS: Final = {
    "returned": Q(return_count__gt=0),
    "extended": Q(extended_at__isnull=False),
    "parked": Q(status=Ticket.Status.PARKED),
    "redone": Q(redo_count__gt=0),
    "raised_up": Q(level__gt=0),
    "struck": Q(status=Ticket.Status.CLOSED),
}


class LedgerFilter(TicketFilter):
    """The list's filters, and what happened on the way."""

    returned = filters.BooleanFilter(
        method="happened", label=pgettext_lazy("ledger", "returned")
    )
    extended = filters.BooleanFilter(
        method="happened", label=pgettext_lazy("ledger", "extended")
    )
    parked = filters.BooleanFilter(
        method="happened", label=pgettext_lazy("ledger", "parked")
    )
    redone = filters.BooleanFilter(
        method="happened", label=pgettext_lazy("ledger", "done again")
    )
    raised_up = filters.BooleanFilter(
        method="happened", label=pgettext_lazy("ledger", "escalated")
    )
    struck = filters.BooleanFilter(
        method="happened", label=pgettext_lazy("ledger", "struck off")
    )

    def happened(
        self, tickets: TicketQuerySet, name: str, value: bool
    ) -> TicketQuerySet:
        way = WAYS[name]
        return tickets.filter(way) if value else tickets.exclude(way)


FIELDS: Final = (
    *("pk", "number", "title", "status", "outcome", "source", "urgency"),
    *("category__name", "company__name", "lead", "assistants", "handler__name"),
    *("raised_at", "dispatched_at", "solve_by__due_on", "solve_by__met_at"),
    *("closed_at", "sign_off", "return_count", "extended_at", "redo_count", "level"),
    *("next_reply_by__due_on",),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket, flat; the fields in the order of FIELDS."""

    pk: int
    number: str
    title: str
    status: str
    outcome: str
    source: str
    urgency: str
    category: str
    company: str
    lead: str | None
    assistants: int
    handler: str | None
    raised_at: datetime
    dispatched_at: datetime | None
    due_on: date | None
    met_at: datetime | None
    closed_at: datetime | None
    sign_off: str
    return_count: int
    extended_at: datetime | None
    redo_count: int
    level: int
    next_reply_on: date | None

    @property
    def is_struck_off(self) -> bool:
        """销号: closed by the company's word. Parked is not."""
        return self.status == Ticket.Status.CLOSED


@dataclass(frozen=True)
class Column:
    """One column, the same on the page and in the table."""

    key: str
    label: str | Promise
    cell: Callable[[Row], Cell]
    width: int = 12
    is_usual: bool = True


def day_of(at: datetime | None) -> str:
    return timezone.localtime(at).date().isoformat() if at else ""


def state_of(row: Row) -> str:
    if row.outcome:
        return label_of(Ticket.Outcome, row.outcome)
    return label_of(Ticket.Status, row.status)


def level_of(row: Row) -> str:
    return str(LEVELS[row.level]) if 0 < row.level < len(LEVELS) else ""


def struck_off(row: Row) -> str:
    return day_of(row.closed_at) if row.is_struck_off else ""


LEVELS: Final[Sequence[str | Promise]] = (
    "",
    pgettext_lazy("level", "unit head"),
    pgettext_lazy("level", "leader in charge"),
    pgettext_lazy("level", "top leader"),
)
COLUMNS: Final = (
    Column("number", _lazy("number"), lambda row: row.number, 14),
    Column("title", pgettext_lazy("ledger", "problem"), lambda row: row.title, 40),
    Column("company", _lazy("company"), lambda row: row.company, 30),
    Column("category", _lazy("category"), lambda row: row.category),
    Column(
        "source",
        _lazy("source"),
        lambda row: label_of(Ticket.Source, row.source),
        is_usual=False,
    ),
    Column(
        "urgency",
        _lazy("urgency"),
        lambda row: label_of(Ticket.Urgency, row.urgency),
        is_usual=False,
    ),
    Column("lead", _lazy("lead department"), lambda row: row.lead or "", 16),
    Column(
        "assistants",
        pgettext_lazy("ledger", "assisting"),
        lambda row: row.assistants,
        is_usual=False,
    ),
    Column("handler", _lazy("handler"), lambda row: row.handler or "", is_usual=False),
    Column(
        "raised",
        pgettext_lazy("ledger", "raised"),
        lambda row: day_of(row.raised_at),
        is_usual=False,
    ),
    Column(
        "dispatched",
        pgettext_lazy("ledger", "dispatched"),
        lambda row: day_of(row.dispatched_at),
    ),
    Column("due", _lazy("due"), lambda row: str(row.due_on or "")),
    Column("state", _lazy("state"), state_of),
    Column(
        "returned",
        pgettext_lazy("ledger", "returned"),
        lambda row: row.return_count or None,
    ),
    Column(
        "extended",
        pgettext_lazy("ledger", "extended"),
        lambda row: day_of(row.extended_at),
    ),
    Column(
        "next_reply",
        pgettext_lazy("deadline", "next reply"),
        lambda row: str(row.next_reply_on or "") if row.status == "parked" else "",
    ),
    Column(
        "redone",
        pgettext_lazy("ledger", "done again"),
        lambda row: row.redo_count or None,
    ),
    Column("level", pgettext_lazy("ledger", "escalated"), level_of),
    Column("struck", pgettext_lazy("ledger", "struck off"), struck_off),
    Column(
        "sign_off",
        _lazy("confirmed by"),
        lambda row: label_of(Ticket.SignOff, row.sign_off) if row.sign_off else "",
        is_usual=False,
    ),
)
BY_KEYS: Final = Prepared(
    lambda: (
        told(Ticket.objects.filter(pk__in=places(PAGE_SIZE)))
        .order_by()
        .values_list(*FIELDS)
    )
)


def told(tickets: TicketQuerySet) -> TicketQuerySet:
    """With the lead's name and how many assist."""
    assisting = (
        TicketPart.objects.open()
        .filter(ticket=OuterRef("pk"), is_lead=False)
        .order_by()
        .values("ticket")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return with_lead(tickets).annotate(assistants=Subquery(assisting))


def row_of(*values: Any) -> Row:  # Any: columns of FIELDS
    return Row(*values)


def visible_to(user: User) -> TicketQuerySet:
    return Ticket.objects.visible_to(user)


def page_of(tickets: TicketQuerySet, cursor: str | None) -> KeysetPage[Row]:
    return flat_page(tickets, ORDERING, cursor, BY_KEYS, row_of)


def columns_of(chosen: Collection[str]) -> list[Column]:
    """Those asked for in their own order; without any the usual ones."""
    asked = [column for column in COLUMNS if column.key in chosen]
    return asked or [column for column in COLUMNS if column.is_usual]


def cells(row: Row, columns: Iterable[Column]) -> list[Cell]:
    return [column.cell(row) for column in columns]


def table(tickets: TicketQuerySet, columns: Sequence[Column]) -> list[list[Cell]]:
    """The head and a row for each ticket, up to MOST_ROWS."""
    return [[str(one.label) for one in columns], *body(tickets, columns)]


def body(tickets: TicketQuerySet, columns: Sequence[Column]) -> Iterator[list[Cell]]:
    keys = tickets.order_by(*ORDERING).values("pk")[:MOST_ROWS]
    rows = told(Ticket.objects.filter(pk__in=keys)).order_by(*ORDERING)
    for values in rows.values_list(*FIELDS):
        yield cells(row_of(*values), columns)


def too_many(count: int) -> str:
    """What to do when a table would be cut off."""
    sentence = _(
        "A table holds %(most)s tickets at most. Narrow the list, by months or by "
        "departments, and export it in portions."
    )
    return sentence % {"most": MOST_ROWS} if count > MOST_ROWS else ""
