"""From the receipt to the end: by supervisors, in time, with a second look once."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Event, EventPersonal
from tests.factories import NOON, GrantFactory
from tests.visits.complaints import stories
from visits.complaint_jobs import tend
from visits.models import Complaint, ComplaintNote, ComplaintPersonal, StatementRequest
from visits.services import complaints
from visits.services.complaints import Voice

Status = Complaint.Status


def note(cast, complaint, actor=None, **more):
    told = {"kind": "call", "text": "电话联系窗口。", "now": NOON} | more
    return complaints.note_complaint(complaint, actor=actor or cast.axel, **told)


def test_acknowledging_takes_it_in_hand_and_meets_the_clock(cast):
    complaint = stories.acknowledged(cast)
    assert complaint.status == Status.ACKNOWLEDGED
    assert complaint.taken_by == cast.axel
    assert complaint.ack_by.met_at == NOON and complaint.answer_by.met_at is None


def test_two_at_once_the_second_is_told(cast):
    anna = stories.another_supervisor(cast)
    complaint = stories.received_one(cast)
    for _press in range(2):
        complaints.acknowledge_complaint(
            complaint, actor=cast.axel, version=complaint.version, now=NOON
        )
    with pytest.raises(StaleVersion):
        complaints.acknowledge_complaint(
            complaint, actor=anna, version=complaint.version, now=NOON
        )


@pytest.mark.parametrize(
    "who", ["hana", "uma", "olga", "dora", "maria", "otto", "alma"]
)
def test_nobody_else_can_do_anything(cast, who):
    complaint, actor = stories.acknowledged(cast), getattr(cast, who)
    acts = [
        lambda: complaints.acknowledge_complaint(complaint, actor=actor),
        lambda: complaints.take_complaint(complaint, actor=actor),
        lambda: note(cast, complaint, actor=actor),
        lambda: complaints.answer_complaint(
            complaint, actor=actor, outcome="true", text="x"
        ),
        lambda: complaints.reveal_complainant(complaint, actor=actor, reason="x"),
        lambda: complaints.name_accused(complaint, actor=actor, person=cast.tom),
        lambda: complaints.ask_statement(
            complaint, actor=actor, asked_of=cast.uma, question="x"
        ),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()


def test_the_first_step_begins_the_work(cast):
    complaint = stories.acknowledged(cast)
    note(cast, complaint)
    complaint.refresh_from_db()
    assert complaint.status == Status.INVESTIGATING
    assert complaint.notes.get().written_by == cast.axel


def test_a_note_pressed_twice_is_one(cast):
    complaint, key = stories.acknowledged(cast), uuid.uuid4()
    first, again = (note(cast, complaint, client_key=key) for _ in range(2))
    assert first == again
    assert Event.objects.filter(action="complaint.noted").count() == 1


@pytest.mark.parametrize("kind", ["reply", "reveal", "accused", "nonsense"])
def test_only_steps_can_be_noted(cast, kind):
    with pytest.raises(DomainError):
        note(cast, stories.acknowledged(cast), kind=kind)


def test_nothing_is_noted_before_it_is_acknowledged(cast):
    with pytest.raises(WrongStatus):
        note(cast, stories.received_one(cast))


def test_supervisor_and_complainant_ask_and_reply_without_a_name(cast):
    given = stories.anonymous(cast)
    complaint = complaints.acknowledge_complaint(
        given.complaint, actor=cast.axel, now=NOON
    )
    note(cast, complaint, kind="question", text="哪个窗口?")
    complaints.reply_to_supervisor(
        complaint, voice=Voice(code=given.code), text="三号窗口。", now=NOON
    )
    kinds = [one.kind for one in complaint.notes.order_by("pk")]
    assert kinds == ["question", "reply"]
    assert complaint.notes.get(kind="reply").written_by is None


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA"])
def test_a_wrong_code_is_no_voice(cast, code):
    complaint = stories.answered(cast)
    for act in (complaints.accept_answer, complaints.forget_complainant):
        with pytest.raises(PermissionDenied):
            act(complaint, voice=Voice(code=code))


def test_a_colleague_to_whom_it_is_shown_has_no_voice(cast):
    complaint = stories.answered(cast)
    complaints.share_complaint(complaint, actor=cast.otto, is_shared=True)
    other = stories.UserFactory(department=None)
    GrantFactory(user=other, role="owner", company=cast.company)
    with pytest.raises(PermissionDenied):
        complaints.accept_answer(complaint, voice=Voice(other))


def test_the_name_is_looked_at_with_a_reason_that_the_others_read(cast):
    complaint = stories.acknowledged(cast)
    with pytest.raises(DomainError):
        complaints.reveal_complainant(complaint, actor=cast.axel, reason=" ")
    personal = complaints.reveal_complainant(
        complaint, actor=cast.axel, reason="需当面核实", now=NOON
    )
    assert personal.name == stories.NAME
    kept = complaint.notes.get(kind="reveal")
    assert (kept.written_by, kept.text) == (cast.axel, "需当面核实")
    event = Event.objects.get(action="complaint.name_revealed")
    assert event.actor == cast.axel and event.changes == {}


def test_of_an_anonymous_one_there_is_no_name_to_look_at(cast):
    complaint = stories.anonymous(cast).complaint
    with pytest.raises(DomainError):
        complaints.reveal_complainant(complaint, actor=cast.axel, reason="核实")


def test_the_complainant_erases_his_name_and_keeps_the_code(cast):
    given = stories.filed(cast)
    voice = Voice(cast.otto)
    complaints.forget_complainant(given.complaint, voice=voice, now=NOON)
    assert not ComplaintPersonal.objects.exists()
    assert not Complaint.objects.own_of(cast.otto).exists()
    complaint = complaints.find_by_code(given.code)
    complaints.reply_to_supervisor(complaint, voice=Voice(code=given.code), text="补充")


def test_the_answer_meets_the_clock_and_waits_for_a_word(cast):
    complaint = stories.answered(cast)
    complaint.refresh_from_db()
    assert complaint.status == Status.ANSWERED
    assert complaint.answer_by.met_at is not None
    closed = complaints.accept_answer(complaint, voice=Voice(cast.otto), now=NOON)
    assert closed.status == Status.CLOSED
    complaints.accept_answer(complaint, voice=Voice(cast.otto))  # harmless


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"outcome": "maybe"}, "outcome"),
        ({"text": " "}, "text"),
        ({"text": "x" * 4001}, "text"),
    ],
)
def test_an_answer_needs_outcome_and_words(cast, change, field):
    said = {"outcome": "true", "text": "已处理。"} | change
    with pytest.raises(DomainError) as refused:
        complaints.answer_complaint(stories.acknowledged(cast), actor=cast.axel, **said)
    assert refused.value.field == field


def test_it_is_not_answered_twice(cast):
    complaint = stories.answered(cast)
    with pytest.raises(WrongStatus):
        complaints.answer_complaint(
            complaint, actor=cast.axel, outcome="true", text="再答"
        )


def test_a_second_look_is_anothers(cast):
    anna = stories.another_supervisor(cast)
    complaint = stories.second(cast)
    assert complaint.taken_by is None
    assert complaint.second_by.due_on == date(2026, 4, 13)
    said = {"outcome": "true", "text": "复核属实,已处理。"}
    with pytest.raises(DomainError) as refused:
        complaints.answer_complaint(complaint, actor=cast.axel, **said)
    assert refused.value.code == "same_eyes" and anna.name in str(refused.value)
    closed = complaints.answer_complaint(complaint, actor=anna, **said)
    assert closed.status == Status.CLOSED
    assert [one.given_by for one in closed.answers.order_by("turn")] == [
        cast.axel,
        anna,
    ]


def test_without_another_the_same_one_looks_again(cast):
    complaint = stories.second(cast)
    closed = complaints.answer_complaint(
        complaint, actor=cast.axel, outcome="true", text="复核属实。"
    )
    assert closed.status == Status.CLOSED and closed.second_by.met_at is not None


def test_a_second_look_is_asked_for_once_and_says_why(cast):
    complaint = stories.answered(cast)
    with pytest.raises(DomainError):
        complaints.say_unsatisfied(complaint, voice=Voice(cast.otto), note=" ")
    stories.complaints.say_unsatisfied(complaint, voice=Voice(cast.otto), note="不清楚")
    with pytest.raises(DomainError) as refused:
        complaints.say_unsatisfied(complaint, voice=Voice(cast.otto), note="还是不清楚")
    assert refused.value.code == "asked_already"


def test_it_cannot_be_asked_for_before_the_answer_nor_after_the_end(cast):
    early = stories.acknowledged(cast)
    closed = complaints.accept_answer(stories.answered(cast), voice=Voice(cast.otto))
    for complaint in (early, closed):
        with pytest.raises(WrongStatus):
            complaints.say_unsatisfied(complaint, voice=Voice(cast.otto), note="不满意")


def test_another_takes_it_over(cast):
    anna = stories.another_supervisor(cast)
    complaint = stories.acknowledged(cast)
    assert complaints.take_complaint(complaint, actor=anna).taken_by == anna
    assert complaints.take_complaint(complaint, actor=anna).taken_by == anna


def test_late_ones_come_to_the_other_supervisors_and_to_nobody_else(cast):
    anna = stories.another_supervisor(cast)
    complaint = stories.acknowledged(cast)
    on_desk = Complaint.objects.on_desk_of
    last = complaint.answer_by.due_on
    assert list(on_desk(cast.axel, last)) == [complaint]
    assert not on_desk(anna, last).exists()
    assert list(on_desk(anna, last + timedelta(days=1))) == [complaint]
    for who in ("dora", "maria", "uma", "hana", "alma", "selma"):
        day = last + timedelta(days=99)
        assert not on_desk(getattr(cast, who), day).exists()


def test_each_missed_day_is_told_of_once(cast):
    stories.received_one(cast)
    late = NOON + timedelta(days=2)
    for _scheduler in range(3):
        complaints.note_late(now=late)
    events = Event.objects.filter(action="complaint.late")
    assert events.count() == 1 and events.get().actor is None
    complaints.note_late(now=NOON + timedelta(days=60))
    assert events.count() == 2


def test_what_is_met_in_time_is_not_told_of(cast):
    stories.answered(cast)
    assert complaints.note_late(now=NOON + timedelta(days=60)) == 0


def test_an_answer_without_a_word_is_closed_after_ten_working_days(cast):
    complaint = stories.answered(cast)  # on Thursday the 19th
    for day, status in [(2, "answered"), (3, "closed")]:
        tend(NOON.replace(month=4, day=day))
        complaint.refresh_from_db()
        assert complaint.status == status, day


def test_a_typed_name_becomes_a_person_of_the_unit(cast):
    about = {"accused": None, "unit": cast.bureau, "accused_name": "李某"}
    complaint = stories.acknowledged(cast, **about)
    with pytest.raises(DomainError):
        complaints.name_accused(complaint, actor=cast.axel, person=cast.tom)
    found = complaints.name_accused(complaint, actor=cast.axel, person=cast.hana)
    assert (found.accused, found.accused_name) == (cast.hana, "")
    assert Event.objects.get(action="complaint.accused_found").changes == {}


# --- Statements ----------------------------------------------------------------


def test_a_unit_head_is_asked_and_answers(cast):
    request = stories.statement(cast)
    assert request.answer_by.due_on == date(2026, 3, 25)
    request.complaint.refresh_from_db()
    assert request.complaint.status == Status.INVESTIGATING
    given = complaints.give_statement(request, actor=cast.uma, answer="已查,情况如下。")
    assert given.answered_at and given.answer_by.met_at
    complaints.give_statement(request, actor=cast.uma, answer="已查,情况如下。")
    with pytest.raises(DomainError):
        complaints.give_statement(request, actor=cast.uma, answer="改口。")


def test_only_whoever_is_asked_reads_the_question(cast):
    request = stories.statement(cast)
    visible = StatementRequest.objects.visible_to
    names = ["hana", "tom", "olga", "dora", "maria", "axel", "otto", "alma", "selma"]
    assert [one for one in names if visible(getattr(cast, one)).exists()] == []
    assert visible(cast.uma).get() == request
    with pytest.raises(PermissionDenied):
        complaints.give_statement(request, actor=cast.hana, answer="我来说。")


def test_the_accused_head_is_not_asked(cast):
    complaint = stories.acknowledged(cast, accused=cast.uma)
    assert not complaints.heads_for(complaint, NOON.date()).exists()
    with pytest.raises(DomainError) as refused:
        stories.statement(cast, complaint)
    assert refused.value.field == "asked_of"


def test_a_head_who_turns_out_to_be_meant_reads_no_more_of_it(cast):
    about = {"accused": None, "unit": cast.bureau, "accused_name": "一把手"}
    request = stories.statement(cast, stories.acknowledged(cast, **about))
    complaints.name_accused(request.complaint, actor=cast.axel, person=cast.uma)
    request.refresh_from_db()
    assert request.withdrawn_at
    assert not StatementRequest.objects.visible_to(cast.uma).exists()


def test_one_open_question_to_each(cast):
    request = stories.statement(cast)
    with pytest.raises(DomainError) as refused:
        stories.statement(cast, request.complaint)
    assert refused.value.code == "asked_already"


def test_the_answer_takes_open_questions_back(cast):
    request = stories.statement(cast)
    complaints.answer_complaint(
        request.complaint, actor=cast.axel, outcome="false", text="不属实。"
    )
    request.refresh_from_db()
    assert request.withdrawn_at and request.answer_by.met_at


def test_events_of_statements_name_no_unit(cast):
    request = stories.statement(cast)
    complaints.give_statement(request, actor=cast.uma, answer="情况如下。")
    asked, given = Event.objects.filter(action__startswith="statement").order_by("pk")
    assert (asked.actor, asked.changes) == (cast.axel, {})
    assert (given.actor, given.changes, given.company) == (None, {}, None)


def test_no_event_of_a_whole_complaint_names_who_made_it_or_whom_it_is_about(cast):
    anna = stories.another_supervisor(cast)
    complaint = stories.second(cast)
    note(cast, complaint)
    complaints.answer_complaint(complaint, actor=anna, outcome="true", text="属实。")
    events = Event.objects.filter(action__startswith="complaint")
    assert {one.actor for one in events} == {None, cast.axel, anna}
    assert {str(one.changes) for one in events} == {"{}"}
    assert {one.company for one in events} == {None}
    assert not EventPersonal.objects.filter(event__in=events).exists()
    assert ComplaintNote.objects.exists()
