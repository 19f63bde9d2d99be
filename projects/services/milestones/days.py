"""What an approval's days went into: kept when it ends, for the figures."""

from collections.abc import Iterable, Sequence
from datetime import date

from crm.lib.workdays import Pause, Unit
from crm.services import calendar, deadlines
from projects.clocks import Move, clocks_of
from projects.models import Milestone, State


def keep(milestone: Milestone, ready_on: date, on: date) -> None:
    """Of the attempt that ends so; its last move is not written yet."""
    own = milestone.moves.filter(attempt=milestone.attempt).order_by("pk")
    moves = [*own.values_list("on", "after"), (on, milestone.state)]
    clock = milestone.decide_by
    count(milestone, ready_on, moves, deadlines.pauses_of(clock) if clock else ())


def count(
    milestone: Milestone, ready_on: date, moves: Sequence[Move], pauses: Iterable[Pause]
) -> None:
    """From the day its turn came to its last move, and what counted."""
    on = moves[-1][0]
    begins = min(max(ready_on, milestone.attempt_from or ready_on), moves[0][0])
    clocks = clocks_of([(begins, State.NOT_STARTED), *moves], today=on)
    milestone.duration = calendar.count_between(ready_on, on)
    milestone.company_days = clocks.company
    milestone.authority_days = clocks.authority
    milestone.special_days = clocks.special
    milestone.counted_days = None
    # Against the committed days, in their unit; without those that stood still.
    if clock := milestone.decide_by:
        unit = Unit(clock.unit)
        counted = calendar.count_between(clock.started_on, on, unit, pauses)
        milestone.counted_days = counted


def forget(milestone: Milestone) -> None:
    milestone.duration = milestone.counted_days = None
    milestone.company_days = milestone.authority_days = milestone.special_days = None


# What keep() and forget() write.
KEPT = ("duration", "company_days", "authority_days", "special_days", "counted_days")
