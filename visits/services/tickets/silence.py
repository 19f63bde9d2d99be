"""An answer that nobody of the company has spoken to, and the call-back about it."""

from datetime import datetime

from crm.services import deadlines
from visits.models import Answer, Callback, Ticket


def current_answer(ticket: Ticket) -> Answer | None:
    """The answer that the company is asked about: of this round, none without one."""
    if ticket.status != Ticket.Status.CONFIRMING:
        return None
    return ticket.answers.filter(part__is_lead=True).order_by("-pk").first()


def end_callback(ticket: Ticket, end: Callback.End, *, now: datetime) -> None:
    """Nobody has to call any more; without an open call-back nothing happens."""
    open_one = ticket.callbacks.filter(ended_at=None).select_related("call_by").first()
    if open_one is None:
        return
    open_one.ended_at, open_one.end = now, end
    open_one.save(update_fields=["ended_at", "end"])
    deadlines.meet(open_one.call_by, now=now)
