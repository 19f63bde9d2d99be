"""What waits for a decision on the side ways of tickets, for the first pages."""

from datetime import date
from typing import Any

from crm.models import User
from crm.models.people import by_access
from visits.models import Extension, Ticket, TicketDraft, TicketPause
from visits.ticket_list import with_lead

from .queries import TICKET_FIELDS, TicketRow, ticket_list, ticket_rows

Status = Ticket.Status
# The same of a parked ticket, whose day is the one of the next reply.
OF_PARKED = {
    "solve_by__due_on": "next_reply_by__due_on",
    "solve_by__met_at": "next_reply_by__met_at",
}
PARKED_FIELDS = tuple(OF_PARKED.get(name, name) for name in TICKET_FIELDS)


@ticket_list
def to_decide(user: User, today: date) -> Any:
    """Extensions and long pauses that the handlers of one's units asked for."""
    extensions = Extension.objects.filter(decided_at=None).exclude(asked_by=user)
    pauses = TicketPause.objects.filter(decided_at=None).exclude(asked_by=user)
    asked = (
        extensions.order_by().values("ticket").union(pauses.order_by().values("ticket"))
    )
    waiting = Ticket.objects.headed_by(user).filter(pk__in=asked)
    return waiting.order_by("solve_by__due_on", "pk")


@ticket_list
def to_rule_on(user: User, today: date) -> Any:
    """Returned by their departments, and to be ruled on the same day."""
    returned = Ticket.objects.dispatchable_by(user).filter(status=Status.RETURNED)
    return returned.order_by("pk")


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
