"""What waits for a decision on the side ways of tickets, for the first pages."""

from datetime import date
from typing import Any

from django.db.models import Case, Q, When

from crm.models import Role, User
from crm.models.people import by_access
from crm.services import deadlines
from visits.models import (
    Extension,
    Ticket,
    TicketDraft,
    TicketPause,
    TicketReturn,
)
from visits.ticket_list import with_lead

from .queries import (
    TICKET_FIELDS,
    TicketRow,
    by_due,
    of_own_unit,
    ticket_list,
    ticket_rows,
)

Status = Ticket.Status
# The same of a parked ticket, whose day is the one of the next reply.
OF_PARKED = {
    "due_on": "next_reply_by__due_on",
    "due_kind": "next_reply_by__kind",
}
PARKED_FIELDS = tuple(OF_PARKED.get(name, name) for name in TICKET_FIELDS)
# And of a returned one, whose day is the one of the ruling.
OF_RETURNED = {
    "due_on": "rule_by__due_on",
    "due_kind": "rule_by__kind",
    "lead": "part__department__name",
}
RETURNED_FIELDS = tuple(
    OF_RETURNED.get(name, f"ticket__{name}") for name in TICKET_FIELDS
)


@ticket_list
def to_decide(user: User, today: date) -> Any:
    """Extensions and long pauses that the handlers of one's units asked for."""
    extensions = Extension.objects.filter(decided_at=None).exclude(asked_by=user)
    pauses = TicketPause.objects.filter(decided_at=None).exclude(asked_by=user)
    asked = (
        extensions.order_by().values("ticket").union(pauses.order_by().values("ticket"))
    )
    waiting = Ticket.objects.headed_by(user).filter(pk__in=asked)
    return waiting.order_by("due_on", "pk")


@of_own_unit
@ticket_list
def to_accept_in_time(user: User, today: date) -> Any:
    """Nobody has accepted them, and they are neither late nor near: no other list."""
    new = Ticket.objects.owed_by_units_of(user).filter(solve_by__handler=None)
    later = new.exclude(due_on__lte=deadlines.yellow_from(today))
    return by_due(later.exclude(status=Status.RETURNED))


def to_rule_on(user: User, today: date, limit: int) -> list[TicketRow]:
    """Returned by their departments, by the day on which they must be ruled."""
    return ticket_rows(flat_returned(user, limit), today)


@by_access
def flat_returned(user: User, limit: int) -> Any:
    returned = Ticket.objects.dispatchable_by(user).filter(status=Status.RETURNED)
    rows = TicketReturn.objects.filter(
        ruled_at=None, ticket__in=returned.order_by().values("pk")
    )
    rows = rows.order_by("rule_by__due_on", "asked_at", "pk")
    return rows.values_list(*RETURNED_FIELDS)[:limit]


def next_replies(user: User, today: date, limit: int) -> list[TicketRow]:
    """Parked tickets of one's units, by the day on which the company hears next."""
    rows = ticket_rows(flat_parked(user, limit), today)
    return [row._replace(lead=None) for row in rows]


@by_access
def flat_parked(user: User, limit: int) -> Any:
    parked = Ticket.objects.owed_by_units_of(user).filter(status=Status.PARKED)
    keys = parked.order_by("next_reply_by__due_on", "pk").values("pk")[:limit]
    rows = Ticket.objects.filter(pk__in=keys).order_by("next_reply_by__due_on", "pk")
    return with_lead(rows).values_list(*PARKED_FIELDS)


def drafts_of(user: User, limit: int) -> list[TicketDraft]:
    mine = TicketDraft.objects.visible_to(user).select_related("for_company")
    return list(mine[:limit])


def matters_of_owner(user: User, today: date, limit: int) -> list[TicketRow]:
    """What waits for the company first, then the newest."""
    flat = list(flat_matters(user, limit))
    rows = ticket_rows([values[:-1] for values in flat], today)
    return [
        row._replace(is_asked=values[-1])
        for row, values in zip(rows, flat, strict=True)
    ]


@by_access
def flat_matters(user: User, limit: int) -> Any:
    tickets = Ticket.objects.visible_to(user).filter(
        company__in=user.access.company_ids(Role.OWNER)
    )
    found = with_lead(tickets.with_waiting())
    waits = When(Q(status=Status.CONFIRMING) | Q(waits_for_company=True), then=0)
    ordered = found.order_by(Case(waits, default=1), "-pk")
    return ordered.values_list(*TICKET_FIELDS, "waits_for_company")[:limit]
