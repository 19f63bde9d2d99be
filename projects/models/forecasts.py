"""What a project's forecast said last: a copy, so that boards can list many."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.lib.querysets import ScopedQuerySet
from crm.models import User
from projects.forecast import Estimate

from .milestones import Milestone
from .projects import Project


class ForecastQuerySet(ScopedQuerySet["Forecast"]):
    def visible_to(self, user: User) -> Self:
        projects = Project.objects.visible_to(user)
        return self.filter(project__in=projects.values("pk"))


class Forecast(models.Model):
    """P50 and P80 of the end and of the next approval, and on what they rest.

    Written by projects.services.forecasting alone; empty days mean nothing is to come.
    """

    project = models.OneToOneField(
        Project, models.PROTECT, primary_key=True, related_name="forecast"
    )
    computed_on = models.DateField()
    p50_on = models.DateField(_("likely end"), null=True)
    p80_on = models.DateField(_("end with 80 % certainty"), null=True)
    # What comes first of all that is open.
    next = models.ForeignKey(
        Milestone, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    next_p50_on = models.DateField(null=True)
    next_p80_on = models.DateField(null=True)
    # How many items are open, and how many of them rest on records.
    open_count = models.PositiveSmallIntegerField(default=0)
    recorded_count = models.PositiveSmallIntegerField(default=0)
    # By key, and what lapses before it is needed: both only ever shown whole.
    items: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # as JSON
    lapses: "models.JSONField[Any, Any]" = models.JSONField(default=list)  # as JSON
    lapse_count = models.PositiveSmallIntegerField(default=0)

    objects = ForecastQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.project_id} {self.p50_on}"

    @property
    def is_all_recorded(self) -> bool:
        return self.recorded_count == self.open_count > 0

    def estimates(self) -> dict[str, Estimate]:
        """What was said of each open item, by key."""
        day = date.fromisoformat
        return {
            key: Estimate(key, day(start), day(p50), day(p80), count)
            for key, (start, p50, p80, count) in self.items.items()
        }
