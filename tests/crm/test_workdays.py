from datetime import date

import pytest

from crm.lib import holiday_year, workdays
from crm.lib.holiday_year import DaysOff, HolidayYear, Makeup
from crm.lib.workdays import (
    BadCount,
    BadPause,
    Calendar,
    Code,
    Deadline,
    Mark,
    OutOfRange,
    Pause,
    Reason,
    Unit,
)
from tests.oracles.published import CALENDAR, CALENDAR_DAYS, WORKING, YEARS, d
from tests.oracles.slow_workdays import DAY, SlowCalendar

SLOW = SlowCalendar()


def all_days(first_year, last_year):
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        yield day
        day += DAY


# The published days


def test_every_published_day_agrees_with_both_packages():
    chinese_calendar = pytest.importorskip("chinese_calendar")
    holidays = pytest.importorskip("holidays").country_holidays("CN")
    days = list(all_days(2019, 2026))
    wrong = [
        day
        for day in days
        if not (
            CALENDAR.is_workday(day)
            == chinese_calendar.is_workday(day)
            == holidays.is_working_day(day)
        )
    ]
    assert (len(days), wrong) == (2922, [])


def test_every_day_off_of_a_notice_bears_the_name_the_package_gives_it():
    chinese_calendar = pytest.importorskip("chinese_calendar")
    names = {
        "New Year's Day": "元旦",
        "Spring Festival": "春节",
        "Tomb-sweeping Day": "清明节",
        "Labour Day": "劳动节",
        "Dragon Boat Festival": "端午节",
        "Mid-autumn Festival": "中秋节",
        "National Day": "国庆节",
    }
    for day in all_days(2019, 2026):
        reason = CALENDAR.why(day)
        if reason.code == Code.HOLIDAY:
            assert names[chinese_calendar.get_holiday_detail(day)[1]] in reason.name
        elif reason.code == Code.MAKEUP:
            package = chinese_calendar.constants.workdays[day]
            assert names[package] in reason.name


PER_MONTH_2026 = [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]


def test_working_days_of_2026_month_by_month():
    counts = [0] * 12
    for day in all_days(2026, 2026):
        counts[day.month - 1] += CALENDAR.is_workday(day)
    assert (counts, sum(counts)) == (PER_MONTH_2026, 248)
    assert holiday_year.workdays_per_month(YEARS[-1]) == PER_MONTH_2026


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-10-01", Reason(Code.HOLIDAY, "国庆节")),
        ("2026-10-03", Reason(Code.HOLIDAY, "国庆节")),  # a Saturday
        ("2026-10-10", Reason(Code.MAKEUP, "国庆节")),
        ("2026-10-11", Reason(Code.WEEKEND)),
        ("2026-10-12", Reason(Code.WORKDAY)),
        ("2020-01-31", Reason(Code.HOLIDAY, "春节")),  # the extension of 2020
        ("2020-02-01", Reason(Code.HOLIDAY, "春节")),  # make-up day before it
        ("2019-05-05", Reason(Code.MAKEUP, "劳动节")),  # changed in March 2019
        ("2022-12-31", Reason(Code.HOLIDAY, "元旦")),  # named by the notice of 2023
        ("2027-10-01", Reason(Code.WORKDAY)),
    ],
)
def test_why_a_day_is_worked_or_not(day, reason):
    assert CALENDAR.why(d(day)) == reason


def test_days_that_only_a_neighbouring_notice_names_are_plain():
    assert CALENDAR.why(d("2018-12-29")) == Reason(Code.WEEKEND)
    assert CALENDAR.why(d("2018-12-31")) == Reason(Code.WORKDAY)
    with_2018 = Calendar([*YEARS, HolidayYear(2018)])
    assert with_2018.why(d("2018-12-31")) == Reason(Code.HOLIDAY, "元旦")
    assert with_2018.why(d("2018-12-29")) == Reason(Code.MAKEUP, "元旦")


# Where a deadline lands


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [  # the vectors that came with the notice of 2026
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-10", 15, "2026-03-09"),
        ("2026-04-30", 1, "2026-05-06"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-18", 1, "2026-09-20"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-24", 10, "2026-10-15"),
        ("2026-03-02", 20, "2026-03-30"),
    ],
)
def test_the_vectors_of_2026(start, n, due):
    assert CALENDAR.add(d(start), n) == Deadline(d(due), provisional=False)
    assert CALENDAR.count_between(d(start), d(due)) == n


@pytest.mark.parametrize(
    ("start", "n", "unit", "due"),
    [
        ("2026-11-21", 1, WORKING, "2026-11-23"),  # from a Saturday
        ("2026-11-23", 0, WORKING, "2026-11-23"),
        ("2026-11-21", 0, WORKING, "2026-11-23"),
        ("2026-10-10", 0, WORKING, "2026-10-10"),  # a Saturday that is worked
        ("2026-10-01", 0, CALENDAR_DAYS, "2026-10-08"),
        ("2026-11-23", 0, CALENDAR_DAYS, "2026-11-23"),
        ("2026-09-30", 1, CALENDAR_DAYS, "2026-10-08"),
        ("2026-09-25", 15, CALENDAR_DAYS, "2026-10-10"),  # ends on a make-up day
        ("2026-11-16", 5, CALENDAR_DAYS, "2026-11-23"),  # ends on a Saturday
        ("2026-11-16", 4, CALENDAR_DAYS, "2026-11-20"),
    ],
)
def test_where_a_deadline_lands(start, n, unit, due):
    assert CALENDAR.add(d(start), n, unit).due == d(due)


@pytest.mark.parametrize(
    ("unit", "pauses", "due"),
    [  # all from Monday 2026-11-16 with three days
        (WORKING, [], "2026-11-19"),
        (WORKING, [("2026-11-17", "2026-11-17")], "2026-11-20"),  # back the same day
        (WORKING, [("2026-11-17", "2026-11-18")], "2026-11-23"),
        (WORKING, [("2026-11-17", "2026-11-18")] * 2, "2026-11-23"),  # united
        (
            WORKING,
            [("2026-11-17", "2026-11-18"), ("2026-11-18", "2026-11-19")],
            "2026-11-24",
        ),
        (WORKING, [("2026-11-16", "2026-11-16")], "2026-11-19"),  # the start day
        (WORKING, [("2026-11-14", "2026-11-15")], "2026-11-19"),  # before it
        (WORKING, [("2026-11-20", "2026-11-30")], "2026-11-19"),  # after the end
        (WORKING, [("2026-11-19", "2026-11-22")], "2026-11-23"),  # a weekend in it
        (WORKING, [("2026-11-18", "2026-11-18"), ("2026-11-21", None)], "2026-11-20"),
        (WORKING, [("2026-11-19", None)], None),
        (CALENDAR_DAYS, [("2026-11-17", "2026-11-17")], "2026-11-20"),
        (CALENDAR_DAYS, [("2026-11-17", "2026-11-18")], "2026-11-23"),
        # The end falls on Saturday; the Monday it would move to is paused.
        (
            CALENDAR_DAYS,
            [("2026-11-17", "2026-11-18"), ("2026-11-23", "2026-11-23")],
            "2026-11-24",
        ),
        (CALENDAR_DAYS, [("2026-11-17", "2026-11-18"), ("2026-11-22", None)], None),
    ],
)
def test_pauses_move_a_deadline_on_its_own_measure(unit, pauses, due):
    pauses = [Pause(d(a), d(b) if b else None) for a, b in pauses]
    got = CALENDAR.add(d("2026-11-16"), 3, unit, pauses).due
    assert got == (d(due) if due else None)


def test_a_pause_on_the_start_day_matters_when_there_are_no_days():
    pause = [Pause(d("2026-11-16"), d("2026-11-17"))]
    assert CALENDAR.add(d("2026-11-16"), 0, WORKING, pause).due == d("2026-11-18")


@pytest.mark.parametrize(
    ("start", "n", "provisional"),
    [
        ("2026-12-30", 1, False),  # ends on the last day that is known
        ("2026-12-31", 1, True),
        ("2026-12-31", 0, False),
        ("2027-01-04", 0, True),
        ("2018-12-31", 1, False),  # only days after the start are looked at
        ("2018-12-28", 2, True),
        ("2018-12-30", 1, True),
        ("2017-03-01", 3, True),
    ],
)
def test_a_deadline_in_a_year_without_notice_is_provisional(start, n, provisional):
    assert CALENDAR.add(d(start), n).provisional is provisional


def test_a_year_missing_in_the_middle_makes_provisional():
    gap = Calendar([HolidayYear(2019), HolidayYear(2021)])
    assert not gap.add(d("2019-06-03"), 5).provisional
    assert gap.add(d("2019-12-30"), 300).provisional
    assert gap.add(d("2020-06-01"), 5).provisional
    assert not gap.add(d("2020-12-31"), 5).provisional


def test_without_any_notice_weeks_are_plain():
    empty = Calendar()
    assert empty.add(d("2026-09-30"), 1) == Deadline(d("2026-10-01"), provisional=True)
    assert empty.count_between(d("2026-01-01"), d("2027-01-01")) == 261


def test_the_newer_notice_holds_where_two_name_the_same_day():
    day = d("2020-12-26")
    older = HolidayYear(2020, makeups=(Makeup(day, "a"),))
    newer = HolidayYear(2021, off=(DaysOff("b", day, day),))
    assert Calendar([newer, older]).why(day) == Reason(Code.HOLIDAY, "b")


@pytest.mark.parametrize(
    ("due", "n", "unit", "pauses", "start"),
    [
        ("2026-11-23", 1, WORKING, [], "2026-11-20"),  # not Sunday
        ("2026-10-08", 1, WORKING, [], "2026-09-30"),
        ("2026-10-12", 1, WORKING, [], "2026-10-10"),
        ("2026-10-07", 0, WORKING, [], "2026-09-30"),
        ("2026-11-19", 3, WORKING, [], "2026-11-16"),
        ("2026-11-19", 3, WORKING, [("2026-11-17", "2026-11-17")], "2026-11-13"),
        ("2026-11-19", 1, WORKING, [("2026-11-18", "2026-11-19")], "2026-11-16"),
        (
            "2026-11-20",
            2,
            WORKING,
            [("2026-11-16", "2026-11-16"), ("2026-11-18", "2026-11-19")],
            "2026-11-16",
        ),
        (
            "2026-11-20",
            3,
            WORKING,
            [("2026-11-16", "2026-11-16"), ("2026-11-18", "2026-11-19")],
            "2026-11-12",
        ),
        ("2026-11-23", 3, CALENDAR_DAYS, [], "2026-11-20"),
        ("2026-11-22", 3, CALENDAR_DAYS, [], "2026-11-17"),
    ],
)
def test_the_latest_start_that_is_still_in_time(due, n, unit, pauses, start):
    pauses = [Pause(d(a), d(b)) for a, b in pauses]
    assert CALENDAR.subtract(d(due), n, unit, pauses).start == d(start)


# What cannot be answered


@pytest.mark.parametrize(
    ("error", "ask"),
    [
        (BadCount, lambda: CALENDAR.add(d("2026-11-16"), -1)),
        (BadCount, lambda: CALENDAR.add(d("2026-11-16"), 10**30)),
        (BadCount, lambda: CALENDAR.explain(d("2026-11-16"), workdays.MOST_DAYS + 1)),
        (BadCount, lambda: CALENDAR.subtract(d("2026-11-16"), -1, CALENDAR_DAYS)),
        (BadPause, lambda: Pause(d("2026-11-16"), d("2026-11-15"))),
        (OutOfRange, lambda: CALENDAR.add(d("9999-12-31"), 1)),
        (OutOfRange, lambda: CALENDAR.add(d("9999-12-31"), 1, CALENDAR_DAYS)),
        (OutOfRange, lambda: CALENDAR.explain(d("9999-12-01"), 40)),
        (OutOfRange, lambda: CALENDAR.subtract(d("0001-01-05"), 9)),
        (OutOfRange, lambda: CALENDAR.subtract(d("0001-01-05"), 9, CALENDAR_DAYS)),
    ],
)
def test_absurd_questions_are_refused(error, ask):
    with pytest.raises(error):
        ask()
    assert issubclass(error, ValueError)


@pytest.mark.parametrize("unit", Unit)
def test_the_ends_of_the_range_are_still_answered(unit):
    assert CALENDAR.add(d("9999-12-30"), 1, unit).due == d("9999-12-31")
    assert CALENDAR.add(d("0001-01-01"), 0, unit).due == d("0001-01-01")
    assert CALENDAR.subtract(d("0001-01-05"), 1, unit).start == d("0001-01-04")
    open_pause = [Pause(d("2000-01-01"), None)]
    assert CALENDAR.explain(d("9999-12-31"), 1, unit, open_pause).steps == ()


# Explaining


def test_an_explanation_names_every_day():
    told = CALENDAR.explain(d("2026-09-30"), 2, pauses=[Pause(*[d("2026-10-08")] * 2)])
    assert told.due == d("2026-10-10")
    assert [(s.day.day, s.mark, s.reason.code) for s in told.steps] == [
        *[(day, Mark.SKIPPED, Code.HOLIDAY) for day in range(1, 8)],
        (8, Mark.PAUSED, Code.PAUSE),
        (9, Mark.COUNTED, Code.WORKDAY),
        (10, Mark.COUNTED, Code.MAKEUP),
    ]


def test_an_end_on_a_day_off_is_explained_as_moved():
    told = CALENDAR.explain(d("2026-11-19"), 2, CALENDAR_DAYS)
    assert [(s.day.day, s.mark, s.reason.code) for s in told.steps] == [
        (20, Mark.COUNTED, Code.CALENDAR_DAY),
        (21, Mark.SKIPPED, Code.WEEKEND),
        (22, Mark.SKIPPED, Code.WEEKEND),
        (23, Mark.COUNTED, Code.MOVED_HERE),
    ]


def test_an_end_on_a_working_day_is_not_explained_as_moved():
    told = CALENDAR.explain(d("2026-11-16"), 1, CALENDAR_DAYS)
    assert [s.reason.code for s in told.steps] == [Code.CALENDAR_DAY]


@pytest.mark.parametrize("unit", Unit)
def test_without_days_only_what_stood_in_the_way_is_explained(unit):
    told = CALENDAR.explain(d("2026-10-01"), 0, unit)
    assert [(s.day.day, s.mark) for s in told.steps] == [
        (day, Mark.SKIPPED) for day in range(1, 8)
    ]
    assert CALENDAR.explain(d("2026-10-08"), 0, unit).steps == ()


def test_an_open_pause_is_explained_up_to_today():
    pause = [Pause(d("2026-11-18"), None, "company")]
    told = CALENDAR.explain(d("2026-11-16"), 5, WORKING, pause)
    assert [s.mark for s in told.steps] == [Mark.COUNTED, Mark.PAUSED]
    told = CALENDAR.explain(d("2026-11-16"), 5, WORKING, pause, until=d("2026-11-20"))
    assert [s.mark for s in told.steps] == [Mark.COUNTED] + [Mark.PAUSED] * 3
    assert told.steps[-1].reason == Reason(Code.PAUSE, "company")
