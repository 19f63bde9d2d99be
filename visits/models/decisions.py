"""What a leader decided on his desk: taken at once, carried out ten seconds later."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet
from crm.models import Company, User


class DecisionQuerySet(ScopedQuerySet["Decision"]):
    def visible_to(self, user: User) -> Self:
        """One's own: others see what came of it on the record itself."""
        return self.filter(leader=user)

    def changeable_by(self, user: User) -> Self:
        return self.filter(leader=user)

    def standing(self) -> Self:
        """Those that hold: nobody decides on their card again."""
        return self.filter(state__in=[Decision.State.PENDING, Decision.State.DONE])


class Decision(models.Model):
    """One card, one act of one leader. Until it is carried out it can be undone."""

    class Act(models.TextChoices):
        DIRECT = "direct", pgettext_lazy("decision", "Direct")
        GRANT = "grant", pgettext_lazy("decision", "Grant the extension")
        DENY = "deny", pgettext_lazy("decision", "Do not grant it")
        ADOPT = "adopt", pgettext_lazy("decision", "I take it on")
        ORDER = "order", pgettext_lazy("decision", "Order")
        RAISE = "raise", pgettext_lazy("decision", "Take it higher")
        REASSIGN = "reassign", pgettext_lazy("decision", "Another department")
        MEET = "meet", pgettext_lazy("decision", "Call a meeting")
        TABLE = "table", pgettext_lazy("decision", "Onto an agenda")
        APPROVE = "approve", pgettext_lazy("decision", "Approve")
        REFUSE = "refuse", pgettext_lazy("decision", "Turn down")
        SETTLE = "settle", pgettext_lazy("decision", "Say how it is settled")

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("decision", "taken, to be carried out")
        DONE = "done", pgettext_lazy("decision", "carried out")
        UNDONE = "undone", pgettext_lazy("decision", "taken back")
        FAILED = "failed", pgettext_lazy("decision", "could not be carried out")

    NEXT = {State.PENDING: {State.DONE, State.UNDONE, State.FAILED}}

    # "extension-12": what waited, and how it is found again.
    card = models.CharField(max_length=60)
    # What it is about, as events name their record.
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    leader = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("leader")
    )
    act = models.CharField(pgettext_lazy("decision", "act"), max_length=8, choices=Act)
    # What was on the button: whom, by when, in which words.
    terms = models.JSONField(default=dict)
    # What the act is known by when it is carried out twice.
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    taken_at = models.DateTimeField()
    # From then on it is carried out and cannot be taken back.
    effective_at = models.DateTimeField()
    state = models.CharField(
        _("state"), max_length=7, choices=State, default=State.PENDING
    )
    ended_at = models.DateTimeField(null=True)
    # Why it could not be carried out, in the words of the rule that refused.
    problem = models.CharField(max_length=400, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("decision of a leader")
        verbose_name_plural = _("decisions of leaders")
        constraints = [
            # Two leaders at once: the second is told what the first decided.
            models.UniqueConstraint(
                name="decision_once_per_card",
                fields=["card"],
                condition=Q(state__in=["pending", "done"]),
            ),
            models.CheckConstraint(
                name="decision_ended_has_time",
                condition=Q(state="pending", ended_at__isnull=True)
                | ~Q(state="pending") & Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="decision_failed_says_why",
                condition=~Q(state="failed") | ~Q(problem=""),
            ),
        ]
        indexes = [
            models.Index(name="decision_of_leader", fields=["leader", "-taken_at"])
        ]

    def __str__(self) -> str:
        return f"{self.card} {self.act}"

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING

    def can_be_undone(self, now: datetime) -> bool:
        return self.is_pending and now < self.effective_at

    def move_to(self, new: State) -> None:
        """Take the state if the rules allow it. The caller locks and saves."""
        old = self.State(self.state)
        if new not in self.NEXT.get(old, ()):
            sentence = _("This decision is “%(old)s” already.")
            raise WrongStatus(sentence % {"old": old.label})
        self.state = new
