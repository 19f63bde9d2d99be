"""挂账, 一跟到底; and 重办 after the close."""

from datetime import date

import pytest

from crm.lib.errors import DomainError
from crm.models import Company, Event
from tests.factories import NOON
from visits.models import Ticket
from visits.services import tickets

from .ticket_stories import DAY, HOUR, closed, parked, paused, working

pytestmark = pytest.mark.django_db
LATER = NOON + 3 * HOUR


def on(day):
    return NOON + (day - 18) * DAY


def day(number):
    return date(2026, 3, number)


def reply(ticket, who, next_on, now):
    return tickets.promise_next_reply(
        ticket, actor=who, text="仍在协调。", next_on=next_on, now=now
    )


def test_a_parked_ticket_is_open_and_hears_by_its_day(cast):
    ticket = parked(cast)
    assert ticket.is_open and ticket in Ticket.objects.open()
    assert ticket.outcome == "" and ticket.closed_at is None
    # 28 March is a Saturday: the last working day before it holds.
    assert ticket.next_reply_by.due_on == day(27)
    assert ticket.next_reply_by.department == cast.bureau
    ticket.next_reply_by.refresh_from_db()
    assert ticket.next_reply_by.handler == cast.hana
    assert ticket.solve_by.due_on is None
    assert ticket not in Ticket.objects.late(day(27))
    assert ticket in Ticket.objects.late(day(28))


def test_the_next_reply_rolls_and_the_company_reads_each(cast, as_user):
    ticket = parked(cast)
    first = ticket.next_reply_by
    ticket = reply(ticket, cast.hana, date(2026, 4, 10), on(26))
    first.refresh_from_db()
    assert first.met_at == on(26)
    assert ticket.next_reply_by.due_on == date(2026, 4, 10)
    assert ticket.status == "parked"
    assert "仍在协调。" in as_user(cast.otto).get(ticket.get_absolute_url()).text


def test_taken_up_again_the_clock_goes_on_where_it_stood(cast):
    ticket = tickets.unpark_ticket(parked(cast), actor=cast.hana, now=on(25))
    assert ticket.status == "working"
    # Parked from Wednesday 18 to Wednesday 25: 19, 20, 23, 24 and 25 do not count.
    assert ticket.solve_by.due_on == date(2026, 4, 3)
    assert ticket.next_reply_by.met_at == on(25)
    assert ticket.parked_at is None


def test_a_late_ticket_that_is_parked_stays_late(cast):
    ticket = tickets.park_ticket(
        working(cast),
        actor=cast.uma,
        reason="等政策。",
        next_on=on(35).date(),
        now=on(31),
    )
    assert ticket in Ticket.objects.late(date(2026, 4, 1))


@pytest.mark.parametrize("next_on", [date(2026, 3, 18), date(2026, 3, 1), date.max])
def test_the_next_reply_lies_within_reach(cast, next_on):
    ticket = working(cast)
    with pytest.raises(DomainError) as refusal:
        tickets.park_ticket(
            ticket, actor=cast.uma, reason="等。", next_on=next_on, now=LATER
        )
    assert refusal.value.field == "next_on"


def test_parking_tells_the_company_why(cast):
    with pytest.raises(DomainError) as refusal:
        tickets.park_ticket(
            working(cast), actor=cast.uma, reason=" ", next_on=day(25), now=LATER
        )
    assert refusal.value.field == "reason"
    assert Event.objects.filter(action="ticket.parked").count() == 0
    parked(cast)
    assert Event.objects.get(action="ticket.parked").is_public


def test_a_parked_ticket_given_to_another_department_is_parked_no_more(cast):
    ticket = tickets.reassign_ticket(
        parked(cast), actor=cast.dora, lead=cast.other_bureau, reason="换。", now=on(25)
    )
    assert (ticket.status, ticket.parked_at) == ("dispatched", None)
    assert ticket.next_reply_by.met_at == on(25)
    assert ticket.solve_by.due_on == date(2026, 4, 3)


def test_a_paused_ticket_given_to_another_department_runs_again(cast):
    ticket = tickets.reassign_ticket(
        paused(cast), actor=cast.dora, lead=cast.other_bureau, reason="换。", now=on(19)
    )
    assert ticket.status == "dispatched"
    assert ticket.pauses.get().ended_on == day(19)
    assert ticket.solve_by.due_on == date(2026, 3, 30)


def test_reopened_after_the_close_it_is_worked_on_again(cast):
    ticket = closed(cast)
    assert cast.company not in Company.objects.visible_to(cast.hana)
    ticket = tickets.reopen_ticket(
        ticket, actor=cast.otto, reason="又停了。", now=on(25)
    )
    assert (ticket.status, ticket.outcome, ticket.closed_at) == ("working", "", None)
    assert (ticket.sign_off, ticket.redo_count) == ("", 1)
    assert cast.company in Company.objects.visible_to(cast.hana)
    assert ticket in Ticket.objects.of_own_unit(cast.hana)
    # Answered on the 18th, reopened on the 25th: five working days stood.
    assert ticket.solve_by.due_on == date(2026, 4, 3)
    event = Event.objects.get(action="ticket.reopened")
    assert event.changes["outcome"] == ["solved", ""]
    assert event.personal.values == {"reason": "又停了。"}


def test_reopened_it_can_be_answered_and_closed_anew(cast):
    ticket = tickets.reopen_ticket(
        closed(cast), actor=cast.otto, reason="又停了。", now=on(25)
    )
    tickets.answer_ticket(
        ticket, actor=cast.hana, text="已恢复。", proposed="solved", now=on(26)
    )
    ticket = tickets.confirm_ticket(
        ticket, actor=cast.otto, outcome="solved", now=on(27)
    )
    assert (ticket.status, ticket.redo_count) == ("closed", 1)


def test_after_sixty_days_it_is_a_new_problem(cast):
    ticket = closed(cast)
    with pytest.raises(DomainError) as refusal:
        tickets.reopen_ticket(
            ticket, actor=cast.otto, reason="又停了。", now=NOON + 61 * DAY
        )
    assert refusal.value.code == "too_late_to_reopen"


def test_what_the_company_sends_back_is_counted(cast):
    from .ticket_stories import answered

    ticket = answered(cast)
    for _ in range(2):
        ticket = tickets.reject_answer(
            ticket, actor=cast.otto, reason="还差八人。", now=LATER
        )
    assert ticket.redo_count == 1


def test_the_next_reply_pressed_twice_is_said_once(cast):
    ticket = parked(cast)
    day = ticket.next_reply_by.due_on
    said = {"text": "仍在协调。", "next_on": day, "version": ticket.version}
    first = tickets.promise_next_reply(ticket, actor=cast.hana, **said, now=NOON + DAY)
    again = tickets.promise_next_reply(ticket, actor=cast.hana, **said, now=NOON + DAY)
    assert again.version == first.version
    assert Event.objects.filter(action="ticket.next_reply").count() == 1
