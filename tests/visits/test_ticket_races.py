"""Several at once on one ticket: one dispatch, one merger, one set of pieces."""

import uuid

import pytest

from crm.models import Event
from tests.cast import make_cast
from tests.factories import NOON, CategoryFactory
from tests.visits.confirming.test_races import outcome_of
from tests.visits.test_intake_race import TOGETHER, at_once
from tests.visits.ticket_stories import DAY, HOUR, dispatched, raised, working
from visits.models import Ticket, TicketPart
from visits.services import tickets

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LATER = NOON + 3 * HOUR


@pytest.fixture
def cast():
    CategoryFactory()
    return make_cast()


def events(action):
    return Event.objects.filter(action=f"ticket.{action}").count()


def status_of(ticket):
    return Ticket.objects.get(pk=ticket.pk).status


def merging(cast, ticket, into):
    return outcome_of(
        lambda: tickets.merge_tickets(ticket, into=into, actor=cast.dora, now=LATER)
    )


def test_two_departments_at_once_get_it_once(cast):
    ticket = raised(cast)

    def press(lead):
        return outcome_of(
            lambda: tickets.dispatch_ticket(
                ticket, actor=cast.dora, lead=lead, version=ticket.version, now=LATER
            )
        )

    found = at_once([press(cast.bureau), press(cast.other_bureau)] * 2)
    got = [one.pk for one in found if isinstance(one, Ticket)]
    # The same press again is the same dispatch; the other department's is refused.
    assert len(got) == 2
    assert TicketPart.objects.filter(ticket=ticket, is_lead=True).count() == 1
    assert events("dispatched") == 1


def test_two_that_are_merged_crosswise_at_once_do_not_both_vanish(cast):
    one, other = working(cast), working(cast)
    found = at_once([merging(cast, one, other), merging(cast, other, one)])
    assert sum(isinstance(each, Ticket) for each in found) == 1
    assert sorted([status_of(one), status_of(other)]) == ["merged", "working"]
    assert events("merged") == 1


def test_merged_and_answered_at_once_the_company_keeps_its_answer(cast):
    target, double = working(cast), dispatched(cast)
    answer = outcome_of(
        lambda: tickets.answer_ticket(
            target, actor=cast.hana, text="已办。", proposed="solved", now=LATER
        )
    )
    found = at_once([merging(cast, double, target), answer])
    assert status_of(target) == "confirming"
    # Either it followed and needs no answer of its own, or it still has its own way.
    is_merged = isinstance(found[0], Ticket) and isinstance(found[1], Ticket)
    assert status_of(double) == ("merged" if is_merged else "dispatched")


def test_split_by_one_press_that_arrives_six_times_is_split_once(cast):
    ticket, key = raised(cast), uuid.uuid4()
    pieces = [tickets.Piece(text="停电"), tickets.Piece(text="缺水")]

    def press():
        return tickets.split_ticket(
            ticket,
            actor=cast.dora,
            pieces=pieces,
            client_key=key,
            version=ticket.version,
            now=LATER,
        )

    found = at_once([press] * TOGETHER)
    assert len({tuple(one.pk for one in made) for made in found}) == 1
    assert Ticket.objects.filter(split_from=ticket).count() == 2
    assert events("split") == 1


def test_split_and_merged_at_once_one_of_them_looks_again(cast):
    ticket, target = raised(cast), working(cast)
    before = ticket.version

    def split():
        pieces = [tickets.Piece(text="停电")]
        return tickets.split_ticket(
            ticket, actor=cast.dora, pieces=pieces, version=before, now=LATER
        )

    def merge():
        return tickets.merge_tickets(
            ticket, into=target, actor=cast.dora, version=before, now=LATER
        )

    found = at_once([outcome_of(split), outcome_of(merge)])
    assert sum(not isinstance(one, str) for one in found) == 1
    assert events("split") + events("merged") == 1


def test_a_leader_grants_while_the_handler_answers(cast):
    ticket = tickets.ask_extension(
        working(cast), actor=cast.uma, days=10, reason="需上级批复", now=LATER
    )
    grant = outcome_of(
        lambda: tickets.decide_extension(
            ticket, actor=cast.maria, is_granted=True, now=LATER + HOUR
        )
    )
    answer = outcome_of(
        lambda: tickets.answer_ticket(
            ticket, actor=cast.hana, text="已办。", proposed="solved", now=LATER + HOUR
        )
    )
    at_once([grant, answer])
    asked = ticket.extensions.get()
    assert (status_of(ticket), events("answered")) == ("confirming", 1)
    # Granted before, or nobody can grant it any more.
    assert asked.decided_at is not None
    assert events("extended") == bool(asked.is_granted)


def test_a_problem_sent_six_times_at_once_is_raised_once(cast):
    key = uuid.uuid4()
    found = at_once([lambda: raised(cast, by="otto", client_key=key)] * TOGETHER)
    assert len({one.pk for one in found}) == 1
    assert Ticket.objects.count() == events("raised") == 1


def test_confirmed_and_rejected_at_once_is_one_word(cast):
    ticket = tickets.answer_ticket(
        working(cast), actor=cast.hana, text="已办。", proposed="solved", now=LATER
    )
    yes = outcome_of(
        lambda: tickets.confirm_ticket(
            ticket, actor=cast.otto, outcome="solved", now=LATER + DAY
        )
    )
    no = outcome_of(
        lambda: tickets.reject_answer(
            ticket, actor=cast.otto, reason="没有解决", now=LATER + DAY
        )
    )
    found = at_once([yes, no] * 2)
    assert any(isinstance(one, str) for one in found)
    assert events("confirmed") + events("rejected") == 1
