"""Several at once on the leader's desk: one decision, one effect, one directive."""

import uuid

import pytest

from crm.models import Event
from tests.cast import make_cast
from tests.factories import NOON
from tests.visits.confirming.test_races import outcome_of
from tests.visits.test_intake_race import TOGETHER, at_once
from tests.visits.ticket_stories import working
from visits.models import AgendaItem, Decision, Directive, DirectiveAnswer, Extension
from visits.services import decisions, directives, meetings

from .acts import LATER, answer, call, card_of, give, plan_of, take

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def cast(category):
    return make_cast()


@pytest.fixture
def card(extension, lena):
    return card_of(lena)


def test_one_card_tapped_in_six_tabs_is_one_decision(lena, card):
    found = at_once([lambda: take(lena, card, "grant")] * TOGETHER)
    assert {one.pk for one in found} == {Decision.objects.get().pk}
    assert Event.objects.filter(action="decision.taken").count() == 1


def test_granted_and_denied_at_once_the_first_holds(lena, card):
    def deny():
        return decisions.decide_in_words(
            card.key, actor=lena, act="deny", terms={"note": "理由不足"}, now=LATER
        )

    found = at_once([outcome_of(lambda: take(lena, card, "grant")), outcome_of(deny)])
    assert sum(isinstance(one, str) for one in found) == 1
    assert Decision.objects.count() == 1


def test_carried_out_by_six_workers_it_has_one_effect(lena, card):
    decision = take(lena, card, "grant")
    when = decision.effective_at
    at_once([lambda: decisions.carry_out(decision.pk, now=when)] * TOGETHER)
    assert Extension.objects.get().is_granted
    for action in ("decision.carried_out", "ticket.extended"):
        assert Event.objects.filter(action=action).count() == 1


def test_taken_back_and_carried_out_at_once_it_is_one_of_both(lena, card):
    decision = take(lena, card, "grant")
    when = decision.effective_at
    at_once(
        [
            outcome_of(
                lambda: decisions.undo_decision(decision, actor=lena, now=LATER)
            ),
            lambda: decisions.carry_out(decision.pk, now=when),
        ]
    )
    decision.refresh_from_db()
    is_granted = Extension.objects.get().is_granted
    assert decision.state == ("done" if is_granted else "undone")


def test_a_directive_given_six_times_at_once_is_given_once(cast):
    ticket, key = working(cast), uuid.uuid4()
    at_once([lambda: give(cast, ticket, client_key=key)] * TOGETHER)
    assert Directive.objects.count() == 1


def test_answered_in_two_tabs_and_withdrawn_at_once(cast):
    directive, key = give(cast, working(cast)), uuid.uuid4()

    def withdraw():
        return directives.withdraw_directive(
            directive, actor=cast.maria, reason="发错", now=LATER
        )

    def say():
        return answer(directive, cast.hana, client_key=key)

    at_once([outcome_of(one) for one in (say, say, withdraw)])
    directive.refresh_from_db()
    assert DirectiveAnswer.objects.count() <= 1
    assert directive.status in {"answered", "withdrawn"}
    given = Event.objects.filter(action="directive.answered").count()
    assert given == DirectiveAnswer.objects.count()


def test_a_matter_put_on_an_agenda_by_six_presses_stands_there_once(cast):
    meeting, ticket = call(cast), working(cast)

    def add():
        return meetings.add_item(meeting, actor=cast.maria, ticket=ticket, now=NOON)

    at_once([outcome_of(add)] * TOGETHER)
    assert AgendaItem.objects.filter(meeting=meeting, ticket=ticket).count() == 1


def test_a_meeting_called_by_six_presses_is_one(cast):
    key, plan = uuid.uuid4(), plan_of(cast)

    def press():
        return meetings.call_meeting(
            actor=cast.maria, plan=plan, client_key=key, now=NOON
        )

    assert len({one.pk for one in at_once([press] * TOGETHER)}) == 1
