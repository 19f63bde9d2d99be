import random
from datetime import timedelta
from math import ceil

import pytest

from projects.forecast import Estimate, Known, Lapse, outcomes, simulate
from projects.schedule import Task, compute
from tests.oracles.published import CALENDAR, CALENDAR_DAYS, d

MONDAY = d("2026-03-02")
TENS = (10,) * 20
WIDE = tuple(range(1, 21))


def forecast(*tasks, records=None, expiries=None, start=MONDAY, today=MONDAY, seed="a"):
    schedule = compute(tasks, start=start, today=today, calendar=CALENDAR)
    known = Known(tasks, schedule, start, records or {}, expiries or {}, seed)
    return simulate(known, today=today, calendar=CALENDAR)


def chain(*keys, days=5):
    return [
        Task(key, keys[number - 1 : number] if number else (), days)
        for number, key in enumerate(keys)
    ]


# On what it rests


def test_with_fewer_than_8_records_the_committed_days_count():
    found = forecast(*chain("a", "b"), records={"a": (30,) * 7, "b": (10,) * 8})
    assert found.items["a"] == Estimate("a", MONDAY, *[d("2026-03-09")] * 2, 0)
    assert found.items["b"].record_count == 8
    assert found.items["b"].start_on == d("2026-03-09")
    assert found.items["b"].p50_on == d("2026-03-23")
    assert (found.p50_on, found.next.key) == (d("2026-03-23"), "a")


def test_committed_calendar_days_are_counted_by_the_calendar():
    records = {"a": (1,) * 8}
    later = Task("b", ("a",), 5, CALENDAR_DAYS)
    assert forecast(Task("a", (), 1), later, records=records).p50_on == d("2026-03-09")


def test_a_late_item_on_committed_days_is_expected_today():
    late, sunday = Task("a", (), 2, started_on=MONDAY), d("2026-03-08")
    assert forecast(late, today=sunday).p80_on == sunday


def test_the_spread_of_the_records_shows():
    found = forecast(Task("a", (), 5), records={"a": WIDE}).items["a"]
    assert (found.p50_on, found.p80_on) == (d("2026-03-16"), d("2026-03-24"))


# What has elapsed


def test_only_what_lasted_longer_is_compared():
    """After 14 days only 15 to 20 are left of 1 to 20."""
    today = CALENDAR.add(MONDAY, 14).due
    found = forecast(Task("a", (), 5), records={"a": WIDE}, today=today).items["a"]
    assert found.p50_on in {CALENDAR.add(MONDAY, days).due for days in (17, 18)}


def test_what_lasts_longer_than_any_record_needs_a_day_more():
    today = CALENDAR.add(MONDAY, 40).due
    found = forecast(Task("a", (), 5), records={"a": WIDE}, today=today).items["a"]
    assert found.p80_on > found.p50_on > today
    assert min(outcomes(WIDE, 40)) == 41
    assert found.record_count == 20


def test_the_clock_of_an_item_starts_when_all_it_needs_is_done():
    done = Task("a", (), 5, finished_on=d("2026-03-13"))
    found = forecast(
        done, Task("b", ("a",), 5), records={"b": TENS}, today=d("2026-03-13")
    )
    assert found.items.keys() == {"b"}
    assert found.p50_on == d("2026-03-27")


def test_an_item_that_began_before_its_turn_counts_from_its_own_start():
    early = Task("b", ("a",), 5, started_on=MONDAY)
    found = forecast(Task("a", (), 30), early, records={"b": TENS})
    assert found.items["b"].p50_on == d("2026-03-16")


def test_when_all_is_done_nothing_is_forecast():
    found = forecast(Task("a", (), 5, finished_on=MONDAY))
    assert (found.items, found.next, found.p50_on, found.lapses) == ({}, None, None, ())


# The same again


def test_the_same_project_has_the_same_forecast_and_another_a_slightly_other_one():
    tasks = chain(*"abcdefgh")
    records = dict.fromkeys("abcdefgh", WIDE)
    found = forecast(*tasks, records=records)
    assert found == forecast(*tasks, records=records)
    # The seed is text and no hash, so this holds on every machine.
    assert (found.p50_on, found.p80_on) == (d("2026-07-02"), d("2026-07-21"))
    other = forecast(*tasks, records=records, seed="b")
    assert abs(other.p50_on - found.p50_on) < timedelta(days=7)


# Approvals that expire


def test_an_approval_that_lapses_before_what_needs_it_is_named():
    permit = Task("permit", (), 5, finished_on=MONDAY)
    tasks = [permit, Task("design", (), 10), Task("works", ("permit", "design"), 5)]
    on_time, too_soon = d("2026-03-16"), d("2026-03-15")
    assert forecast(*tasks, expiries={"permit": on_time}).lapses == ()
    found = forecast(*tasks, expiries={"permit": too_soon})
    assert found.lapses == (Lapse("permit", too_soon, "works", on_time),)


@pytest.mark.parametrize(
    ("expires_on", "started_on", "count"),
    [("2026-03-01", None, 1), ("2026-03-02", None, 0), ("2026-03-01", MONDAY, 0)],
)
def test_an_approval_breaks_only_what_has_not_begun(expires_on, started_on, count):
    permit = Task("permit", (), 5, finished_on=d("2026-02-24"))
    works = Task("works", ("permit",), 5, started_on=started_on)
    found = forecast(permit, works, expiries={"permit": d(expires_on)})
    assert len(found.lapses) == count


# As wide as it must be


def four_fifths(ordered):
    return sorted(ordered)[ceil(len(ordered) * 0.8) - 1]


@pytest.mark.parametrize("count", [8, 40])
@pytest.mark.parametrize("elapsed", [-1, 150])
def test_four_fifths_of_the_next_ones_end_within_what_is_said(count, elapsed):
    """Few records must not make the forecast too narrow."""
    dice = random.Random(count)

    def duration(longer_than=-1):
        while (days := round(dice.lognormvariate(5, 0.6))) <= longer_than:
            pass
        return days

    kept = 0
    for _ in range(1000):
        records = tuple(sorted(duration() for _ in range(count)))
        kept += duration(elapsed) <= four_fifths(outcomes(records, elapsed))
    assert 0.75 <= kept / 1000 <= 0.85


def test_a_sum_of_many_is_neither_too_narrow_nor_too_wide():
    """Nine in a row, each with eight records."""
    dice = random.Random(4)

    def duration():
        return round(dice.gammavariate(7, 22))

    kept = 0
    for _ in range(300):
        drawn = [
            dice.choices(
                outcomes(tuple(sorted(duration() for _ in range(8))), -1), k=99
            )
            for _ in range(9)
        ]
        kept += sum(duration() for _ in range(9)) <= four_fifths(
            [*map(sum, zip(*drawn, strict=True))]
        )
    assert 0.74 <= kept / 300 <= 0.86
