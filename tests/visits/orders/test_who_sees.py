"""An order is an inner matter: its scope, its unit; officers that there is one."""

import pytest
from django.urls import reverse

from tests.factories import NOON
from visits.models import SupervisionOrder
from visits.services import orders

from .stories import answered, issued

PEOPLE = [
    ("axel", True), ("maria", True), ("dora", True), ("hana", True), ("uma", True),
    ("lena", True), ("xena", True), ("olga", False), ("bela", False), ("oleg", False),
    ("tom", False), ("dirk", False), ("otto", False), ("omar", False),
    ("sven", False), ("selma", False), ("alma", False),
]  # fmt: skip


@pytest.mark.parametrize(("who", "sees"), PEOPLE)
def test_who_reads_an_order(cast, ticket, lena, xena, as_user, who, sees):
    cast.lena, cast.xena = lena, xena
    order = issued(cast, ticket)
    user = getattr(cast, who)
    assert SupervisionOrder.objects.visible_to(user).exists() == sees
    response = as_user(user).get(order.get_absolute_url())
    assert response.status_code == (200 if sees else 404)


def page(as_user, user, ticket):
    return as_user(user).get(ticket.get_absolute_url()).content.decode()


@pytest.mark.slow
def test_officers_and_the_unit_see_on_the_ticket_that_there_is_one(
    cast, ticket, as_user
):
    order = issued(cast, ticket)
    for who in (cast.olga, cast.hana, cast.axel, cast.dora):
        assert "督〔2026〕1号" in page(as_user, who, ticket)
    assert order.get_absolute_url() not in page(as_user, cast.olga, ticket)
    assert order.get_absolute_url() in page(as_user, cast.hana, ticket)


def test_the_company_hears_of_it_only_when_it_is_made_public(cast, ticket, as_user):
    order = issued(cast, ticket)
    otto = page(as_user, cast.otto, ticket)
    assert "督" not in otto.replace("督查", "")
    orders.publish_order(order, actor=cast.axel, now=NOON)
    otto = page(as_user, cast.otto, ticket)
    assert "督〔2026〕1号" in otto
    assert order.get_absolute_url() not in otto
    assert order.requirement not in otto


@pytest.mark.slow
def test_the_act_stands_on_the_ticket_for_who_may_order(cast, ticket, lena, as_user):
    address = reverse("visits:order-new") + f"?subject=visits.ticket&amp;id={ticket.pk}"
    for who in (cast.axel, cast.maria, lena):
        assert address in page(as_user, who, ticket)
    for who in (cast.olga, cast.hana, cast.dora, cast.otto):
        assert address not in page(as_user, who, ticket)


@pytest.mark.slow
def test_the_panel_costs_the_same_for_one_and_many(cast, ticket, as_user, queries_of):
    issued(cast, ticket)
    client = as_user(cast.hana)
    cost = queries_of(lambda: client.get(ticket.get_absolute_url()))
    for number in range(5):
        order = issued(cast, ticket, addressee=cast.other_bureau)
        orders.withdraw_order(order, actor=cast.axel, reason=f"{number}", now=NOON)
    assert queries_of(lambda: client.get(ticket.get_absolute_url())) == cost


def test_evidence_is_read_by_who_reads_the_order(cast, ticket, as_user, uploaded):
    order = answered(cast, ticket)
    orders.send_back_order(order, actor=cast.axel, reason="缺材料", now=NOON)
    with uploaded("佐证.pdf") as sent:
        order = orders.answer_order(
            order, actor=cast.hana, text="补充", files=sent, now=NOON
        )
    html = as_user(cast.axel).get(order.get_absolute_url()).content.decode()
    assert "佐证.pdf" in html
    uuid = html.split(f"/orders/{order.pk}/files/")[1].split("/")[0]
    address = reverse("visits:order-file", args=[order.pk, uuid])
    got = as_user(cast.axel).get(address)
    assert got.status_code == 200
    assert got["Content-Disposition"].startswith("attachment")
    for who in (cast.olga, cast.otto, cast.tom):
        assert as_user(who).get(address).status_code == 404
    other = issued(cast)
    elsewhere = reverse("visits:order-file", args=[other.pk, uuid])
    assert as_user(cast.axel).get(elsewhere).status_code == 404
