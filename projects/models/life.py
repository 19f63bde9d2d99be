"""What happens to a project beside its approvals: steps, key list, blockers, photos."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Department, User

from .projects import Project


class LifeStep(models.Model):
    """One step of a project's life: when it was planned, when it was reached."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="steps")
    stage = models.CharField(_("life stage"), max_length=10, choices=Project.Stage)
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    reached_on = models.DateField(_("reached on"), null=True, blank=True)

    class Meta:
        ordering = ["project", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "stage"], name="life_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.stage}"


class KeyListing(models.Model):
    """Entry into or exit from the key list, asked for and decided on."""

    class Kind(models.TextChoices):
        ENTRY = "entry", pgettext_lazy("key list", "entry")
        EXIT = "exit", pgettext_lazy("key list", "exit")

    project = models.ForeignKey(Project, models.PROTECT, related_name="listings")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    reason = models.CharField(_("reason"), max_length=400)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)
    answer = models.CharField(_("answer"), max_length=400, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                name="key_listing_one_waits",
                condition=Q(decided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="key_listing_decided_whole",
                condition=Q(
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                    is_approved__isnull=True,
                )
                | Q(
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    is_approved__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind}"


class BlockerQuerySet(ScopedQuerySet["Blocker"]):
    def visible_to(self, user: User) -> Self:
        """An inner matter: not the owner's."""
        inner = Project.objects.internal_to(user)
        return self.filter(project__in=inner.values("pk"))

    def changeable_by(self, user: User) -> Self:
        branches = [
            Project.objects.worked_by(user).values("pk"),
            Project.objects.managed_by(user).values("pk"),
        ]
        return self.open().filter(project__in=union_of(branches))

    def open(self) -> Self:
        return self.filter(cleared_at=None)


class Blocker(models.Model):
    """卡点: what holds a project up, since when, and who can remove it."""

    class Kind(models.TextChoices):
        LAND = "land", pgettext_lazy("blocker", "land and demolition")
        APPROVAL = "approval", pgettext_lazy("blocker", "approval")
        MONEY = "money", pgettext_lazy("blocker", "funds")
        UTILITIES = "utilities", pgettext_lazy("blocker", "water, power, gas, roads")
        DESIGN = "design", pgettext_lazy("blocker", "design and tender")
        PEOPLE = "people", pgettext_lazy("blocker", "disputes on site")
        COMPANY = "company", pgettext_lazy("blocker", "the company itself")
        OTHER = "other", pgettext_lazy("blocker", "other")

    project = models.ForeignKey(Project, models.PROTECT, related_name="blockers")
    milestone = models.ForeignKey(
        "projects.Milestone",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="blockers",
        verbose_name=_("approval item"),
    )
    kind = models.CharField(_("kind of blocker"), max_length=10, choices=Kind)
    text = models.CharField(_("what is in the way"), max_length=400)
    since = models.DateField(_("since"))
    remover = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who can remove it"),
    )
    relief_plan = models.CharField(_("relief plan"), max_length=400, blank=True)
    relief_by = models.DateField(_("removed by"), null=True, blank=True)
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    cleared_note = models.CharField(_("how it was removed"), max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = BlockerQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("blocker")
        indexes = [
            models.Index(
                fields=["project", "since"],
                name="blocker_open",
                condition=Q(cleared_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]

    def days(self, today: date) -> int:
        """Calendar days that it has been in the way."""
        return (today - self.since).days


class ProgressNote(models.Model):
    """工地进度: how far the site is, with photos (attachments of this record)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="notes")
    on = models.DateField(_("day"))
    percent = models.PositiveSmallIntegerField(_("progress (%)"))
    text = models.CharField(_("progress"), max_length=400, blank=True)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="progress_is_a_percentage", condition=Q(percent__lte=100)
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.on} {self.percent} %"
