"""AB 岗 of departments: who stands in for which handler, and what was handed over."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet

from .liaisons import Absence
from .people import Role, User
from .places import Department


class StandInQuerySet(ScopedQuerySet["StandIn"]):
    def visible_to(self, user: User) -> Self:
        """Both of the pair, and the head of the unit."""
        mine = Q(handler=user.pk) | Q(stand_in=user.pk)
        return self.filter(mine | headed(user))

    def changeable_by(self, user: User) -> Self:
        return self.filter(headed(user))

    def open(self) -> Self:
        return self.filter(ended_on=None)


def headed(user: User) -> Q:
    """Of the units this person heads."""
    ranges = user.access.department_ranges(Role.UNIT_HEAD)
    return trees.in_ranges(ranges, "department__path")


class StandIn(models.Model):
    """A handler's B: has the work while the handler is away. At most one at a time."""

    handler = models.ForeignKey(
        User,
        models.PROTECT,
        db_index=False,
        related_name="stand_ins",
        verbose_name=_("handler"),
    )
    stand_in = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="stands_in",
        verbose_name=pgettext_lazy("person", "stands in"),
    )
    # Of the handler's post; its head set the pair and changes it.
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("to"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = StandInQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("stand-in of a handler")
        verbose_name_plural = _("stand-ins of handlers")
        constraints = [
            models.UniqueConstraint(
                name="stand_in_one_open_per_handler",
                fields=["handler"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="stand_in_b_is_not_a", condition=~Q(handler=F("stand_in"))
            ),
            models.CheckConstraint(
                name="stand_in_ends_after_start",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
            ),
        ]
        indexes = [models.Index(fields=["handler", "-id"], name="stand_in_by_handler")]

    def __str__(self) -> str:
        return f"{self.handler_id} {self.stand_in_id}"


class WorkNoteQuerySet(ScopedQuerySet["WorkNote"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the absence, and who stands in."""
        absences = Absence.objects.visible_to(user).values("pk")
        return self.filter(Q(stand_in=user.pk) | Q(absence__in=absences))

    def changeable_by(self, user: User) -> Self:
        """The two who sign it."""
        return self.filter(Q(stand_in=user.pk) | Q(absence__officer=user.pk))


class WorkNote(models.Model):
    """交接单 of a handler: what is open, signed by A and B, and B's word at the end."""

    absence = models.ForeignKey(Absence, models.PROTECT, related_name="work_notes")
    stand_in = models.ForeignKey(User, models.PROTECT, related_name="work_notes")
    # Codes and values, never sentences: [{"kind", "id", "number", "title", "due_on"}]
    items = models.JSONField(default=list)
    listed_at = models.DateTimeField()
    # A's words to B.
    remark = models.CharField(
        pgettext_lazy("handover", "remark"), max_length=1000, blank=True
    )
    handed_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    # What B did meanwhile, for A.
    report = models.CharField(
        pgettext_lazy("handover", "what was done"), max_length=2000, blank=True
    )
    reported_at = models.DateTimeField(null=True)

    objects = WorkNoteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("handover note of a handler")
        verbose_name_plural = _("handover notes of handlers")
        constraints = [
            models.UniqueConstraint(
                name="work_note_once", fields=["absence", "stand_in"]
            ),
            models.CheckConstraint(
                name="work_note_reported_in_words",
                condition=Q(reported_at__isnull=True, report="")
                | Q(reported_at__isnull=False) & ~Q(report=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.absence_id} {self.stand_in_id}"
