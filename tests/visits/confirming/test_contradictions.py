"""A sample that contradicts: the dispatch centre reopens, or says why not."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, WrongStatus
from crm.models import Event
from tests.visits.confirming.sampled import CALLED, by_call, drawn, record
from tests.visits.ticket_stories import HOUR, closed
from visits.models import Ticket
from visits.services import samples, tickets


def decide(call, actor, decision="reopened", reason="企业称未解决", **more):
    return samples.decide_contradiction(
        call, actor=actor, decision=decision, reason=reason, now=CALLED + HOUR, **more
    )


def test_the_dispatch_centre_reopens(cast):
    ticket = by_call(cast)
    call = record(drawn(cast).calls.get(), cast.axel)
    decide(call, cast.dora)
    decide(call, cast.dora)
    ticket.refresh_from_db()
    call.refresh_from_db()
    assert (ticket.status, ticket.redo_count, ticket.sign_off) == ("working", 1, "")
    assert (call.outcome, call.sign_off) == ("solved", "call")
    assert call.decision == "reopened"
    assert Event.objects.filter(action="ticket.reopened").count() == 1


def test_or_says_why_not(cast):
    ticket = by_call(cast)
    call = record(drawn(cast).calls.get(), cast.axel)
    with pytest.raises(DomainError) as refusal:
        decide(call, cast.dora, "left", " ")
    assert refusal.value.field == "reason"
    decide(call, cast.dora, "left", "属另一件事")
    assert Ticket.objects.get(pk=ticket.pk).status == "closed"
    with pytest.raises(WrongStatus):
        decide(call, cast.dora)


@pytest.mark.parametrize("who", ["axel", "maria", "olga", "hana", "otto", "dirk"])
def test_nobody_else_decides(cast, who):
    by_call(cast)
    call = record(drawn(cast).calls.get(), cast.axel)
    with pytest.raises(PermissionDenied):
        decide(call, getattr(cast, who))


@pytest.mark.slow
def test_what_was_reopened_meanwhile_is_not_reopened_again(cast):
    ticket = closed(cast)
    call = record(drawn(cast).calls.get(), cast.axel)
    tickets.reopen_ticket(ticket, actor=cast.otto, reason="又走了", now=CALLED)
    with pytest.raises(WrongStatus):
        decide(call, cast.dora)


def test_what_does_not_contradict_has_nothing_to_decide(cast):
    closed(cast)
    call = record(drawn(cast).calls.get(), cast.axel, "confirmed")
    with pytest.raises(PermissionDenied):
        decide(call, cast.dora)
