"""提级规则: what is told to whom, from when on. Data, edited by the administrator."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .categories import Category


class Level(models.IntegerChoices):
    """Whose matter it is; the number is the height."""

    HANDLER = 0, pgettext_lazy("escalation", "handler")
    HEAD = 1, pgettext_lazy("escalation", "unit head")
    CHARGE = 2, pgettext_lazy("escalation", "leader in charge")
    TOP = 3, pgettext_lazy("escalation", "chief leader")

    @property
    def code(self) -> str:
        return self.name.lower()


class Trigger(models.TextChoices):
    """What makes a rule speak."""

    DUE_SOON = "due_soon", pgettext_lazy("trigger", "due soon")
    OVERDUE = "overdue", pgettext_lazy("trigger", "late")
    RETURNED = "returned", pgettext_lazy("trigger", "returned")
    MISDIRECTED = "misdirected", pgettext_lazy("trigger", "dispatched in vain")
    NOT_SOLVED = "not_solved", pgettext_lazy("trigger", "company says not solved")
    YELLOW = "yellow", pgettext_lazy("trigger", "yellow month after month")
    BAD_RATING = "bad_rating", pgettext_lazy("trigger", "bad rating")
    HAND = "hand", pgettext_lazy("trigger", "by hand")


# Read from a deadline; the others from the record itself.
OF_CLOCKS = (Trigger.DUE_SOON, Trigger.OVERDUE)
# Speak from so many times on.
COUNTED = (
    Trigger.RETURNED,
    Trigger.MISDIRECTED,
    Trigger.NOT_SOLVED,
    Trigger.YELLOW,
    # From this level of the rating down.
    Trigger.BAD_RATING,
)


class EscalationRule(models.Model):
    """提级规则: what, of which subjects, from when on, goes to whom."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("rule", "name"), max_length=40)
    # As the registry of subjects names them; empty: of every kind.
    subject_kind = models.CharField(_("of what"), max_length=12, blank=True)
    trigger = models.CharField(_("trigger"), max_length=12, choices=Trigger)
    # Working days before (due soon) or beyond (late), or from how many times on.
    threshold = models.PositiveSmallIntegerField(_("threshold"), null=True, blank=True)
    # The kind of deadline; empty: each of the subject's.
    clock = models.CharField(_("clock"), max_length=20, blank=True)
    level = models.PositiveSmallIntegerField(_("goes to"), choices=Level)
    # At least one above the level that the subject has reached already.
    climbs = models.BooleanField(_("one higher each time"), default=False)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only this category"),
    )
    urgency = models.CharField(_("only this urgency"), max_length=10, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("escalation rule")
        verbose_name_plural = _("escalation rules")
        constraints = [
            models.CheckConstraint(
                name="escalation_rule_threshold_fits",
                condition=Q(trigger="overdue")
                | Q(trigger="hand", threshold__isnull=True)
                | Q(trigger="due_soon", threshold__isnull=False)
                | Q(
                    trigger__in=sorted(COUNTED),
                    threshold__isnull=False,
                    threshold__gte=1,
                ),
            ),
            models.CheckConstraint(
                name="escalation_rule_clock_fits",
                condition=Q(clock="") | Q(trigger__in=sorted(OF_CLOCKS)),
            ),
            models.CheckConstraint(
                name="escalation_rule_level_is_known",
                condition=Q(level__in=sorted(Level.values)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('visits:escalation-rules')}#rule-{self.pk}"
