"""Working hours: how long something has waited while offices were open.

Pure: local datetimes in, durations out. Which days are worked is the calendar's word,
so a Saturday that is worked instead of a holiday counts, and the holiday does not.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from .workdays import Calendar

NOTHING: Final = timedelta()
# So many days back something that is looked for must have begun.
FURTHEST: Final = 4000


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when offices are open on a working day, without a pause at noon."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise ValueError(f"expected to close after {self.opens}, got {self.closes}")

    @property
    def length(self) -> timedelta:
        return _since_midnight(self.closes) - _since_midnight(self.opens)

    def until(self, at: datetime) -> timedelta:
        """How long offices have been open on that day at that time."""
        since = _since_midnight(at.time()) - _since_midnight(self.opens)
        return min(max(since, NOTHING), self.length)


def waited(
    since: datetime, until: datetime, *, hours: Hours, calendar: Calendar
) -> timedelta:
    """The open hours from one local moment to another; nothing if it is earlier."""
    if until <= since:
        return NOTHING
    first, last = since.date(), until.date()
    # Whole days after the first, with the last; then what is too much at both ends.
    whole = calendar.count_between(first, last) * hours.length
    if calendar.is_workday(first):
        whole += hours.length - hours.until(since)
    if calendar.is_workday(last):
        whole -= hours.length - hours.until(until)
    return whole


def moment_before(
    until: datetime, long: timedelta, *, hours: Hours, calendar: Calendar
) -> datetime:
    """Whoever came before this moment has waited longer than `long`, nobody else.

    One moment for a whole queue: nothing is computed for each row.
    """
    day, left = until.date(), long
    open_today = hours.until(until) if calendar.is_workday(day) else NOTHING
    while open_today <= left:
        left -= open_today
        day -= timedelta(days=1)
        if (until.date() - day).days > FURTHEST:
            raise ValueError(f"no working days enough before {until}")
        open_today = hours.length if calendar.is_workday(day) else NOTHING
    opened = datetime.combine(day, hours.opens, tzinfo=until.tzinfo)
    return opened + open_today - left


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
