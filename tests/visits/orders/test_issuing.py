"""An order is issued: by whom, to whom, about what, under which number."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError
from crm.models import Event
from tests.factories import NOON, DepartmentFactory, GrantFactory, UserFactory
from visits.models import OrderNumber, SupervisionOrder
from visits.services import orders

from .stories import issued, withdrawn


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("axel", True), ("maria", True), ("dora", False), ("olga", False),
        ("hana", False), ("uma", False), ("tom", False), ("otto", False),
        ("dirk", False), ("sven", False), ("selma", False), ("alma", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("about", ["a ticket", "words"])
def test_who_may_issue_one(cast, ticket, who, may, about):
    subject = ticket if about == "a ticket" else None
    if may:
        assert issued(cast, subject, by=who).status == "issued"
        return
    with pytest.raises((PermissionDenied, DomainError)):
        issued(cast, subject, by=who)
    assert not SupervisionOrder.objects.exists()


def test_a_leader_of_departments_orders_these_and_no_others(cast, ticket, lena):
    order = orders.issue_order(
        actor=lena, subject=ticket, colour="blue", addressee=cast.bureau,
        requirement="办结", days=3, now=NOON,
    )  # fmt: skip
    assert order.region == cast.county
    with pytest.raises(PermissionDenied):
        orders.issue_order(
            actor=lena, subject=ticket, colour="blue", addressee=cast.other_bureau,
            requirement="办结", days=3, now=NOON,
        )  # fmt: skip


def test_nobody_orders_about_what_he_does_not_see(cast, ticket):
    far = UserFactory(login="far")
    GrantFactory(user=far, role="supervisor", region=cast.elsewhere)
    cast.far = far
    with pytest.raises(PermissionDenied):
        issued(cast, ticket, by="far")


def test_the_clock_runs_from_issuing_in_working_days(cast):
    order = issued(cast)
    clock = order.answer_by
    assert (clock.kind, clock.started_on, clock.due_on) == (
        "order", NOON.date(), date(2026, 3, 25),
    )  # fmt: skip
    assert clock.department == cast.bureau
    signed = orders.sign_order(order, actor=cast.hana, now=NOON + timedelta(days=3))
    signed.answer_by.refresh_from_db()
    assert (signed.answer_by.due_on, signed.answer_by.met_at) == (
        date(2026, 3, 25),
        None,
    )


def test_numbers_go_up_by_region_and_year_without_a_gap(cast):
    town = UserFactory(login="towny")
    GrantFactory(user=town, role="supervisor", region=cast.town)
    local = DepartmentFactory(code="townhall", name="城东镇政府", region=cast.town)
    cast.towny = town
    assert issued(cast).number == "督〔2026〕1号"
    assert issued(cast, matter="第二件").number == "督〔2026〕2号"
    assert issued(cast, by="towny", addressee=local).number == "督〔2026〕1号"
    later = NOON.replace(year=2027, month=1, day=4)
    assert issued(cast, matter="明年", now=later).number == "督〔2027〕1号"
    assert issued(cast, matter="第三件").serial == 3


def test_what_fails_gives_its_number_back(cast, ticket):
    issued(cast, ticket)
    with pytest.raises(DomainError) as refused:
        issued(cast, ticket)
    assert refused.value.code == "ordered_already"
    assert OrderNumber.objects.get().last == 1
    assert issued(cast).serial == 2


def test_a_withdrawn_order_keeps_its_number_and_makes_room(cast, ticket):
    assert withdrawn(cast, ticket).serial == 1
    assert issued(cast, ticket).serial == 2


def test_a_second_press_is_the_same_order(cast):
    key = uuid.uuid4()
    first = issued(cast, client_key=key)
    assert issued(cast, client_key=key) == first
    assert OrderNumber.objects.get().last == 1
    assert Event.objects.filter(action="order.issued").count() == 1


def test_about_a_ticket_the_basis_is_filled_in_and_can_be_changed(cast, ticket):
    order = issued(cast, ticket)
    assert order.matter == ticket.title
    assert order.company == cast.company
    for fact in (ticket.number, "人社局", "2026-03-27", "7 个工作日"):
        assert fact in order.basis
    orders.withdraw_order(order, actor=cast.axel, reason="改依据", now=NOON)
    again = issued(cast, ticket, basis="领导批示。", matter="用工难")
    assert (again.basis, again.matter) == ("领导批示。", "用工难")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"colour": "green"}, "colour_missing"),
        ({"requirement": "  "}, "requirement_missing"),
        ({"matter": " "}, "matter_missing"),
        ({"basis": ""}, "basis_missing"),
        ({"days": 0}, "days"),
        ({"days": 61}, "days"),
    ],
)
def test_a_bad_order_is_refused(cast, more, code):
    with pytest.raises(DomainError) as refused:
        issued(cast, **more)
    assert refused.value.code == code
    assert not SupervisionOrder.objects.exists()


def test_only_departments_in_reach_and_their_own_people(cast):
    far = DepartmentFactory(code="far", name="邻县人社局", region=cast.elsewhere)
    with pytest.raises(DomainError) as refused:
        issued(cast, addressee=far)
    assert refused.value.code == "out_of_reach"
    with pytest.raises(DomainError) as refused:
        issued(cast, person=cast.tom)
    assert refused.value.code == "not_of_the_unit"
    order = issued(cast, person=cast.hana)
    order.answer_by.refresh_from_db()
    assert order.answer_by.handler == cast.hana


def test_the_log_holds_codes_and_days_only(cast, ticket):
    issued(cast, ticket)
    event = Event.objects.get(action="order.issued")
    assert (event.company, event.is_public) == (cast.company, False)
    assert event.changes == {
        "colour": [None, "yellow"],
        "department": [None, cast.bureau.pk],
        "due_on": [None, "2026-03-25"],
    }


def test_the_database_keeps_an_order_whole(cast):
    order = issued(cast)
    for bad in (
        {"status": "signed"},
        {"status": "closed"},
        {"signed_at": NOON},
        {"requirement": ""},
        {"subject_id": 3},
        {"ended_at": NOON},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            SupervisionOrder.objects.filter(pk=order.pk).update(**bad)
