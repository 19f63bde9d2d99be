"""One-to-one: who serves which company, and who stands in."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from crm.lib.querysets import ScopedQuerySet

from .people import Role as UserRole
from .people import User


class AbsenceQuerySet(ScopedQuerySet["Absence"]):
    def visible_to(self, user: User) -> Self:
        """One's own, one's unit's for its head, one's region's for its dispatcher."""
        return self.filter(officer__in=people_led_by(user).values("pk"))

    def changeable_by(self, user: User) -> Self:
        return self.visible_to(user).filter(cancelled_at=None)

    def on(self, day: date) -> Self:
        return self.filter(cancelled_at=None, starts_on__lte=day, ends_on__gte=day)

    def overlapping(self, first: date, last: date) -> Self:
        return self.filter(cancelled_at=None, starts_on__lte=last, ends_on__gte=first)


def people_led_by(user: User) -> "models.QuerySet[User]":
    """The person, those of the units he heads, and of the regions he dispatches."""
    from_units = user.access.department_ranges(UserRole.UNIT_HEAD)
    from_regions = user.access.region_ranges(UserRole.DISPATCHER)
    condition = Q(pk=user.pk)
    for one in from_units:
        condition |= one.q("department__path")
    for one in from_regions:
        condition |= one.q("department__region__path")
    return User.objects.filter(condition)


class Absence(models.Model):
    """请假/外出: from the first to the last day an officer is away."""

    class Kind(models.TextChoices):
        LEAVE = "leave", _("leave")
        TRAVEL = "travel", _("business trip")
        TRAINING = "training", _("training")
        OTHER = "other", _("other")

    officer = models.ForeignKey(
        User, models.PROTECT, related_name="absences", verbose_name=_("officer")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    # 领导顶岗: a unit head has the work himself, by explicit choice.
    cover = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="covers",
        verbose_name=_("covered by the unit head"),
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
            )
        ]
        indexes = [
            models.Index(fields=["officer", "ends_on"], name="absence_by_officer")
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.starts_on}–{self.ends_on}"


class HandoverNote(models.Model):
    """What was open for one company when its A left: written once, for the B."""

    absence = models.ForeignKey(Absence, models.PROTECT, related_name="notes")
    company = models.ForeignKey(
        "crm.Company", models.PROTECT, related_name="handover_notes"
    )
    stand_in = models.ForeignKey(User, models.PROTECT, related_name="handover_notes")
    # Codes and values, never sentences: [{"kind", "id", "number", "title", "due_on"}]
    items = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absence", "company"], name="handover_note_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.absence_id} {self.company_id}"


class LiaisonQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        return self.filter(ended_on=None)

    def acting(self, user: User, today: date) -> Self:
        """Open ones that are this person's work today.

        A's own while A is here, B's while A is away. B away too is refused when an
        absence is entered, so nothing falls between the two.
        """
        away = Absence.objects.on(today)
        served = self.model.SERVED
        other_a = self.model.objects.open().filter(
            role=Liaison.Role.A,
            officer__in=away.values("officer"),
            **{served: OuterRef(served)},
        )
        is_away = away.filter(officer=user)
        mine = self.open().filter(officer=user)
        return mine.filter(
            Q(role=Liaison.Role.A) & ~Exists(is_away)
            | Q(role=Liaison.Role.B) & Exists(other_a)
        )

    def for_card(self, today: date) -> Self:
        """With the person, and whether he is away; A before B."""
        away = Absence.objects.on(today).filter(officer=OuterRef("officer"))
        people = self.select_related("officer__department")
        return people.annotate(is_away=Exists(away)).order_by("role")


class Liaison(models.Model):
    """联络关系: an officer for a company or project, as A or as B."""

    # The field that says whom: of the company here, of the project elsewhere.
    SERVED = "company"

    class Role(models.TextChoices):
        A = "A", _("role A")
        B = "B", _("role B")

    officer = models.ForeignKey(
        User, models.PROTECT, related_name="%(class)ss", verbose_name=_("officer")
    )
    role = models.CharField(_("role"), max_length=1, choices=Role)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = LiaisonQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def living(cls) -> Q:
        """Whose company or project is neither archived nor merged."""
        raise NotImplementedError

    @property
    def served(self) -> Any:
        """The company or project."""
        return getattr(self, self.SERVED)


class CompanyLiaison(Liaison):
    """Who serves a company: at most one open A and one open B, not the same person."""

    company = models.ForeignKey("crm.Company", models.PROTECT, related_name="liaisons")

    class Meta:
        ordering = ["ended_on", "role", "-started_on", "pk"]
        verbose_name = _("officer of a company")
        verbose_name_plural = _("officers of companies")
        constraints = [
            models.UniqueConstraint(
                name="company_liaison_one_open_per_role",
                fields=["company", "role"],
                condition=Q(ended_on__isnull=True),
            ),
            models.UniqueConstraint(
                name="company_liaison_b_is_not_a",
                fields=["company", "officer"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="company_liaison_ends_after_start",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["officer", "role", "company"],
                name="company_liaison_open",
                condition=Q(ended_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.company_id} {self.role} {self.officer_id}"

    @classmethod
    def living(cls) -> Q:
        return Q(company__archived_at=None, company__merged_into=None)

    @classmethod
    def name_of(cls, role: "Liaison.Role", company: str = "pk") -> Subquery:
        """The name of the open A or B, for annotating rows that have a company."""
        open_ones = cls.objects.open().filter(company=OuterRef(company), role=role)
        return Subquery(open_ones.values("officer__name")[:1])
