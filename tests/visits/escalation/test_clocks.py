"""When the rules speak of a deadline, and that they speak once."""

from datetime import date

import pytest
import time_machine

from crm.jobs import recompute_deadlines
from crm.models import WorkYear
from crm.services import calendar, deadlines
from tests.crm.test_deadlines import NOTICE
from tests.visits.escalation.stories import (
    DUE,
    at,
    late_ticket,
    leader_of,
    only,
    open_ones,
    sweep,
)
from tests.visits.ticket_stories import (
    accepted,
    answered,
    dispatched,
    fire_brigade,
    raised,
)
from visits.jobs import escalate
from visits.models import Escalation, Ticket
from visits.services import tickets

CHARGE = ("ticket_late_3", 2)


@pytest.fixture
def lena(cast):
    return leader_of(cast, cast.bureau)


# --- On which day -------------------------------------------------------------------


def test_nothing_is_raised_before_its_day(cast):
    accepted(cast)
    assert sweep(3, 19, 23, 59) == []


@pytest.mark.slow
def test_each_promise_of_a_ticket_is_watched(cast, lena):
    accepted(cast)
    assert sweep(3, 20, 0) == [("ticket_contact_late", 1)]
    assert sweep(3, 24) == [("ticket_reply_late", 1)]
    assert sweep(3, 25) == [("ticket_due_soon", 0)]
    assert sweep(3, 28, 0) == [("ticket_late", 1)]


def test_more_than_three_working_days_are_counted_in_working_days(cast, lena):
    late_ticket(cast)
    assert sweep(3, 28) == [("ticket_due_soon", 0), ("ticket_late", 1)]
    # Monday to Wednesday are three; Thursday is the fourth.
    assert sweep(4, 1) == []
    assert sweep(4, 2) == [CHARGE]


def test_days_off_do_not_make_it_later(cast, lena, atomic):
    """清明 2026: Saturday 4 to Monday 6 April are off."""
    ticket = late_ticket(cast)
    deadlines.change_days(ticket.solve_by, 11)
    assert ticket.solve_by.due_on == date(2026, 4, 2)
    sweep(4, 3)
    # The 3rd, 7th and 8th have counted.
    assert sweep(4, 8) == []
    assert sweep(4, 9) == [CHARGE]


def test_a_late_promise_is_late_on_a_saturday_too(cast):
    late_ticket(cast)
    sweep(3, 27)
    assert at(3, 28).isoweekday() == 6
    assert sweep(3, 28, 0) == [("ticket_late", 1)]


# --- Once ---------------------------------------------------------------------------


def test_a_second_sweep_raises_nothing(cast, lena):
    accepted(cast)
    assert len(sweep(4, 30)) == 6
    assert sweep(4, 30) == []
    assert Escalation.objects.count() == 6


def test_a_jump_over_several_days_raises_each_rule_once(cast, lena):
    late_ticket(cast)
    every = [("ticket_due_soon", 0), ("ticket_late", 1), ("ticket_late_10", 3), CHARGE]
    assert sweep(6, 1) == every


def test_a_clock_that_steps_back_neither_repeats_nor_loses(cast, lena):
    late_ticket(cast)
    assert sweep(3, 30) == [("ticket_due_soon", 0), ("ticket_late", 1)]
    for day in (20, 26, 27, 30):
        assert sweep(3, day) == []
    assert sweep(4, 2) == [CHARGE]
    assert sweep(3, 30) == []


def test_a_year_ahead_and_back_again(cast, lena):
    late_ticket(cast)
    assert len(sweep(3, 30, 9, 0, 2027)) == 4
    for when in ((3, 25), (4, 2), (3, 30, 9, 0, 2027)):
        assert sweep(*when) == []


def test_the_worker_sweeps_by_its_own_clock(cast):
    late_ticket(cast)
    with time_machine.travel(at(3, 28), tick=False):
        assert escalate() == 2
        assert escalate() == 0


def test_a_rule_out_of_use_is_silent_until_it_is_used_again(cast, lena):
    late_ticket(cast)
    only("ticket_late")
    assert sweep(4, 2) == [("ticket_late", 1)]


# --- What does not run --------------------------------------------------------------


@pytest.mark.slow
def test_an_answered_ticket_is_silent(cast):
    answered(cast)
    assert sweep(12, 1) == []


def test_before_the_dispatch_no_clock_runs(cast, category):
    raised(cast)
    assert sweep(12, 1) == []


def test_a_pause_without_end_is_silent_and_what_follows_is_told(cast, lena, atomic):
    ticket = late_ticket(cast)
    pause(ticket, date(2026, 3, 20), cast)
    assert ticket.solve_by.due_on is None
    assert sweep(6, 1) == []
    deadlines.resume(ticket.solve_by, last_on=date(2026, 6, 1))
    assert ticket.solve_by.due_on == date(2026, 6, 9)
    assert sweep(6, 4) == []
    assert sweep(6, 5) == [("ticket_due_soon", 0)]


def test_nothing_is_said_on_a_day_that_does_not_count(cast, lena, atomic):
    """A late clock that is paused stays late, and goes on being told of afterwards."""
    ticket = late_ticket(cast)
    assert len(sweep(3, 31)) == 2
    pause(ticket, date(2026, 4, 1), cast)
    assert ticket.solve_by.due_on == DUE
    assert sweep(4, 2) == []
    assert sweep(4, 9) == []
    deadlines.resume(ticket.solve_by, last_on=date(2026, 4, 9))
    assert sweep(4, 10) == [CHARGE]


def test_a_pause_with_an_end_needs_nobody_to_end_it(cast, lena, atomic):
    ticket = late_ticket(cast)
    sweep(3, 31)
    row = pause(ticket, date(2026, 4, 1), cast)
    row.last_on = date(2026, 4, 3)
    row.save(update_fields=["last_on"])
    assert sweep(4, 3) == []
    assert sweep(4, 4) == [CHARGE]


def pause(ticket, first_on, cast):
    return deadlines.pause(
        ticket.solve_by,
        kind="company",
        first_on=first_on,
        reason="补件",
        actor=cast.uma,
    )


# --- Another promise ----------------------------------------------------------------


def test_a_day_that_moves_is_told_of_again(cast, lena, atomic):
    ticket = late_ticket(cast)
    assert len(sweep(4, 2)) == 3
    deadlines.change_days(ticket.solve_by, 15)
    assert ticket.solve_by.due_on == date(2026, 4, 9)
    assert sweep(4, 3) == []
    assert [one.decision for one in Escalation.objects.all()] == ["moved"] * 3
    assert sweep(4, 7) == [("ticket_due_soon", 0)]
    assert sweep(4, 10) == [("ticket_late", 1)]
    assert sweep(4, 14) == []
    assert sweep(4, 15) == [CHARGE]


def test_a_day_that_moves_there_and_back_is_another_promise(cast, atomic):
    ticket = late_ticket(cast)
    assert len(sweep(3, 28)) == 2
    deadlines.change_days(ticket.solve_by, 15)
    deadlines.change_days(ticket.solve_by, 7)
    assert ticket.solve_by.due_on == DUE
    assert len(sweep(3, 28)) == 2
    assert open_ones().count() == 2


def test_a_promise_that_stays_the_same_is_not_told_of_again(cast, atomic):
    ticket = late_ticket(cast)
    sweep(3, 28)
    deadlines.change_days(ticket.solve_by, 7)
    assert sweep(3, 28) == []
    assert open_ones().count() == 2


def test_an_answer_the_company_rejects_is_told_of_again(cast, lena):
    ticket = late_ticket(cast)
    sweep(3, 28)
    tickets.answer_ticket(
        tickets.start_work(ticket, actor=cast.hana, now=at(3, 28)),
        actor=cast.hana,
        text="已办",
        proposed="solved",
        now=at(3, 28),
    )
    assert sweep(3, 30) == []
    assert {one.decision for one in Escalation.objects.all()} == {"met"}
    tickets.reject_answer(ticket, actor=cast.otto, reason="没有", now=at(3, 30))
    assert sweep(3, 30) == [("ticket_due_soon", 0), ("ticket_late", 1)]


def test_next_years_notice_moves_a_day_and_it_is_told_of_again(cast, atomic):
    """At the year's end the days of January are provisional until the notice comes."""
    ticket = late_ticket(cast)
    days = calendar.count_between(date(2026, 3, 18), date(2027, 1, 4))
    deadlines.change_days(ticket.solve_by, days)
    assert ticket.solve_by.is_provisional
    assert sweep(12, 31) == [("ticket_due_soon", 0)]
    assert Escalation.objects.get().why["is_provisional"] is True
    WorkYear.objects.create(year=2027, **NOTICE)
    deadlines.recompute()
    ticket.solve_by.refresh_from_db()
    assert ticket.solve_by.due_on == date(2027, 1, 6)
    assert sweep(1, 4, 9, 0, 2027) == [("ticket_due_soon", 0)]
    first, second = Escalation.objects.order_by("pk")
    assert (first.decision, second.decision) == ("moved", "")
    assert "is_provisional" not in second.why
    assert sweep(1, 7, 9, 0, 2027) == [("ticket_late", 1)]


def test_the_notice_moves_the_fourth_day_after_a_last_one_that_stays(
    cast, lena, atomic
):
    """What was counted over New Year is counted anew, although nothing else moved."""
    ticket = late_ticket(cast)
    days = calendar.count_between(date(2026, 3, 18), date(2026, 12, 30))
    deadlines.change_days(ticket.solve_by, days)
    assert ticket.solve_by.due_on == date(2026, 12, 30)
    assert len(sweep(12, 31)) == 2
    WorkYear.objects.create(year=2027, **NOTICE)
    recompute_deadlines()
    # 31 December, 5, 6 and 7 January; without the notice it would be the 5th.
    assert sweep(1, 6, 9, 0, 2027) == []
    assert sweep(1, 7, 9, 0, 2027) == [CHARGE]


# --- Whose promise ------------------------------------------------------------------


def test_an_assisting_department_is_watched_by_itself(cast):
    only("part_due_soon", "part_late")
    brigade = fire_brigade(cast)
    ticket = dispatched(cast, assistants=[(brigade, "现场核查")])
    assert sweep(3, 20) == [("part_due_soon", 3)]  # the brigade has nobody at all
    assert sweep(3, 24) == [("part_late", 3)]
    assert {one.department for one in Escalation.objects.all()} == {brigade}
    assert Ticket.objects.get(pk=ticket.pk).level == 0


def test_a_promise_in_other_hands_is_left_for_the_next_sweep(cast, monkeypatch):
    late_ticket(cast)
    monkeypatch.setattr(
        "visits.services.escalations.sweeping.locked", lambda kind, path, keys: {}
    )
    assert sweep(3, 28) == []
    monkeypatch.undo()
    assert len(sweep(3, 28)) == 2


def test_a_deadline_that_hangs_from_nothing_is_left_alone(cast, atomic):
    late_ticket(cast)
    deadlines.start("solve", 1, started_on=date(2026, 3, 2))
    assert len(sweep(3, 28)) == 2
    assert sweep(3, 28) == []
