"""提级: which promise went how far up, why, and by which rule."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Company, Deadline, Department, Region, User

from .escalation_rules import EscalationRule, Level, Trigger
from .escalation_sets import EscalationQuerySet


class Escalation(models.Model):
    """A level reached by one subject, by one rule, once a cycle."""

    Level = Level

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("escalation", "open")
        DECIDED = "decided", pgettext_lazy("escalation", "settled")

    class Decision(models.TextChoices):
        """How it was settled: by a person's word, or because its ground is gone."""

        ANSWERED = "answered", pgettext_lazy("escalation", "answered")
        MET = "met", pgettext_lazy("escalation", "done meanwhile")
        ENDED = "ended", pgettext_lazy("escalation", "the matter has ended")
        MOVED = "moved", pgettext_lazy("escalation", "the deadline is another now")

    subject_type = models.CharField(_("kind of record"), max_length=40)
    subject_id = models.BigIntegerField(_("record"))
    rule = models.ForeignKey(
        EscalationRule,
        models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=_("escalation rule"),
    )
    # What is told once: a round of a deadline, the second return, a hand's own key.
    cycle = models.CharField(_("cycle"), max_length=60)
    trigger = models.CharField(_("trigger"), max_length=12, choices=Trigger)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+", verbose_name=_("company")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # Whose promise it was.
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("department"),
    )
    # A promise that was written down by mistake is deleted: then nothing hangs here.
    deadline = models.ForeignKey(Deadline, models.SET_NULL, null=True, related_name="+")
    # Of the deadline, when this was raised: another one is another promise.
    round = models.PositiveSmallIntegerField(default=0)
    # Codes and values; visits.escalation_words makes the sentence.
    why = models.JSONField(default=dict)
    raised_at = models.DateTimeField(pgettext_lazy("escalation", "raised"))
    # Empty: by a rule.
    raised_by = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # Of one raised by hand.
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.OPEN
    )
    decision = models.CharField(
        _("settled by"), max_length=10, choices=Decision, blank=True
    )
    decision_note = models.CharField(_("answer"), max_length=400, blank=True)
    decided_at = models.DateTimeField(_("settled"), null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    # The columns of `escalation_once`.
    KEY = ("subject_type", "subject_id", "rule_id", "cycle")

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints = [
            # The only proof that each is raised once, however many sweep.
            models.UniqueConstraint(
                name="escalation_once",
                fields=["subject_type", "subject_id", "rule", "cycle"],
            ),
            models.CheckConstraint(
                name="escalation_decided_whole",
                condition=Q(state="open", decided_at__isnull=True, decision="")
                | Q(state="decided", decided_at__isnull=False) & ~Q(decision=""),
            ),
            models.CheckConstraint(
                name="escalation_answered_by_somebody",
                condition=~Q(decision="answered") | Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="escalation_by_hand_has_reason",
                condition=Q(trigger="hand", raised_by__isnull=False) & ~Q(reason="")
                | ~Q(trigger="hand") & Q(raised_by__isnull=True),
            ),
            models.CheckConstraint(
                name="escalation_level_is_known",
                condition=Q(level__in=sorted(Level.values)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "level", "id"],
                name="escalation_of_department",
                condition=Q(decided_at__isnull=True),
            ),
            models.Index(
                fields=["level", "id"],
                name="escalation_at_level",
                condition=Q(decided_at__isnull=True),
            ),
            models.Index(
                fields=["trigger", "subject_type"],
                name="escalation_open_by_trigger",
                condition=Q(decided_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} {self.cycle}"

    def get_absolute_url(self) -> str:
        return reverse("visits:escalation", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_by_hand(self) -> bool:
        return self.trigger == Trigger.HAND

    @property
    def due_on(self) -> date | None:
        """The last day of the promise as it was when this was raised."""
        text = self.why.get("due_on")
        return date.fromisoformat(text) if text else None
