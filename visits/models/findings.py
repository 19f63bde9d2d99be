"""走访发现: one thing heard on a visit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .categories import Category
from .visits import Visit


class Finding(models.Model):
    """Symptom, cause and wish of one thing; solved on the spot or made a ticket."""

    class Result(models.TextChoices):
        SOLVED = "solved", _("solved on the spot")
        TICKET = "ticket", _("ticket")
        NOTED = "noted", _("noted")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="findings")
    # The client's own key of this finding inside the visit.
    key = models.CharField(max_length=36)
    order = models.PositiveSmallIntegerField()
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="findings", verbose_name=_("category")
    )
    symptom = models.TextField(_("what the company sees"), max_length=1000)
    cause = models.TextField(_("cause"), max_length=1000, blank=True)
    wish = models.TextField(_("wish"), max_length=1000, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=Result)
    answer = models.TextField(_("answer on the spot"), max_length=1000, blank=True)
    # An amendment that leaves a finding out withdraws it; nothing is deleted.
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(fields=["visit", "key"], name="finding_once"),
            models.CheckConstraint(
                name="finding_solved_has_answer",
                condition=~Q(result="solved") | ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return self.symptom[:40]
