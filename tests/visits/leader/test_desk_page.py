"""The leader's desk in the browser: taps, forms, refusals, and what it costs."""

import re

import pytest
from django.urls import reverse

from projects.models import KeyListing
from projects.services import life
from tests.factories import NOON, GrantFactory, ProjectFactory
from tests.visits.leader.acts import (
    LATER,
    WEEK,
    answer,
    give,
)
from visits.leader_desk.page import case_for
from visits.models import Decision, Directive, Meeting, MeetingTask
from visits.services import directives


@pytest.fixture
def page(cast, as_user, time_machine):
    def moved(now=LATER):
        time_machine.move_to(now, tick=False)
        return as_user(cast.maria)

    return moved


HTMX = {"headers": {"hx-request": "true"}}


def fields(text):
    form = text.split(reverse("visits:decision-take"))[2].split("</form>")[0]
    return dict(re.findall(r'name="(card|act|seen)" value="([^"]*)"', form))


def test_the_first_page_of_a_leader_is_his_desk(cast, extension, page):
    text = page().get("/").content.decode()
    assert "待决策 1 件" in text
    assert extension.ticket.title in text


@pytest.mark.slow
def test_one_tap_on_the_page_and_taken_back(cast, extension, page):
    client = page()
    sent = fields(client.get("/").content.decode())
    line = client.post(reverse("visits:decision-take"), sent, **HTMX).content.decode()
    decision = Decision.objects.get()
    undo = reverse("visits:decision-undo", args=[decision.pk])
    assert undo in line
    assert 'data-seconds="12"' in line
    assert undo in client.get("/").content.decode()
    card = client.post(undo, **HTMX).content.decode()
    assert "同意延期" in card
    assert fields(card) == sent
    assert client.get(undo).status_code == 405


def test_without_script_a_form_and_a_redirect(cast, extension, page):
    client = page()
    sent = fields(client.get("/decisions/").content.decode())
    response = client.post(reverse("visits:decision-take"), sent)
    assert response.url == f"/decisions/#card-extension-{extension.pk}"
    again = client.post(
        reverse("visits:decision-take"), {**sent, "act": "deny"}, follow=True
    )
    assert "决定：“同意延期”" in again.content.decode()


def test_a_refusal_stands_in_the_cards_place(cast, extension, page):
    client = page()
    sent = fields(client.get("/").content.decode())
    response = client.post(
        reverse("visits:decision-take"), {**sent, "seen": "old"}, **HTMX
    )
    assert response.status_code == 409
    assert f'id="card-extension-{extension.pk}"' in response.content.decode()
    assert not Decision.objects.exists()


def test_a_tap_without_its_token_is_refused(cast, extension, page):
    client = page()
    sent = fields(client.get("/").content.decode())
    client.handler.enforce_csrf_checks = True
    assert client.post(reverse("visits:decision-take"), sent).status_code == 403


@pytest.mark.parametrize("bad", ["\x00", "\ud800", "9" * 5000, "../x"])
def test_bad_input_is_a_sentence(cast, extension, page, bad):
    client = page()
    sent = {"card": bad, "act": bad, "seen": bad}
    try:
        response = client.post(reverse("visits:decision-take"), sent, **HTMX)
    except UnicodeEncodeError:
        return  # the test's own client cannot send it
    assert response.status_code in {400, 409, 422}
    assert client.get(f"/decisions/?from={9 * 10**30}").status_code == 200


def test_a_no_on_its_page(cast, extension, page):
    client = page()
    place = reverse("visits:decide", args=[f"extension-{extension.pk}", "deny"])
    assert place in client.get("/").content.decode()
    assert client.post(place, {"note": ""}).status_code == 422
    assert client.post(place, {"note": "请抓紧"}).url == reverse("visits:decisions")
    extension.refresh_from_db()
    assert extension.is_granted is False
    assert client.post(place, {"note": "请抓紧"}).status_code == 404


ACTS = ["direct", "table", "meet"]


@pytest.mark.parametrize("act", ACTS)
def test_each_page_for_words_opens_with_what_is_proposed(cast, late, page, act):
    client = page(WEEK)
    place = reverse("visits:decide", args=[f"directive-{late.pk}", act])
    text = client.get(place).content.decode()
    assert late.text in text


@pytest.mark.parametrize("act", ["grant", "approve", "reassign", "nothing"])
def test_what_a_card_does_not_offer_is_not_there(cast, late, page, act):
    place = reverse("visits:decide", args=[f"directive-{late.pk}", act])
    assert page(WEEK).get(place).status_code == 404


def test_directed_on_its_page(cast, late, page):
    client = page(WEEK)
    place = reverse("visits:decide", args=[f"directive-{late.pk}", "direct"])
    sent = {"text": "请面报", "department": cast.bureau.pk, "days": 2}
    assert client.post(place, sent).status_code == 302
    assert Directive.objects.filter(text="请面报").exists()


def test_a_meeting_is_called_from_a_card(cast, late, page):
    client = page(WEEK)
    place = reverse("visits:decide", args=[f"directive-{late.pk}", "meet"])
    sent = {
        "topic": "用工", "day": "2026-04-01", "at": "09:00", "place": "三楼",
        "chair": cast.maria.pk, "departments": [cast.bureau.pk],
    }  # fmt: skip
    assert client.post(place, sent).status_code == 302
    assert [one.ticket for one in Meeting.objects.get().items.all()] == [late.ticket]


def test_below_the_cards_only_what_is_ones_own(cast, ticket, lena, page):
    directives.adopt(ticket, actor=cast.maria, now=NOON)
    mine = give(cast, ticket, text="请报进展")
    answer(give(cast, ticket, text="请先答复"), cast.hana)
    give(cast, ticket, actor=lena, text="别人的批示")
    text = page().get("/").content.decode()
    assert text.index("我包挂的") < text.index("我的批示")
    assert text.index("请先答复") < text.index(mine.text)
    assert "别人的批示" not in text
    assert MeetingTask.objects.count() == 0


def test_a_leader_with_another_role_finds_his_desk_by_a_link(cast, as_user):
    GrantFactory(user=cast.maria, role="unit_head", department=cast.bureau)
    page = as_user(cast.maria).get("/").content.decode()
    assert reverse("visits:decisions") in page
    assert "待决策" not in page


@pytest.mark.slow
def test_the_desk_costs_the_same_for_1_and_10_cards(
    cast, extension, listing, ticket, page, queries_of
):
    give(cast, ticket)
    directives.adopt(ticket, actor=cast.maria, now=NOON)
    client = page(WEEK)
    client.get("/")
    cost = queries_of(lambda: client.get("/"))
    for number in range(9):
        give(cast, ticket, text=f"第{number}件")
        project = ProjectFactory(company=cast.company, lead_department=cast.bureau)
        life.ask_listing(
            project, actor=cast.dora, kind=KeyListing.Kind.ENTRY, reason="x", now=NOON
        )
    assert queries_of(lambda: client.get("/")) <= cost
    # session, person with grants; extensions, pauses, escalations and who is nearer,
    # orders, listings, own directives; decisions; adoptions; tickets, projects of cards
    assert cost == 13


def test_the_case_of_a_card_is_read_for_whom_it_waits(cast, extension, lena):
    key = f"extension-{extension.pk}"
    assert case_for(lena, key, LATER.date()) is not None
    assert case_for(cast.maria, key, LATER.date()) is None
