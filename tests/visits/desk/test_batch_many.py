"""Hundreds at once go through several tasks, also one that runs twice: each once."""

from collections import Counter
from uuid import uuid4

import pytest

from crm.models import Event
from tests.factories import NOON, CategoryFactory
from visits.models import BatchRow, FirstDispatch, Ticket, TicketPart
from visits.services import batches

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MANY = 300


@pytest.fixture
def waiting(cast):
    """As the services leave what a company wrote and the centre admitted."""
    category = CategoryFactory()
    rows = Ticket.objects.bulk_create(
        Ticket(
            number=f"2026-{number:06d}",
            client_key=uuid4(),
            company=cast.company,
            source=Ticket.Source.COMPANY,
            category=category,
            title="招不到人",
            text="招不到人。",
            status=Ticket.Status.QUEUED,
            raised_by=cast.dora,
            raised_at=NOON,
        )
        for number in range(1, MANY + 1)
    )
    return {one.pk: one.version for one in rows}


def test_none_is_lost_and_none_is_twice(cast, waiting, monkeypatch):
    tasks = []
    monkeypatch.setattr(batches, "enqueue", lambda *told: tasks.append(told))
    monkeypatch.setattr(batches, "PER_TASK", 100)
    batch = batches.dispatch_many(waiting, actor=cast.dora, lead=cast.bureau, now=NOON)
    for _name, pk in tasks:  # each task leaves the rest to the next
        batches.run_batch(pk, now=NOON)
    assert len(tasks) == 1 + MANY // 100 - 1
    assert not batches.run_batch(batch.pk, now=NOON)
    assert Counter(batch.rows.values_list("state", flat=True)) == {
        BatchRow.State.DONE: MANY
    }
    once = Counter(dict.fromkeys(waiting, 1))
    leads = TicketPart.objects.filter(is_lead=True).values_list("ticket", flat=True)
    told = Event.objects.filter(action="ticket.dispatched")
    assert Counter(leads) == once
    assert Counter(told.values_list("subject_id", flat=True)) == once
    assert Counter(FirstDispatch.objects.values_list("ticket", flat=True)) == once
    assert Ticket.objects.filter(status=Ticket.Status.DISPATCHED).count() == MANY
    ended = Event.objects.filter(action="dispatch_batch.finished", subject_id=batch.pk)
    assert ended.count() == 1
