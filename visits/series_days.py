"""On which days a series of meetings meets: by its rule and the working calendar."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from crm.services import calendar
from visits.models import MeetingSeries

WEEK = timedelta(days=7)
# A day off is moved by less than this; looked for from so far before.
BACK = timedelta(days=31)


def next_day(series: MeetingSeries, after: date) -> date:
    """The first day after this one on which it meets."""
    return next(day for day in days(series, after - BACK) if day > after)


def days(series: MeetingSeries, since: date) -> Iterator[date]:
    """Its days in order from about `since` on, each on a working day."""
    weekly = series.rhythm == MeetingSeries.Rhythm.WEEKLY
    since = max(since, series.first_on)
    found = weekdays(series, since) if weekly else month_days(series, since)
    last = None
    for day in found:
        # Two that a long holiday moved to the same day are one.
        if day != last and day >= series.first_on:
            yield day
        last = day


def weekdays(series: MeetingSeries, since: date) -> Iterator[date]:
    assert series.weekday is not None, "of a weekly series"
    start = series.first_on - timedelta(days=series.first_on.weekday())
    step = WEEK * series.every
    first = max((since - start) // step, 0)
    for number in count(first):
        day = start + number * step + timedelta(days=series.weekday)
        if day >= series.first_on:
            yield moved(day)


def moved(day: date) -> date:
    """The day itself where it is worked, else the next that is."""
    due = calendar.add(day, 0).due
    assert due is not None, "without pauses there is an end"
    return due


def month_days(series: MeetingSeries, since: date) -> Iterator[date]:
    assert series.nth is not None, "of a monthly series"
    month = since.replace(day=1)
    while True:
        due = calendar.add(month - timedelta(days=1), series.nth).due
        assert due is not None, "without pauses there is an end"
        yield due
        month = (month + timedelta(days=31)).replace(day=1)
