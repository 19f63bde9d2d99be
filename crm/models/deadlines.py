"""One running deadline, whatever it hangs from."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .people import User
from .places import Department


class Unit(models.TextChoices):
    WORKING = "working", _("working days")
    CALENDAR = "calendar", _("calendar days")


class Lamp(models.TextChoices):
    """灯: computed from a deadline and today, never stored."""

    GREEN = "green", _("on time")
    YELLOW = "yellow", _("due soon")
    RED = "red", _("late")
    GREY = "grey", _("met")


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def running(self) -> Self:
        return self.filter(met_at=None)

    def late(self, today: date) -> Self:
        return self.running().filter(due_on__lt=today)

    def due_within(self, today: date, last: date) -> Self:
        return self.running().filter(due_on__gte=today, due_on__lte=last)

    def provisional(self) -> Self:
        return self.running().filter(is_provisional=True)

    def unseen(self, kind: str, last: date) -> Self:
        """Running ones that nobody who watches deadlines has looked at so far."""
        return self.running().filter(kind=kind, look_on=None, due_on__lte=last)

    def to_look_at(self, today: date) -> Self:
        """Seen ones that are to be looked at again: they changed, or their day came."""
        return self.filter(look_on__lte=today)


class Deadline(models.Model):
    """A promise to act by a day. The upper record holds the key to it."""

    kind = models.CharField(_("kind"), max_length=20)
    unit = models.CharField(_("unit"), max_length=8, choices=Unit, default=Unit.WORKING)
    days = models.PositiveSmallIntegerField(_("days"))
    started_on = models.DateField(_("start"))
    # The last day on which the act is in time; empty while a pause has no end.
    due_on = models.DateField(_("due"), null=True)
    is_provisional = models.BooleanField(_("provisional"), default=False)
    met_at = models.DateTimeField(_("met"), null=True)
    # Whose promise it is, and who of them has it in hand: what a department owes is
    # read from here, whatever record the deadline belongs to.
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    handler = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )

    # Counts up when the promise becomes another one: another last day, another
    # department, or running again after it was met. Each is told of once a round.
    round = models.PositiveSmallIntegerField(default=0, editable=False)
    # When whoever watches deadlines looks at it again; empty: not seen yet, or met.
    look_on = models.DateField(null=True, editable=False)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        indexes = [
            models.Index(
                fields=["kind", "due_on"],
                name="deadline_running",
                condition=Q(met_at__isnull=True),
            ),
            models.Index(
                fields=["department", "kind", "handler", "due_on"],
                name="deadline_owed",
                condition=Q(met_at__isnull=True),
            ),
            models.Index(
                fields=["kind", "due_on"],
                name="deadline_unseen",
                condition=Q(met_at__isnull=True, look_on__isnull=True),
            ),
            models.Index(
                fields=["look_on"],
                name="deadline_to_look_at",
                condition=Q(look_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"

    def lamp(self, today: date, yellow_from: date) -> Lamp:
        """`yellow_from` is the last day that counts as near, seen from today."""
        return lamp_of(self.due_on, self.met_at is not None, today, yellow_from)


def lamp_of(due_on: date | None, is_met: bool, today: date, yellow_from: date) -> Lamp:
    """Grey when met or paused, red when late, yellow when near, else green."""
    if is_met or due_on is None:
        return Lamp.GREY
    if due_on < today:
        return Lamp.RED
    return Lamp.YELLOW if due_on <= yellow_from else Lamp.GREEN


class DeadlinePause(models.Model):
    """Days that do not count, from the first to the last, typed and visible."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("waiting for the company")
        SPECIAL = "special", _("special procedure")
        FORCE = "force", _("force majeure")
        # 挂账: the next reply is watched instead.
        PARKED = "parked", _("parked until the next reply")
        # Between the close and the company's word that it is not solved after all.
        CLOSED = "closed", _("closed meanwhile")

    deadline = models.ForeignKey(Deadline, models.PROTECT, related_name="pauses")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"), null=True)
    reason = models.CharField(_("reason"), max_length=200)
    paused_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pause_ends_after_start",
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("first_on")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.kind} {self.first_on}"
