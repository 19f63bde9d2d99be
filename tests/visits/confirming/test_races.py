"""Several at once: one call-back for an answer, one word, one sample of a closing."""

import pytest
from django.db import transaction

from crm.lib.errors import DomainError
from crm.models import Deadline, Event
from tests.cast import make_cast
from tests.factories import NOON, CategoryFactory
from tests.second import second_connection
from tests.visits.test_intake_race import at_once
from tests.visits.ticket_stories import HOUR, answered, closed
from visits.models import Callback, CallTry, LinkWord, Sample, SampledCall, Ticket
from visits.services import callbacks, confirm_links, samples, tickets

from .sampled import TODAY, wanted
from .stories import LATER, SAID, called, in_vain

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TOGETHER = 6


@pytest.fixture(autouse=True)
def that_day(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def cast():
    CategoryFactory()
    return make_cast()


def outcome_of(work):
    """What came of it, or the code of the refusal."""

    def run():
        try:
            return work()
        except DomainError as error:
            return error.code

    return run


def test_six_schedulers_open_each_call_back_once(cast):
    for _ in range(3):
        answered(cast)
    found = at_once([lambda: callbacks.open_callbacks(now=LATER)] * TOGETHER)
    assert sum(found) == 3
    assert Callback.objects.count() == 3
    assert Deadline.objects.filter(kind="callback").count() == 3
    assert Event.objects.filter(action="callback.opened").count() == 3


def test_one_link_in_six_tabs_says_one_word(cast):
    ticket = answered(cast)
    _link, token = confirm_links.make_confirm_link(ticket, actor=cast.olga, now=SAID)
    words = ["solved", "not_solved"] * (TOGETHER // 2)
    works = [
        outcome_of(
            lambda said=said: (
                confirm_links.say_by_link(
                    token, said=said, words="还差八人", now=SAID + HOUR
                ).said
            )
        )
        for said in words
    ]
    found = at_once(works)
    assert found.count("said_already") == TOGETHER - 1
    word = LinkWord.objects.get()
    assert word.said in found
    ticket.refresh_from_db()
    assert ticket.redo_count == int(word.said == "not_solved")
    said = ("ticket.confirmed", "ticket.rejected")
    assert Event.objects.filter(action__in=said).count() == 1


def test_a_link_and_a_login_at_once_are_one_word(cast):
    ticket = answered(cast)
    _link, token = confirm_links.make_confirm_link(ticket, actor=cast.olga, now=SAID)
    at = SAID + HOUR
    works = [
        outcome_of(
            lambda: confirm_links.say_by_link(token, said="solved", now=at).said
        ),
        outcome_of(
            lambda: (
                tickets.confirm_ticket(
                    ticket, actor=cast.otto, outcome="partly", now=at
                ).outcome
            )
        ),
    ]
    found = at_once(works)
    ticket.refresh_from_db()
    assert ticket.outcome in found
    assert ticket.sign_off == {"solved": "link", "partly": "company"}[ticket.outcome]
    assert Event.objects.filter(action="ticket.confirmed").count() == 1


def test_two_officers_who_call_at_once_note_one_try(cast):
    answered(cast)
    callbacks.open_callbacks(now=LATER)
    one = Callback.objects.get()
    works = [
        outcome_of(
            lambda who=who: (
                callbacks.record_call(one, actor=who, call=in_vain(), now=LATER).tries
            )
        )
        for who in (cast.olga, cast.bela)
    ]
    assert set(at_once(works)) == {1, "tried_today"}
    assert CallTry.objects.count() == 1
    assert Callback.objects.get().tries == 1


def test_a_call_and_the_companys_own_word_at_once_are_one(cast):
    ticket = answered(cast)
    callbacks.open_callbacks(now=LATER)
    one = Callback.objects.get()
    works = [
        outcome_of(
            lambda: (
                callbacks.record_call(
                    one, actor=cast.olga, call=called(), now=LATER
                ).end
            )
        ),
        outcome_of(
            lambda: (
                tickets.reject_answer(
                    ticket, actor=cast.otto, reason="没有", now=LATER
                ).status
            )
        ),
    ]
    at_once(works)
    ticket.refresh_from_db()
    one.refresh_from_db()
    assert (ticket.status, one.end) in {("closed", "said"), ("working", "overtaken")}


def test_two_draws_at_once_share_no_closing(cast):
    for _ in range(4):
        closed(cast)
    asked = wanted(cast, number=3)
    works = [
        outcome_of(lambda: samples.draw_sample(asked, actor=cast.axel, now=TODAY).size)
    ] * 2
    found = at_once(works)
    tickets_drawn = list(SampledCall.objects.values_list("ticket", flat=True))
    assert len(tickets_drawn) == len(set(tickets_drawn))
    # The second one drew from what was left, or was told to draw again.
    assert sorted(map(str, found)) in (["1", "3"], ["3", "drawn_at_once"])
    assert all(samples.is_as_drawn(sample) for sample in Sample.objects.all())


@pytest.mark.postgres
def test_the_ticket_is_locked_while_the_company_speaks(cast):
    ticket = answered(cast)
    _link, token = confirm_links.make_confirm_link(ticket, actor=cast.olga, now=SAID)
    table = Ticket._meta.db_table
    with transaction.atomic():
        confirm_links.say_by_link(token, said="solved", now=SAID + HOUR)
        locked = pytest.raises(Exception, match="could not obtain lock")
        with second_connection() as other, other.cursor() as cursor, locked:
            cursor.execute(
                f"SELECT id FROM {table} WHERE id = %s FOR UPDATE NOWAIT", [ticket.pk]
            )
