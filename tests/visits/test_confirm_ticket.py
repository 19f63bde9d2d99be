from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.lib.errors import DomainError
from crm.models import Company, Event, StoredFile
from crm.services.attaching import Sent
from crm.services.files import Received
from tests.factories import NOON
from visits.models import Ticket
from visits.services import tickets
from visits.services.tickets import Proof

from .ticket_stories import HOUR, answered

CALLED = NOON + 3 * HOUR
CALL = Proof("call", person="张三", phone="13812345678", called_at=CALLED)
PICTURE = Proof(
    "signature", Sent(Received("q/raw.png", "0" * 64, 9, "image/png"), "签字.png")
)


def confirm(ticket, who, **more):
    return tickets.confirm_ticket(
        ticket, actor=who, outcome="solved", now=CALLED + HOUR, **more
    )


def test_nothing_is_chosen_for_the_company(cast, as_user):
    """The department's proposal is not the company's word, not even as a default."""
    ticket = answered(cast)
    url = reverse("visits:ticket-confirm", args=[ticket.pk])
    client = as_user(cast.otto)
    page = client.get(url)
    assert page.context["form"]["outcome"].value() is None
    assert reverse("visits:ticket-reject", args=[ticket.pk]) in page.text
    refused = client.post(url, {"version": ticket.version})
    assert refused.status_code == 422
    assert "请选择一项" in refused.text
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.CONFIRMING


def test_what_is_missing_is_said_beside_the_answer(cast, as_user):
    ticket = answered(cast)
    url = reverse("visits:ticket-reject", args=[ticket.pk])
    assert ticket.answers.get().text in as_user(cast.otto).get(url).text


def test_the_companys_word_closes_the_ticket(cast):
    ticket = confirm(answered(cast), cast.otto, note="谢谢")
    assert (ticket.status, ticket.outcome, ticket.sign_off) == (
        "closed",
        "solved",
        "company",
    )
    assert ticket.closed_at == CALLED + HOUR


def test_the_company_may_judge_otherwise_than_the_department_proposed(cast):
    ticket = tickets.confirm_ticket(
        answered(cast), actor=cast.otto, outcome="explained"
    )
    assert ticket.outcome == "explained"


def test_an_officer_needs_something_in_hand(cast):
    ticket = answered(cast)
    for proof in (None, Proof("company"), Proof("signature"), Proof("call")):
        with pytest.raises(DomainError):
            confirm(ticket, cast.olga, proof=proof)
    assert Ticket.objects.get(pk=ticket.pk).status == "confirming"


def test_a_call_is_kept_with_who_when_and_number(cast):
    ticket = confirm(answered(cast), cast.olga, proof=CALL)
    assert ticket.sign_off == "call"
    assert (ticket.sign_off_person, ticket.sign_off_at) == ("张三", CALLED)
    event = Event.objects.for_subject(ticket).newest_first().first()
    assert "13812345678" not in str(event.changes)


def test_a_call_in_the_future_is_no_proof(cast):
    tomorrow = Proof("call", None, "张三", "13812345678", CALLED + timedelta(days=1))
    with pytest.raises(DomainError) as refusal:
        confirm(answered(cast), cast.olga, proof=tomorrow)
    assert refusal.value.field == "called_at"


def test_a_picture_of_the_signature_is_kept_with_the_company(cast, monkeypatch):
    monkeypatch.setattr("crm.services.attaching.enqueue", lambda *args: "")
    ticket = confirm(answered(cast), cast.bela, proof=PICTURE)
    file = StoredFile.objects.get()
    assert ticket.sign_off_file == file
    assert file.company == cast.company


def test_the_database_refuses_a_sign_off_without_proof(cast):
    ticket = confirm(answered(cast), cast.otto)
    for change in ({"sign_off": "signature"}, {"sign_off": "call"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(**change)


def test_closing_ends_what_the_department_sees_and_every_clock(cast):
    ticket = answered(cast, assistants=[(cast.other_bureau, "名单")])
    confirm(ticket, cast.otto)
    assert not Company.objects.visible_to(cast.hana)
    part = ticket.parts.get(is_lead=False)
    assert part.answer_by.met_at == CALLED + HOUR
    assert part.answered_at is None


def test_pressed_twice_it_is_closed_once(cast):
    ticket = answered(cast)
    confirm(ticket, cast.otto)
    confirm(ticket, cast.otto)
    assert Event.objects.filter(action="ticket.confirmed").count() == 1


def test_not_solved_goes_back_to_work_and_the_clock_goes_on(cast):
    ticket = tickets.reject_answer(
        answered(cast), actor=cast.otto, reason="还差八人", now=CALLED
    )
    assert ticket.status == "working"
    assert ticket.solve_by.met_at is None
    assert ticket.reply_by.met_at is not None
    answer = ticket.answers.get()
    assert (answer.rejection, answer.rejected_at) == ("还差八人", CALLED)


def test_saying_so_twice_is_said_once_and_needs_a_reason(cast):
    ticket = answered(cast)
    with pytest.raises(DomainError):
        tickets.reject_answer(ticket, actor=cast.otto, reason=" ")
    for _ in range(2):
        tickets.reject_answer(ticket, actor=cast.otto, reason="还差八人")
    assert Event.objects.filter(action="ticket.rejected").count() == 1


def test_after_a_second_answer_it_can_be_closed(cast):
    ticket = tickets.reject_answer(answered(cast), actor=cast.olga, reason="还差八人")
    ticket = tickets.answer_ticket(
        ticket, actor=cast.hana, text="又到岗八人。", proposed="solved"
    )
    assert confirm(ticket, cast.otto).outcome == "solved"
