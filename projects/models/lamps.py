"""What lights the lamp of a project: rules as data, and how it stood month by month."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .projects import Project


class LampRule(models.Model):
    """One rule of each kind. An empty number: this colour is not lit by it."""

    class Kind(models.TextChoices):
        BEHIND = "behind", pgettext_lazy("lamp rule", "behind the plan")
        IN_A_ROW = "in_a_row", pgettext_lazy("lamp rule", "yellow month after month")
        STEP = "step", pgettext_lazy("lamp rule", "step of its life not reached")

    kind = models.CharField(
        pgettext_lazy("lamp", "rule"), max_length=10, choices=Kind, unique=True
    )
    # Behind: points, yellow from, red above. In a row: months. Step: months late, from.
    yellow = models.PositiveSmallIntegerField(_("yellow from"), null=True, blank=True)
    red = models.PositiveSmallIntegerField(_("red from"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("lamp rule")
        verbose_name_plural = _("lamp rules")

    def __str__(self) -> str:
        return self.get_kind_display()


class Reading(models.Model):
    """How far a project was on the last day of a month; written once."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="readings")
    month = models.DateField()  # its first day
    planned = models.PositiveSmallIntegerField()
    actual = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["project", "-month"]
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="reading_once"),
            models.CheckConstraint(
                name="reading_in_percent",
                condition=Q(planned__lte=100, actual__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.month:%Y-%m}"
