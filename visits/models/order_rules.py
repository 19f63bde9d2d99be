"""Which columns of a supervision order go together, said to the database."""

from django.db import models
from django.db.models import Q

OPEN = ["issued", "signed", "answered"]

# What holds whoever writes an order: the database refuses the rest.
CONSTRAINTS: list[models.BaseConstraint] = [
    models.UniqueConstraint(
        fields=["region", "year", "serial"], name="order_numbered_once"
    ),
    models.UniqueConstraint(
        fields=["issued_by", "client_key"], name="order_once_per_client_key"
    ),
    # Whoever comes second raises the colour of what is there.
    models.UniqueConstraint(
        fields=["subject_type", "subject_id", "department"],
        name="order_one_open_per_subject",
        condition=Q(status__in=OPEN, subject_id__isnull=False),
    ),
    models.CheckConstraint(
        name="order_subject_whole",
        condition=Q(subject_type="", subject_id__isnull=True)
        | ~Q(subject_type="") & Q(subject_id__isnull=False),
    ),
    models.CheckConstraint(
        name="order_signed_has_time",
        condition=Q(signed_at__isnull=True, signed_by__isnull=True)
        & Q(status__in=["issued", "withdrawn"])
        | Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(status="issued"),
    ),
    models.CheckConstraint(
        name="order_ended_has_time",
        condition=Q(status__in=OPEN, ended_at__isnull=True, ended_by__isnull=True)
        | Q(
            status__in=["closed", "withdrawn"],
            ended_at__isnull=False,
            ended_by__isnull=False,
        ),
    ),
    models.CheckConstraint(
        name="order_withdrawn_has_reason",
        condition=~Q(status="withdrawn") | ~Q(end_note=""),
    ),
    models.CheckConstraint(
        name="order_says_what", condition=~Q(matter="") & ~Q(requirement="")
    ),
]

INDEXES = [
    models.Index(fields=["place_path", "-id"], name="order_by_place"),
    models.Index(fields=["department", "-id"], name="order_by_department"),
    models.Index(fields=["subject_type", "subject_id"], name="order_by_subject"),
    models.Index(fields=["region", "issued_at"], name="order_by_month"),
    models.Index(
        fields=["project", "-id"],
        name="order_of_project",
        condition=Q(project__isnull=False),
    ),
    # The few that are open.
    models.Index(
        fields=["place_path"], name="order_open", condition=Q(status__in=OPEN)
    ),
    models.Index(
        fields=["department"], name="order_owed", condition=Q(status__in=OPEN)
    ),
]
