"""What a department asks for and somebody above decides: extensions, long pauses."""

from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import User
from visits.models import Extension, Ticket, TicketPause

from .acts import Act, impossible

A = TypeVar("A", Extension, TicketPause)
# What decide() writes.
DECISION = ("is_granted", "decided_by", "decided_at", "decision_note")


def open_request(asked: QuerySet[A], act: Act, ticket: Ticket) -> A:
    """The one that waits for a decision; without one there is nothing to decide."""
    found = asked.filter(decided_at=None).select_for_update(of=("self",)).first()
    if found is None:
        raise impossible(ticket, act)
    return found


def is_decided_so(
    asked: QuerySet[A], *, actor: User, is_granted: bool, version: int | None
) -> bool:
    """A button pressed twice: nothing waits, and the last word was this one."""
    last = asked.first()
    if last is None or last.decided_at is None or version is None:
        return False
    return last.decided_by_id == actor.pk and last.is_granted == is_granted


def decide(row: A, *, actor: User, is_granted: bool, note: str, now: datetime) -> None:
    """Write the decision on the row; not one's own, and a no with its reason."""
    if row.asked_by_id == actor.pk:
        raise DomainError(
            _("Whoever asks does not decide. Another head or a leader has to."),
            code="own_request",
        )
    if not is_granted and not note.strip():
        raise DomainError(_("Say why not."), field="note")
    row.is_granted, row.decided_by, row.decided_at = is_granted, actor, now
    row.decision_note = note.strip()


def void_requests(ticket: Ticket, now: datetime) -> None:
    """What waited for a decision is decided by what happened: nobody granted it."""
    for asked in (ticket.pauses, ticket.extensions):
        asked.filter(decided_at=None).update(is_granted=False, decided_at=now)
