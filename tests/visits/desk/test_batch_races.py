"""Two presses, two workers and two dispatchers at once: one dispatch of each ticket."""

import uuid

import pytest

from crm.lib.errors import DomainError
from crm.models import Event
from tests.cast import make_cast
from tests.factories import NOON, CategoryFactory, GrantFactory, UserFactory
from tests.visits.test_intake_race import at_once
from visits.models import BatchRow, DispatchBatch, TicketPart
from visits.services import batches, tickets

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def told():
    """The cast, and six tickets that wait."""
    cast = make_cast()
    labour = CategoryFactory()
    labour.default_lead = cast.bureau
    labour.save()
    waiting = [
        tickets.raise_ticket(
            actor=cast.dora,
            company=cast.company,
            text="招不到人",
            category=labour,
            now=NOON,
        )
        for _ in range(6)
    ]
    return cast, {one.pk: one.version for one in waiting}


def dispatched_once_each():
    assert TicketPart.objects.filter(is_lead=True).count() == 6
    assert Event.objects.filter(action="ticket.dispatched").count() == 6


def test_two_presses_at_once_are_one(told):
    cast, versions = told
    key = uuid.uuid4()

    def press():
        return batches.dispatch_many(
            versions, actor=cast.dora, client_key=key, now=NOON
        )

    assert len({batch.pk for batch in at_once([press, press])}) == 1
    assert DispatchBatch.objects.count() == 1
    dispatched_once_each()


def test_two_workers_share_a_batch_and_double_nothing(told, monkeypatch):
    cast, versions = told
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    monkeypatch.setattr(batches, "CHUNK", 1)
    monkeypatch.setattr(batches, "enqueue", lambda *told: None)
    batch = batches.dispatch_many(versions, actor=cast.dora, now=NOON)
    at_once([lambda: batches.run_batch(batch.pk, now=NOON)] * 2)
    assert batch.rows.filter(state=BatchRow.State.DONE).count() == 6
    dispatched_once_each()


def test_two_dispatchers_at_once_dispatch_each_ticket_once(told):
    cast, versions = told
    second = UserFactory(login="dana", department=cast.dora.department)
    GrantFactory(user=second, role="dispatcher", region=cast.county)

    def press(actor, lead):
        try:
            return batches.dispatch_many(versions, actor=actor, lead=lead, now=NOON)
        except DomainError as error:
            return error

    at_once(
        [
            lambda: press(cast.dora, cast.bureau),
            lambda: press(second, cast.other_bureau),
        ]
    )
    dispatched_once_each()
    done = BatchRow.objects.filter(state=BatchRow.State.DONE)
    refused = BatchRow.objects.filter(state=BatchRow.State.REFUSED)
    assert (done.count(), refused.count()) == (6, 6)
    assert all(refused.values_list("refusal", flat=True))
