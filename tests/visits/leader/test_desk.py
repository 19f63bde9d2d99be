"""The leader's desk: what is on it, what each card says, and what a tap does."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.models import Absence
from tests.factories import NOON
from tests.visits.leader.acts import (
    LATER,
    NO_LEADERS,
    WEEK,
    answer,
    card_of,
    cards,
    give,
)
from tests.visits.ticket_stories import working
from visits.leader_desk.page import desk_of
from visits.leader_desk.sources import Reading, find_all
from visits.models import Directive
from visits.services import tickets

# --- What is on it -----------------------------------------------------------------


@pytest.mark.slow
def test_an_extension_that_no_head_decides_is_the_leaders(cast, extension):
    assert cards(cast.maria) == [f"extension-{extension.pk}"]


def test_what_a_head_can_decide_is_not_the_leaders(cast, category):
    tickets.ask_extension(
        working(cast), actor=cast.hana, days=10, reason="需上级批复", now=LATER
    )
    assert cards(cast.maria) == []


def test_who_is_away_decides_nothing(cast, category):
    tickets.ask_extension(
        working(cast), actor=cast.hana, days=10, reason="需上级批复", now=LATER
    )
    Absence.objects.create(
        officer=cast.uma, kind="leave", starts_on=NOON, ends_on=WEEK,
        created_by=cast.uma, created_at=NOON,
    )  # fmt: skip
    assert len(cards(cast.maria)) == 1


@pytest.mark.slow
def test_before_the_chief_leader_comes_who_is_in_charge(cast, extension, lena, walter):
    assert cards(cast.maria) == []
    assert cards(lena) == [f"extension-{extension.pk}"]
    assert cards(walter) == []


def test_a_request_for_the_key_list_waits_for_who_decides(cast, listing, walter):
    assert cards(cast.maria) == [f"listing-{listing.pk}"]
    assert cards(walter) == []


def test_a_card_of_a_directive_says_what_it_was_about(cast, late):
    card = card_of(cast.maria, WEEK)
    assert (card.whom[0].text, card.whom[0].url) == (
        late.ticket.title, late.ticket.get_absolute_url(),
    )  # fmt: skip


def test_a_sentence_ends_inside_a_proposal_once(cast, late):
    Directive.objects.filter(pk=late.pk).update(text="请到企业现场解决。")
    assert "请到企业现场解决”" in card_of(cast.maria, WEEK).proposal


def test_ones_own_directive_comes_when_it_is_late(cast, late, lena):
    assert cards(cast.maria, LATER) == []
    assert cards(cast.maria, WEEK) == [f"directive-{late.pk}"]
    assert cards(lena, WEEK) == []
    answer(late, cast.hana, now=WEEK)
    assert cards(cast.maria, WEEK) == []


@pytest.mark.parametrize("who", NO_LEADERS)
def test_nothing_waits_for_others(cast, extension, listing, late, who):
    assert find_all(Reading(getattr(cast, who), WEEK.date())) == []


def test_what_presses_most_comes_first(cast, extension, listing):
    second, first = (give(cast, working(cast), days=days) for days in (3, 1))
    assert cards(cast.maria, WEEK) == [
        f"extension-{extension.pk}",
        f"directive-{first.pk}",
        f"directive-{second.pk}",
        f"listing-{listing.pk}",
    ]


@pytest.mark.slow
def test_ten_at_most_and_the_rest_is_counted(cast, category):
    for number in range(13):
        give(cast, working(cast), text=f"第{number}件")
    desk = desk_of(cast.maria, now=WEEK)
    assert (len(desk.cards), desk.total, desk.rest, desk.after) == (10, 13, 3, 10)
    rest = desk_of(cast.maria, begin=10, now=WEEK)
    assert (len(rest.cards), rest.rest) == (3, 0)
    assert not {one.key for one in desk.cards} & {one.key for one in rest.cards}


# --- What a card says --------------------------------------------------------------


def said(parts):
    return [one.text for one in parts]


def test_a_card_says_whom_how_long_what_was_tried_and_what_is_proposed(cast, extension):
    card = card_of(cast.maria)
    assert card.matter.title == extension.ticket.title
    assert said(card.whom) == ["恒润纺织有限公司", "专员Olga"]
    assert said(card.how_long) == [
        "申请由 7 个工作日延至 10 个",
        "第 1 个工作日（时限 7 个）",
        "周五 03-27 · 还剩 6 个工作日",
    ]
    assert said(card.tried) == ["人社局 Hana", "理由：需上级批复"]
    assert card.proposal == "同意延期。在期限内首次申请"
    assert [one.act for one in card.offers.beside] == ["deny"]


def test_every_number_opens_to_what_made_it(cast, extension):
    give(cast, extension.ticket)
    card = card_of(cast.maria)
    numbers = [
        one for one in (*card.how_long, *card.tried) if re.search(r"\d", one.text)
    ]
    linked = {one.text: one.url for one in numbers}
    why = reverse("visits:ticket-why", args=[extension.ticket_id, "solve"])
    stream = f"{extension.ticket.get_absolute_url()}#stream"
    assert linked.pop("申请由 7 个工作日延至 10 个") == ""
    assert set(linked.values()) == {why, stream}


def test_five_lines_at_most(cast, extension, as_user):
    with time_machine.travel(LATER, tick=False):
        page = as_user(cast.maria).get("/").content.decode()
    card = page.split('<article class="decision"')[1].split("</article>")[0]
    assert card.count("<h2") + card.count("<dt") == 5


def test_a_late_one_is_proposed_to_be_refused(cast, extension):
    late_day = NOON + timedelta(days=14)
    card = card_of(cast.maria, late_day)
    assert card.offers.proposed.act == "deny"
    assert not card.offers.proposed.is_tap
