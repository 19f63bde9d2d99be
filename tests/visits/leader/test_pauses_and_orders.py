"""Pauses and red orders on the leader's desk; orders about what leaders asked for."""

from datetime import timedelta

import pytest

from tests.factories import NOON
from tests.visits.leader.acts import (
    LATER,
    call,
    card_of,
    cards,
    carried_out,
    give,
    task,
)
from tests.visits.orders.stories import make_late
from visits.models import Directive, OrderProposal, SupervisionOrder
from visits.services import decisions, orders


def test_a_long_pause_without_a_head_is_the_leaders(cast, pause):
    assert cards(cast.maria, LATER) == []
    cast.uma.grants.update(ends_on=NOON.date() - timedelta(days=1))
    card = card_of(cast.maria, LATER)
    assert card.offers.proposed.label == "同意"
    assert "申请暂停至周三 04-08（特别程序）" in [one.text for one in card.how_long]
    carried_out(cast.maria, card, LATER)
    pause.refresh_from_db()
    assert (pause.is_granted, pause.decided_by) == (True, cast.maria)


def test_a_pause_is_refused_in_words(cast, pause):
    cast.uma.grants.update(ends_on=NOON.date() - timedelta(days=1))
    key = card_of(cast.maria, LATER).key
    decisions.decide_in_words(
        key, actor=cast.maria, act="refuse", terms={"note": "不必"}, now=LATER
    )
    pause.refresh_from_db()
    assert pause.is_granted is False


@pytest.mark.slow
def test_a_red_order_not_answered_in_time(cast, red, lena, walter):
    assert cards(lena, LATER) == [f"order-{red.pk}"]
    assert cards(cast.maria, LATER) == cards(walter, LATER) == []
    card = card_of(lena, LATER)
    assert "红色督办单" in card.matter.title
    carried_out(lena, card, LATER)
    assert Directive.objects.get().ticket_id == red.subject_id
    assert cards(lena, LATER) == []


@pytest.mark.parametrize("change", ["yellow", "answered", "not late"])
def test_other_orders_are_not_the_leaders(cast, red, change):
    assert len(cards(cast.maria, LATER)) == 1
    if change == "yellow":
        SupervisionOrder.objects.update(colour="yellow")
    elif change == "answered":
        orders.answer_order(red, actor=cast.hana, text="已办", now=LATER)
    else:
        make_late(red.answer_by, LATER.date())
    assert cards(cast.maria, LATER) == []


# --- Orders about what leaders asked for -------------------------------------------


def test_a_late_directive_is_ordered_with_a_tap(cast, ticket):
    directive = give(cast, ticket)
    now = NOON + timedelta(days=9)
    card = card_of(cast.maria, now)
    assert card.offers.proposed.label == "督办（黄色）"
    carried_out(cast.maria, card, now)
    order = SupervisionOrder.objects.get()
    assert (order.subject_type, order.subject_id) == ("visits.directive", directive.pk)
    assert directive.text in order.basis
    assert order.company == cast.company


def test_what_is_late_for_days_proposes_an_order_by_itself(cast, ticket):
    give(cast, ticket)
    meeting = call(cast)
    task(cast, meeting, days=1)
    orders.propose_overdue(now=NOON + timedelta(days=14))
    proposed = set(OrderProposal.objects.values_list("subject_type", flat=True))
    assert {"visits.directive", "visits.meetingtask"} <= proposed


def test_a_task_is_ordered_in_words_with_its_basis(cast, lena):
    meeting = call(cast)
    given = task(cast, meeting, days=1)
    order = orders.issue_order(
        actor=cast.maria, subject=given, colour="blue", addressee=cast.bureau,
        requirement="请落实", days=3, now=LATER,
    )  # fmt: skip
    assert "用工问题协调会" in order.basis
    assert given.text in order.basis
