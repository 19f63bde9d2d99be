"""What an approval's days went into: kept when it ends, for the figures."""

from datetime import date

from crm.lib.workdays import Unit
from crm.services import calendar, deadlines
from projects.clocks import clocks_of
from projects.models import Milestone, State


def keep(milestone: Milestone, ready_on: date, on: date) -> None:
    """Of the attempt that ends so: from the day its turn came, and what counted.

    Its last move is not written yet.
    """
    own = milestone.moves.filter(attempt=milestone.attempt).order_by("pk")
    moves = [*own.values_list("on", "after"), (on, milestone.state)]
    begins = min(max(ready_on, milestone.attempt_from or ready_on), moves[0][0])
    clocks = clocks_of([(begins, State.NOT_STARTED), *moves], today=on)
    milestone.duration = calendar.count_between(ready_on, on)
    milestone.company_days = clocks.company
    milestone.authority_days = clocks.authority
    milestone.special_days = clocks.special
    milestone.counted_days = _counted(milestone, on)


def _counted(milestone: Milestone, on: date) -> int | None:
    """Against the committed days, in their unit; without those that stood still."""
    clock = milestone.decide_by
    if clock is None:
        return None
    pauses = deadlines.pauses_of(clock)
    return calendar.count_between(clock.started_on, on, Unit(clock.unit), pauses)


def forget(milestone: Milestone) -> None:
    milestone.duration = milestone.counted_days = None
    milestone.company_days = milestone.authority_days = milestone.special_days = None


# What keep() and forget() write.
KEPT = ("duration", "company_days", "authority_days", "special_days", "counted_days")
