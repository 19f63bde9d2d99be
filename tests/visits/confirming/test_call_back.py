"""Silence is not consent: it is called back, and never counted as solved."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, WrongStatus
from crm.models import Deadline, Event
from crm.services import absences
from tests.factories import NOON, SHANGHAI
from tests.visits.ticket_stories import HOUR, answered, working
from visits.models import Callback, CallTry, Ticket
from visits.services import callbacks, tickets
from visits.services.callbacks import Call, open_callbacks, record_call

from .stories import DAY, LATER, SAID, called, in_vain, silent


@pytest.mark.parametrize(
    ("day", "opened"),
    [
        (24, 0),  # the fourth working day
        (25, 0),  # the fifth: still in time
        (26, 1),
        (30, 1),
    ],
)
def test_it_opens_when_five_working_days_are_over(cast, day, opened):
    answered(cast)
    now = datetime(2026, 3, day, 0, 0, tzinfo=SHANGHAI)
    assert open_callbacks(now=now) == opened


def test_days_off_do_not_count(cast):
    """Answered on 30 April: 1 to 5 May are off, 9 May is worked."""
    ticket = working(cast)
    given_at = datetime(2026, 4, 30, 16, 0, tzinfo=SHANGHAI)
    tickets.answer_ticket(
        ticket, actor=cast.hana, text="已办。", proposed="solved", now=given_at
    )
    for day, opened in ((11, 0), (12, 1)):
        now = datetime(2026, 5, day, 9, 0, tzinfo=SHANGHAI)
        assert open_callbacks(now=now) == opened, day


@pytest.mark.parametrize("given", [20, 21, 22, 23])
def test_of_whatever_day_it_opens_on_the_day_after_its_last(cast, given):
    """Friday to Monday: the last day is 27 March for all but the Monday's."""
    ticket = working(cast)
    given_at = datetime(2026, 3, given, 16, 0, tzinfo=SHANGHAI)
    tickets.answer_ticket(
        ticket, actor=cast.hana, text="已办。", proposed="solved", now=given_at
    )
    last = 30 if given == 23 else 27
    at = datetime(2026, 3, last, 23, 0, tzinfo=SHANGHAI)
    assert open_callbacks(now=at) == 0
    assert open_callbacks(now=at + timedelta(hours=2)) == 1


def test_it_opens_once_however_often_it_is_run(cast):
    ticket = answered(cast)
    assert open_callbacks(now=LATER) == 1
    assert open_callbacks(now=LATER) == 0
    assert open_callbacks(now=LATER + 30 * DAY) == 0
    assert Event.objects.filter(action="callback.opened").count() == 1
    assert Deadline.objects.filter(kind="callback").count() == 1
    assert Callback.objects.get().ticket == ticket


def test_a_scheduler_that_was_slower_makes_none(cast, monkeypatch):
    """As if both had looked before either wrote: the key refuses the second."""
    ticket, _callback = silent(cast)
    made = callbacks.open_callback(ticket.pk, before=LATER, now=LATER)
    assert made is False
    assert Deadline.objects.filter(kind="callback").count() == 1


def test_an_answer_that_came_meanwhile_has_its_own_days(cast):
    ticket = answered(cast)
    assert not callbacks.open_callback(ticket.pk, before=NOON, now=LATER)


@pytest.mark.parametrize("act", ["confirm", "reject"])
def test_a_word_before_it_leaves_nothing_to_call(cast, act):
    ticket = answered(cast)
    if act == "confirm":
        tickets.confirm_ticket(ticket, actor=cast.otto, outcome="solved", now=SAID)
    else:
        tickets.reject_answer(ticket, actor=cast.otto, reason="不行", now=SAID)
    assert open_callbacks(now=LATER) == 0


@pytest.mark.parametrize("act", ["confirm", "reject"])
def test_a_word_meanwhile_ends_it(cast, act):
    ticket, callback = silent(cast)
    at = LATER + HOUR
    if act == "confirm":
        tickets.confirm_ticket(ticket, actor=cast.otto, outcome="solved", now=at)
    else:
        tickets.reject_answer(ticket, actor=cast.otto, reason="不行", now=at)
    callback.refresh_from_db()
    assert (callback.end, callback.ended_at) == ("overtaken", at)
    assert callback.call_by.met_at == at
    with pytest.raises(WrongStatus):
        record_call(callback, actor=cast.olga, call=called(at), now=at)


def test_the_next_answer_has_a_call_back_of_its_own(cast):
    ticket, callback = silent(cast)
    record_call(
        callback,
        actor=cast.olga,
        call=called(said="not_solved", words="还差八人"),
        now=LATER,
    )
    tickets.answer_ticket(
        ticket, actor=cast.hana, text="又办了。", proposed="solved", now=LATER + HOUR
    )
    assert open_callbacks(now=LATER + 14 * DAY) == 1
    assert Callback.objects.filter(ticket=ticket).count() == 2


def test_the_word_on_the_telephone_closes_with_the_call_as_proof(cast):
    ticket, callback = silent(cast)
    record_call(callback, actor=cast.olga, call=called(said="partly"), now=LATER)
    ticket.refresh_from_db()
    callback.refresh_from_db()
    assert (ticket.outcome, ticket.sign_off, ticket.sign_off_at) == (
        "partly",
        "call",
        LATER,
    )
    assert (ticket.sign_off_person, ticket.sign_off_phone) == ("王经理", "13812345678")
    assert (callback.end, callback.tries) == ("said", 1)
    assert not Callback.objects.work_of(cast.olga, LATER.date())
    event = Event.objects.get(action="callback.reached")
    assert "13812345678" not in str(event.changes)
    assert event.company_id == cast.company.pk


def test_a_no_on_the_telephone_goes_back_to_work(cast):
    ticket, callback = silent(cast)
    record_call(
        callback,
        actor=cast.bela,
        call=called(said="not_solved", words="还差八人"),
        now=LATER,
    )
    ticket.refresh_from_db()
    assert (ticket.status, ticket.redo_count) == ("working", 1)
    assert ticket.answers.get().rejection == "还差八人"
    event = Event.objects.get(action="ticket.rejected")
    # Heard by an official: not the company's own click.
    assert event.changes["sign_off"] == [None, "call"]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"person": " "}, "person"),
        ({"phone": ""}, "phone"),
        ({"said": ""}, "said"),
        ({"said": "happy"}, "said"),
        ({"said": "not_solved"}, "words"),
        ({"at": LATER + DAY}, "called_at"),
        ({"at": NOON - DAY}, "called_at"),
    ],
)
def test_a_call_without_its_proof_is_none(cast, words, field):
    ticket, callback = silent(cast)
    with pytest.raises(DomainError) as refusal:
        record_call(callback, actor=cast.olga, call=called(**words), now=LATER)
    assert refusal.value.field == field
    assert Ticket.objects.get(pk=ticket.pk).status == "confirming"
    assert not CallTry.objects.exists()


def test_three_days_in_vain_leave_it_unconfirmed(cast):
    ticket, callback = silent(cast)
    for n in range(3):
        at = LATER + n * DAY
        assert callback.tries == n
        callback = record_call(callback, actor=cast.olga, call=in_vain(at), now=at)
    ticket.refresh_from_db()
    assert (callback.end, callback.tries) == ("unreached", 3)
    assert (ticket.status, ticket.outcome) == ("confirming", "")
    assert list(Callback.objects.visible_to(cast.olga).unreached()) == [callback]
    assert Event.objects.filter(action="callback.unreached").count() == 1
    assert open_callbacks(now=LATER + 60 * DAY) == 0
    with pytest.raises(WrongStatus):
        record_call(callback, actor=cast.olga, call=called(at), now=at)


def test_a_day_has_one_try(cast):
    _ticket, callback = silent(cast)
    record_call(callback, actor=cast.olga, call=in_vain(), now=LATER)
    with pytest.raises(DomainError) as refusal:
        record_call(
            callback, actor=cast.bela, call=in_vain(LATER + HOUR), now=LATER + HOUR
        )
    assert refusal.value.code == "tried_today"
    row = CallTry.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CallTry.objects.create(
            callback=callback,
            is_reached=False,
            phone="1",
            called_at=LATER,
            called_on=row.called_on,
            noted_by=cast.bela,
            noted_at=LATER,
        )


def test_who_was_not_reached_said_nothing_whatever_was_ticked(cast):
    _ticket, callback = silent(cast)
    call = Call(is_reached=False, said="solved", called_at=LATER, phone="1")
    record_call(callback, actor=cast.olga, call=call, now=LATER)
    assert CallTry.objects.get().said == ""


def test_after_a_try_the_company_may_be_reached_on_the_same_day(cast):
    _ticket, callback = silent(cast)
    record_call(callback, actor=cast.olga, call=in_vain(), now=LATER)
    at = LATER + HOUR
    done = record_call(callback, actor=cast.olga, call=called(at), now=at)
    assert (done.end, done.tries) == ("said", 2)


def test_of_the_next_answer_nobody_was_asked_in_vain(cast):
    ticket, callback = silent(cast)
    for n in range(3):
        at = LATER + n * DAY
        record_call(callback, actor=cast.olga, call=in_vain(at), now=at)
    assert Callback.objects.unreached().get() == callback
    tickets.reject_answer(ticket, actor=cast.otto, reason="还差八人", now=at + HOUR)
    tickets.answer_ticket(
        ticket, actor=cast.hana, text="又办了。", proposed="solved", now=at + DAY
    )
    assert not Callback.objects.unreached()


def test_the_unreached_company_may_still_speak(cast):
    ticket, callback = silent(cast)
    for n in range(3):
        at = LATER + n * DAY
        record_call(callback, actor=cast.olga, call=in_vain(at), now=at)
    tickets.confirm_ticket(ticket, actor=cast.otto, outcome="solved", now=at + HOUR)
    callback.refresh_from_db()
    assert callback.end == "unreached"
    assert not Callback.objects.unreached()


def test_the_database_knows_no_unreached_before_the_third_try(cast):
    _ticket, callback = silent(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Callback.objects.filter(pk=callback.pk).update(ended_at=LATER, end="unreached")


def test_pressed_twice_it_is_one_call(cast):
    _ticket, callback = silent(cast)
    key = uuid.uuid4()
    for _ in range(2):
        record_call(
            callback, actor=cast.olga, call=in_vain(), client_key=key, now=LATER
        )
    assert CallTry.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", True),
        ("bela", True),
        ("oleg", False),
        ("hana", False),
        ("uma", False),
        ("dora", False),
        ("maria", False),
        ("axel", False),
        ("otto", False),
    ],
)
def test_the_companys_officer_calls(cast, who, may):
    _ticket, callback = silent(cast)
    try:
        record_call(callback, actor=getattr(cast, who), call=called(), now=LATER)
    except PermissionDenied:
        assert not may
    assert CallTry.objects.exists() == may


def test_the_work_is_as_and_in_an_absence_bs(cast):
    silent(cast)
    today = LATER.date()
    work = Callback.objects.work_of
    assert (work(cast.olga, today).count(), work(cast.bela, today).count()) == (1, 0)
    days = {"starts_on": today, "ends_on": today}
    absences.enter_absence(cast.olga, actor=cast.olga, kind="leave", now=LATER, **days)
    assert (work(cast.olga, today).count(), work(cast.bela, today).count()) == (0, 1)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("olga", 1),
        ("bela", 1),
        ("hana", 1),
        ("dora", 1),
        ("maria", 1),
        ("axel", 1),
        ("oleg", 0),
        ("tom", 0),
        ("dirk", 0),
        ("otto", 0),
        ("sven", 0),
    ],
)
def test_who_reads_call_backs(cast, who, sees):
    silent(cast)
    assert Callback.objects.visible_to(getattr(cast, who)).count() == sees
