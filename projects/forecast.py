"""When will the next approval and the last one come? Simulated from recorded durations.

A duration is the number of working days from the day all that an item needs was done to
its own approval, so it holds the company's preparation as well. An item with at least
ENOUGH records of its kind draws from them; any other takes its committed days. Days are
numbers of working days here (`Calendar.work.rank`), so that runs are plain sums.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import sqrt
from random import Random

from crm.lib.workdays import Calendar
from projects.schedule import Schedule, Task

RUNS = 1000
ENOUGH = 8

Runs = list[int]
Records = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Half of the runs begin by `start_on`; half end by `p50_on`, 80 % by `p80_on`."""

    key: str
    start_on: date
    p50_on: date
    p80_on: date
    record_count: int  # 0: it rests on the committed days


@dataclass(frozen=True, slots=True)
class Lapse:
    """An approval that ends before the item that needs it is likely to begin."""

    key: str
    expires_on: date
    before: str
    start_on: date


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is still to come, in the order of needs; all empty when nothing is."""

    items: dict[str, Estimate]
    next: Estimate | None
    p50_on: date | None
    p80_on: date | None
    lapses: tuple[Lapse, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one project. `records` are durations in order, by item."""

    tasks: Sequence[Task]
    schedule: Schedule
    start: date
    records: Records
    expiries: Mapping[str, date]
    seed: str


def simulate(known: Known, *, today: date, calendar: Calendar) -> Outlook:
    """The same project on the same day has the same forecast, on every machine."""
    return _Simulation(known, today, calendar).forecast()


def ready_on(task: Task, tasks: Mapping[str, Task], start: date) -> date | None:
    """The day all that the item needs was done; None while something is not."""
    latest = start
    for need in task.needs:
        end = tasks[need].finished_on
        if end is None:
            return task.started_on  # begun before its turn, or not at all
        latest = max(latest, end)
    return latest


class _Simulation:
    """All runs at once: for each open item the day numbers of its end, run by run."""

    def __init__(self, known: Known, today: date, calendar: Calendar) -> None:
        self.known, self.today, self.calendar = known, today, calendar
        self.work = calendar.work
        self.now = self.work.rank(today.toordinal())
        self.tasks = {task.key: task for task in known.tasks}
        # Text seeds alike everywhere, unlike hash().
        self.dice = Random(known.seed)
        self.starts: dict[str, Runs] = {}
        self.ends: dict[str, Runs] = {}

    def forecast(self) -> Outlook:
        for key in self.known.schedule.slots:
            if not self.tasks[key].finished_on:
                self.ends[key] = self._run(self.tasks[key])
        if not self.ends:
            return Outlook({}, None, None, None, ())
        items = {key: self._estimate(key, runs) for key, runs in self.ends.items()}
        first = min(items.values(), key=lambda one: (one.p50_on, one.p80_on))
        last = self._half_and_most(map(max, zip(*self.ends.values(), strict=True)))
        return Outlook(items, first, *last, tuple(self._lapses(items)))

    def _run(self, task: Task) -> Runs:
        records = self._records(task.key)
        ready = ready_on(task, self.tasks, self.known.start)
        if ready is None:
            waits = [self.ends[need] for need in task.needs if need in self.ends]
            begins = list(map(max, *waits)) if len(waits) > 1 else waits[0]
            self.starts[task.key] = begins
            if records:
                return list(map(int.__add__, begins, self._draw(records, -1)))
            lands = {begin: self._committed(task, begin) for begin in set(begins)}
            return [lands[begin] for begin in begins]
        if not records:
            slot = self.known.schedule.slots[task.key]
            return [self.work.rank(slot.earliest_finish.toordinal())] * RUNS
        begin = self.work.rank(ready.toordinal())
        return [begin + days for days in self._draw(records, self.now - begin)]

    def _records(self, key: str) -> tuple[int, ...]:
        records = self.known.records.get(key, ())
        return tuple(records) if len(records) >= ENOUGH else ()

    def _draw(self, records: tuple[int, ...], elapsed: int) -> Runs:
        return self.dice.choices(outcomes(records, max(elapsed, -1)), k=RUNS)

    def _committed(self, task: Task, begin: int) -> int:
        start = self.work.select(begin)
        end = self.calendar.land(start, task.days, task.unit, ())
        assert end is not None, "no pause runs before the start"
        return self.work.rank(end)

    def _estimate(self, key: str, runs: Runs) -> Estimate:
        half, most = self._half_and_most(runs)
        return Estimate(key, self._start(key), half, most, len(self._records(key)))

    def _start(self, key: str) -> date:
        """Of what could begin or has begun, the day it did; today if it has not."""
        if begins := self.starts.get(key):
            return self._half_and_most(begins)[0]
        return self.tasks[key].started_on or self.today

    def _half_and_most(self, runs: Iterable[int]) -> tuple[date, date]:
        ordered = sorted(runs)
        half, most = ordered[RUNS // 2 - 1], ordered[RUNS * 4 // 5 - 1]
        return self._day(half), self._day(most)

    def _day(self, number: int) -> date:
        return max(date.fromordinal(self.work.select(number)), self.today)

    def _lapses(self, items: Mapping[str, Estimate]) -> Iterable[Lapse]:
        """Only what has not begun still needs a valid approval to begin with."""
        for key, item in items.items():
            task = self.tasks[key]
            for need in () if task.started_on else task.needs:
                expires_on = self.known.expiries.get(need)
                if expires_on and expires_on < item.start_on:
                    yield Lapse(need, expires_on, key, item.start_on)


@lru_cache(maxsize=4096)
def outcomes(records: tuple[int, ...], elapsed: int) -> tuple[int, ...]:
    """Equally likely durations of the next one, from the recorded ones in order.

    They lie further from their mean than the records do, by what a mean of so few is
    uncertain: without that, few records would promise too much. What has lasted longer
    than `elapsed` is compared with what did. What outlasts them all lasts at least one
    day more, and as much longer as the longer half outlasted the middle.
    """
    count, mean = len(records), sum(records) / len(records)
    stretch = sqrt((count + 1) / (count - 1))
    wide = [max(round(mean + (days - mean) * stretch), 0) for days in records]
    if left := [days for days in wide if days > elapsed]:
        return tuple(left)
    longer = records[count // 2 :]
    return tuple(elapsed + 1 + days - longer[0] for days in longer)
