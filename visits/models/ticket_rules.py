"""Which columns of a ticket go together, said to the database."""

from django.db import models
from django.db.models import F, Q

# What holds whoever writes a ticket: the database refuses the rest.
CONSTRAINTS: list[models.BaseConstraint] = [
    models.UniqueConstraint(
        fields=["raised_by", "client_key"], name="ticket_once_per_client_key"
    ),
    models.CheckConstraint(
        name="ticket_closed_has_outcome",
        condition=Q(status="closed", closed_at__isnull=False)
        & ~Q(outcome="")
        & ~Q(sign_off="")
        | ~Q(status="closed") & Q(closed_at__isnull=True, outcome=""),
    ),
    models.CheckConstraint(
        name="ticket_refused_has_reason",
        condition=Q(status="refused", refused_at__isnull=False) & ~Q(refusal="")
        | ~Q(status="refused") & Q(refusal="", refused_at__isnull=True),
    ),
    # The clock starts at dispatch: from then on all three run.
    models.CheckConstraint(
        name="ticket_dispatched_has_clocks",
        condition=Q(
            status__in=["submitted", "queued", "refused", "merged"],
            dispatched_at__isnull=True,
        )
        | Q(
            status__in=[
                "dispatched",
                "returned",
                "accepted",
                "working",
                "paused",
                "parked",
                "confirming",
                "closed",
                "merged",
            ],
            dispatched_at__isnull=False,
            contact_by__isnull=False,
            reply_by__isnull=False,
            solve_by__isnull=False,
        ),
    ),
    models.CheckConstraint(
        name="ticket_due_on_has_kind",
        condition=Q(due_on__isnull=True, due_kind="")
        | Q(due_on__isnull=False) & ~Q(due_kind=""),
    ),
    models.CheckConstraint(
        name="ticket_merged_has_target",
        condition=~Q(status="merged") | Q(merged_into__isnull=False),
    ),
    models.CheckConstraint(
        name="ticket_not_merged_into_itself",
        condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
    ),
    # 挂账 is not an end: without a next reply it would be one.
    models.CheckConstraint(
        name="ticket_parked_has_next_reply",
        condition=Q(
            status="parked", parked_at__isnull=False, next_reply_by__isnull=False
        )
        | ~Q(status="parked") & Q(parked_at__isnull=True),
    ),
    # An officer may close only with something in hand.
    models.CheckConstraint(
        name="ticket_sign_off_has_proof",
        condition=Q(sign_off__in=["", "company"])
        | Q(sign_off="signature", sign_off_file__isnull=False)
        | Q(sign_off="link", sign_off_link__isnull=False)
        | Q(sign_off="call", sign_off_at__isnull=False)
        & ~Q(sign_off_person="")
        & ~Q(sign_off_phone=""),
    ),
]

INDEXES = [
    # The sweep finds those that came back or were redone without reading tickets.
    models.Index(
        fields=["return_count", "redo_count", "dispatch_count", "status"],
        name="ticket_counts",
    ),
    models.Index(fields=["company", "-id", "status"], name="ticket_by_company"),
    models.Index(fields=["status", "-id"], name="ticket_by_status"),
    models.Index(fields=["handler", "status"], name="ticket_by_handler"),
    # The dispatch desk reads it in the order of waiting.
    models.Index(
        fields=["raised_at", "id", "company"],
        name="ticket_queue",
        condition=Q(
            dispatched_at__isnull=True,
            refused_at__isnull=True,
            merged_into__isnull=True,
        ),
    ),
    # What is late or near, the most pressing first, with whose region it is.
    models.Index(
        fields=["due_on", "id", "company"],
        name="ticket_by_due",
        condition=Q(due_on__isnull=False),
    ),
    # Figures: what was dispatched in some months, what was closed in some days.
    models.Index(
        fields=["dispatched_at"],
        name="ticket_by_dispatch",
        condition=Q(dispatched_at__isnull=False),
    ),
    models.Index(
        fields=["closed_at"],
        name="ticket_by_close",
        condition=Q(closed_at__isnull=False),
    ),
    models.Index(
        fields=["refused_at"],
        name="ticket_by_refusal",
        condition=Q(refused_at__isnull=False),
    ),
    models.Index(
        fields=["id", "company"],
        name="ticket_undispatched",
        condition=Q(
            dispatched_at__isnull=True,
            refused_at__isnull=True,
            merged_into__isnull=True,
        ),
    ),
    # Were the others in it, SQLite would look in it for all that are not merged.
    models.Index(
        fields=["merged_into"],
        name="ticket_merged",
        condition=Q(merged_into__isnull=False),
    ),
    models.Index(
        fields=["project", "raised_at"],
        name="ticket_of_project",
        condition=Q(project__isnull=False),
    ),
]
