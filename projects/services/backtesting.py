"""How good the forecasts would have been: asked at past moments of finished projects.

At each moment only what was known by then is used: which items had begun or ended, and
which durations were recorded. Moments at which an item would have rested on its
committed days are left out: those days are a promise and no forecast.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from crm.services import calendar
from projects import schedule
from projects.forecast import ENOUGH, Outlook
from projects.models import Milestone, Project
from projects.schedule import Task
from projects.services import forecasting, scheduling
from projects.services.forecasting import RECENT, Kind, Record
from projects.services.scheduling import Plan

# In hundredths of a project's life.
MOMENTS: Final = (10, 25, 40, 55, 70, 85)
BATCH: Final = 100

# When each duration was recorded, and the records, both in that order.
History = Mapping[Kind, tuple[list[date], list[Record]]]


@dataclass(frozen=True, slots=True)
class Score:
    """How many forecasts were asked for, and how many true ends came by their days."""

    count: int
    before_p50: int
    before_p80: int
    left_out: int


def backtest(*, today: date) -> Score:
    """Every finished project at every moment of its life."""
    history, count, halves, mosts, left_out = _history(), 0, 0, 0, 0
    for end, outlook in _asked(history, today):
        if outlook is None or outlook.p50_on is None or outlook.p80_on is None:
            left_out += 1
            continue
        count += 1
        halves += end <= outlook.p50_on
        mosts += end <= outlook.p80_on
    return Score(count, halves, mosts, left_out)


def _asked(history: History, today: date) -> Iterator[tuple[date, Outlook | None]]:
    """The true end and what would have been said, None where too little was known."""
    finished = Project.objects.filter(finished_on__isnull=False).order_by("pk")
    keys = list(finished.values_list("pk", flat=True))
    for first in range(0, len(keys), BATCH):
        batch = Project.objects.filter(pk__in=keys[first : first + BATCH])
        for plan in scheduling.plans(batch, today=today):
            end = max(task.finished_on or today for task in plan.tasks.values())
            for share in MOMENTS:
                life = (end - plan.start).days
                then = plan.start + timedelta(days=life * share // 100)
                if then < end:
                    yield end, _outlook(plan, then, history)


def _outlook(plan: Plan, then: date, history: History) -> Outlook | None:
    tasks = {key: _as_of(task, then) for key, task in plan.tasks.items()}
    records = {
        (key, row.department): _known(history, (key, row.department), then)
        for key, row in plan.rows.items()
        if not tasks[key].finished_on
    }
    if any(len(known) < ENOUGH for known in records.values()):
        return None
    past = replace(
        plan,
        today=then,
        tasks=tasks,
        rows={key: row._replace(expires_on=None) for key, row in plan.rows.items()},
        schedule=schedule.compute(
            tasks.values(), start=plan.start, today=then, calendar=calendar.current()
        ),
    )
    return forecasting.outlook_of(past, records)


def _as_of(task: Task, then: date) -> Task:
    started, finished = task.started_on, task.finished_on
    return replace(
        task,
        started_on=started if started and started <= then else None,
        finished_on=finished if finished and finished <= then else None,
    )


def _history() -> History:
    found: dict[Kind, tuple[list[date], list[Record]]] = defaultdict(lambda: ([], []))
    rows = Milestone.objects.filter(duration__isnull=False).order_by("ended_on")
    columns = ("key", "department", "ended_on", "committed_days", "duration")
    for key, department, ended_on, committed, days in rows.values_list(*columns):
        if ended_on is not None and days is not None:
            recorded_on, records = found[key, department]
            recorded_on.append(ended_on)
            records.append((committed, days))
    return found


def _known(history: History, kind: Kind, then: date) -> Sequence[Record]:
    """What was recorded by then."""
    recorded_on, records = history.get(kind, ([], []))
    first = bisect_right(recorded_on, then - RECENT)
    return records[first : bisect_right(recorded_on, then)]
