import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.lib.errors import DomainError
from crm.models import Comment, Event, User
from tests.factories import NOON, GrantFactory, UserFactory
from visits.models import Answer, Ticket
from visits.services import tickets

from .ticket_stories import HOUR, accepted, dispatched, fire_brigade, working

PARTS = "提供缺工名单"


def last_event(ticket):
    return Event.objects.for_subject(ticket).newest_first().first()


def test_signing_sets_the_handler(cast):
    ticket = accepted(cast)
    assert (ticket.status, ticket.handler) == ("accepted", cast.hana)


def test_a_head_signs_and_gives_it_to_a_colleague(cast):
    ticket = tickets.accept_ticket(
        dispatched(cast), actor=cast.uma, handler=cast.hana, now=NOON
    )
    assert ticket.handler == cast.hana
    assert last_event(ticket).changes["handler"] == [None, cast.hana.pk]


def test_nobody_of_another_department_gets_it_in_hand(cast):
    ticket = accepted(cast)
    with pytest.raises(DomainError) as refusal:
        tickets.hand_ticket(ticket, actor=cast.hana, handler=cast.tom)
    assert refusal.value.code == "not_a_colleague"
    assert tickets.hand_ticket(ticket, actor=cast.hana, handler=cast.uma)


def test_a_contact_stops_its_clock_when_it_is_recorded_not_when_it_is_said_to_be(cast):
    ticket = accepted(cast)
    late = NOON + timedelta(days=6)
    ticket = tickets.record_contact(
        ticket, actor=cast.hana, person="张三", called_at=NOON + HOUR, now=late
    )
    assert ticket.contact_by.met_at == late
    assert timezone.localdate(late) > ticket.contact_by.due_on


def test_the_persons_name_and_number_stay_out_of_the_chain(cast):
    ticket = tickets.record_contact(
        accepted(cast),
        actor=cast.hana,
        person="张三",
        phone="13812345678",
        called_at=NOON + HOUR,
        now=NOON + HOUR,
    )
    event = last_event(ticket)
    assert event.personal.values == {"person": "张三", "phone": "13812345678"}
    assert "张三" not in str(event.changes)


@pytest.mark.parametrize("off", [-timedelta(days=1), timedelta(days=1)])
def test_a_call_before_the_dispatch_or_in_the_future_is_refused(cast, off):
    with pytest.raises(DomainError) as refusal:
        tickets.record_contact(
            accepted(cast),
            actor=cast.hana,
            person="张三",
            called_at=NOON + off,
            now=NOON,
        )
    assert refusal.value.field == "called_at"


def test_the_same_call_recorded_twice_is_one_event(cast):
    ticket = accepted(cast)
    for _ in range(2):
        ticket = tickets.record_contact(
            ticket,
            actor=cast.hana,
            person="张三",
            called_at=NOON + HOUR,
            now=NOON + HOUR,
        )
    assert Event.objects.filter(action="ticket.contacted").count() == 1


@pytest.mark.slow
def test_the_first_public_word_of_the_lead_department_is_the_reply(cast):
    ticket = accepted(cast, assistants=[(cast.other_bureau, PARTS)])

    def say(who, internal):
        tickets.comment_ticket(
            ticket, actor=who, text="您好", is_internal=internal, now=NOON + HOUR
        )
        return Ticket.objects.get(pk=ticket.pk).reply_by.met_at

    assert say(cast.hana, True) is None
    assert say(cast.olga, False) is None
    assert say(cast.tom, False) is None
    assert say(cast.otto, False) is None
    assert say(cast.hana, False) == NOON + HOUR


def test_the_company_never_writes_an_internal_comment(cast):
    comment = tickets.comment_ticket(
        accepted(cast), actor=cast.otto, text="请尽快", is_internal=True
    )
    assert comment.is_internal is False


def test_a_comment_sent_twice_is_there_once(cast):
    ticket, key = accepted(cast), uuid.uuid4()
    for _ in range(2):
        tickets.comment_ticket(
            ticket, actor=cast.olga, text="跟进中", is_internal=True, client_key=key
        )
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("who", ["maria", "axel", "oleg", "dirk", "omar", "sven"])
def test_who_only_reads_does_not_comment(cast, who):
    with pytest.raises(PermissionDenied):
        tickets.comment_ticket(
            accepted(cast), actor=getattr(cast, who), text="知悉", is_internal=True
        )


def test_an_assisting_answer_meets_its_own_clock_alone(cast):
    ticket = accepted(cast, assistants=[(cast.other_bureau, PARTS)])
    tickets.answer_part(ticket, actor=cast.tom, text="名单已提供。", now=NOON + HOUR)
    part = ticket.parts.get(is_lead=False)
    assert part.answered_at == part.answer_by.met_at == NOON + HOUR
    assert Answer.objects.get().is_public is False
    assert not last_event(ticket).is_public
    assert Ticket.objects.get(pk=ticket.pk).reply_by.met_at is None


def test_a_late_part_may_still_be_answered_and_shows_when(cast):
    ticket = accepted(cast, assistants=[(cast.other_bureau, PARTS)])
    late = NOON + timedelta(days=30)
    tickets.answer_part(ticket, actor=cast.tom, text="名单。", now=late)
    tickets.answer_part(ticket, actor=cast.tom, text="补充。", now=late + HOUR)
    part = ticket.parts.get(is_lead=False)
    assert part.answered_at == late
    assert Answer.objects.count() == 2


def test_whoever_assists_for_two_departments_answers_each(cast):
    fire = fire_brigade(cast)
    GrantFactory(user=cast.tom, role="handler", department=fire)
    tom = User.objects.get(pk=cast.tom.pk)
    ticket = accepted(cast, assistants=[(cast.other_bureau, "一"), (fire, "二")])
    tickets.answer_part(ticket, actor=tom, text="消防。", department=fire)
    tickets.answer_part(ticket, actor=tom, text="水利。")
    assert not ticket.parts.filter(is_lead=False, answered_at=None).exists()


def test_the_answer_stops_all_clocks_and_asks_the_company(cast):
    ticket = tickets.answer_ticket(
        working(cast, assistants=[(cast.other_bureau, PARTS)]),
        actor=cast.hana,
        text="到岗 12 人。",
        proposed="partly",
        now=NOON + 2 * HOUR,
    )
    clocks = (ticket.contact_by, ticket.reply_by, ticket.solve_by)
    assert {one.met_at for one in clocks} == {NOON + 2 * HOUR}
    assert ticket.status == "confirming"
    assert ticket.outcome == ""
    # The assistant has not answered: allowed, and its clock goes on.
    assert ticket.parts.get(is_lead=False).answer_by.met_at is None


def test_an_answer_sent_twice_is_one_answer(cast):
    ticket, key = working(cast), uuid.uuid4()
    for _ in range(2):
        ticket = tickets.answer_ticket(
            ticket, actor=cast.hana, text="已办。", proposed="solved", client_key=key
        )
    assert Answer.objects.count() == 1


def test_a_former_handler_may_not_act_any_more(cast):
    ticket = accepted(cast)
    cast.hana.grants.update(ends_on=NOON.date() - timedelta(days=1))
    gone = User.objects.get(pk=cast.hana.pk)
    with pytest.raises(PermissionDenied):
        tickets.answer_ticket(ticket, actor=gone, text="已办。", proposed="solved")


def test_colleagues_are_those_of_the_department_and_above_it(cast):
    other = UserFactory(department=cast.other_bureau)
    GrantFactory(user=other, role="handler", department=cast.other_bureau)
    names = set(tickets.colleagues(dispatched(cast), NOON).values_list("login", flat=1))
    assert names == {"hana", "uma"}
