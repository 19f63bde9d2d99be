"""Orders through the pages people use: issued, answered, judged, listed."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from crm.models import Deadline
from tests.factories import NOON, CategoryFactory
from tests.visits import ticket_stories
from visits.models import OrderProposal, SupervisionOrder
from visits.services import orders

from .stories import answered, closed, issued

LIST = reverse("visits:orders")


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON + timedelta(hours=4), tick=False):
        yield


def url(name, order):
    return reverse(f"visits:order-{name}", args=[order.pk])


def text(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def form(cast, **more):
    told = {
        "colour": "red", "addressee": cast.bureau.pk, "matter": "用工难",
        "basis": "逾期。", "requirement": "三日内答复。", "days": "3",
    }  # fmt: skip
    return {**told, **more}


@pytest.mark.slow
def test_a_supervisor_orders_from_the_ticket(cast, ticket, as_user):
    client = as_user(cast.axel)
    address = reverse("visits:order-new") + f"?subject=visits.ticket&id={ticket.pk}"
    page = client.get(address)
    filled = page.context["form"].initial
    assert (filled["addressee"], filled["person"]) == (cast.bureau, cast.hana)
    assert ticket.number in page.content.decode()
    made = client.post(address, form(cast, person=cast.hana.pk))
    order = SupervisionOrder.objects.get()
    assert made.url == order.get_absolute_url()
    shown = text(client, made.url)
    assert "红色督办单" in shown
    assert "督〔2026〕1号" in shown
    assert ticket.get_absolute_url() in shown
    assert "督〔2026〕1号" in text(client, ticket.get_absolute_url())


def test_the_same_form_sent_twice_issues_once(cast, as_user):
    client, address = as_user(cast.axel), reverse("visits:order-new")
    key = client.get(address).context["form"]["client_key"].value()
    for _ in range(2):
        assert client.post(address, form(cast, client_key=key)).status_code == 302
    assert SupervisionOrder.objects.count() == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"colour": "green"}, {"colour": ""}, {"addressee": "9" * 30},
        {"addressee": ""}, {"matter": ""}, {"matter": "长" * 201}, {"basis": " "},
        {"requirement": ""}, {"days": "0"}, {"days": "61"}, {"days": "x"},
        {"days": "9" * 40}, {"client_key": "no-uuid"}, {"requirement": "a\x00b"},
    ],
)  # fmt: skip
def test_bad_input_is_said_at_its_field(cast, as_user, bad):
    address = reverse("visits:order-new")
    response = as_user(cast.axel).post(address, form(cast, **bad))
    assert response.status_code in {400, 422}
    assert not SupervisionOrder.objects.exists()


def test_half_a_character_is_refused_or_replaced(cast, as_user):
    body = urlencode(form(cast, matter="MATTER")).replace("MATTER", "%ED%A0%80")
    kind = "application/x-www-form-urlencoded"
    answer = as_user(cast.axel).post(reverse("visits:order-new"), body, kind)
    assert answer.status_code < 500
    assert as_user(cast.axel).get(LIST + "?tab=%ED%B3%BF&q=%ED%B3%BF").status_code < 500


@pytest.mark.parametrize(
    "query",
    ["?subject=visits.ticket&id=999999", "?subject=visits.ticket&id=x",
     "?subject=crm.user&id=1", "?subject=visits.supervisionorder&id=1",
     "?proposal=999999", "?proposal=x", "?subject=visits.ticket&id=" + "9" * 40],
)  # fmt: skip
def test_what_is_not_there_cannot_be_ordered_about(cast, as_user, query):
    client = as_user(cast.axel)
    assert client.get(reverse("visits:order-new") + query).status_code == 404


def test_a_foreign_ticket_is_not_there(cast, as_user):
    CategoryFactory()
    foreign = ticket_stories.raised(cast, by="oleg", company=cast.foreign)
    address = reverse("visits:order-new") + f"?subject=visits.ticket&id={foreign.pk}"
    assert as_user(cast.axel).get(address).status_code == 404


@pytest.mark.slow
def test_signed_answered_sent_back_and_closed(cast, as_user):
    order = issued(cast)
    hana, axel = as_user(cast.hana), as_user(cast.axel)
    assert url("sign", order) in text(hana, order.get_absolute_url())
    assert hana.post(url("sign", order), {"version": 1}).status_code == 302
    answer = {"text": "已增开窗口。", "version": 2}
    assert hana.post(url("answer", order), answer).url == order.get_absolute_url()
    shown = text(axel, order.get_absolute_url())
    assert "已增开窗口" in shown
    assert url("close", order) in shown
    assert "已增开窗口" in text(axel, url("close", order))
    axel.post(url("send-back", order), {"reason": "缺照片", "version": 3})
    assert "缺照片" in text(hana, order.get_absolute_url())
    hana.post(url("answer", order), {"text": "照片已附。", "version": 4})
    axel.post(url("close", order), {"note": "同意销号", "version": 5})
    order.refresh_from_db()
    assert (order.status, order.returned_count) == ("closed", 1)
    assert "同意销号" in text(hana, order.get_absolute_url())


def test_each_side_is_offered_its_own_acts(cast, as_user):
    order = answered(cast)
    hana = text(as_user(cast.hana), order.get_absolute_url())
    axel = text(as_user(cast.axel), order.get_absolute_url())
    dora = text(as_user(cast.dora), order.get_absolute_url())
    for name in ("close", "send-back", "raise", "withdraw"):
        assert url(name, order) in axel
        assert url(name, order) not in hana
        assert url(name, order) not in dora


def test_the_deadline_of_a_closed_order_is_not_called_late(cast, as_user):
    order = closed(cast)
    Deadline.objects.filter(pk=order.answer_by_id).update(
        due_on=NOON.date() - timedelta(days=1)
    )
    page = text(as_user(cast.axel), order.get_absolute_url())
    card = page.partition('<div class="deadline">')[2].partition("</div>")[0]
    assert "已销号" in card and "期限" in card
    assert "逾期" not in card and "已办或暂停" not in card


@pytest.mark.parametrize("colour", ["blue", "yellow", "red"])
def test_each_colour_has_its_own_mark(cast, as_user, colour):
    order = issued(cast, colour=colour)
    for address in (order.get_absolute_url(), f"{LIST}?tab=open"):
        assert f"tag-{colour}" in text(as_user(cast.axel), address)


def test_who_came_second_is_told_and_keeps_what_was_typed(cast, as_user):
    order = issued(cast)
    client = as_user(cast.axel)
    client.post(url("raise", order), {"colour": "red", "reason": "拖", "version": 1})
    late = client.post(url("withdraw", order), {"reason": "改期再发", "version": 1})
    assert late.status_code == 409
    assert "改期再发" in late.content.decode()


def test_an_act_that_is_over_says_so(cast, as_user):
    order = closed(cast)
    response = as_user(cast.axel).get(url("withdraw", order))
    assert response.status_code == 409
    assert "督〔2026〕1号" in response.content.decode()


def test_why_this_day(cast, as_user):
    assert "03-20" in text(as_user(cast.hana), url("why", issued(cast)))


TABS = {
    "open": (True, True, True, False),
    "overdue": (False, False, False, False),
    "mine": (True, True, False, False),
    "judge": (False, False, True, False),
    "closed": (False, False, False, True),
}


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("state", ["issued", "signed", "answered", "closed"])
def test_lists_hold_what_their_tab_says(cast, as_user, tab, state):
    from .stories import in_state

    in_state(cast, state)
    who = cast.hana if tab == "mine" else cast.axel
    shown = "窗口排队过长" in text(as_user(who), f"{LIST}?tab={tab}")
    states = ["issued", "signed", "answered", "closed"]
    assert shown == TABS[tab][states.index(state)]


def test_what_is_overdue_stands_in_its_tab(cast, as_user):
    order = issued(cast)
    Deadline.objects.filter(pk=order.answer_by_id).update(due_on="2026-03-17")
    assert "窗口排队过长" in text(as_user(cast.axel), f"{LIST}?tab=overdue")
    assert "窗口排队过长" not in text(as_user(cast.tom), f"{LIST}?tab=overdue")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "督〔2026〕1号"}, True), ({"q": "1"}, True), ({"q": "2"}, False),
        ({"q": "窗口"}, True), ({"q": "人社"}, True), ({"q": "水利"}, False),
        ({"colour": "yellow"}, True), ({"colour": "red"}, False),
        ({"q": "2025/1"}, False),
    ],
)  # fmt: skip
def test_filters_narrow_the_list(cast, as_user, asked, found):
    issued(cast)
    page = as_user(cast.axel).get(LIST, {"tab": "open", **asked})
    assert ("窗口排队过长" in page.content.decode()) == found


def test_a_bad_filter_is_said(cast, as_user):
    for bad in ({"colour": "green"}, {"q": "x" * 61}):
        assert as_user(cast.axel).get(LIST, bad).status_code == 422
    for odd in ({"cursor": "x" * 500}, {"tab": "x"}, {"cursor": "9" * 70}):
        assert as_user(cast.axel).get(LIST, odd).status_code == 200


@pytest.mark.slow
def test_a_list_costs_the_same_for_1_and_20(cast, as_user, queries_of):
    client = as_user(cast.axel)
    issued(cast)
    cost = queries_of(lambda: client.get(f"{LIST}?tab=open"))
    for number in range(19):
        issued(cast, matter=f"第{number}件")
    assert queries_of(lambda: client.get(f"{LIST}?tab=open")) == cost
    # session, user with grants, the rows, their count
    assert cost == 4


def propose(cast, count=1):
    CategoryFactory()
    for _ in range(count):
        late = ticket_stories.dispatched(cast)
        Deadline.objects.filter(pk=late.solve_by_id).update(due_on="2026-03-11")
    orders.propose_overdue(now=NOON)


@pytest.mark.slow
def test_proposals_are_issued_with_one_press_or_dismissed(cast, as_user):
    propose(cast, 3)
    client = as_user(cast.axel)
    first, second, third = OrderProposal.objects.order_by("pk")
    shown = text(client, f"{LIST}?tab=proposals")
    issue = reverse("visits:order-proposal-issue", args=[first.pk])
    assert issue in shown
    made = client.post(issue)
    assert made.url == SupervisionOrder.objects.get().get_absolute_url()
    dismiss = reverse("visits:order-proposal-dismiss", args=[second.pk])
    assert client.post(dismiss, {"reason": ""}).status_code == 422
    assert client.post(dismiss, {"reason": "已协调"}).status_code == 302
    edit = reverse("visits:order-new") + f"?proposal={third.pk}"
    assert "红色" in text(client, edit)
    changed = form(cast, colour="blue", requirement="先报计划。")
    client.post(edit, changed)
    third.refresh_from_db()
    assert (third.state, third.order.colour) == ("issued", "blue")
    assert third.order.requirement == "先报计划。"
    assert "没有督办建议" in text(client, f"{LIST}?tab=proposals")
    again = client.post(reverse("visits:order-proposal-issue", args=[second.pk]))
    assert again.status_code == 409


def test_proposals_are_for_who_may_issue(cast, as_user):
    propose(cast)
    row = OrderProposal.objects.get()
    for who, status in (("maria", 200), ("hana", 403), ("dora", 403)):
        page = as_user(getattr(cast, who)).get(f"{LIST}?tab=proposals")
        assert page.status_code == status
    for name in ("issue", "dismiss"):
        address = reverse(f"visits:order-proposal-{name}", args=[row.pk])
        assert as_user(cast.hana).post(address).status_code == 404


@pytest.mark.slow
def test_proposals_cost_the_same_for_1_and_20(cast, as_user, queries_of):
    client = as_user(cast.axel)
    propose(cast)
    cost = queries_of(lambda: client.get(f"{LIST}?tab=proposals"))
    propose(cast, 10)
    assert queries_of(lambda: client.get(f"{LIST}?tab=proposals")) == cost


@pytest.mark.slow
def test_first_pages_say_what_is_to_be_done(cast, as_user):
    home = reverse("reports:home")
    order = issued(cast)
    assert "待答复的督办单" in text(as_user(cast.hana), home)
    assert order.get_absolute_url() in text(as_user(cast.uma), home)
    assert order.get_absolute_url() not in text(as_user(cast.tom), home)
    assert "待审核的督办答复" not in text(as_user(cast.axel), home)
    orders.answer_order(order, actor=cast.hana, text="已办", now=NOON)
    assert "待审核的督办答复" in text(as_user(cast.axel), home)
    assert "待答复的督办单" not in text(as_user(cast.hana), home)
    propose(cast)
    assert "督办建议" in text(as_user(cast.axel), home)
    Deadline.objects.filter(kind="order").update(due_on="2026-03-17", met_at=None)
    assert "逾期未答复的督办单" in text(as_user(cast.axel), home)


def test_the_rail_leads_supervisors_there(cast, as_user):
    for who, leads in (("axel", True), ("maria", False), ("hana", False)):
        page = text(as_user(getattr(cast, who)), reverse("reports:home"))
        assert (f'href="{LIST}"' in page) == leads


def test_leaders_go_there_from_the_tickets(cast, as_user):
    for who, leads in (("maria", True), ("axel", True), ("olga", False)):
        page = text(as_user(getattr(cast, who)), reverse("visits:tickets"))
        assert (f'href="{LIST}"' in page) == leads
