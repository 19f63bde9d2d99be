"""责任追究: what was decided about a unit, and 容错: what is exempted from it.

Restricted: supervisors of the scope and the head of the unit, nobody else. Nothing
follows from a record by itself, and nothing ever counts or ranks by person.
"""

from typing import Final, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Department, Event, Role, User

from .orders import units_in


class AccountabilityQuerySet(ScopedQuerySet["AccountabilityRecord"]):
    def visible_to(self, user: User) -> Self:
        """Supervisors of the scope, and the head of the unit concerned."""
        every = self.model.objects.all()
        branches = [
            every.watched_by(user).values("pk"),
            every.headed_by(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def changeable_by(self, user: User) -> Self:
        return self.visible_to(user)

    def watched_by(self, user: User) -> Self:
        ranges = user.access.region_ranges(Role.SUPERVISOR)
        return self.filter(trees.in_ranges(ranges, "place_path"))

    def headed_by(self, user: User) -> Self:
        below = user.access.department_ranges(Role.UNIT_HEAD)
        return self.filter(department__in=units_in(below)) if below else self.none()

    def figures(self) -> dict[str, int]:
        """What stands, and apart from it what is exempted; never by person."""
        exempted = Q(status=AccountabilityRecord.Status.EXEMPTED)
        standing = Q(status__in=AccountabilityRecord.COUNTED)
        return self.order_by().aggregate(
            counted=Count("pk", filter=standing), exempted=Count("pk", filter=exempted)
        )

    def with_rights(self, user: User) -> Self:
        every = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            may_watch=Exists(every.watched_by(user)),
            may_head=Exists(every.headed_by(user)),
        )

    def for_page(self) -> Self:
        return self.select_related(
            "department", "person", "decided_by", "recorded_by", "event__actor"
        )


class AccountabilityRecord(models.Model):
    """A decision on responsibility: its kind and day, who took it, on what basis."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", pgettext_lazy("accountability", "reminding talk")
        TALK = "talk", pgettext_lazy("accountability", "summoned to a talk")
        REVIEW = "review", pgettext_lazy("accountability", "written self-review")
        MENDING = "mending", pgettext_lazy("accountability", "ordered to mend it")
        NOTICE = "notice", pgettext_lazy("accountability", "criticism in a circular")
        TRANSFER = "transfer", pgettext_lazy("accountability", "given to discipline")
        OTHER = "other", pgettext_lazy("accountability", "other")

    class Status(models.TextChoices):
        STANDING = "standing", pgettext_lazy("accountability", "in force")
        ASKED = "asked", pgettext_lazy("accountability", "exemption asked for")
        EXEMPTED = "exempted", pgettext_lazy("accountability", "exempted")
        WITHDRAWN = "withdrawn", pgettext_lazy("accountability", "taken back")

    # What each status may become. A status without an entry is final.
    NEXT: Final = {
        Status.STANDING: {Status.ASKED, Status.WITHDRAWN},
        Status.ASKED: {Status.EXEMPTED, Status.STANDING, Status.WITHDRAWN},
    }
    COUNTED: Final = (Status.STANDING, Status.ASKED)

    # What it is about, as events name their record, and in words.
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    matter = models.CharField(pgettext_lazy("accountability", "matter"), max_length=200)
    # Which step of its record, if one can be named.
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    place_path = trees.PathField(editable=False)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        related_name="+",
        verbose_name=_("unit concerned"),
    )
    # Whom it concerns; empty: the unit as a whole. Never counted by.
    person = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    kind = models.CharField(_("kind of decision"), max_length=8, choices=Kind)
    decided_on = models.DateField(_("decided on"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, db_index=False, related_name="+"
    )
    basis = models.TextField(_("basis"), max_length=2000)
    status = models.CharField(
        _("state"), max_length=9, choices=Status, default=Status.STANDING
    )
    withdrawal = models.CharField(_("reason"), max_length=400, blank=True)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, db_index=False, related_name="+"
    )
    recorded_at = models.DateTimeField()
    client_key = models.UUIDField()
    version = models.PositiveIntegerField(default=1)

    objects = AccountabilityQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-pk"]
        verbose_name = _("accountability record")
        verbose_name_plural = _("accountability records")
        constraints = [
            models.UniqueConstraint(
                fields=["recorded_by", "client_key"], name="accountability_once_per_key"
            ),
            models.CheckConstraint(
                name="accountability_withdrawn_has_reason",
                condition=Q(status="withdrawn") & ~Q(withdrawal="")
                | ~Q(status="withdrawn") & Q(withdrawal=""),
            ),
            models.CheckConstraint(
                name="accountability_has_basis", condition=~Q(basis="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["place_path", "-decided_on", "-id"],
                name="accountability_by_place",
            ),
            models.Index(
                fields=["subject_type", "subject_id"], name="accountability_by_subject"
            ),
        ]

    def __str__(self) -> str:
        return self.matter

    def get_absolute_url(self) -> str:
        return reverse("visits:accountability", args=[self.pk])

    @property
    def is_exempted(self) -> bool:
        return self.status == self.Status.EXEMPTED

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("This record is “%(old)s”; that is not possible any more.")
            raise WrongStatus(sentence % {"old": old.label})
        self.status = new


class Exemption(models.Model):
    """容错: the unit asks, with evidence; a supervisor who did not decide judges."""

    class Result(models.TextChoices):
        GRANTED = "granted", pgettext_lazy("exemption", "exempted")
        REFUSED = "refused", pgettext_lazy("exemption", "not exempted")

    record = models.ForeignKey(
        AccountabilityRecord, models.PROTECT, related_name="exemptions"
    )
    reason = models.TextField(_("reason"), max_length=2000)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    result = models.CharField(
        pgettext_lazy("exemption", "result"), max_length=7, choices=Result, blank=True
    )
    opinion = models.TextField(
        pgettext_lazy("exemption", "opinion"), max_length=2000, blank=True
    )
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("exemption")
        constraints = [
            models.UniqueConstraint(
                fields=["record"], name="exemption_one_waits", condition=Q(result="")
            ),
            models.CheckConstraint(
                name="exemption_reviewed_whole",
                condition=Q(result="", reviewed_by=None, reviewed_at=None, opinion="")
                | ~Q(result="")
                & ~Q(opinion="")
                & Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
            ),
            # Nobody judges what he asked for himself.
            models.CheckConstraint(
                name="exemption_reviewed_by_another",
                condition=Q(reviewed_by__isnull=True)
                | ~Q(reviewed_by=models.F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.result}"
