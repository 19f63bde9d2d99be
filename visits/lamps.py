"""The lamp of a ticket, and the word of the clock that it shows: never stored."""

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Lamp, lamp_of
from visits.models import Ticket
from visits.models.ticket_codes import SOLVE

CLOCK_LABELS: dict[str, str | Promise] = {
    "contact": _("Contact the company"),
    "first_reply": pgettext_lazy("deadline", "First reply"),
    SOLVE: pgettext_lazy("deadline", "Solution"),
    "next_reply": pgettext_lazy("deadline", "Next reply"),
}


def lamp_of_ticket(status: str, due_on: date | None, today: date, near: date) -> Lamp:
    """That of its most pressing clock.

    Grey where none runs and while it is paused, unless it was late already; a parked
    one until its next reply is near.
    """
    lamp = lamp_of(due_on, False, today, near)
    is_calm = status == Ticket.Status.PARKED and lamp == Lamp.GREEN
    is_paused = status == Ticket.Status.PAUSED and lamp != Lamp.RED
    return Lamp.GREY if is_calm or is_paused else lamp


def clock_word(kind: str) -> str:
    """Before the day in a list; nothing for the solution, which a day alone means."""
    return "" if kind == SOLVE else str(CLOCK_LABELS.get(kind, ""))
