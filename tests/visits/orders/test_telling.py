"""Who is told of orders and of what was decided about a unit."""

from datetime import date, timedelta

import pytest

from crm.models import Delivery, Event, Notice, User
from crm.notices import kind_of
from tests.factories import NOON
from visits.services import accountability, orders

from .stories import HOUR, answer, issued

UNIT = {("hana", "order"), ("uma", "order")}
RED = {("hana", "red_order"), ("uma", "red_order")}


def told_of(action):
    """Who was told of the last event of this kind, and as what."""
    event = Event.objects.filter(action=action).latest("pk")
    rows = Notice.objects.filter(event=event)
    return {(one.recipient.login, one.kind) for one in rows}


def test_the_unit_hears_of_each_step_and_the_issuer_of_the_answer(cast, ticket):
    order = issued(cast, ticket)
    assert told_of("order.issued") == UNIT
    at = {"actor": cast.axel, "now": NOON + HOUR}
    orders.raise_order(order, colour="red", reason="拖", **at)
    assert told_of("order.raised") == RED
    answer(cast, order)
    assert told_of("order.answered") == {("axel", "order")}
    orders.send_back_order(order, reason="缺", **at)
    assert told_of("order.sent_back") == UNIT
    answer(cast, order, now=NOON + timedelta(days=1))
    orders.close_order(order, **at)
    assert told_of("order.closed") == UNIT


def test_where_one_person_is_named_he_and_his_head_hear_of_it(cast):
    issued(cast, person=cast.hana)
    assert told_of("order.issued") == UNIT
    orders.withdraw_order(issued(cast), actor=cast.axel, reason="发错", now=NOON)
    assert told_of("order.withdrawn") == UNIT


def test_neither_company_nor_officer_is_told(cast, ticket):
    order = issued(cast, ticket)
    orders.publish_order(order, actor=cast.axel, now=NOON)
    told = Notice.objects.filter(about_type="visits.supervisionorder")
    assert {one.recipient.login for one in told} == {"hana", "uma"}


@pytest.fixture
def record(cast, ticket):
    return accountability.record_decision(
        issued(cast, ticket), actor=cast.axel, department=cast.bureau, kind="talk",
        decided_on=date(2026, 3, 17), decided_by=cast.maria, basis="逾期未办。",
        person=cast.hana, now=NOON,
    )  # fmt: skip


def test_responsibility_is_told_to_the_head_and_to_who_may_review(cast, record, xena):
    """Not to the person's colleagues, nor to who decided."""
    head = {("uma", "accountability")}
    assert told_of("accountability.recorded") == head
    accountability.ask_exemption(record, actor=cast.uma, reason="停机。", now=NOON)
    assert told_of("accountability.exemption_asked") == {("xena", "accountability")}
    accountability.review_exemption(
        record, actor=xena, result="granted", opinion="同意", now=NOON
    )
    assert told_of("accountability.exempted") == head
    assert kind_of("accountability").is_discreet


def test_a_red_one_goes_out_at_night(cast, settings):
    settings.EMAIL_HOST = "mail.example.gov.cn"
    User.objects.filter(login="uma").update(email="uma@example.gov.cn")
    night = NOON + timedelta(hours=10)
    issued(cast, colour="red", now=night)
    issued(cast, colour="blue", now=night, requirement="另一件。")
    assert told_of("order.issued") == {("hana", "order"), ("uma", "order")}
    kinds = dict(Delivery.objects.values_list("kind", "next_at"))
    assert kinds["red_order"] == night
    assert kinds["order"] > night


def test_all_of_it_can_be_read_in_the_list(cast, as_user):
    issued(cast)
    (line,) = as_user(cast.uma).get("/notices/").context["lines"]
    assert "督" in line.told.number
    assert line.told.unit == "人社局"
