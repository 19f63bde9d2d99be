"""How long tickets waited for the dispatch centre, and many dispatched at once."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet
from crm.models import Department, Role, User

from .tickets import Ticket


class FirstDispatchQuerySet(ScopedQuerySet["FirstDispatch"]):
    def visible_to(self, user: User) -> Self:
        """Whoever dispatches in a region knows how fast that went there."""
        ranges = user.access.region_ranges(
            Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR
        )
        return self.filter(trees.in_ranges(ranges, "region_path"))

    def since(self, at: datetime) -> Self:
        return self.filter(at__gte=at)


class FirstDispatch(models.Model):
    """When a ticket left the queue for the first time, and how long it had waited.

    Written once: other office hours, set later, do not change what was in time.
    """

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, primary_key=True, related_name="first_dispatch"
    )
    at = models.DateTimeField()
    # Where the company lay that day: counted from the index alone.
    region_path = trees.PathField()
    # In working hours.
    waited_minutes = models.PositiveIntegerField()
    is_in_time = models.BooleanField()

    objects = FirstDispatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("first dispatch")
        verbose_name_plural = _("first dispatches")
        indexes = [
            models.Index(
                fields=["at", "region_path", "is_in_time"], name="first_dispatch_by_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.waited_minutes}"


class DispatchBatchQuerySet(ScopedQuerySet["DispatchBatch"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(started_by=user)

    def changeable_by(self, user: User) -> Self:
        return self.filter(started_by=user)


class DispatchBatch(models.Model):
    """批量交办: several tickets dispatched with one press, each by the one service."""

    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    started_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(pgettext_lazy("batch", "started"))
    # None: each to the department that is proposed for it.
    lead = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("lead department"),
    )
    total = models.PositiveIntegerField(_("tickets"))
    finished_at = models.DateTimeField(pgettext_lazy("batch", "finished"), null=True)

    objects = DispatchBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("dispatch of several tickets")
        verbose_name_plural = _("dispatches of several tickets")
        constraints = [
            models.UniqueConstraint(
                name="dispatch_batch_once", fields=["started_by", "client_key"]
            ),
            models.CheckConstraint(
                name="dispatch_batch_ends_after_start",
                condition=Q(finished_at__isnull=True)
                | Q(finished_at__gte=F("started_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total} {self.started_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("visits:batch", args=[self.pk])


class BatchRow(models.Model):
    """One ticket of a batch: waits, was dispatched, or was refused with a sentence."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("batch row", "waiting")
        DONE = "done", pgettext_lazy("batch row", "dispatched")
        REFUSED = "refused", pgettext_lazy("batch row", "not dispatched")

    batch = models.ForeignKey(DispatchBatch, models.PROTECT, related_name="rows")
    ticket = models.ForeignKey(Ticket, models.PROTECT, db_index=False, related_name="+")
    # As it was on the page where it was ticked.
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    # What the person was told, in his words of that moment.
    refusal = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="batch_row_once", fields=["batch", "ticket"]),
            models.CheckConstraint(
                name="batch_row_refused_says_why",
                condition=Q(state="refused") & ~Q(refusal="")
                | ~Q(state="refused") & Q(refusal=""),
            ),
        ]
        indexes = [models.Index(fields=["batch", "state"], name="batch_row_by_state")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.ticket_id} {self.state}"
