import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.lib.workdays import Pause
from projects.clocks import clocks_of
from projects.schedule import Task, compute, order
from tests.oracles.published import CALENDAR, CALENDAR_DAYS, WORKING
from tests.oracles.slow_schedule import SlowSchedule, slow_clocks

# From the state, what may follow, and where an attempt ends.
MOVES = {
    -1: [1],
    1: [2, 3, 4, 5, 6],
    3: [6, 8, 9, 11, 12, 13, 14],
    6: [4, 7, 14],
    7: [3, 6, 8, 9, 11],
    8: [6, 9, 11, 14],
    9: [10, 14],
    10: [6, 8, 9, 11],
}


def made_up(dice):
    """A project half done: a random graph with some items begun, paused or finished."""
    start = date(2019, 1, 1) + timedelta(days=dice.randrange(8 * 365))
    today = start + timedelta(days=dice.randrange(60))
    tasks = []
    for number in range(dice.randrange(1, 8)):
        earlier = [task.key for task in tasks]
        needs = dice.sample(earlier, min(len(earlier), dice.randrange(4)))
        unit = dice.choice([WORKING, WORKING, CALENDAR_DAYS])
        task = Task(f"i{number}", tuple(needs), dice.choice([0, 1, 3, 7, 20]), unit)
        task = replace(task, delay=dice.choice([0] * 9 + [4]))
        tasks.append(with_history(task, start, today, dice))
    return dice.sample(tasks, len(tasks)), start, today


def with_history(task, start, today, dice):
    """Not always after what it needs: real histories are not in order either."""
    fate, passed = dice.randrange(5), (today - start).days
    if fate > 1:
        return task
    began = start + timedelta(days=dice.randrange(passed + 1))
    since = (today - began).days
    if fate == 0:
        ended = began + timedelta(days=dice.randrange(since + 1))
        return replace(task, started_on=began, finished_on=ended)
    pauses = []
    for _ in range(dice.randrange(3)):
        first = began + timedelta(days=dice.randrange(since + 1))
        last = first + timedelta(days=dice.randrange(12))
        pauses.append(Pause(first, dice.choice([None, min(last, today)])))
    return replace(task, started_on=began, pauses=tuple(pauses))


def check(tasks, start, today):
    got = compute(tasks, start=start, today=today, calendar=CALENDAR)
    slow = SlowSchedule(tasks, start, today)
    assert got.finish == slow.finish()
    for key, slot in got.slots.items():
        assert slot.earliest_start == slow.begins(key), key
        assert slot.earliest_finish == slow.ends(key), key
        assert slot.latest_finish == slow.latest_end(key), key
        assert slot.latest_start == slow.latest_start(key), key
        assert slot.slack == slow.slack(key), key
        assert slot.is_finished == (slow.tasks[key].finished_on is not None)
        assert slot.is_critical == (slot.slack == 0 and not slot.is_finished)


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_schedules_agree_with_the_oracle(dice):
    check(*made_up(dice))


@pytest.mark.slow
def test_three_thousand_random_schedules_agree_with_the_oracle():
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    for number in range(3000):
        case = made_up(dice)
        try:
            check(*case)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, case {number}: {case}") from error


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef"))))
def test_an_order_holds_whatever_the_graph(graph):
    needs = {key: sorted(wanted & graph.keys()) for key, wanted in graph.items()}
    try:
        found = order(needs)
    except ValueError as error:
        cycle = error.keys
        pairs = zip(cycle, [*cycle[1:], cycle[0]], strict=True)
        assert all(two in needs[one] for one, two in pairs)
        return
    assert sorted(found) == sorted(needs)
    assert all(
        found.index(need) < found.index(key) for key in needs for need in needs[key]
    )


# The three clocks


@st.composite
def attempts(draw):
    day, state = draw(st.dates(date(2019, 1, 1), date(2026, 12, 1))), -1
    moves = [(day, state)]
    while state in MOVES and draw(st.integers(0, 9)):
        state = draw(st.sampled_from(MOVES[state]))
        day += timedelta(days=draw(st.sampled_from([0, 0, 1, 2, 7, 40])))
        moves.append((day, state))
    return moves, day + timedelta(days=draw(st.integers(0, 60)))


@pytest.mark.slow
@settings(max_examples=300)
@given(attempts())
def test_clocks_agree_with_the_oracle_and_add_up(attempt):
    moves, today = attempt
    got = clocks_of(moves, today=today)
    expected = slow_clocks(moves, today)
    assert (got.company, got.authority, got.special) == tuple(expected.values())
    last, state = moves[-1]
    end = today if state in MOVES else last
    assert got.total == (end - moves[0][0]).days
