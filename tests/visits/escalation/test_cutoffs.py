"""From which day on a rule speaks, against a slow count of days one by one."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.services import calendar
from tests.oracles.published import CALENDAR
from tests.oracles.slow_workdays import SlowCalendar
from visits.models.escalation_rules import Trigger
from visits.services.escalations import cutoffs

SLOW = SlowCalendar()
DAY = timedelta(days=1)
# 2027 has no notice: Monday to Friday.
days = st.dates(date(2019, 1, 1), date(2028, 12, 31))
rules = st.tuples(
    st.sampled_from([Trigger.DUE_SOON, Trigger.OVERDUE]),
    st.one_of(st.none(), st.integers(0, 30)),
)


@pytest.fixture(autouse=True)
def published_years(monkeypatch):
    monkeypatch.setattr(calendar, "current", lambda: CALENDAR)


def speaks(trigger, threshold, due, today):
    """In words: at most N working days left; late; more than K working days late."""
    if trigger == Trigger.DUE_SOON:
        return due < today or SLOW.count(today, due, "working", []) <= (threshold or 0)
    if not threshold:
        return due < today
    return due < today and SLOW.count(due, today, "working", []) > threshold


@given(days, rules)
def test_the_first_day_is_the_first_on_which_it_speaks(due, rule):
    first = cutoffs.first_day(*rule, due)
    assert speaks(*rule, due, first)
    assert not speaks(*rule, due, first - DAY)


@given(days, rules, st.integers(-90, 90))
def test_last_and_first_day_say_the_same(today, rule, apart):
    due = today + timedelta(days=apart)
    is_due = due <= cutoffs.last_due(*rule, today)
    assert is_due == (cutoffs.first_day(*rule, due) <= today)
    assert is_due == speaks(*rule, due, today)


@pytest.mark.slow
def test_fifty_thousand_cases():
    dice = random.Random(7)
    first = date(2019, 1, 1)
    for _ in range(50_000):
        today = first + timedelta(days=dice.randrange(3600))
        due = today + timedelta(days=dice.randrange(-90, 91))
        trigger = dice.choice([Trigger.DUE_SOON, Trigger.OVERDUE])
        threshold = dice.choice([None, *range(31)])
        is_due = due <= cutoffs.last_due(trigger, threshold, today)
        assert is_due == speaks(trigger, threshold, due, today)
