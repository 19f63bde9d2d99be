"""现在轮到谁: the items of a project that somebody can act on now."""

from collections.abc import Sequence

from projects.forecast import ready_on
from projects.models import State, Turn
from projects.models.states import APPROVED, TURN
from projects.services.scheduling import Plan, Row

# The company is asked first, whoever else is busy beside it.
RANKS = {Turn.COMPANY: 0, Turn.DEPARTMENT: 1, Turn.THIRD: 2}


def current(plan: Plan) -> list[Row]:
    """Whose turn it is: the company's first, and of each kind the most pressing."""
    rows = [row for row in plan.rows.values() if is_current(plan, row)]
    order = {key: number for number, key in enumerate(plan.rows)}
    return sorted(rows, key=lambda row: (*urgency(plan, row), order[row.key]))


def is_current(plan: Plan, row: Row) -> bool:
    """Not approved, and not waiting for another item."""
    if row.state in APPROVED:
        return False
    if row.state == State.NOT_STARTED:
        return ready_on(plan.tasks[row.key], plan.tasks, plan.start) is not None
    return True


def urgency(plan: Plan, row: Row) -> tuple[int, bool, int]:
    """A correction before a first paper, then whatever leaves less room."""
    slack = plan.schedule.slots[row.key].slack
    return RANKS[TURN[row.state]], row.state != State.CORRECTION, slack


def coming(plan: Plan, now: Sequence[Row]) -> list[Row]:
    """What follows, in the order of their earliest days."""
    slots, held = plan.schedule.slots, {row.key for row in now}
    rows = [
        row
        for row in plan.rows.values()
        if row.state not in APPROVED and row.key not in held
    ]
    return sorted(rows, key=lambda row: slots[row.key].earliest_start)


def waits_for_company(row: Row) -> bool:
    return TURN[row.state] == Turn.COMPANY
