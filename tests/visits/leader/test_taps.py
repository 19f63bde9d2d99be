"""What a leader decides with a tap or in words, and what comes of it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Event
from tests.factories import NOON, GrantFactory, UserFactory
from tests.visits.leader.acts import (
    LATER,
    NO_LEADERS,
    SECOND,
    WEEK,
    answer,
    call,
    card_of,
    cards,
    effect,
    take,
)
from visits import jobs
from visits.leader_desk.page import desk_of
from visits.models import Decision, Directive
from visits.services import decisions, directives, tickets


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.parametrize("who", NO_LEADERS)
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


@pytest.mark.slow
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
