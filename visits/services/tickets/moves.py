"""A deadline of a ticket moved by itself: say so on the ticket."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from crm import events
from crm.events import Entry
from crm.lib.tasks import enqueue
from crm.models import Deadline, User
from crm.signals import Moved, deadlines_moved
from visits.models import Ticket
from visits.models.ticket_codes import CLOCKS

SETTLE = "visits.jobs.settle_tickets"


@receiver(deadlines_moved, sender=Deadline)
def tell_moved(
    moved: list[Moved], actor: User | None, now: datetime, **kwargs: Any
) -> None:
    """One event per ticket and clock, for the company to read."""
    by_key = {one.deadline.pk: one for one in moved}
    of_tickets = Ticket.objects.filter(
        Q(contact_by__in=by_key)
        | Q(reply_by__in=by_key)
        | Q(solve_by__in=by_key)
        | Q(next_reply_by__in=by_key)
    )
    tickets = list(of_tickets)
    events.record_many(
        _entry(ticket, by_key[key], actor, now)
        for ticket in tickets
        for key in (getattr(ticket, f"{clock}_id") for clock in CLOCKS)
        if key in by_key
    )
    if tickets:
        # Not here: an act holds its ticket and waits for the deadlines held here.
        enqueue(SETTLE, [one.pk for one in tickets])


def _entry(ticket: Ticket, one: Moved, actor: User | None, now: datetime) -> Entry:
    deadline = one.deadline
    return Entry(
        actor=actor,
        action="ticket.due_moved",
        subject=ticket,
        is_public=True,
        now=now,
        changes={
            "kind": deadline.kind,
            "due_on": [one.due_on, deadline.due_on],
            "is_provisional": [one.was_provisional, deadline.is_provisional],
        },
    )
