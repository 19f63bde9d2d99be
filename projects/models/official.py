"""官方进度: what the national system said last of an item."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from crm.lib.querysets import ScopedQuerySet
from crm.models import User

from .milestones import Milestone, MilestoneMove
from .projects import Project
from .states import State


class OfficialStatusQuerySet(ScopedQuerySet["OfficialStatus"]):
    def visible_to(self, user: User) -> Self:
        """An inner matter until both say the same."""
        inner = Project.objects.internal_to(user)
        return self.filter(milestone__project__in=inner.values("pk"))

    def differing(self) -> Self:
        """Those whose state our history does not know of that day."""
        moves = MilestoneMove.objects.filter(
            milestone=OuterRef("milestone"), after=OuterRef("state"), on=OuterRef("on")
        )
        return self.filter(~Exists(moves), milestone__removed_at=None)


class OfficialStatus(models.Model):
    """The latest official state of one item; listed until our history knows it."""

    milestone = models.OneToOneField(
        Milestone, models.PROTECT, related_name="official", verbose_name=_("item")
    )
    state = models.SmallIntegerField(_("state"), choices=State)
    on = models.DateField(_("day"))
    certificate = models.CharField(_("certificate number"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    read_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    objects = OfficialStatusQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        verbose_name = _("official status")
        verbose_name_plural = _("official statuses")

    def __str__(self) -> str:
        return f"{self.milestone_id} {self.state} {self.on}"
