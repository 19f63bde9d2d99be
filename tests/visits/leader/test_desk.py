"""The leader's desk: what is on it, what each card says, and what a tap does."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Absence, Event
from tests.factories import NOON, GrantFactory, UserFactory
from tests.visits.leader.acts import (
    LATER,
    SECOND,
    WEEK,
    answer,
    call,
    card_of,
    cards,
    effect,
    give,
    take,
)
from tests.visits.ticket_stories import working
from visits import jobs
from visits.leader_desk.page import desk_of
from visits.leader_desk.sources import Reading, find_all
from visits.models import Decision, Directive
from visits.services import decisions, directives, tickets

# --- What is on it -----------------------------------------------------------------


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


WHO = ["olga", "hana", "uma", "dora", "axel", "otto", "dirk", "sven"]


@pytest.mark.parametrize("who", WHO)
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


# --- A tap -------------------------------------------------------------------------


def test_a_tap_has_its_effect_ten_seconds_later(cast, extension):
    decision = take(cast.maria, card_of(cast.maria))
    extension.refresh_from_db()
    assert (decision.state, extension.is_granted) == ("pending", None)
    desk = desk_of(cast.maria, now=LATER + 3 * SECOND)
    assert (desk.cards, desk.taken[0].can_be_undone) == ([], True)
    assert effect(decision).state == "done"
    extension.refresh_from_db()
    assert (extension.is_granted, extension.decided_by) == (True, cast.maria)
    assert desk_of(cast.maria, now=WEEK).is_empty


def test_nothing_is_told_before_the_seconds_are_over(cast, extension):
    before = set(Event.objects.values_list("pk", flat=True))
    decision = take(cast.maria, card_of(cast.maria))
    told = Event.objects.exclude(pk__in=before)
    assert [one.action for one in told] == ["decision.taken"]
    # A worker whose clock is ahead carries nothing out either.
    early = decisions.carry_out(decision.pk, now=decision.effective_at - SECOND)
    assert early.state == "pending"
    assert told.count() == 1
    effect(decision)
    assert set(told.values_list("action", flat=True)) == {
        "decision.taken", "ticket.extended", "decision.carried_out",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "may"), [(0, True), (9, True), (11, True), (12, False)]
)
def test_a_tap_is_taken_back_within_its_seconds(cast, extension, seconds, may):
    """Ten on the page, and two for the answer's way there and back."""
    decision = take(cast.maria, card_of(cast.maria))
    now = LATER + seconds * SECOND
    if may:
        undone = decisions.undo_decision(decision, actor=cast.maria, now=now)
        assert undone.state == "undone"
        assert effect(decision).state == "undone"
        extension.refresh_from_db()
        assert extension.is_granted is None
        assert cards(cast.maria) == [decision.card]
    else:
        with pytest.raises(WrongStatus):
            decisions.undo_decision(decision, actor=cast.maria, now=now)
        assert effect(decision).state == "done"


def test_what_was_carried_out_is_not_taken_back(cast, extension):
    decision = take(cast.maria, card_of(cast.maria))
    effect(decision)
    with pytest.raises(WrongStatus):
        decisions.undo_decision(decision, actor=cast.maria, now=LATER)


def test_only_ones_own_tap_is_taken_back(cast, extension, lena):
    card = card_of(lena)
    decision = take(lena, card)
    with pytest.raises(PermissionDenied):
        decisions.undo_decision(decision, actor=cast.maria, now=LATER)


def test_the_worker_carries_it_out_once(cast, extension):
    decision = take(cast.maria, card_of(cast.maria))
    with time_machine.travel(decision.effective_at, tick=False):
        for _ in range(2):
            jobs.carry_out_decision(decision.pk)
    jobs.carry_out_decision(987654321)
    assert Event.objects.filter(action="ticket.extended").count() == 1


def test_tapped_twice_it_is_one_decision(cast, extension):
    card = card_of(cast.maria)
    assert take(cast.maria, card) == take(cast.maria, card)
    assert Decision.objects.count() == 1


@pytest.fixture
def second(cast):
    """Another leader of the same county."""
    user = UserFactory(login="lars", department=cast.bureau)
    GrantFactory(user=user, role="leader", region=cast.county)
    return user


def test_the_second_of_two_is_told_who_decided_what(cast, listing, second):
    card = card_of(second)
    take(cast.maria, card_of(cast.maria))
    assert cards(second) == []
    with pytest.raises(DomainError) as refused:
        take(second, card)
    assert refused.value.code == "decided_already"
    assert "Maria 已于 12:00 决定：“同意”" in str(refused.value.sentence)


def test_in_the_same_moment_the_database_keeps_one(cast, listing, second, monkeypatch):
    """Both found nothing; the row of the first refuses the second."""
    card = card_of(second)
    take(cast.maria, card_of(cast.maria))
    answers = iter([None, decisions.taking.standing(card.key)])
    monkeypatch.setattr(
        "visits.services.decisions.taking.standing", lambda key: next(answers)
    )
    with pytest.raises(DomainError) as refused:
        take(second, card)
    assert refused.value.code == "decided_already"
    assert Decision.objects.count() == 1


def test_another_act_on_the_same_card_is_told(cast, extension):
    card = card_of(cast.maria)
    take(cast.maria, card)
    with pytest.raises(DomainError) as refused:
        decisions.take_decision(
            card.key, actor=cast.maria, act="deny", seen="x", now=LATER
        )
    assert refused.value.code == "decided_already"


def test_what_changed_since_one_looked_is_told(cast, extension):
    card = card_of(cast.maria)
    tickets.comment_ticket(
        extension.ticket, actor=cast.hana, text="补充", is_internal=False, now=LATER
    )
    take(cast.maria, card)  # a remark changes nothing of it
    Decision.objects.all().delete()
    extension.ticket.__class__.objects.update(version=99)
    with pytest.raises(StaleVersion):
        take(cast.maria, card)
    assert not Decision.objects.exists()


def test_what_waits_no_more_is_told(cast, extension, lena):
    card = card_of(lena)
    tickets.decide_extension(
        extension.ticket, actor=cast.maria, is_granted=False, note="不同意", now=LATER
    )
    with pytest.raises(WrongStatus):
        take(lena, card)


def test_decided_elsewhere_meanwhile_it_fails_and_says_so(cast, extension, lena):
    decision = take(lena, card_of(lena))
    tickets.decide_extension(
        extension.ticket, actor=cast.maria, is_granted=False, note="不同意", now=LATER
    )
    failed = effect(decision)
    assert failed.state == "failed"
    assert failed.problem
    (told,) = desk_of(lena, now=LATER + timedelta(minutes=1)).failed
    assert told.decision == failed
    extension.refresh_from_db()
    assert extension.is_granted is False


def test_who_is_no_leader_any_more_carries_nothing_out(cast, extension, lena):
    decision = take(lena, card_of(lena))
    lena.grants.update(ends_on=NOON.date() - timedelta(days=1))
    failed = effect(decision)
    assert (failed.state, failed.problem) == ("failed", "这件事已不由本人决定。")


@pytest.mark.parametrize("who", WHO)
def test_only_leaders_decide(cast, extension, who):
    card = card_of(cast.maria)
    with pytest.raises(PermissionDenied):
        take(getattr(cast, who), card)
    with pytest.raises(PermissionDenied):
        decisions.decide_in_words(
            card.key, actor=getattr(cast, who), act="deny", terms={"note": "x"}
        )


@pytest.mark.parametrize(
    "card",
    [
        "",
        "x",
        "extension-",
        "extension-0",
        "nobody-1",
        f"extension-{2**70}",
        "extension-１",
        "extension-1.9",
    ],
)
def test_a_card_that_is_none(cast, extension, card):
    with pytest.raises(WrongStatus):
        decisions.take_decision(card, actor=cast.maria, act="grant", seen="", now=LATER)


def test_the_key_list_is_approved_with_a_tap(cast, listing):
    effect(take(cast.maria, card_of(cast.maria)))
    listing.refresh_from_db()
    listing.project.refresh_from_db()
    assert (listing.is_approved, listing.project.is_key) == (True, True)


def test_the_database_ties_states_to_their_fields(cast, listing):
    decision = take(cast.maria, card_of(cast.maria))
    for change in ({"state": "done"}, {"ended_at": NOON}, {"state": "failed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=decision.pk).update(**change)


# --- In words ----------------------------------------------------------------------


def decide(actor, card, act, now=WEEK, **terms):
    return decisions.decide_in_words(card, actor=actor, act=act, terms=terms, now=now)


def test_refused_in_words_at_once(cast, extension):
    decide(cast.maria, f"extension-{extension.pk}", "deny", LATER, note="请抓紧办理")
    extension.refresh_from_db()
    assert (extension.is_granted, extension.decision_note) == (False, "请抓紧办理")
    assert cards(cast.maria) == []


def test_a_no_without_a_reason_leaves_the_card(cast, extension):
    with pytest.raises(DomainError):
        decide(cast.maria, f"extension-{extension.pk}", "deny", LATER, note=" ")
    assert not Decision.objects.exists()
    assert len(cards(cast.maria)) == 1


def test_directed_once_more_the_card_is_gone_until_it_is_late_again(cast, late):
    terms = {"text": "请再报", "department": cast.bureau.pk, "person": None, "days": 2}
    decide(cast.maria, f"directive-{late.pk}", "direct", **terms)
    again = Directive.objects.exclude(pk=late.pk).get()
    assert (again.text, again.ticket) == ("请再报", late.ticket)
    assert cards(cast.maria, WEEK) == []
    later = WEEK + timedelta(days=9)
    assert cards(cast.maria, later) == [f"directive-{again.pk}"]
    done = answer(late, cast.hana, now=later)
    directives.ask_again(done, actor=cast.maria, remark="缺", days=1, now=later)
    answer(again, cast.hana, now=later)
    assert cards(cast.maria, later + timedelta(days=9)) == [f"directive-{late.pk}.1"]


def test_put_on_an_agenda(cast, late):
    meeting = call(cast)
    decide(cast.maria, f"directive-{late.pk}", "table", meeting=meeting.pk, title="x")
    assert [one.ticket for one in meeting.items.all()] == [late.ticket]
