from datetime import date, timedelta

import pytest

from crm.lib.workdays import Pause
from projects.schedule import (
    Cycle,
    Schedule,
    Slot,
    Task,
    UnknownNeed,
    compute,
    delayed,
    order,
    paced,
)
from tests.oracles.published import CALENDAR, CALENDAR_DAYS, d

MONDAY = d("2026-03-02")
# A Friday: the week after it is plain.
FRIDAY = d("2026-03-06")


def schedule(*tasks, start=MONDAY, today=MONDAY):
    return compute(tasks, start=start, today=today, calendar=CALENDAR)


def slot(key, *days, slack=0, finished=False):
    critical = slack == 0 and not finished
    return Slot(key, *map(d, days), slack, critical, finished)


# Earliest and latest days


def test_two_that_run_side_by_side_leave_slack_to_the_shorter():
    found = schedule(
        Task("a", (), 2),
        Task("b", ("a",), 5),
        Task("c", ("a",), 3),
        Task("d", ("b", "c"), 1),
    )
    assert found.finish == d("2026-03-12")
    assert list(found.slots.values()) == [
        slot("a", "2026-03-02", "2026-03-04", "2026-03-02", "2026-03-04"),
        slot("b", "2026-03-04", "2026-03-11", "2026-03-04", "2026-03-11"),
        slot("c", "2026-03-04", "2026-03-09", "2026-03-06", "2026-03-11", slack=2),
        slot("d", "2026-03-11", "2026-03-12", "2026-03-11", "2026-03-12"),
    ]


def test_what_has_not_begun_cannot_begin_before_today():
    found = schedule(Task("a", (), 2), today=FRIDAY).slots["a"]
    assert (found.earliest_start, found.earliest_finish) == (FRIDAY, d("2026-03-10"))


def test_a_late_item_ends_today_at_the_earliest():
    begun = Task("a", (), 2, started_on=MONDAY)
    found = schedule(begun, Task("b", ("a",), 1), today=FRIDAY).slots
    assert (found["a"].earliest_finish, found["a"].is_critical) == (FRIDAY, True)
    assert found["b"].earliest_finish == d("2026-03-09")


def test_a_pause_that_still_runs_is_taken_to_end_today():
    begun = Task("a", (), 5, started_on=MONDAY, pauses=(Pause(d("2026-03-04"), None),))
    # One day before the pause, three that stood still, four from Monday on.
    assert schedule(begun, today=FRIDAY).slots["a"].earliest_finish == d("2026-03-12")


def test_a_finished_item_keeps_its_real_days_and_is_never_critical():
    done = Task("a", (), 9, started_on=MONDAY, finished_on=d("2026-03-03"))
    found = schedule(done, Task("b", ("a",), 1), today=d("2026-03-03"))
    assert found.slots["a"] == slot(
        "a", "2026-03-02", "2026-03-03", "2026-03-02", "2026-03-03", finished=True
    )
    assert found.finish == d("2026-03-04")


def test_an_item_whose_successors_have_begun_may_end_with_the_project():
    found = schedule(
        Task("a", (), 2),
        Task("b", ("a",), 9, started_on=MONDAY),
    )
    assert found.slots["a"].latest_finish == found.finish == d("2026-03-13")


def test_the_spring_festival_is_no_working_time():
    found = schedule(Task("a", (), 1), start=d("2026-02-14"), today=d("2026-02-14"))
    assert found.finish == d("2026-02-24")


def test_calendar_days_move_to_a_working_day():
    found = schedule(Task("a", (), 5, CALENDAR_DAYS), Task("b", ("a",), 0))
    assert found.slots["a"].earliest_finish == d("2026-03-09")
    assert found.slots["a"].latest_start == d("2026-03-04")
    assert found.finish == d("2026-03-09")


def test_a_project_without_items_has_no_finish():
    assert schedule() == Schedule({}, None)


# Order


def test_each_item_comes_after_all_it_needs():
    assert order({"c": ["b", "a"], "b": ["a"], "a": []}) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("needs", "keys"),
    [
        ({"a": ["a"]}, {"a"}),
        ({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}, {"a", "b", "c"}),
    ],
)
def test_a_cycle_names_its_items(needs, keys):
    with pytest.raises(Cycle) as caught:
        order(needs)
    found = caught.value.keys
    assert set(found) == keys and len(found) == len(keys)
    following = [*found[1:], found[0]]
    assert all(two in needs[one] for one, two in zip(found, following, strict=True))


def test_an_unknown_need_is_named():
    with pytest.raises(UnknownNeed) as caught:
        order({"a": [], "b": ["a", "gone"]})
    assert (caught.value.key, caught.value.need) == ("b", "gone")


# What if


def test_what_if_an_item_ends_five_days_later():
    late = Task("a", (), 2, started_on=MONDAY)
    tasks = [late, Task("b", ("a",), 1)]
    now = schedule(*tasks, today=FRIDAY)
    then = schedule(*delayed(tasks, "a", 5), today=FRIDAY)
    assert (now.finish, then.finish) == (d("2026-03-09"), d("2026-03-16"))
    assert now == schedule(*delayed(tasks, "a", 0), today=FRIDAY)


def test_what_if_a_finished_item_was_delayed_changes_nothing():
    done = [Task("a", (), 2, started_on=MONDAY, finished_on=MONDAY)]
    assert schedule(*delayed(done, "a", 5)) == schedule(*done)


@pytest.mark.parametrize(("percent", "days"), [(200, 4), (70, 10), (100, 7), (700, 1)])
def test_what_if_a_department_works_at_another_speed(percent, days):
    tasks = paced([Task("a", (), 7), Task("b", (), 7)], {"a"}, percent)
    assert [task.days for task in tasks] == [days, 7]


def test_five_hundred_items_in_a_row_are_no_trouble():
    start = date(2026, 1, 5)
    tasks = [Task(f"{n}", (f"{n - 1}",) if n else (), 1) for n in range(500)]
    found = schedule(*tasks, start=start, today=start)
    assert all(one.is_critical for one in found.slots.values())
    assert found.finish == CALENDAR.add(start, 500).due
    assert found.finish > start + timedelta(days=690)
