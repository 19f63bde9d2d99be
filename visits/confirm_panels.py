"""What the page of a ticket says of the company's word, and of words against it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from crm.models import Role, User
from crm.services import calendar
from visits.models import Callback, ConfirmLink, Ticket
from visits.services.samples import contradictions_on
from visits.services.tickets.silence import current_answer

TOLD = (Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER)


@dataclass(frozen=True)
class Waiting:
    """An answer nobody has spoken to: who may ask, and how often it was tried."""

    callback: Callback | None
    # The first day of the call-back, if there is none yet.
    call_from: date | None
    may_call: bool
    may_link: bool
    links: int


def of_waiting(ticket: Ticket, user: User, today: date) -> dict[str, Any] | None:
    """For officials only: the company has its buttons."""
    if ticket.status != Ticket.Status.CONFIRMING:
        return None
    if not ticket.may_read_internal:  # type: ignore[attr-defined] # annotated
        return None
    answer = current_answer(ticket)
    if answer is None:
        return None
    related = Callback.objects.filter(answer=answer).select_related("call_by")
    callback = related.first()
    may_call = bool(ticket.may_confirm) and user.has_role(Role.OFFICER)  # type: ignore[attr-defined] # annotated
    may_work = bool(ticket.may_work)  # type: ignore[attr-defined] # annotated
    links = ConfirmLink.objects.open(timezone.now()).filter(answer=answer)
    given_on = timezone.localdate(answer.given_at)
    due = calendar.add(given_on, settings.CRM_CALLBACK_DAYS).due
    waiting = Waiting(
        callback=callback,
        call_from=calendar.add(due, 1).due if due else None,
        may_call=may_call,
        may_link=may_work or may_call,
        links=links.count(),
    )
    return {"waiting": waiting}


def of_contradictions(ticket: Ticket, user: User, today: date) -> dict[str, Any] | None:
    if not user.has_role(*TOLD) or ticket.dispatched_at is None:
        return None
    rows = contradictions_on(ticket, user)
    may_dispatch = bool(ticket.may_dispatch)  # type: ignore[attr-defined] # annotated
    return {"rows": rows, "may_decide": may_dispatch} if rows else None
