"""How long something has waited while offices were open, against the minutes' count."""

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from crm.config.env import env_hours
from crm.lib.workhours import Hours, moment_before, waited
from tests.factories import SHANGHAI
from tests.oracles.published import CALENDAR

HOURS = Hours(time(9), time(17, 30))
EIGHT = timedelta(hours=8)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def between(since, until, hours=HOURS):
    return waited(at(since), at(until), hours=hours, calendar=CALENDAR)


def hours_of(count):
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-03-18 10:00", "2026-03-18 12:30", 2.5),  # within a Wednesday
        ("2026-03-18 07:00", "2026-03-18 09:00", 0),  # before the office opens
        ("2026-03-18 18:00", "2026-03-19 08:59", 0),  # over night
        ("2026-03-18 16:30", "2026-03-19 10:00", 2),
        ("2026-03-20 17:00", "2026-03-23 09:30", 1),  # over a weekend
        ("2026-03-21 10:00", "2026-03-22 16:00", 0),  # on a weekend
        ("2026-09-30 17:00", "2026-10-08 09:30", 1),  # over the national holiday
        (
            "2026-10-10 09:00",
            "2026-10-10 17:30",
            8.5,
        ),  # 调休
        ("2026-02-27 17:00", "2026-03-02 10:00", 10),  # with Saturday 28, worked too
        ("2026-03-18 12:00", "2026-03-18 12:00", 0),
        ("2026-03-19 12:00", "2026-03-18 12:00", 0),  # a clock that went back
    ],
)
def test_only_open_hours_of_working_days_count(since, until, hours):
    assert between(since, until) == hours_of(hours)


def test_other_hours_are_a_matter_of_settings():
    long_day = Hours(time(8), time(18))
    assert between("2026-03-18 07:00", "2026-03-19 09:00", long_day) == hours_of(11)


moments = st.datetimes(datetime(2025, 12, 25), datetime(2026, 11, 5)).map(
    lambda one: one.replace(second=0, microsecond=0, tzinfo=SHANGHAI)
)
days_long = st.integers(0, 9 * 24 * 60).map(lambda count: timedelta(minutes=count))


def slowly(since, until):
    """Every minute looked at by itself."""
    count, one = 0, since
    while one < until:
        is_open = time(9) <= one.time() < time(17, 30)
        count += is_open and CALENDAR.is_workday(one.date())
        one += timedelta(minutes=1)
    return timedelta(minutes=count)


@pytest.mark.slow
@given(moments, days_long)
def test_waiting_is_the_number_of_open_minutes(since, length):
    until = since + length
    assert waited(since, until, hours=HOURS, calendar=CALENDAR) == slowly(since, until)


@given(moments, days_long, st.integers(0, 30 * 60))
def test_one_moment_parts_those_who_waited_longer(until, length, minutes):
    long = timedelta(minutes=minutes)
    parts = moment_before(until, long, hours=HOURS, calendar=CALENDAR)
    since = until - length
    has_waited = waited(since, until, hours=HOURS, calendar=CALENDAR)
    assert (since < parts) == (has_waited > long)


def test_an_office_that_never_opens_is_refused():
    with pytest.raises(ValueError, match="close after"):
        Hours(time(9), time(9))


def test_the_setting_is_a_span_of_one_day(monkeypatch):
    monkeypatch.setenv("CRM_X", "8:30 - 18:00")
    assert env_hours("CRM_X", "9:00-17:30") == (time(8, 30), time(18))
    assert env_hours("CRM_Y", "9:00-17:30") == (time(9), time(17, 30))
    for wrong in ("9-17", "18:00-9:00", "9:00", "a-b", "9:00-25:00"):
        monkeypatch.setenv("CRM_X", wrong)
        with pytest.raises(ImproperlyConfigured, match="9:00-17:30"):
            env_hours("CRM_X", "9:00-17:30")
