"""The schedule of a project: earliest and latest days, slack, the critical path.

Pure arithmetic over a graph of items, in the measure of crm.lib.workdays. An item that
has not begun can begin when all it needs is finished, and never before today; one that
has begun ends on its deadline, but not before today.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from graphlib import CycleError, TopologicalSorter

from crm.lib.day_counts import OPEN, Span
from crm.lib.workdays import Calendar, Pause, Unit, unite

# The largest delay that people may try: a year of working days.
MOST_DELAY = 250


class BadGraph(ValueError):
    """Items whose needs have no order."""


class Cycle(BadGraph):
    """Items that wait for each other. `keys` names them, each before what it needs."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(f"cycle: {' > '.join(keys)}")
        self.keys = tuple(keys)


class UnknownNeed(BadGraph):
    """An item needs one that is not there."""

    def __init__(self, key: str, need: str) -> None:
        super().__init__(f"{key} needs {need}, which is not there")
        self.key, self.need = key, need


@dataclass(frozen=True, slots=True)
class Task:
    """One item as the schedule sees it."""

    key: str
    needs: tuple[str, ...]
    days: int
    unit: Unit = Unit.WORKING
    started_on: date | None = None
    finished_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    delay: int = 0  # working days on top: a what-if, or allowed for preparing


@dataclass(frozen=True, slots=True)
class Slot:
    """Where an item lies. Slack is how many working days its end may move."""

    key: str
    earliest_start: date
    earliest_finish: date
    latest_start: date
    latest_finish: date
    slack: int
    is_critical: bool
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """The slots by key, each after all it needs; no items, no finish."""

    slots: dict[str, Slot]
    finish: date | None


def order(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """The keys so that each comes after all it needs; else Cycle or UnknownNeed."""
    for key, wanted in needs.items():
        for need in wanted:
            if need not in needs:
                raise UnknownNeed(key, need)
    placed: dict[str, None] = {}
    waiting = list(needs)
    while waiting:
        left = []
        for key in waiting:
            if all(need in placed for need in needs[key]):
                placed[key] = None
            else:
                left.append(key)
        if len(left) == len(waiting):
            raise _cycle_among({key: needs[key] for key in left})
        waiting = left
    return list(placed)


def compute(
    tasks: Iterable[Task], *, start: date, today: date, calendar: Calendar
) -> Schedule:
    """Every item's earliest and latest days, as things stand today."""
    by_key = {task.key: task for task in tasks}
    keys = order({key: task.needs for key, task in by_key.items()})
    if not keys:
        return Schedule({}, None)
    ordered = [by_key[key] for key in keys]
    forward = _Forward(calendar, start.toordinal(), today.toordinal())
    earliest = forward.walk(ordered)
    finish = max(end for _, end in earliest.values())
    latest = _latest(ordered, earliest, finish, calendar)
    rank = calendar.work.rank
    slots = {}
    for task in ordered:
        begins, ends = earliest[task.key]
        leaves, lands = latest[task.key]
        slack, is_finished = rank(lands) - rank(ends), task.finished_on is not None
        slots[task.key] = Slot(
            task.key,
            date.fromordinal(begins),
            date.fromordinal(ends),
            date.fromordinal(leaves),
            date.fromordinal(lands),
            slack,
            slack == 0 and not is_finished,
            is_finished,
        )
    return Schedule(slots, date.fromordinal(finish))


def delayed(tasks: Iterable[Task], key: str, days: int) -> list[Task]:
    """What if this item ended so many working days later?"""
    return [
        replace(task, delay=task.delay + days) if task.key == key else task
        for task in tasks
    ]


def paced(tasks: Iterable[Task], keys: Collection[str], percent: int) -> list[Task]:
    """What if these items were done at this speed? 200 is twice as fast."""
    return [
        # Rounded up, in whole numbers: 7 days at 70 % are 10, not 11.
        replace(task, days=-(-task.days * 100 // percent)) if task.key in keys else task
        for task in tasks
    ]


def _cycle_among(needs: Mapping[str, Iterable[str]]) -> Cycle:
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        # Each key is needed by the one after it, the first stands at the end again.
        return Cycle(error.args[1][:0:-1])
    raise AssertionError("there is no order, so there is a cycle")


@dataclass(frozen=True, slots=True)
class _Forward:
    """First and last day of each item as ordinals, in the order of their needs."""

    calendar: Calendar
    start: int
    today: int

    def walk(self, ordered: Iterable[Task]) -> dict[str, Span]:
        spans: dict[str, Span] = {}
        for task in ordered:
            spans[task.key] = self._span(task, [spans[need][1] for need in task.needs])
        return spans

    def _span(self, task: Task, needed: list[int]) -> Span:
        if task.finished_on:
            ends = task.finished_on.toordinal()
            return (task.started_on or task.finished_on).toordinal(), ends
        if task.started_on:
            begins = task.started_on.toordinal()
            ends = max(self._lands(task, begins, self._paused(task)), self.today)
        else:
            begins = max(self.today, *(needed or [self.start]))
            ends = self._lands(task, begins, [])
        if task.delay:
            work = self.calendar.work
            ends = work.select(work.rank(ends) + task.delay)
        return begins, ends

    def _lands(self, task: Task, begins: int, spans: Sequence[Span]) -> int:
        ends = self.calendar.land(begins, task.days, task.unit, spans)
        assert ends is not None, "no pause is open here"
        return ends

    def _paused(self, task: Task) -> list[Span]:
        """The days that stood still so far; what is still open ends today."""
        return [
            (low, max(low, self.today) if high == OPEN else high)
            for low, high in unite(task.pauses)
        ]


def _latest(
    ordered: Sequence[Task], earliest: dict[str, Span], finish: int, calendar: Calendar
) -> dict[str, Span]:
    """The last days on which each may begin and end without moving the finish."""
    spans: dict[str, Span] = {}
    limits = dict.fromkeys(earliest, finish)
    for task in reversed(ordered):
        begins, _ = earliest[task.key]
        if task.finished_on:
            spans[task.key] = earliest[task.key]
        elif task.started_on:
            spans[task.key] = begins, limits[task.key]
        else:
            due = limits[task.key]
            if task.delay:
                due = calendar.leave(due, task.delay, Unit.WORKING, ())
            leaves = calendar.leave(due, task.days, task.unit, ())
            spans[task.key] = leaves, limits[task.key]
            for need in task.needs:
                limits[need] = min(limits[need], leaves)
    return spans
