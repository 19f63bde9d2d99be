"""Many tickets dispatched at once: none lost, none twice, each refusal with its why."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from crm.lib.errors import DomainError
from crm.models import Department, Event
from tests.factories import NOON, CategoryFactory, DepartmentFactory
from visits.jobs import learn
from visits.models import BatchRow, DispatchBatch, Ticket, TicketPart
from visits.services import batches, tickets

State = BatchRow.State
Status = Ticket.Status


@pytest.fixture
def many(cast):
    """`many(tickets)` dispatched by dora; more keywords as the service has them."""

    def make(ticked, *, actor=None, now=NOON, **more):
        versions = {one.pk: one.version for one in ticked}
        actor = actor or cast.dora
        return batches.dispatch_many(versions, actor=actor, now=now, **more)

    return make


@pytest.fixture
def later(monkeypatch):
    """Tasks wait until the test runs them, as with a real worker."""
    waiting = []
    monkeypatch.setattr(batches, "enqueue", lambda *told: waiting.append(told))
    return waiting


def states(batch):
    return list(batch.rows.order_by("pk").values_list("state", flat=True))


def leads():
    parts = TicketPart.objects.filter(is_lead=True, ended_on=None)
    return sorted(parts.values_list("department__name", flat=True))


def test_each_goes_to_the_department_that_is_proposed(cast, queued, many):
    batch = many(queued(3))
    assert states(batch) == [State.DONE] * 3
    assert leads() == ["人社局"] * 3
    assert batch.finished_at == NOON
    told = Event.objects.filter(action="ticket.dispatched", actor=cast.dora)
    assert told.count() == 3


def test_all_go_to_the_one_that_was_chosen(cast, queued, many):
    many(queued(2), lead=cast.other_bureau)
    assert leads() == ["水利局"] * 2


def test_what_the_centre_was_to_decide_gets_the_likely_category(
    cast, labour, queued, many
):
    many(queued(3))
    learn()
    (ticket,) = queued(category=None)
    many([ticket])
    ticket.refresh_from_db()
    assert ticket.category == labour


def test_what_somebody_chose_is_not_overruled_by_words(cast, labour, queued, many):
    many(queued(3))
    learn()
    tax = CategoryFactory(key="tax", name="税费")
    (ticket,) = queued(category=tax)
    many([ticket], lead=cast.bureau)
    ticket.refresh_from_db()
    assert ticket.category == tax


def test_the_refused_ones_say_why_and_the_others_go(cast, labour, queued, many):
    silent, stale, gone, good = queued(4)
    silent.suggestion.delete()
    versions = [silent, stale, gone, good]
    Ticket.objects.filter(pk=stale.pk).update(version=7)
    tickets.refuse_ticket(gone, actor=cast.dora, refusal="empty", note="无", now=NOON)
    batch = many(versions)
    assert states(batch) == [State.REFUSED] * 3 + [State.DONE]
    refusals = list(batch.rows.exclude(refusal="").values_list("refusal", flat=True))
    assert "没有推荐" in refusals[0]
    assert "更改" in refusals[1]
    assert gone.number in refusals[2]
    good.refresh_from_db()
    assert good.status == Status.DISPATCHED
    stale.refresh_from_db()
    assert stale.status == Status.QUEUED


def test_a_second_press_finds_the_first(cast, queued, many):
    ticked, key = queued(2), uuid.uuid4()
    first = many(ticked, client_key=key)
    assert many(ticked, client_key=key) == first
    assert DispatchBatch.objects.count() == 1
    assert Event.objects.filter(action="ticket.dispatched").count() == 2


def test_a_foreign_ticket_in_the_list_refuses_all(cast, queued, many):
    own = queued()
    foreign = tickets.raise_ticket(
        actor=cast.dirk, company=cast.foreign, text="外地", now=NOON
    )
    for ticked in ([*own, foreign], [*own, Ticket(pk=10**15, version=1)]):
        with pytest.raises(PermissionDenied):
            many(ticked)
    own[0].refresh_from_db()
    assert own[0].status == Status.QUEUED


@pytest.mark.parametrize("who", ["olga", "hana", "maria", "axel", "otto"])
def test_only_dispatchers_dispatch(cast, queued, many, who):
    with pytest.raises(PermissionDenied):
        many(queued(), actor=getattr(cast, who))


def test_a_lead_out_of_reach_is_refused_before_anything_happens(cast, queued, many):
    far = DepartmentFactory(code="far", name="邻县局", region=cast.elsewhere)
    with pytest.raises(DomainError):
        many(queued(2), lead=far)
    assert DispatchBatch.objects.count() == 0


def test_nothing_ticked_is_said(cast, many):
    with pytest.raises(DomainError, match="勾选"):
        many([])


def test_too_many_are_said(cast, monkeypatch, queued, many):
    monkeypatch.setattr(batches, "MOST", 1)
    with pytest.raises(DomainError):
        many(queued(2))


@pytest.mark.slow
def test_more_than_fit_into_a_request_are_a_job(cast, queued, many, later, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    monkeypatch.setattr(batches, "CHUNK", 2)
    batch = many(queued(5))
    assert states(batch) == [State.WAITING] * 5
    assert later == [("visits.jobs.dispatch_batch", batch.pk)]
    assert batches.run_batch(batch.pk, now=NOON) is False
    batch.refresh_from_db()
    assert states(batch) == [State.DONE] * 5
    assert batch.finished_at == NOON
    # A task may run twice.
    assert batches.run_batch(batch.pk, now=NOON) is False
    assert Event.objects.filter(action="ticket.dispatched").count() == 5
    assert Event.objects.filter(action="dispatch_batch.finished").count() == 1


@pytest.mark.slow
def test_a_task_leaves_the_rest_to_the_next(cast, queued, many, later, monkeypatch):
    for name, value in (("AT_ONCE", 1), ("CHUNK", 2), ("PER_TASK", 2)):
        monkeypatch.setattr(batches, name, value)
    batch = many(queued(5))
    assert batches.run_batch(batch.pk, now=NOON) is True
    assert states(batch).count(State.DONE) == 2
    assert len(later) == 2
    assert batches.run_batch(batch.pk, now=NOON) is True
    assert batches.run_batch(batch.pk, now=NOON) is False
    assert states(batch) == [State.DONE] * 5


@pytest.mark.slow
def test_a_worker_that_dies_in_the_middle_loses_and_doubles_nothing(
    cast, queued, many, later, monkeypatch
):
    for name, value in (("AT_ONCE", 1), ("CHUNK", 2)):
        monkeypatch.setattr(batches, name, value)
    batch = many(queued(6))
    real, calls = tickets.dispatch_ticket, []

    def dies_at_the_fourth(ticket, **more):
        calls.append(ticket.pk)
        if len(calls) == 4:
            raise SystemExit
        return real(ticket, **more)

    with monkeypatch.context() as patch:
        patch.setattr(tickets, "dispatch_ticket", dies_at_the_fourth)
        with pytest.raises(SystemExit), transaction.atomic():
            batches.run_batch(batch.pk, now=NOON)
    batches.run_batch(batch.pk, now=NOON)
    assert states(batch) == [State.DONE] * 6
    assert Event.objects.filter(action="ticket.dispatched").count() == 6
    assert TicketPart.objects.filter(is_lead=True).count() == 6


def test_whoever_lost_the_region_meanwhile_dispatches_no_more(
    cast, queued, many, later, monkeypatch
):
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    batch = many(queued(2))
    cast.dora.grants.update(ends_on="2020-01-02")
    batches.run_batch(batch.pk, now=NOON)
    assert states(batch) == [State.REFUSED] * 2


def test_a_department_that_closed_meanwhile_is_said(
    cast, queued, many, later, monkeypatch
):
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    batch = many(queued(2))
    Department.objects.filter(pk=cast.bureau.pk).update(is_active=False)
    batches.run_batch(batch.pk, now=NOON)
    assert states(batch) == [State.REFUSED] * 2
    assert "停用" in batch.rows.first().refusal


def test_a_batch_is_its_starters_own(cast, queued, many):
    batch = many(queued())
    for who in ("maria", "dirk", "axel", "sven"):
        seen = DispatchBatch.objects.visible_to(getattr(cast, who))
        assert not seen.filter(pk=batch.pk).exists()
    assert DispatchBatch.objects.visible_to(cast.dora).get() == batch
