"""Every state × every act × every role, and what each act does."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Attachment, Event
from tests.factories import NOON, GrantFactory
from visits.models import OrderAnswer, OrderRaise, SupervisionOrder
from visits.services import orders
from visits.services.orders import OrderAct

from . import stories
from .stories import DAY, HOUR, Status, answer, answered, issued

NOW = NOON + 4 * HOUR
ACTS = {
    OrderAct.SIGN: orders.sign_order,
    OrderAct.ANSWER: lambda order, **who: orders.answer_order(order, text="x", **who),
    OrderAct.CLOSE: orders.close_order,
    OrderAct.SEND_BACK: lambda order, **who: orders.send_back_order(
        order, reason="缺材料", **who
    ),
    OrderAct.RAISE: lambda order, **who: orders.raise_order(
        order, colour="red", reason="仍未办", **who
    ),
    OrderAct.WITHDRAW: lambda order, **who: orders.withdraw_order(
        order, reason="不再需要", **who
    ),
    OrderAct.PUBLISH: orders.publish_order,
}
OPEN = {Status.ISSUED, Status.SIGNED, Status.ANSWERED}
# In which state each act can be done; all else is refused in a sentence.
POSSIBLE = {
    OrderAct.SIGN: {Status.ISSUED},
    OrderAct.ANSWER: {Status.ISSUED, Status.SIGNED},
    OrderAct.CLOSE: {Status.ANSWERED},
    OrderAct.SEND_BACK: {Status.ANSWERED},
    OrderAct.RAISE: OPEN,
    OrderAct.WITHDRAW: OPEN,
    OrderAct.PUBLISH: OPEN | {Status.CLOSED},
}
ADDRESSEE, JUDGES = {"hana", "uma"}, {"axel", "xena"}
WHO = dict.fromkeys(ACTS, JUDGES) | {
    OrderAct.SIGN: ADDRESSEE,
    OrderAct.ANSWER: ADDRESSEE,
}
EVERYBODY = [
    "olga", "bela", "tom", "hana", "uma", "dora", "dirk", "maria", "axel", "xena",
    "otto", "omar", "sven", "selma", "alma",
]  # fmt: skip


@pytest.mark.parametrize("state", Status.values)
@pytest.mark.parametrize("act", list(OrderAct))
def test_each_act_in_each_state_by_each_role(cast, ticket, xena, state, act):
    cast.xena = xena
    order = stories.in_state(cast, state, ticket)
    done = {}
    for who in EVERYBODY:
        done[who] = outcome(act, order, getattr(cast, who))
    in_state = Status(state) in POSSIBLE[act]
    expected = {
        who: ("done" if in_state else "refused") if who in WHO[act] else "forbidden"
        for who in EVERYBODY
    }
    assert done == expected


def outcome(act, order, actor):
    """What it came to; what it changed is undone."""
    point = transaction.savepoint()
    try:
        fresh = SupervisionOrder.objects.get(pk=order.pk)
        before = fresh.version
        after = ACTS[act](fresh, actor=actor, now=NOW)
        return "done" if after.version > before else "refused"
    except PermissionDenied:
        return "forbidden"
    except DomainError as error:
        assert str(error.sentence)
        return "refused"
    finally:
        transaction.savepoint_rollback(point)


def test_a_leader_judges_what_he_ordered_and_nothing_else(cast, ticket):
    own, other = issued(cast, ticket, by="maria"), issued(cast)
    assert outcome(OrderAct.WITHDRAW, own, cast.maria) == "done"
    assert outcome(OrderAct.WITHDRAW, other, cast.maria) == "forbidden"
    assert outcome(OrderAct.WITHDRAW, own, cast.axel) == "done"


def test_a_leader_of_departments_judges_his_own_order(cast, ticket, lena):
    own = orders.issue_order(
        actor=lena, subject=ticket, colour="blue", addressee=cast.bureau,
        requirement="办结", days=3, now=NOON,
    )  # fmt: skip
    assert outcome(OrderAct.RAISE, own, lena) == "done"
    assert outcome(OrderAct.RAISE, own, cast.maria) == "forbidden"


def test_whoever_answers_without_signing_has_signed(cast):
    order = answer(cast, issued(cast))
    assert (order.signed_by, order.signed_at) == (cast.hana, NOON + 2 * HOUR)
    assert order.answer_by.met_at == NOON + 2 * HOUR


def test_an_answer_needs_words_and_brings_evidence(cast, uploaded):
    order = issued(cast)
    with pytest.raises(DomainError) as refused:
        answer(cast, order, text="  ")
    assert refused.value.code == "text_missing"
    with uploaded("整改.pdf") as sent:
        answer(cast, order, files=sent)
    row = order.answers.get()
    file = Attachment.objects.get(subject_id=row.pk).file
    assert (file.name, file.company) == ("整改.pdf", None)


def test_a_second_press_answers_once(cast):
    key, order = uuid.uuid4(), issued(cast)
    answer(cast, order, client_key=key)
    answer(cast, order, client_key=key)
    assert OrderAnswer.objects.count() == 1


def test_sent_back_the_old_clock_goes_on_and_it_is_counted(cast):
    order = answered(cast)
    order = orders.send_back_order(
        order, actor=cast.axel, reason="缺照片", now=NOON + DAY
    )
    order.answer_by.refresh_from_db()
    assert (order.status, order.returned_count) == ("signed", 1)
    assert (order.answer_by.met_at, order.answer_by.due_on) == (None, date(2026, 3, 25))
    first = order.answers.get()
    assert (first.verdict, first.note, first.judged_by) == (
        "returned", "缺照片", cast.axel,
    )  # fmt: skip
    order = answer(cast, order, now=NOON + 2 * DAY)
    order = orders.close_order(order, actor=cast.axel, note="同意", now=NOON + 3 * DAY)
    assert (order.status, order.end_note) == ("closed", "同意")
    assert [one.verdict for one in order.answers.all()] == ["returned", "accepted"]


def test_sent_back_with_days_of_its_own_a_new_clock_begins(cast):
    order = answered(cast, days=1)
    order = orders.send_back_order(
        order, actor=cast.axel, reason="缺照片", days=3, now=NOON + 5 * DAY
    )
    assert order.answer_by.due_on == date(2026, 3, 26)
    assert order.answers.get().due_on == date(2026, 3, 19)


def test_a_reason_is_needed(cast):
    calls = [
        lambda: orders.send_back_order(answered(cast), actor=cast.axel, reason=" "),
        lambda: orders.raise_order(
            issued(cast), actor=cast.axel, colour="red", reason=""
        ),
        lambda: orders.withdraw_order(issued(cast), actor=cast.axel, reason=""),
    ]
    for call in calls:
        with pytest.raises(DomainError) as refused:
            call()
        assert refused.value.code == "reason_missing"


def test_a_colour_only_goes_up_and_each_step_is_kept(cast, xena):
    order = issued(cast, colour="blue")
    up = {"actor": cast.axel, "reason": "逾期未办", "now": NOW}
    order = orders.raise_order(order, colour="yellow", **up)
    for colour in ("blue", "yellow", "green"):
        with pytest.raises(DomainError) as refused:
            orders.raise_order(order, actor=xena, colour=colour, reason="再督")
        assert refused.value.code == "colour_not_raised"
    order = orders.raise_order(order, colour="red", **up)
    kept = OrderRaise.objects.values_list("before", "after", "reason")
    assert list(kept) == [("blue", "yellow", "逾期未办"), ("yellow", "red", "逾期未办")]
    assert order.raisable_to() == []


def test_raised_twice_with_one_press_it_is_raised_once(cast):
    order, up = issued(cast), {"colour": "red", "reason": "拖"}
    orders.raise_order(order, actor=cast.axel, now=NOW, **up)
    orders.raise_order(order, actor=cast.axel, now=NOW, **up)
    assert OrderRaise.objects.count() == 1


def test_nobody_judges_his_own_answer(cast):
    GrantFactory(user=cast.hana, role="supervisor", region=cast.county)
    order = answered(cast)
    with pytest.raises(DomainError) as refused:
        orders.close_order(order, actor=cast.hana, now=NOW)
    assert refused.value.code == "own_answer"


def test_after_the_end_nothing_is_answered(cast):
    order = stories.closed(cast)
    with pytest.raises(WrongStatus, match="督〔2026〕1号"):
        answer(cast, order, text="补充")


def test_two_people_act_on_the_same_page(cast, xena):
    order = answered(cast)
    version = order.version
    orders.send_back_order(
        order, actor=cast.axel, reason="缺照片", version=version, now=NOW
    )
    order = answer(cast, order, now=NOW + HOUR)
    with pytest.raises(StaleVersion):
        orders.close_order(order, actor=xena, version=version, now=NOW + 2 * HOUR)


def test_only_what_concerns_a_company_is_told_to_it(cast, ticket):
    order = orders.publish_order(issued(cast, ticket), actor=cast.axel, now=NOW)
    assert order.is_public
    event = Event.objects.get(action="order.published")
    assert (event.is_public, event.company) == (True, cast.company)
    with pytest.raises(DomainError) as refused:
        orders.publish_order(issued(cast), actor=cast.axel, now=NOW)
    assert refused.value.code == "no_company"


def test_a_withdrawn_order_owes_nothing(cast):
    order = stories.withdrawn(cast)
    assert order.answer_by.met_at is not None
    assert order.end_note == "发错单位"


def test_events_say_what_was_done(cast, ticket):
    order = answered(cast, ticket)
    orders.send_back_order(order, actor=cast.axel, reason="缺照片", now=NOW)
    later = {"now": NOW + timedelta(days=1)}
    answer(cast, order, **later)
    orders.raise_order(order, actor=cast.axel, colour="red", reason="拖", **later)
    orders.close_order(order, actor=cast.axel, **later)
    told = Event.objects.for_subject(order).order_by("pk")
    assert [one.action for one in told] == [
        "order.issued", "order.signed", "order.answered", "order.sent_back",
        "order.answered", "order.raised", "order.closed",
    ]  # fmt: skip
    assert all(one.company == cast.company and not one.is_public for one in told)
    assert "缺照片" not in str([one.changes for one in told])
