"""暂停: typed, visible to the company, with a last day; nobody stalls a clock alone."""

from datetime import date

import pytest

from crm.lib.errors import DomainError
from crm.models import Event, Role
from tests.factories import NOON, GrantFactory, UserFactory
from visits.models import Ticket, TicketPause
from visits.services import tickets

from .ticket_stories import DAY, HOUR, contacted, paused, working

pytestmark = pytest.mark.django_db
# Wednesday 18 March 2026; a simple ticket has 7 working days: 27 March.
DUE = date(2026, 3, 27)
LATER = NOON + 3 * HOUR


def on(day):
    return NOON + (day - 18) * DAY


def day(number):
    return date(2026, 3, number)


def pause(ticket, who, until, kind="special", now=LATER):
    return tickets.pause_ticket(
        ticket, actor=who, kind=kind, reason="专家评审。", until_on=until, now=now
    )


def refusal_of(call):
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value


def test_a_pause_moves_the_end_by_its_working_days(cast):
    ticket = working(cast)
    assert ticket.solve_by.due_on == DUE
    ticket = pause(ticket, cast.hana, day(20))
    # Wednesday to Friday stand; the start day counted for nothing anyway.
    assert ticket.status == "paused"
    assert ticket.solve_by.due_on == date(2026, 3, 31)
    assert ticket.contact_by.due_on == day(23)


def test_the_clock_goes_on_by_itself_after_the_last_day(cast):
    ticket = pause(working(cast), cast.hana, day(20))
    assert tickets.resume_due(now=on(20)) == 0
    assert tickets.resume_due(now=on(21)) == 1
    ticket.refresh_from_db()
    assert ticket.status == "working"
    assert TicketPause.objects.get().ended_on == day(20)
    assert ticket.solve_by.due_on == date(2026, 3, 31)
    assert tickets.resume_due(now=on(21)) == 0
    event = Event.objects.get(action="ticket.resumed")
    assert event.actor is None and event.is_public


def test_going_on_earlier_costs_only_the_days_until_today(cast):
    ticket = pause(working(cast), cast.hana, day(24), now=LATER)
    ticket = tickets.resume_ticket(ticket, actor=cast.hana, now=on(19))
    assert ticket.solve_by.due_on == date(2026, 3, 30)
    assert TicketPause.objects.get().ended_on == day(19)


def test_resumed_on_the_same_day_costs_one_day_if_it_counts(cast):
    ticket = pause(working(cast), cast.hana, day(20), now=on(19))
    ticket = tickets.resume_ticket(ticket, actor=cast.hana, now=on(19) + HOUR)
    assert ticket.solve_by.due_on == date(2026, 3, 30)


def test_waiting_for_the_company_needs_a_contact_first(cast):
    ticket = working(cast)
    call = lambda: pause(ticket, cast.hana, day(20), kind="company")  # noqa: E731
    assert refusal_of(call).code == "not_contacted"
    assert paused(cast).status == "paused"


def test_more_than_five_working_days_alone_wait_for_the_head(cast):
    ticket = pause(working(cast), cast.hana, day(25))
    assert ticket.status == "working"
    assert ticket.solve_by.due_on == DUE
    asked = TicketPause.objects.get()
    assert (asked.is_granted, asked.decided_at, asked.first_on) == (None, None, None)
    assert not Event.objects.get(action="ticket.pause_asked").is_public


def test_five_working_days_need_nobody(cast):
    assert pause(working(cast), cast.hana, day(24)).status == "paused"


def test_short_pauses_add_up(cast):
    ticket = pause(working(cast), cast.hana, day(20))
    ticket = tickets.resume_ticket(ticket, actor=cast.hana, now=on(20))
    ticket = pause(ticket, cast.hana, day(25), now=on(23))
    assert ticket.status == "working"  # 3 and 3: the sixth day is asked for
    assert TicketPause.objects.filter(decided_at=None).count() == 1


def test_a_granted_pause_begins_with_the_decision(cast):
    ticket = pause(working(cast), cast.hana, day(27))
    ticket = tickets.decide_pause(ticket, actor=cast.uma, is_granted=True, now=on(23))
    row = TicketPause.objects.get()
    assert (ticket.status, row.first_on, row.decided_by) == (
        "paused",
        day(23),
        cast.uma,
    )
    assert ticket.solve_by.due_on == date(2026, 4, 3)


def test_granted_pauses_do_not_eat_what_the_department_may_alone(cast):
    ticket = pause(working(cast), cast.hana, day(26))
    ticket = tickets.decide_pause(ticket, actor=cast.uma, is_granted=True, now=LATER)
    ticket = tickets.resume_ticket(ticket, actor=cast.hana, now=on(19))
    assert pause(ticket, cast.hana, day(24), now=on(20)).status == "paused"


def test_a_refused_pause_says_why_and_changes_no_day(cast):
    ticket = pause(working(cast), cast.hana, day(27))
    call = lambda: tickets.decide_pause(  # noqa: E731
        ticket, actor=cast.uma, is_granted=False, now=LATER
    )
    assert refusal_of(call).field == "note"
    after = tickets.decide_pause(
        ticket, actor=cast.uma, is_granted=False, note="可边办边等。", now=LATER
    )
    assert (after.status, after.solve_by.due_on) == ("working", DUE)
    assert pause(after, cast.hana, day(20)).status == "paused"


def test_nobody_grants_what_he_asked_for_himself(cast):
    ticket = pause(working(cast), cast.uma, day(27))
    call = lambda: tickets.decide_pause(  # noqa: E731
        ticket, actor=cast.uma, is_granted=True, now=LATER
    )
    assert refusal_of(call).code == "own_request"
    second = UserFactory(login="second", department=cast.bureau)
    GrantFactory(user=second, role=Role.UNIT_HEAD, department=cast.bureau)
    after = tickets.decide_pause(ticket, actor=second, is_granted=True, now=LATER)
    assert after.status == "paused"


def test_a_pause_whose_days_are_over_is_not_granted(cast):
    ticket = pause(working(cast), cast.hana, day(25))
    call = lambda: tickets.decide_pause(  # noqa: E731
        ticket, actor=cast.uma, is_granted=True, now=on(26)
    )
    assert refusal_of(call).code == "pause_is_over"
    assert TicketPause.objects.get().decided_at is None


@pytest.mark.parametrize("until", [date(2026, 3, 17), date(2027, 3, 18), date.max])
def test_the_last_day_lies_ahead_and_in_reach(cast, until):
    ticket = working(cast)
    call = lambda: pause(ticket, cast.hana, until)  # noqa: E731
    assert refusal_of(call).code == "pause_out_of_range"


@pytest.mark.parametrize("kind", ["parked", "closed", "lunch", ""])
def test_only_the_three_kinds_pause_a_ticket(cast, kind):
    ticket = working(cast)
    call = lambda: pause(ticket, cast.hana, day(20), kind=kind)  # noqa: E731
    assert refusal_of(call).field == "kind"


def test_a_second_request_waits_for_the_first(cast):
    ticket = pause(working(cast), cast.hana, day(26))
    call = lambda: pause(ticket, cast.hana, day(27))  # noqa: E731
    assert refusal_of(call).code == "pause_undecided"
    again = pause(ticket, cast.hana, day(26))
    assert again.version == ticket.version


def test_a_pause_pressed_twice_is_one(cast):
    ticket = working(cast)
    first, second = (pause(ticket, cast.hana, day(20)) for _ in range(2))
    assert first.version == second.version
    assert TicketPause.objects.count() == 1


def test_the_company_supplies_what_was_asked_and_the_clock_goes_on(cast):
    ticket = paused(cast)
    after = tickets.supply_ticket(
        ticket, actor=cast.otto, text="岗位表见附件。", now=on(19)
    )
    assert after.status == "working"
    assert TicketPause.objects.get().ended_on == day(19)


def test_the_company_supplies_only_what_was_asked(cast):
    ticket = pause(contacted(cast), cast.hana, day(20))
    call = lambda: tickets.supply_ticket(  # noqa: E731
        ticket, actor=cast.otto, text="x", now=on(19)
    )
    assert refusal_of(call).code == "nothing_awaited"


def test_a_supply_pressed_twice_says_one_thing(cast):
    import uuid

    from crm.models import Comment

    ticket, key = paused(cast), uuid.uuid4()
    for _ in range(2):
        tickets.supply_ticket(
            ticket, actor=cast.otto, text="见附件。", client_key=key, now=on(19)
        )
    assert Comment.objects.count() == 1
    assert Event.objects.filter(action="ticket.resumed").count() == 1


def test_a_late_ticket_stays_late_while_it_is_paused(cast):
    ticket = pause(working(cast), cast.hana, date(2026, 4, 3), now=on(31))
    assert ticket.status == "paused"
    assert ticket in Ticket.objects.late(date(2026, 4, 1))


def test_the_page_tells_the_company_of_the_pause_and_its_reason(cast, as_user):
    ticket = paused(cast)
    text = as_user(cast.otto).get(ticket.get_absolute_url()).text
    assert "请补充缺工岗位表。" in text and "补充材料" in text


def test_a_clock_that_stands_says_so(cast, as_user, time_machine):
    time_machine.move_to(NOON + 4 * HOUR, tick=False)
    ticket = paused(cast)
    text = as_user(cast.hana).get(ticket.get_absolute_url()).text
    assert "计时暂停" in text
    assert "已办或暂停" not in text
