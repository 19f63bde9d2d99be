"""Counting days by their ordinal: which number a day has, and which day a number.

Nothing here looks at days one by one; the results may lie outside years 1 to 9999.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

# First and last ordinal of days that do not count.
Span = tuple[int, int]
FIRST, LAST = date.min.toordinal(), date.max.toordinal()
# The last ordinal of a span without an end.
OPEN = LAST + 1


class Measure(Protocol):
    """Days that count, numbered from the first day of year 1."""

    def rank(self, ordinal: int) -> int:
        """How many counting days lie on or before this one."""
        ...

    def select(self, rank: int) -> int:
        """The counting day with this number."""
        ...


class EveryDay:
    def rank(self, ordinal: int) -> int:
        return ordinal

    def select(self, rank: int) -> int:
        return rank


# 0001-01-01 is a Monday and has the ordinal 1: whole weeks divide evenly.
def weekdays_until(ordinal: int) -> int:
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


def nth_weekday(rank: int) -> int:
    weeks, rest = divmod(rank - 1, 5)
    return weeks * 7 + rest + 1


class WorkingDays:
    """Cumulative counts over the published span, a formula on both sides of it."""

    def __init__(self, first: int, works: Sequence[bool]) -> None:
        self._first = first
        self._last = first + len(works) - 1
        self._before = weekdays_until(first - 1)
        counts, workdays, count = [0], [], 0
        for ordinal, does_work in enumerate(works, start=first):
            if does_work:
                count += 1
                workdays.append(ordinal)
            counts.append(count)
        self._counts = tuple(counts)
        self._workdays = tuple(workdays)
        # Weekdays of the whole span, minus those that it really had.
        self._after = self._before + count - weekdays_until(self._last)

    def rank(self, ordinal: int) -> int:
        if ordinal < self._first:
            return weekdays_until(ordinal)
        if ordinal > self._last:
            return weekdays_until(ordinal) + self._after
        return self._before + self._counts[ordinal - self._first + 1]

    def select(self, rank: int) -> int:
        inside = rank - self._before
        if inside <= 0:
            return nth_weekday(rank)
        if inside > len(self._workdays):
            return nth_weekday(rank - self._after)
        return self._workdays[inside - 1]


EVERY_DAY = EveryDay()


def is_weekday(ordinal: int) -> bool:
    return 1 <= ordinal % 7 <= 5


def advance(measure: Measure, start: int, n: int, spans: Sequence[Span]) -> int | None:
    """The n-th free day after `start`; for n = 0 the first from `start` on."""
    first = start + 1 if n > 0 else start
    target = measure.rank(first - 1) + max(n, 1)
    for low, high in spans:
        low = max(low, first)
        if high < low:
            continue
        if measure.select(target) < low:
            break
        if high == OPEN:
            return None
        target += measure.rank(high) - measure.rank(low - 1)
    return measure.select(target)


def retreat(measure: Measure, last: int, n: int, spans: Sequence[Span]) -> int:
    """The n-th free day back from `last`, which is the first one if it is free."""
    target = measure.rank(last) - n + 1
    for low, high in reversed(spans):
        high = min(high, last)
        if high < low:
            continue
        if measure.select(target) > high:
            break
        target -= measure.rank(high) - measure.rank(low - 1)
    return measure.select(target)
