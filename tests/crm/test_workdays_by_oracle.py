import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.lib.workdays import (
    Calendar,
    Deadline,
    Mark,
    Pause,
    Unit,
)
from tests.oracles.published import CALENDAR, CALENDAR_DAYS, WORKING, YEARS, d
from tests.oracles.slow_workdays import DAY, SlowCalendar

SLOW = SlowCalendar()


starts = st.dates(date(2018, 1, 1), date(2030, 12, 31))
units = st.sampled_from([WORKING, CALENDAR_DAYS])
lengths = st.integers(0, 400)


@st.composite
def cases(draw):
    start = draw(starts)
    pauses = draw(
        st.lists(
            st.tuples(
                st.integers(-20, 500),
                st.one_of(st.integers(0, 40), st.integers(0, 3)),
                st.integers(0, 30),
            ),
            max_size=4,
        )
    )
    made = []
    for offset, length, luck in pauses:
        first = start + timedelta(days=offset)
        last = None if luck == 30 else first + timedelta(days=length)
        made.append((first, last, "company"))
    return start, draw(lengths), draw(units), made


def check_forward(start, n, unit, pauses):
    ours = [Pause(*pause) for pause in pauses]
    due, provisional, marks = SLOW.add(start, n, unit.value, pauses)
    got = CALENDAR.add(start, n, unit, ours)
    assert got == Deadline(due, provisional)
    return got, marks


def check_explained(start, n, unit, pauses):
    got, marks = check_forward(start, n, unit, pauses)
    ours, due = [Pause(*pause) for pause in pauses], got.due
    told = CALENDAR.explain(start, n, unit, ours)
    assert (told.due, told.provisional) == (got.due, got.provisional)
    if due is None:
        return
    assert {s.day: s.mark.value for s in told.steps} == marks
    counted = [s.day for s in told.steps if s.mark == Mark.COUNTED]
    assert len(counted) == n
    assert not n or counted[-1] == due
    # Only where the end moved to a working day is the number of days a different one.
    if unit == WORKING:
        assert CALENDAR.count_between(start, due, unit, ours) == n or n == 0


def check_backward(due, n, unit, pauses):
    """No later start is in time; as later starts end later, the next one is enough."""
    ours = [Pause(*pause) for pause in pauses]
    got = CALENDAR.subtract(due, n, unit, ours)
    ends, _, _ = SLOW.add(got.start, n, unit.value, pauses)
    assert ends is not None
    assert ends <= due
    assert unit == CALENDAR_DAYS or SLOW.works(got.start)
    later = got.start + DAY
    while unit == WORKING and not SLOW.works(later):
        later += DAY
    ends, _, _ = SLOW.add(later, n, unit.value, pauses)
    assert ends is None or ends > due
    first = got.start if n == 0 else got.start + DAY
    assert got.provisional == any(
        year not in SLOW.published for year in range(first.year, due.year + 1)
    )


def check_distance(start, end, unit, pauses):
    ours = [Pause(*pause) for pause in pauses]
    low, high = min(start, end), max(start, end)
    count = SLOW.count(low, high, unit.value, pauses)
    sign = 1 if start <= end else -1
    assert CALENDAR.count_between(start, end, unit, ours) == sign * count


@pytest.mark.slow
@settings(max_examples=60)
@given(cases())
def test_deadlines_agree_with_the_oracle(case):
    check_explained(*case)


@settings(max_examples=60)
@given(cases())
def test_latest_starts_agree_with_the_oracle(case):
    check_backward(*case)


@settings(max_examples=60)
@given(cases(), starts)
def test_distances_agree_with_the_oracle(case, end):
    start, _, unit, pauses = case
    check_distance(start, end, unit, pauses)


@settings(max_examples=60)
@given(cases(), st.integers(0, 60))
def test_starting_later_never_ends_earlier(case, days):
    start, n, unit, pauses = case
    ours = [Pause(*pause) for pause in pauses]
    first = CALENDAR.add(start, n, unit, ours).due
    later = CALENDAR.add(start + timedelta(days=days), n, unit, ours).due
    assert later is None or (first is not None and first <= later)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_a_hundred_thousand_random_cases_agree_with_the_oracle(part):
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    for number in range(25_000):
        start = date(2018, 1, 1) + timedelta(days=dice.randrange(13 * 365))
        n = dice.choice([dice.randrange(10), dice.randrange(60), dice.randrange(401)])
        unit = dice.choice([WORKING, CALENDAR_DAYS])
        pauses = []
        for _ in range(dice.choice([0, 0, 1, 1, 2, 4])):
            first = start + timedelta(days=dice.randrange(-10, n * 2 + 10))
            last = first + timedelta(days=dice.randrange(30))
            pauses.append((first, dice.choice([last] * 19 + [None]), "special"))
        try:
            check = check_explained if number % 4 == 0 else check_forward
            check(start, n, unit, pauses)
            if number % 4 == 1:
                check_backward(start, n, unit, pauses)
        except AssertionError as error:
            case = f"seed {seed}, {start} {n} {unit} {pauses}"
            raise AssertionError(case) from error


# The number of steps


class CountedTuple(tuple):
    reads = 0

    def __getitem__(self, index):
        CountedTuple.reads += 1
        return super().__getitem__(index)

    def __iter__(self):
        raise AssertionError("walked through the days")


@pytest.fixture
def counted(monkeypatch):
    """A calendar that counts how often it looks at its tables."""
    calendar = Calendar(YEARS)
    work = calendar.work
    work._counts = CountedTuple(work._counts)
    work._workdays = CountedTuple(work._workdays)

    def no_walking(*args):
        raise AssertionError("asked day by day")

    monkeypatch.setattr(Calendar, "_works", no_walking)
    return calendar


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("pauses", [[], [Pause(d("2019-02-01"), d("2019-02-20"))]])
def test_every_answer_takes_the_same_few_steps(counted, unit, pauses):
    def reads(ask):
        CountedTuple.reads = 0
        ask()
        return CountedTuple.reads

    start, end = d("2019-01-30"), d("2026-12-30")
    for n in (5, 50, 500, 1900):
        assert reads(lambda n=n: counted.add(start, n, unit, pauses)) <= 9
        assert reads(lambda n=n: counted.subtract(end, n, unit, pauses)) <= 9
    assert reads(lambda: counted.count_between(start, end, unit, pauses)) <= 4
