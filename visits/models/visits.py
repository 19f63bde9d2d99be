"""走访: planned, held, amended; and what came with it."""

import uuid
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import (
    Company,
    CompanyLiaison,
    Contact,
    Department,
    Role,
    StoredFile,
    User,
)
from crm.models.companies import WIDE
from projects.models import Project

UNIT_ROLES = (Role.HANDLER, Role.UNIT_HEAD)


class VisitQuerySet(ScopedQuerySet["Visit"]):
    def visible_to(self, user: User) -> Self:
        """From the company for officers and wide roles; narrower for the others."""
        access = user.access
        wide = access.region_ranges(*WIDE)
        narrow = self._narrow(user)
        if wide and narrow is None:
            return self.filter(self._in_regions(wide))
        if narrow is None:
            return self.none()
        if not wide:
            return self.filter(pk__in=narrow)
        return self.filter(self._in_regions(wide) | Q(pk__in=narrow))

    def _in_regions(self, ranges: list[trees.PathRange]) -> Q:
        companies = Company.objects.filter(
            trees.in_ranges(ranges, "region_path"), pk=OuterRef("company")
        )
        return Q(Exists(companies))

    def _narrow(self, user: User) -> "models.QuerySet[Any, Any] | None":
        access = user.access
        branches: list[models.QuerySet[Any, Any]] = []
        if access.has(Role.OFFICER, *UNIT_ROLES):
            # Also what a former officer logged, and a unit's own visit elsewhere.
            branches.append(Visit.objects.filter(logged_by=user).values("pk"))
        if access.has(Role.OFFICER):
            own = CompanyLiaison.objects.open().filter(officer=user)
            branches.append(
                Visit.objects.filter(company__in=own.values("company")).values("pk")
            )
        if below := access.department_ranges(Role.LEADER, *UNIT_ROLES):
            branches.append(self._of_tickets(below))
        if units := access.department_ranges(*UNIT_ROLES):
            branches.append(
                Visit.objects.filter(
                    trees.in_ranges(units, "unit__path"), for_unit=True
                ).values("pk")
            )
        if owned := access.company_ids(Role.OWNER):
            branches.append(
                Visit.objects.filter(
                    company__in=owned, status=Visit.Status.HELD
                ).values("pk")
            )
        return union_of(branches)

    def _of_tickets(self, ranges: list[trees.PathRange]) -> "models.QuerySet[Any, Any]":
        """The visits from which a ticket of these departments came."""
        departments = Department.objects.filter(trees.in_ranges(ranges, "path"))
        return Visit.objects.filter(
            tickets__parts__department__in=departments.values("pk")
        ).values("pk")

    def changeable_by(self, user: User) -> Self:
        """The officer amends visits he logged; a plan is changed by its officers."""
        own = CompanyLiaison.objects.open().filter(officer=user)
        planned = Q(status=Visit.Status.PLANNED, company__in=own.values("company"))
        return self.visible_to(user).filter(
            Q(logged_by=user) | planned,
            company__archived_at=None,
            company__merged_into=None,
        )

    def held(self) -> Self:
        return self.filter(status=Visit.Status.HELD)

    def planned(self) -> Self:
        return self.filter(status=Visit.Status.PLANNED)

    def between(self, first: date, last: date) -> Self:
        return self.filter(day__gte=first, day__lte=last)

    def burdening(self) -> Self:
        """Visits that count against 无事不扰: not those the company asked for."""
        return self.filter(asked_by_company=False).exclude(
            status=Visit.Status.CANCELLED
        )


class Visit(models.Model):
    """What was planned, or what happened, at one company on one day."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")

    class Mode(models.TextChoices):
        ONSITE = "onsite", _("on site")
        MEETING = "meeting", _("meeting")
        REMOTE = "remote", _("phone or video")
        STAY = "stay", _("stay on site")
        WALK = "walk", _("walk the process")
        JOINT = "joint", _("joint service")

    # What each status may become. A status without an entry is final.
    NEXT = {
        Status.PLANNED: {Status.HELD, Status.CANCELLED},
    }

    # Made by the client; unique per person, so that sending twice is harmless.
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="visits", verbose_name=_("company")
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="visits",
        verbose_name=_("key project"),
    )
    logged_by = models.ForeignKey(
        User, models.PROTECT, related_name="visits", verbose_name=_("officer")
    )
    # The unit the person belonged to then.
    unit = models.ForeignKey(
        Department, models.PROTECT, related_name="visits", verbose_name=_("unit")
    )
    # A visit of one's own unit, not of the company's officer.
    for_unit = models.BooleanField(_("for the unit"), default=False)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.PLANNED, db_index=False
    )
    mode = models.CharField(_("mode"), max_length=8, choices=Mode)
    purpose = models.CharField(_("purpose"), max_length=200)
    # The day it is planned for or took place (local date); lists and gate use it.
    day = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("time"))
    ended_on = models.DateField(_("last day"), null=True, blank=True)
    asked_by_company = models.BooleanField(_("the company asked for it"), default=False)
    # Why another visit although the company had many.
    gate_reason = models.CharField(_("reason"), max_length=200, blank=True)
    led_by = models.CharField(_("led by"), max_length=60, blank=True)
    note = models.TextField(_("course of the visit"), max_length=4000, blank=True)
    # About 100 m: three decimals, only when the officer tapped for it.
    place = models.CharField(_("place"), max_length=60, blank=True)
    signature = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    signed_by = models.CharField(_("signed by"), max_length=40, blank=True)
    # The phone's own time decides nothing.
    device_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64, blank=True)
    held_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(
                fields=["logged_by", "uuid"], name="visit_once_per_client_uuid"
            ),
            models.CheckConstraint(
                name="visit_status_has_its_time",
                condition=Q(
                    status="held", held_at__isnull=False, cancelled_at__isnull=True
                )
                | Q(
                    status="cancelled",
                    held_at__isnull=True,
                    cancelled_at__isnull=False,
                )
                | Q(status="planned", held_at__isnull=True, cancelled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="visit_has_a_purpose", condition=~Q(purpose="")
            ),
        ]
        indexes = [
            models.Index(fields=["-day", "-id"], name="visit_recent"),
            models.Index(fields=["company", "-day", "-id"], name="visit_by_company"),
            models.Index(fields=["logged_by", "-day", "-id"], name="visit_by_officer"),
            models.Index(fields=["unit", "-day"], name="visit_of_unit"),
            models.Index(
                fields=["project", "day"],
                name="visit_of_project",
                condition=Q(project__isnull=False),
            ),
            models.Index(
                fields=["day"],
                name="visit_planned",
                condition=Q(status="planned"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} {self.day}"

    def get_absolute_url(self) -> str:
        return reverse("visits:detail", args=[self.pk])

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("A visit that is %(old)s cannot become %(new)s.")
            raise WrongStatus(sentence % {"old": old.label, "new": new.label})
        self.status = new


class Companion(models.Model):
    """A colleague who came along: a user, or a name from elsewhere."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="companions")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Met(models.Model):
    """A person of the company who was met."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="met")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=40)
    title = models.CharField(_("post"), max_length=40, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class VisitPhotoQuerySet(models.QuerySet["VisitPhoto"]):
    def shown(self) -> Self:
        """Without those that an amendment took out; older versions keep them."""
        return self.filter(withdrawn_at=None)


class VisitPhoto(models.Model):
    """A photo of a visit, in the order it was taken; its file may come later."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos")
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="visit_photos"
    )
    order = models.PositiveSmallIntegerField()
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = VisitPhotoQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "sha256"], name="visit_photo_once")
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class VisitVersion(models.Model):
    """What a visit said before it was amended."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    replaced_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "version"], name="visit_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} v{self.version}"


class IntakeConflict(models.Model):
    """The same id came with other content: both are kept for a person to decide."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="conflicts")
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # "kept" leaves the visit as it is; "taken" amends it with this content.
    decision = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "content_hash"], name="intake_conflict_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.content_hash[:12]}"
