"""The side ways of a ticket: returned, paused, extended. Each asks and is answered."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Deadline, DeadlinePause, Department, User

from .parts import TicketPart
from .tickets import Ticket

# The kind of deadline by which the dispatch centre rules on a return.
RULING = "ruling"
REASON_LENGTH = 400


class TicketReturn(models.Model):
    """退回: a lead department's reasoned objection, ruled on the same day, finally."""

    class Ruling(models.TextChoices):
        UPHELD = "upheld", pgettext_lazy("ruling", "upheld")
        OVERRULED = "overruled", pgettext_lazy("ruling", "overruled")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="returns")
    # Of the lead that objects: one part may be returned once, the ruling is final.
    part = models.OneToOneField(TicketPart, models.PROTECT, related_name="objection")
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    # Whose it is instead, in the eyes of the department.
    suggested = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("rather this department"),
    )
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    rule_by = models.OneToOneField(
        Deadline, models.PROTECT, related_name="ruling_of_return"
    )
    ruling = models.CharField(_("ruling"), max_length=10, choices=Ruling, blank=True)
    ruling_note = models.CharField(_("grounds"), max_length=REASON_LENGTH, blank=True)
    ruled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("return of a ticket")
        verbose_name_plural = _("returns of tickets")
        constraints = [
            models.UniqueConstraint(
                name="ticket_one_open_return",
                fields=["ticket"],
                condition=Q(ruled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="ticket_return_ruled_whole",
                condition=Q(ruled_at__isnull=True, ruled_by__isnull=True, ruling="")
                | Q(ruled_at__isnull=False, ruled_by__isnull=False) & ~Q(ruling=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reason[:40]


class Asked(models.Model):
    """What a department asks for and somebody above decides, never the asker."""

    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    is_granted = models.BooleanField(_("granted"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(
        _("note on the decision"), max_length=REASON_LENGTH, blank=True
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reason[:40]


def asked_constraints(name: str) -> list[models.BaseConstraint]:
    """At most one waits for a decision; a decision is whole and not one's own."""
    return [
        models.UniqueConstraint(
            name=f"{name}_one_undecided",
            fields=["ticket"],
            condition=Q(decided_at__isnull=True),
        ),
        models.CheckConstraint(
            name=f"{name}_decided_whole",
            condition=Q(decided_at__isnull=True, is_granted__isnull=True)
            | Q(decided_at__isnull=False, is_granted__isnull=False),
        ),
        models.CheckConstraint(
            name=f"{name}_not_by_the_asker",
            condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
        ),
    ]


class Extension(Asked):
    """延期: asked for before the end, granted once, told to the company."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="extensions")
    days_before = models.PositiveSmallIntegerField(_("days before"))
    days = models.PositiveSmallIntegerField(_("days asked for"))
    due_before = models.DateField(_("due before"))
    due_after = models.DateField(_("due after"), null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            *asked_constraints("extension"),
            models.UniqueConstraint(
                name="extension_granted_once",
                fields=["ticket"],
                condition=Q(is_granted=True),
            ),
            models.CheckConstraint(
                name="extension_is_longer", condition=Q(days__gt=F("days_before"))
            ),
        ]


class TicketPause(Asked):
    """暂停: days that do not count, typed, with their last day; long ones are approved.

    Without a decision when the department may pause by itself: then nobody decided,
    and it is granted from the start (`decided_by` empty).
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="pauses")
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=[
            choice
            for choice in DeadlinePause.Kind.choices
            if choice[0] != DeadlinePause.Kind.PARKED
        ],
    )
    first_on = models.DateField(_("first day"), null=True)
    # The clock goes on by itself after this day, whoever forgets it.
    until_on = models.DateField(_("last day"))
    # When it went on earlier, or the day of `until_on`.
    ended_on = models.DateField(_("ended"), null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("pause of a ticket")
        verbose_name_plural = _("pauses of tickets")
        constraints = [
            *asked_constraints("ticket_pause"),
            models.CheckConstraint(
                name="ticket_pause_granted_begins",
                condition=Q(is_granted=True, first_on__isnull=False)
                | ~Q(is_granted=True),
            ),
            models.UniqueConstraint(
                name="ticket_pause_one_running",
                fields=["ticket"],
                condition=Q(is_granted=True, ended_on__isnull=True),
            ),
        ]
