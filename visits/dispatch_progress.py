"""How far a dispatch of many has come, and what it left in the queue."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from visits.models import BatchRow, DispatchBatch


@dataclass(frozen=True)
class Progress:
    """How far a dispatch of many has come."""

    total: int
    done: int
    refused: int

    @property
    def handled(self) -> int:
        return self.done + self.refused


def progress_of(batch: DispatchBatch) -> Progress:
    state = BatchRow.State
    counts = batch.rows.aggregate(
        done=Count("pk", filter=Q(state=state.DONE)),
        refused=Count("pk", filter=Q(state=state.REFUSED)),
    )
    return Progress(batch.total, counts["done"], counts["refused"])


def refused_rows(batch: DispatchBatch) -> "QuerySet[BatchRow]":
    """Those that stay in the queue, each with its sentence."""
    rows = batch.rows.filter(state=BatchRow.State.REFUSED)
    return rows.select_related("ticket__company")
