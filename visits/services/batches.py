"""Many tickets dispatched at once: each by one service, none lost, none twice."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.tasks import enqueue
from crm.models import Department, User
from visits.models import BatchRow, Category, DispatchBatch, Suggestion, Ticket
from visits.services import tickets
from visits.services.tickets.raising import OTHER

State = BatchRow.State
# Up to so many at once while the person waits, in one transaction; more are a job.
AT_ONCE: Final = 200
MOST: Final = 20_000
# Rows per transaction of the job, and per task: others get their turn between.
CHUNK: Final = 20
PER_TASK: Final = 400


@transaction.atomic
def dispatch_many(
    versions: Mapping[int, int],
    *,
    actor: User,
    lead: Department | None = None,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> DispatchBatch:
    """Dispatch these tickets, by key and version, each as proposed or to one lead.

    What is refused stands in its row with the sentence; the others are dispatched.
    """
    now = now or timezone.now()
    if client_key and (known := _known(actor, client_key)):
        return known
    _check(versions, actor, lead)
    batch = DispatchBatch(
        client_key=client_key or uuid.uuid4(),
        started_by=actor,
        started_at=now,
        lead=lead,
        total=len(versions),
    )
    try:
        # In a savepoint: the other of two simultaneous presses is found below.
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError:
        return DispatchBatch.objects.get(started_by=actor, client_key=batch.client_key)
    BatchRow.objects.bulk_create(
        [
            BatchRow(batch=batch, ticket_id=key, version=version)
            for key, version in sorted(versions.items())
        ],
        batch_size=1000,
    )
    events.record(
        actor, "dispatch_batch.started", batch, now=now, lead=lead, total=batch.total
    )
    if batch.total <= AT_ONCE:
        _go_on(batch, batch.total, now)
    else:
        enqueue("visits.jobs.dispatch_batch", batch.pk)
    return batch


def _known(actor: User, client_key: uuid.UUID) -> DispatchBatch | None:
    own = DispatchBatch.objects.filter(started_by=actor)
    return own.filter(client_key=client_key).first()


def _check(versions: Mapping[int, int], actor: User, lead: Department | None) -> None:
    if not versions:
        raise DomainError(_("Tick at least one ticket."), code="nothing_ticked")
    if len(versions) > MOST:
        sentence = _("At most %(most)s tickets at once.")
        raise DomainError(sentence % {"most": f"{MOST:,}"}, code="too_many")
    if lead and not tickets.dispatch_targets(actor).filter(pk=lead.pk).exists():
        raise tickets.out_of_reach("lead")
    mine = Ticket.objects.dispatchable_by(actor).filter(pk__in=list(versions))
    if mine.count() < len(versions):
        raise PermissionDenied


def run_batch(batch_pk: int, *, now: datetime | None = None) -> bool:
    """Dispatch the next rows that wait; whether some are left for another task."""
    left = PER_TASK
    while left > 0:
        with transaction.atomic():
            own = DispatchBatch.objects.select_for_update(of=("self",))
            batch = own.select_related("started_by", "lead").get(pk=batch_pk)
            if batch.finished_at is not None:
                return False
            _go_on(batch, CHUNK, now or timezone.now())
            if batch.finished_at is None and left <= CHUNK:
                enqueue("visits.jobs.dispatch_batch", batch.pk)
        left -= CHUNK
    return batch.finished_at is None


def _go_on(batch: DispatchBatch, most: int, now: datetime) -> None:
    """The next rows; the caller holds the batch, so that no two do the same ones."""
    waiting = batch.rows.filter(state=State.WAITING).order_by("pk")
    rows = list(waiting.select_related("ticket__category", "ticket__suggestion")[:most])
    for row in rows:
        row.state, row.refusal = _dispatched(batch, row, now)
    BatchRow.objects.bulk_update(rows, ["state", "refusal"], batch_size=200)
    if len(rows) == most and batch.rows.filter(state=State.WAITING).exists():
        return
    batch.finished_at = max(now, batch.started_at)
    batch.save(update_fields=["finished_at"])
    refused = batch.rows.filter(state=State.REFUSED).count()
    events.record(
        batch.started_by,
        "dispatch_batch.finished",
        batch,
        now=now,
        total=batch.total,
        refused=refused,
    )


def _dispatched(
    batch: DispatchBatch, row: BatchRow, now: datetime
) -> tuple[BatchRow.State, str]:
    """What became of one row, and if it was refused, why."""
    ticket: Ticket = row.ticket
    try:
        with transaction.atomic():
            tickets.dispatch_ticket(
                ticket,
                actor=batch.started_by,
                lead=batch.lead or proposed_lead(ticket),
                category=proposed_category(ticket),
                version=row.version,
                now=now,
            )
    except DomainError as error:
        return State.REFUSED, str(error.sentence)[:400]
    except PermissionDenied:
        return State.REFUSED, _("You may no longer dispatch this ticket.")
    return State.DONE, ""


def suggestion_of(ticket: Ticket) -> Suggestion | None:
    """From select_related: a ticket without one has no row there."""
    return getattr(ticket, "suggestion", None)


def proposed_lead(ticket: Ticket) -> Department:
    suggestion = suggestion_of(ticket)
    if suggestion is None or suggestion.lead is None:
        sentence = _("No lead department is proposed for ticket %(number)s.")
        raise DomainError(sentence % {"number": ticket.number}, code="no_proposal")
    return suggestion.lead


def proposed_category(ticket: Ticket) -> Category:
    """What whoever raised it chose; left open to the centre, what the words say."""
    suggestion = suggestion_of(ticket)
    is_open = ticket.category.key == OTHER
    if is_open and suggestion and suggestion.category:
        return suggestion.category
    return ticket.category
