"""The schedules of projects as the database has them: always computed, never stored.

However many projects are asked for, the same few queries read them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from crm.lib.prepared import Prepared, place
from crm.lib.workdays import Pause, Unit
from crm.models import DeadlinePause
from crm.services import calendar
from projects import schedule
from projects.clocks import Clocks, Move, clocks_of
from projects.forecast import ready_on
from projects.models import Milestone, MilestoneMove, MilestoneNeed, State
from projects.models.milestones import shorter_if
from projects.models.projects import Project, ProjectQuerySet, label_of
from projects.models.states import APPROVED, ENDED
from projects.schedule import Schedule, Task

UNITS = {unit.value: unit for unit in Unit}


class Row(NamedTuple):
    """One item, as flat as the schedule of thousands needs it."""

    pk: int
    project: int
    key: str
    name: str
    department: int
    state: int
    attempt: int
    attempt_from: date | None
    accepted_on: date | None
    ended_on: date | None
    expires_on: date | None
    unit: str
    committed_days: int
    green_days: int | None
    decide_by: int | None
    decide_days: int | None


COLUMNS = (
    "pk",
    "project_id",
    "key",
    "name",
    "department_id",
    "state",
    "attempt",
    "attempt_from",
    "accepted_on",
    "ended_on",
    "expires_on",
    "unit",
    "committed_days",
    "green_days",
    "decide_by_id",
    "decide_by__days",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One project's items by key, as the schedule sees them, and what it found.

    `moves` and `clocks` are those of each item's latest attempt, where they were
    asked for.
    """

    project: int
    label: str
    start: date
    today: date
    rows: Mapping[str, Row]
    tasks: Mapping[str, Task]
    schedule: Schedule
    moves: Mapping[str, Sequence[Move]]
    clocks: Mapping[str, Clocks]

    def what_if(self, tasks: Iterable[Task]) -> Schedule:
        """The schedule that these tasks would have; nothing is saved."""
        return _computed(tasks, self.start, self.today)


# A query about these projects; reading runs it and gives its rows.
Ask = Callable[[ProjectQuerySet], QuerySet[Any, tuple[Any, ...]]]
Read = Callable[[Ask], Iterable[tuple[Any, ...]]]


def plan_of(project: Project, *, today: date) -> Plan:
    """One project with its moves and clocks."""

    def read(ask: Ask) -> Iterable[tuple[Any, ...]]:
        return _of_one(ask).rows([project.pk])

    return next(_plans(read, today, with_clocks=True))


@cache
def _of_one(ask: Ask) -> Prepared:
    return Prepared(lambda: ask(Project.objects.filter(pk=place())))


def plans(
    projects: ProjectQuerySet, *, today: date, with_clocks: bool = False
) -> Iterator[Plan]:
    """The schedule of every one of these, oldest first."""
    return _plans(lambda ask: ask(projects), today, with_clocks=with_clocks)


def _plans(read: Read, today: date, *, with_clocks: bool) -> Iterator[Plan]:
    rows = {row.pk: row for row in map(Row._make, read(_items))}
    needs, pauses = _needs(read, rows), _pauses_by_clock(read)
    moves = _moves_by_item(read) if with_clocks else {}
    by_project: dict[int, dict[str, Row]] = defaultdict(dict)
    for row in rows.values():
        by_project[row.project][row.key] = row
    for pk, code, started_on, green_until in read(_heads):
        start, own = started_on or today, by_project[pk]
        is_green = green_until is not None and today <= green_until
        tasks = {
            key: _task(row, needs.get(row.pk, ()), pauses, is_green=is_green)
            for key, row in own.items()
        }
        yield Plan(
            project=pk,
            label=label_of(code, pk),
            start=start,
            today=today,
            rows=own,
            tasks=tasks,
            schedule=_computed(tasks.values(), start, today),
            moves={key: moves[row.pk] for key, row in own.items() if row.pk in moves},
            clocks=_clocks(own, tasks, moves, start, today) if with_clocks else {},
        )


def _clocks(
    rows: Mapping[str, Row],
    tasks: Mapping[str, Task],
    moves: Mapping[int, list[Move]],
    start: date,
    today: date,
) -> dict[str, Clocks]:
    """An attempt runs from the day its turn came, whether anybody noticed or not."""
    found = {}
    for key, row in rows.items():
        own = moves.get(row.pk, [])
        turn = ready_on(tasks[key], tasks, start)
        if turn is not None:
            begins = max(turn, row.attempt_from or turn)
            first = own[0][0] if own else begins
            own = [(min(begins, first), State.NOT_STARTED), *own]
        found[key] = clocks_of(own, today=today)
    return found


def _computed(tasks: Iterable[Task], start: date, today: date) -> Schedule:
    return schedule.compute(
        tasks, start=start, today=today, calendar=calendar.current()
    )


def _heads(projects: ProjectQuerySet) -> QuerySet[Any, tuple[Any, ...]]:
    columns = ("pk", "code", "started_on", "green_until")
    return projects.order_by("pk").values_list(*columns)


def _items(projects: ProjectQuerySet) -> QuerySet[Any, tuple[Any, ...]]:
    milestones = Milestone.objects.living().filter(project__in=projects.values("pk"))
    return milestones.order_by("order", "pk").values_list(*COLUMNS)


def _edges(projects: ProjectQuerySet) -> QuerySet[Any, tuple[Any, ...]]:
    edges = MilestoneNeed.objects.filter(milestone__project__in=projects.values("pk"))
    return edges.order_by("pk").values_list("milestone_id", "needed_id")


def _pauses(projects: ProjectQuerySet) -> QuerySet[Any, tuple[Any, ...]]:
    # By subquery: joined, SQLite begins with all pauses there are.
    clocks = Milestone.objects.filter(
        project__in=projects.values("pk"), decide_by__isnull=False
    ).values("decide_by")
    rows = DeadlinePause.objects.filter(deadline__in=clocks).order_by("pk")
    return rows.values_list("deadline_id", "first_on", "last_on")


def _moves(projects: ProjectQuerySet) -> QuerySet[Any, tuple[Any, ...]]:
    rows = MilestoneMove.objects.filter(
        milestone__project__in=projects.values("pk"), attempt=F("milestone__attempt")
    )
    return rows.order_by("pk").values_list("milestone_id", "on", "after")


def _needs(read: Read, rows: Mapping[int, Row]) -> dict[int, list[str]]:
    """What each waits for, by key; what was taken out of the project holds nobody."""
    found: dict[int, list[str]] = defaultdict(list)
    for milestone, needed in read(_edges):
        if needed in rows:
            found[milestone].append(rows[needed].key)
    return found


def _pauses_by_clock(read: Read) -> dict[int, list[Pause]]:
    found: dict[int, list[Pause]] = defaultdict(list)
    for deadline, first, last in read(_pauses):
        found[deadline].append(Pause(first, last))
    return found


def _moves_by_item(read: Read) -> dict[int, list[Move]]:
    """Of the latest attempt, in order."""
    found: dict[int, list[Move]] = defaultdict(list)
    for milestone, on, after in read(_moves):
        found[milestone].append((on, after))
    return found


def _task(
    row: Row,
    needs: Sequence[str],
    pauses: Mapping[int, Sequence[Pause]],
    *,
    is_green: bool,
) -> Task:
    """Finished with its approval, begun with its acceptance, else still to come.

    What ended otherwise is to be begun again.
    """
    facts: dict[str, Any] = {}  # any: fields of Task
    days = row.committed_days
    if row.state in APPROVED:
        facts = {"started_on": row.accepted_on, "finished_on": row.ended_on}
    elif row.accepted_on and row.state not in ENDED:
        own = pauses.get(row.decide_by or 0, ())
        facts = {"started_on": row.accepted_on, "pauses": tuple(own)}
        days = days if row.decide_days is None else row.decide_days
    else:
        days = shorter_if(is_green, days, row.green_days)
    return Task(row.key, tuple(needs), days, UNITS[row.unit], **facts)
