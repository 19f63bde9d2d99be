from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ScheduleSlot(models.Model):
    """One turn of a periodic job; the unique pair lets exactly one worker take it."""

    name = models.CharField(max_length=100)
    # The start of the period that this turn stands for.
    slot = models.DateTimeField()
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = _("turn of a periodic job")
        verbose_name_plural = _("turns of periodic jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "slot"], name="crm_scheduleslot_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.slot:%Y-%m-%d %H:%M:%S}"


class TaskLease(models.Model):
    """Which worker runs a task and when it last said so; the reaper reads it."""

    task_id = models.UUIDField(primary_key=True)
    worker = models.CharField(max_length=64)
    beat_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("lease of a task")
        verbose_name_plural = _("leases of tasks")

    def __str__(self) -> str:
        return f"{self.task_id} {self.worker}"
