"""Which clock of a ticket ends first: lists, lamps and filters read it from the ticket.

Every act that touches a clock saves the ticket after it, and so notes it here.
"""

from collections.abc import Iterable

from django.db import transaction

from crm.models import Deadline
from visits.models import Ticket
from visits.models.ticket_codes import CLOCKS

FIELDS = ("due_on", "due_kind")


def first_of(clocks: Iterable[Deadline | None]) -> Deadline | None:
    """Of those that run; of two on one day the one that comes first on the way."""
    running = [one for one in clocks if one and one.met_at is None and one.due_on]
    return min(running, key=lambda one: str(one.due_on), default=None)


def note(ticket: Ticket) -> tuple[str, ...]:
    """Put it on the ticket; returns what is to be saved."""
    first = first_of(getattr(ticket, name) for name in CLOCKS)
    ticket.due_on = first.due_on if first else None
    ticket.due_kind = first.kind if first else ""
    return FIELDS


def settle(keys: Iterable[int]) -> None:
    """Their clocks moved without an act: read them again, one ticket at a time."""
    for pk in keys:
        with transaction.atomic():
            tickets = Ticket.objects.select_for_update(of=("self",))
            ticket = tickets.select_related(*CLOCKS).get(pk=pk)
            ticket.save(update_fields=note(ticket))
