"""整改 and 申诉: what follows from a bad rating, and from one that was a mistake."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.errors import WrongStatus
from crm.models import Deadline, Department, User

from .ratings import Rating

# The kinds of deadline: of the unit, and of the company's second look.
FIX: Final = "correction"
LOOK: Final = "second_look"


class Correction(models.Model):
    """What the rated unit does about a bad rating, until the company has spoken."""

    class State(models.TextChoices):
        FIXING = "fixing", pgettext_lazy("correction", "being corrected")
        SENT = "sent", pgettext_lazy("correction", "waiting for the call-back")
        ASKED = "asked", pgettext_lazy("correction", "waiting for the second look")
        ENDED = "ended", pgettext_lazy("correction", "ended")
        VOID = "void", pgettext_lazy("correction", "dropped")

    # What each state may become. A state without an entry is final.
    NEXT = {
        State.FIXING: {State.SENT, State.ASKED, State.VOID},
        State.SENT: {State.ASKED, State.VOID},
        State.ASKED: {State.ENDED, State.VOID},
    }
    OPEN = (State.FIXING, State.SENT, State.ASKED)

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", pgettext_lazy("correction", "corrected")
        NOT_CORRECTED = "not_corrected", pgettext_lazy("correction", "not corrected")
        UNHEARD = "unheard", pgettext_lazy("correction", "company did not say")

    class Call(models.TextChoices):
        CORRECTED = "corrected", pgettext_lazy("call-back", "says it is corrected")
        NOT_CORRECTED = "not_corrected", pgettext_lazy("call-back", "says it is not")
        UNREACHED = "unreached", pgettext_lazy("call-back", "could not be reached")

    rating = models.OneToOneField(Rating, models.PROTECT, related_name="correction")
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        related_name="corrections",
        verbose_name=_("responsible unit"),
    )
    # Nobody at first where the company gave no name: whose ticket it was would tell.
    handler = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="corrections",
        verbose_name=pgettext_lazy("correction", "in hand of"),
    )
    fix_by = models.OneToOneField(Deadline, models.PROTECT, related_name="correction")
    state = models.CharField(
        _("state"), max_length=6, choices=State, default=State.FIXING
    )
    outcome = models.CharField(
        pgettext_lazy("correction", "outcome"),
        max_length=13,
        choices=Outcome,
        blank=True,
    )
    done = models.TextField(_("what was done"), max_length=2000, blank=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    called_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    called_at = models.DateTimeField(null=True)
    call = models.CharField(
        pgettext_lazy("correction", "call-back"),
        max_length=13,
        choices=Call,
        blank=True,
    )
    call_person = models.CharField(_("person spoken to"), max_length=40, blank=True)
    call_note = models.TextField(_("what was said"), max_length=1000, blank=True)
    look_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="second_look_of"
    )
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.CheckConstraint(
                name="correction_ended_has_outcome",
                condition=Q(state="ended", ended_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="ended") & Q(outcome=""),
            ),
            models.CheckConstraint(
                name="correction_sent_says_what_was_done",
                condition=Q(state__in=["fixing", "void"])
                | Q(sent_at__isnull=False) & ~Q(done=""),
            ),
            models.CheckConstraint(
                name="correction_called_whole",
                condition=Q(call="", called_at__isnull=True, called_by__isnull=True)
                | ~Q(call="") & Q(called_at__isnull=False, called_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "state"],
                name="correction_open",
                condition=Q(state__in=["fixing", "sent", "asked"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id} {self.get_state_display()}"

    @property
    def company_id(self) -> int | None:
        """Of one without a name the company stands in no event."""
        return None if self.rating.is_anonymous else self.rating.company_id

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def move_to(self, new: State) -> None:
        """Take the state if the rules allow it. The caller locks and saves."""
        old = self.State(self.state)
        if new not in self.NEXT.get(old, ()):
            sentence = _("A correction that is “%(old)s” cannot become “%(new)s”.")
            raise WrongStatus(sentence % {"old": old.label, "new": new.label})
        self.state = new


class Objection(models.Model):
    """The rated unit says that a rating is malicious or a mistake; somebody rules."""

    class Kind(models.TextChoices):
        MISTAKE = "mistake", pgettext_lazy("objection", "given by mistake")
        OTHER_UNIT = "other_unit", pgettext_lazy("objection", "meant another unit")
        MALICIOUS = "malicious", pgettext_lazy("objection", "malicious")
        FOREIGN = "foreign", pgettext_lazy("objection", "not by the company")

    class Decision(models.TextChoices):
        UPHELD = "upheld", pgettext_lazy("objection", "upheld")
        REJECTED = "rejected", pgettext_lazy("objection", "rejected")

    rating = models.OneToOneField(Rating, models.PROTECT, related_name="objection")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    reason = models.TextField(_("reason"), max_length=1000)
    # Empty: the company itself says that a link was used by somebody else.
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    decision = models.CharField(
        pgettext_lazy("objection", "decision"),
        max_length=8,
        choices=Decision,
        blank=True,
    )
    decision_reason = models.TextField(
        _("reason of the decision"), max_length=1000, blank=True
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("objection to a rating")
        verbose_name_plural = _("objections to ratings")
        constraints = [
            models.CheckConstraint(
                name="objection_decided_whole",
                condition=Q(
                    decision="", decided_at__isnull=True, decided_by__isnull=True
                )
                | ~Q(decision="")
                & ~Q(decision_reason="")
                & Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="objection_waiting",
                condition=Q(decision=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id} {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return not self.decision
