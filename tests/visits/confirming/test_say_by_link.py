"""One link, one answer, one word: whoever comes second reads what was said."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, WrongStatus
from crm.models import Event
from crm.services.links import UsedLinkError
from tests.factories import NOON, CompanyFactory, LiaisonFactory
from tests.visits.ticket_stories import DAY, HOUR, answered, merged, working
from visits.models import ConfirmLink, LinkWord, Ticket
from visits.services import confirm_links as links
from visits.services import tickets

from .stories import SAID, linked

LATER = SAID + HOUR


def say(token, said="solved", now=LATER, **more):
    return links.say_by_link(token, said=said, now=now, **more)


def test_the_word_by_link_closes_with_the_link_as_proof(cast):
    ticket, link, token = linked(cast)
    say(token, "partly", words="还差两人", person="王经理")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome) == ("closed", "partly")
    assert (ticket.sign_off, ticket.sign_off_link) == ("link", link)
    assert (ticket.sign_off_person, ticket.sign_off_note) == ("王经理", "还差两人")
    event = Event.objects.for_subject(ticket).newest_first().first()
    assert (event.action, event.actor, event.is_public) == (
        "ticket.confirmed",
        None,
        True,
    )
    assert "王经理" not in str(event.changes)


def test_not_solved_goes_back_to_work_with_its_reason(cast):
    ticket, _link, token = linked(cast)
    with pytest.raises(DomainError) as refusal:
        say(token, "not_solved", words=" ")
    assert refusal.value.field == "words"
    say(token, "not_solved", words="还差八人")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.redo_count) == ("working", 1)
    assert ticket.answers.get().rejection == "还差八人"
    assert ticket.solve_by.met_at is None


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", True),
        ("bela", True),
        ("hana", True),
        ("uma", True),
        ("dora", False),
        ("maria", False),
        ("axel", False),
        ("otto", False),
        ("oleg", False),
        ("tom", False),
    ],
)
def test_officer_and_lead_make_links(cast, who, may):
    ticket = answered(cast)
    try:
        links.make_confirm_link(ticket, actor=getattr(cast, who), now=SAID)
    except PermissionDenied:
        assert not may
    assert ConfirmLink.objects.exists() == may


def test_only_the_hash_is_kept_and_the_event_says_who_made_it(cast):
    _ticket, link, token = linked(cast)
    assert len(token) == 43
    assert token not in str(vars(link))
    event = Event.objects.get(action="ticket.confirm_link_made")
    assert (event.actor, event.is_public) == (cast.olga, True)
    assert token not in str(event.changes)


def test_without_an_answer_there_is_nothing_to_ask(cast):
    with pytest.raises(WrongStatus):
        links.make_confirm_link(working(cast), actor=cast.olga)


def test_used_twice_it_says_what_was_said(cast):
    ticket, _link, token = linked(cast)
    say(token, "explained")
    with pytest.raises(links.SaidAlreadyError) as refusal:
        say(token, "not_solved", words="不行")
    assert refusal.value.said.said == "explained"
    assert Ticket.objects.get(pk=ticket.pk).outcome == "explained"
    assert Event.objects.filter(action="ticket.confirmed").count() == 1


def test_two_links_of_one_answer_are_one_word(cast):
    ticket, _link, token = linked(cast)
    _other, second = links.make_confirm_link(ticket, actor=cast.hana, now=SAID)
    say(token)
    with pytest.raises(links.SaidAlreadyError):
        say(second, "partly")
    assert LinkWord.objects.count() == 1


def test_the_database_holds_one_word_for_an_answer(cast):
    _ticket, _link, token = linked(cast)
    say(token)
    word = LinkWord.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        LinkWord.objects.create(
            answer=word.answer, link=word.link, said="solved", said_at=LATER
        )


def test_a_word_that_was_faster_is_read_by_the_slower_one(cast, monkeypatch):
    """As if both had passed the check before either wrote."""
    _ticket, _link, token = linked(cast)
    say(token, "partly")
    Ticket.objects.update(status="confirming", outcome="", closed_at=None)
    monkeypatch.setattr(links, "check_open", lambda link: None)
    with pytest.raises(links.SaidAlreadyError) as refusal:
        say(token, "solved")
    assert refusal.value.said.said == "partly"


def test_the_companys_word_by_login_ends_the_link(cast):
    ticket, _link, token = linked(cast)
    tickets.confirm_ticket(ticket, actor=cast.otto, outcome="solved", now=LATER)
    with pytest.raises(links.SaidAlreadyError) as refusal:
        say(token, "not_solved", words="不行")
    assert (refusal.value.said.said, refusal.value.said.sign_off) == (
        "solved",
        "company",
    )


def answered_again(cast, ticket):
    return tickets.answer_ticket(
        ticket,
        actor=cast.hana,
        text="又到岗。",
        proposed="solved",
        now=LATER + HOUR,
    )


def test_after_a_redo_the_old_link_only_says_what_was_said(cast):
    ticket, _link, token = linked(cast)
    tickets.reject_answer(ticket, actor=cast.otto, reason="还差八人", now=LATER)
    answered_again(cast, ticket)
    with pytest.raises(links.SaidAlreadyError) as refusal:
        say(token, now=LATER + 2 * HOUR)
    assert (refusal.value.said.said, refusal.value.said.words) == (
        "not_solved",
        "还差八人",
    )
    assert Ticket.objects.get(pk=ticket.pk).status == "confirming"


def test_a_link_of_an_answer_that_was_reopened_is_over(cast):
    ticket, _link, token = linked(cast)
    closed = tickets.confirm_ticket(
        ticket, actor=cast.otto, outcome="solved", now=LATER
    )
    tickets.reopen_ticket(closed, actor=cast.otto, reason="又走了", now=LATER + HOUR)
    answered_again(cast, ticket)
    with pytest.raises(links.LinkOverError):
        say(token, now=LATER + 3 * HOUR)


def test_a_later_answer_takes_a_link_of_its_own(cast):
    ticket, _link, token = linked(cast)
    say(token, "not_solved", words="还差八人")
    answered_again(cast, ticket)
    _second, newer = links.make_confirm_link(
        ticket, actor=cast.olga, now=LATER + 2 * HOUR
    )
    say(newer, "solved", now=LATER + 3 * HOUR)
    assert Ticket.objects.get(pk=ticket.pk).outcome == "solved"
    assert LinkWord.objects.count() == 2


def test_a_merged_ticket_speaks_for_itself(cast):
    target = working(cast)
    other = CompanyFactory(name="恒通织造有限公司", region=cast.town)
    LiaisonFactory(company=other, officer=cast.bela, role="A")
    child = merged(cast, into=target, company=other, by="dora")
    tickets.answer_ticket(
        target,
        actor=cast.hana,
        text="办了。",
        proposed="solved",
        now=NOON + 3 * HOUR,
    )
    child.refresh_from_db()
    _link, token = links.make_confirm_link(child, actor=cast.bela, now=SAID + HOUR)
    say(token, "not_solved", words="我们没有", now=LATER + HOUR)
    child.refresh_from_db()
    target.refresh_from_db()
    assert (child.status, target.status) == ("working", "confirming")


@pytest.mark.parametrize("late", [timedelta(days=14), timedelta(days=30)])
def test_an_old_link_opens_nothing(cast, late):
    _ticket, _link, token = linked(cast)
    say_at = SAID + late
    with pytest.raises(UsedLinkError):
        say(token, now=say_at)


def test_on_its_last_day_it_still_opens(cast):
    _ticket, _link, token = linked(cast)
    say(token, now=SAID + 14 * DAY - timedelta(seconds=1))


def test_taken_back_it_opens_nothing(cast):
    _ticket, link, token = linked(cast)
    with pytest.raises(PermissionDenied):
        links.revoke_confirm_link(link, actor=cast.tom, now=LATER)
    links.revoke_confirm_link(link, actor=cast.hana, now=LATER)
    with pytest.raises(UsedLinkError):
        say(token)
    with pytest.raises(DomainError):
        links.revoke_confirm_link(link, actor=cast.hana, now=LATER)


@pytest.mark.parametrize("token", ["", "x" * 43, "\udcff", "a" * 5000, "\x00"])
def test_an_unknown_token_opens_nothing(db, token):
    with pytest.raises(UsedLinkError):
        say(token)


@pytest.mark.parametrize("said", ["", "closed", "\x00", "满意"])
def test_no_fifth_answer(cast, said):
    _ticket, _link, token = linked(cast)
    with pytest.raises(DomainError):
        say(token, said)
    assert not LinkWord.objects.exists()


@pytest.mark.parametrize("who", ["olga", "hana", "dora", "maria", "sven"])
def test_an_official_does_not_speak_for_the_company(cast, who):
    ticket, _link, token = linked(cast)
    with pytest.raises(DomainError):
        say(token, visitor=getattr(cast, who))
    assert Ticket.objects.get(pk=ticket.pk).status == "confirming"


def test_the_companys_own_person_may_use_it(cast):
    _ticket, _link, token = linked(cast)
    assert say(token, visitor=cast.otto).said == "solved"


def test_many_links_leave_ten(cast):
    ticket = answered(cast)
    for _ in range(12):
        links.make_confirm_link(ticket, actor=cast.olga, now=SAID)
    assert ConfirmLink.objects.open(LATER).count() == 10


def test_the_database_refuses_a_word_by_link_without_its_link(cast):
    ticket, _link, token = linked(cast)
    say(token)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(sign_off_link=None)


def test_an_officer_cannot_claim_a_word_by_link(cast):
    ticket = answered(cast)
    with pytest.raises(DomainError):
        tickets.confirm_ticket(
            ticket, actor=cast.olga, outcome="solved", proof=tickets.Proof("link")
        )
