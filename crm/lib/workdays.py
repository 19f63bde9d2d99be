"""Working days: the one place that knows which day counts and where a deadline lands.

Pure arithmetic on dates. Words for people are made elsewhere from the codes here.
Every question is answered from cumulative counts in a number of steps that depends
only on the number of pauses, never on the number of days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .day_counts import (
    EVERY_DAY,
    FIRST,
    LAST,
    OPEN,
    Measure,
    Span,
    WorkingDays,
    advance,
    is_weekday,
    retreat,
)
from .holiday_year import HolidayYear

# About 400 years of working days. More is a typing error, not a deadline.
MOST_DAYS = 100_000


class Unit(StrEnum):
    WORKING = "working"
    CALENDAR = "calendar"


class Mark(StrEnum):
    """What a day on the way did: it counted, it could not, or the clock stood."""

    COUNTED = "counted"
    SKIPPED = "skipped"
    PAUSED = "paused"


class Code(StrEnum):
    """Why. `HOLIDAY`, `MAKEUP` and `PAUSE` come with a name."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"
    CALENDAR_DAY = "calendar_day"
    MOVED_HERE = "moved_here"  # the first working day after an end on a day off
    PAUSE = "pause"


class WorkdayError(ValueError):
    """Input that has no answer. `code` and `value` make the sentence."""

    def __init__(self, code: str, value: object = "") -> None:
        super().__init__(f"{code}: {value!r}")
        self.code = code
        self.value = str(value)[:40]


class BadCount(WorkdayError):
    """A number of days below zero or beyond MOST_DAYS."""


class BadPause(WorkdayError):
    """A pause that ends before it begins."""


class OutOfRange(WorkdayError):
    """The answer lies before year 1 or after year 9999."""


@dataclass(frozen=True, slots=True)
class Reason:
    code: Code
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Whole days, both ends included; without a last day it still runs."""

    first: date
    last: date | None
    kind: str = ""

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise BadPause("pause_ends_before_start", f"{self.first} – {self.last}")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day in time; `due` is None while a pause has no end."""

    due: date | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class LatestStart:
    """The last day to start on so that the days still end in time."""

    start: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Step:
    day: date
    mark: Mark
    reason: Reason


@dataclass(frozen=True, slots=True)
class Explanation:
    """A deadline and every day on the way to it, the day after the start first."""

    start: date
    n: int
    unit: Unit
    due: date | None
    provisional: bool
    steps: tuple[Step, ...]

    def reasons(self) -> set[Reason]:
        return {step.reason for step in self.steps}


class Calendar:
    """The published years, frozen. Years without a notice run Monday to Friday."""

    def __init__(self, years: Iterable[HolidayYear] = ()) -> None:
        notices = sorted(years, key=lambda notice: notice.year)
        self.years = tuple(notice.year for notice in notices)
        self._reasons = _reasons(notices)
        low, high = (self.years[0], self.years[-1]) if notices else (1, 0)
        first = date(low, 1, 1).toordinal()
        size = date(high, 12, 31).toordinal() - first + 1 if notices else 0
        self.work = WorkingDays(first, [self._works(first + i) for i in range(size)])
        self._low = low
        # How many years from `low` on are published, so that gaps are seen at once.
        self._published = [0]
        for year in range(low, high + 1):
            self._published.append(self._published[-1] + (year in self.years))

    def is_workday(self, day: date) -> bool:
        return self._works(day.toordinal())

    def why(self, day: date) -> Reason:
        """Why this day is worked or not; weekends inside a holiday bear its name."""
        ordinal = day.toordinal()
        if reason := self._reasons.get(ordinal):
            return reason
        return Reason(Code.WORKDAY if is_weekday(ordinal) else Code.WEEKEND)

    def add(
        self,
        start: date,
        n: int,
        unit: Unit = Unit.WORKING,
        pauses: Iterable[Pause] = (),
    ) -> Deadline:
        """The deadline of `n` days; the start day is not counted."""
        due = self.land(start.toordinal(), n, unit, unite(pauses))
        return self._deadline(start, n, due)

    def subtract(
        self,
        due: date,
        n: int,
        unit: Unit = Unit.WORKING,
        pauses: Iterable[Pause] = (),
    ) -> LatestStart:
        """The latest start whose deadline is not after `due`.

        Working days start on a working day, calendar days on any day.
        """
        start = self.leave(due.toordinal(), n, unit, unite(pauses))
        first = _date(_first(_date(start), n))
        return LatestStart(_date(start), not self._is_published(first.year, due.year))

    def land(self, start: int, n: int, unit: Unit, spans: Sequence[Span]) -> int | None:
        """What add() answers, from ordinal to ordinal: for thousands of questions."""
        return self._ends(start, n, unit, spans)[1]

    def leave(self, due: int, n: int, unit: Unit, spans: Sequence[Span]) -> int:
        """What subtract() answers, from ordinal to ordinal."""
        if unit == Unit.WORKING:
            start = retreat(self.work, due, max(_checked(n), 1), spans)
            return self.work.select(self.work.rank(start - 1)) if n > 0 else start
        start = retreat(self.work, due, 1, spans)
        return retreat(EVERY_DAY, start, n, spans) - 1 if _checked(n) > 0 else start

    def count_between(
        self,
        start: date,
        end: date,
        unit: Unit = Unit.WORKING,
        pauses: Iterable[Pause] = (),
    ) -> int:
        """Days that count after `start` up to and with `end`; negative backwards."""
        if end < start:
            return -self.count_between(end, start, unit, pauses)
        measure = self._measure(unit)
        first, last = start.toordinal() + 1, end.toordinal()
        count = measure.rank(last) - measure.rank(first - 1)
        for low, high in unite(pauses):
            low, high = max(low, first), min(high, last)
            if low <= high:
                count -= measure.rank(high) - measure.rank(low - 1)
        return count

    def explain(
        self,
        start: date,
        n: int,
        unit: Unit = Unit.WORKING,
        pauses: Iterable[Pause] = (),
        until: date | None = None,
    ) -> Explanation:
        """Every day from the start to the deadline and what it did.

        While a pause is open the days end with its first day, or with `until`.
        """
        pauses = tuple(pauses)
        end, due = self._ends(start.toordinal(), n, unit, unite(pauses))
        deadline = self._deadline(start, n, due)
        last = _last_step(n, deadline.due, pauses, until)
        steps = tuple(
            self._step(ordinal, unit, pause_on(ordinal, pauses), end, due)
            for ordinal in range(_first(start, n), last + 1)
        )
        return Explanation(start, n, unit, deadline.due, deadline.provisional, steps)

    def _measure(self, unit: Unit) -> Measure:
        return EVERY_DAY if unit == Unit.CALENDAR else self.work

    def _works(self, ordinal: int) -> bool:
        if reason := self._reasons.get(ordinal):
            return reason.code == Code.MAKEUP
        return is_weekday(ordinal)

    def _is_published(self, first: int, last: int) -> bool:
        low, high = first - self._low, last - self._low
        if low < 0 or high + 1 >= len(self._published):
            return False
        return self._published[high + 1] - self._published[low] == high - low + 1

    def _deadline(self, start: date, n: int, due: int | None) -> Deadline:
        if due is None:
            return Deadline(None, provisional=False)
        day, first = _date(due), _date(_first(start, n))
        return Deadline(day, not self._is_published(first.year, day.year))

    def _ends(
        self, start: int, n: int, unit: Unit, spans: Sequence[Span]
    ) -> tuple[int | None, int | None]:
        """Where the counting ends, and the deadline, which may be a little later."""
        measure = self._measure(unit)
        end = advance(measure, start, _checked(n), spans)
        if unit == Unit.WORKING or end is None:
            return end, end
        return end, advance(self.work, end, 0, spans)

    def _step(
        self,
        ordinal: int,
        unit: Unit,
        pause: Pause | None,
        end: int | None,
        due: int | None,
    ) -> Step:
        day = date.fromordinal(ordinal)
        by_calendar = unit == Unit.CALENDAR
        # After the counting has ended only a working day can be the deadline.
        if not self._works(ordinal) and not (
            by_calendar and (end is None or ordinal < end)
        ):
            return Step(day, Mark.SKIPPED, self.why(day))
        if pause:
            return Step(day, Mark.PAUSED, Reason(Code.PAUSE, pause.kind))
        if not by_calendar:
            return Step(day, Mark.COUNTED, self.why(day))
        code = Code.MOVED_HERE if ordinal == due != end else Code.CALENDAR_DAY
        return Step(day, Mark.COUNTED, Reason(code))


def unite(pauses: Iterable[Pause]) -> list[Span]:
    """Pauses as ordinals, in order, overlapping and touching ones made one."""
    spans: list[Span] = []
    for low, high in sorted(_span(pause) for pause in pauses):
        if spans and low <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(high, spans[-1][1]))
        else:
            spans.append((low, high))
    return spans


def pause_on(ordinal: int, pauses: Iterable[Pause]) -> Pause | None:
    """The pause that holds this day; of several the one named first."""
    for pause in pauses:
        low, high = _span(pause)
        if low <= ordinal <= high:
            return pause
    return None


def _reasons(notices: Iterable[HolidayYear]) -> dict[int, Reason]:
    """What the notices say of single days.

    A notice may name days of the December before; they count once that year is
    published too. If two notices name the same day, the newer one holds.
    """
    notices = tuple(notices)
    years = {notice.year for notice in notices}
    reasons: dict[int, Reason] = {}
    for notice in notices:
        for off in notice.off:
            for day in off.days():
                if day.year in years:
                    reasons[day.toordinal()] = Reason(Code.HOLIDAY, off.name)
        for makeup in notice.makeups:
            if makeup.day.year in years:
                ordinal = makeup.day.toordinal()
                reasons[ordinal] = Reason(Code.MAKEUP, makeup.name)
    return reasons


def _last_step(
    n: int,
    due: date | None,
    pauses: Iterable[Pause],
    until: date | None,
) -> int:
    if due is not None:
        # With nothing to count the deadline itself is no day on the way.
        return due.toordinal() - (n == 0)
    running = min(pause.first for pause in pauses if pause.last is None)
    return max(running, until or running).toordinal()


def _first(start: date, n: int) -> int:
    """The first day that can matter: the start day itself only when n = 0."""
    return start.toordinal() + (n > 0)


def _span(pause: Pause) -> Span:
    return pause.first.toordinal(), pause.last.toordinal() if pause.last else OPEN


def _checked(n: int) -> int:
    if n < 0:
        raise BadCount("negative_count", n)
    if n > MOST_DAYS:
        raise BadCount("count_too_large", n)
    return n


def _date(ordinal: int) -> date:
    if not FIRST <= ordinal <= LAST:
        raise OutOfRange("out_of_range", ordinal)
    return date.fromordinal(ordinal)
