"""重点项目: who is behind it, who serves it, and who may see it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Company, CompanyLiaison, Department, Region, Role, User
from crm.models.companies import BY_DEPARTMENT, WIDE
from crm.models.liaisons import Liaison

from .templates import ApprovalTemplate

# 2506-370102-04-01-123456: year and month, area, guiding department, type, number.
# The way its last digit is computed is not published, so only the shape is checked.
CODE = RegexValidator(
    r"^[0-9]{2}(0[1-9]|1[0-2])-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}\Z",
    _("A project code has 24 characters, as 2506-370102-04-01-123456."),
)


class ProjectPartQuerySet(models.QuerySet["ProjectPart"]):
    def open(self) -> Self:
        return self.filter(is_open=True)

    def of(self, ranges: list[trees.PathRange]) -> Self:
        """Those of the departments below the given paths."""
        below = Department.objects.filter(trees.in_ranges(ranges, "path"))
        return self.filter(department__in=below.values("pk"))


class ProjectQuerySet(ScopedQuerySet["Project"]):
    def visible_to(self, user: User) -> Self:
        """By region, by part, by officer or by owner: what hangs below derives."""
        return self._visible(user, with_owned=True)

    def internal_to(self, user: User) -> Self:
        """Of which the user reads more than the company's public part."""
        return self._visible(user, with_owned=False)

    def _visible(self, user: User, *, with_owned: bool) -> Self:
        wide = user.access.region_ranges(*WIDE)
        narrow = self._narrow(user, with_owned=with_owned)
        if wide and narrow is None:
            return self.filter(trees.in_ranges(wide, "region_path"))
        if narrow is None:
            return self.none()
        if not wide:
            return self.filter(pk__in=narrow)
        return self.filter(trees.in_ranges(wide, "region_path") | Q(pk__in=narrow))

    def _narrow(
        self, user: User, *, with_owned: bool
    ) -> "models.QuerySet[Any, Any] | None":
        """Keys of the projects a person has one by one; None without such a role."""
        access, every = user.access, self.model.objects.all()
        branches: list[models.QuerySet[Any, Any]] = []
        if access.has(Role.OFFICER):
            companies = CompanyLiaison.objects.open().filter(officer=user)
            of_companies = every.filter(company__in=companies.values("company"))
            branches += [served_by(user), of_companies.values("pk")]
        if below := access.department_ranges(*BY_DEPARTMENT):
            branches.append(ProjectPart.objects.open().of(below).values("project"))
        if access.has(Role.LEADER):
            branches.append(every.filter(leader=user).values("pk"))
        if with_owned and (owned := access.company_ids(Role.OWNER)):
            branches.append(every.filter(company__in=owned).values("pk"))
        return union_of(branches)

    def changeable_by(self, user: User) -> Self:
        """Whoever may do anything at all; each act narrows this further."""
        every = self.model.objects.all()
        branches = [
            every.managed_by(user).values("pk"),
            every.worked_by(user).values("pk"),
            every.decided_by(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def managed_by(self, user: User) -> Self:
        """The dispatcher's: facts, officers, departments, template, ad-hoc items."""
        ranges = user.access.region_ranges(Role.DISPATCHER)
        return self.living().filter(trees.in_ranges(ranges, "region_path"))

    def worked_by(self, user: User) -> Self:
        """The officers' own: blockers, photos, preparation."""
        if not user.access.has(Role.OFFICER):
            return self.none()
        return self.living().filter(pk__in=served_by(user))

    def decided_by(self, user: User) -> Self:
        """The leader's: key list, green channel, by region, department or in charge."""
        access = user.access
        if not access.has(Role.LEADER):
            return self.none()
        condition = trees.in_ranges(access.region_ranges(Role.LEADER), "region_path")
        condition |= Q(leader=user)
        if below := access.department_ranges(Role.LEADER):
            parts = ProjectPart.objects.open().of(below)
            condition |= Q(pk__in=parts.values("project"))
        return self.living().filter(condition)

    def owned_by(self, user: User) -> Self:
        owned = user.access.company_ids(Role.OWNER)
        return self.living().filter(company__in=owned)

    def acting_for(self, user: User, today: date) -> Self:
        """Those whose work lies with this officer today: A, or B while A is away."""
        liaisons = ProjectLiaison.objects.acting(user, today)
        return self.living().filter(pk__in=liaisons.values("project"))

    def living(self) -> Self:
        return self.filter(archived_at=None)

    def running(self) -> Self:
        """With approvals that have begun and are not all through."""
        return self.living().filter(started_on__isnull=False, finished_on=None)

    def with_rights(self, user: User) -> Self:
        """Annotate what this person may do on what is visible to him."""
        every = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            may_manage=Exists(every.managed_by(user)),
            may_work=Exists(every.worked_by(user)),
            may_decide=Exists(every.decided_by(user)),
            is_owned=Exists(every.owned_by(user)),
        ).with_reading(user)

    def with_reading(self, user: User) -> Self:
        """Annotate only whether the person reads more than the company's part.

        Whoever owns nothing does, of all that is visible to him.
        """
        if not user.access.has(Role.OWNER):
            return self.annotate(may_read_internal=Value(True))
        inner = self.model.objects.internal_to(user).filter(pk=OuterRef("pk"))
        return self.annotate(may_read_internal=Exists(inner))

    def for_page(self) -> Self:
        return self.select_related(
            "company",
            "region",
            "lead_department",
            "leader",
            "template",
            "green_by",
        )


def label_of(code: str | None, pk: int) -> str:
    """How a line names a project: by its code, or by its key before there is one."""
    return code or f"#{pk}"


def served_by(user: User) -> "models.QuerySet[Any, Any]":
    """Keys of the projects whose officer this is, A or B."""
    return ProjectLiaison.objects.open().filter(officer=user).values("project")


class Project(models.Model):
    """重点项目: from the first talk with an investor to full capacity."""

    class Kind(models.TextChoices):
        INDUSTRY = "industry", pgettext_lazy("project", "industry")
        SERVICE = "service", pgettext_lazy("project", "modern services")
        FARMING = "farming", pgettext_lazy("project", "agriculture")
        INFRASTRUCTURE = "infrastructure", pgettext_lazy("project", "infrastructure")
        LIVELIHOOD = "livelihood", pgettext_lazy("project", "public welfare")
        OTHER = "other", pgettext_lazy("project", "other")

    class Stage(models.TextChoices):
        ATTRACT = "attract", pgettext_lazy("project", "attracting investment")
        SIGNED = "signed", pgettext_lazy("project", "signed")
        STARTED = "started", pgettext_lazy("project", "construction started")
        PRODUCING = "producing", pgettext_lazy("project", "in production")
        CAPACITY = "capacity", pgettext_lazy("project", "at full capacity")

    # NULL, never empty: given by the national system with the first filing.
    code = models.CharField(
        _("project code"), max_length=24, null=True, blank=True, validators=[CODE]
    )
    name = models.CharField(_("project name"), max_length=120)
    # Before the company exists there is only the region and its officers.
    company = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="projects",
        verbose_name=_("owner company"),
    )
    investor = models.CharField(_("investor"), max_length=120, blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="projects", verbose_name=_("region")
    )
    # Copy of region.path, kept by services: lists range over it without a join.
    region_path = trees.PathField(editable=False)
    kind = models.CharField(_("kind of project"), max_length=14, choices=Kind)
    investment = models.DecimalField(
        _("investment (10,000 yuan)"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    lead_department = models.ForeignKey(
        Department,
        models.PROTECT,
        related_name="led_projects",
        verbose_name=_("lead department"),
    )
    leader = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_projects",
        verbose_name=_("leader in charge"),
    )
    stage = models.CharField(
        _("life stage"), max_length=10, choices=Stage, default=Stage.ATTRACT
    )
    template = models.ForeignKey(
        ApprovalTemplate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("approval template"),
    )
    # The day the approvals began, and the day the last was through.
    started_on = models.DateField(_("approvals begun"), null=True, editable=False)
    finished_on = models.DateField(_("approvals through"), null=True, editable=False)
    is_key = models.BooleanField(_("on the key list"), default=False, editable=False)
    green_reason = models.CharField(max_length=200, blank=True, editable=False)
    green_until = models.DateField(_("green channel until"), null=True, editable=False)
    green_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )
    visit_every_days = models.PositiveSmallIntegerField(
        _("site visit every (days)"), null=True, blank=True, default=15
    )
    # The last visit on site of anyone; written by visits through note_site_visit().
    last_visit_on = models.DateField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        verbose_name = _("key project")
        verbose_name_plural = _("key projects")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="project_code_once"),
            models.CheckConstraint(
                name="project_code_null_never_empty", condition=~Q(code="")
            ),
            models.CheckConstraint(
                name="project_green_has_reason",
                condition=Q(green_until__isnull=True, green_by__isnull=True)
                | Q(green_until__isnull=False, green_by__isnull=False)
                & ~Q(green_reason=""),
            ),
            models.CheckConstraint(
                name="project_through_after_begun",
                condition=Q(finished_on__isnull=True)
                | Q(started_on__isnull=False, finished_on__gte=F("started_on")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-updated_at", "-id", "region_path", "stage"],
                name="project_recent",
            ),
            models.Index(
                fields=["region_path", "stage", "finished_on"],
                name="project_by_region",
            ),
            models.Index(fields=["company", "-id"], name="project_by_company"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:project", args=[self.pk])

    @property
    def label(self) -> str:
        return label_of(self.code, self.pk)

    def is_green(self, day: date) -> bool:
        return self.green_until is not None and day <= self.green_until

    def site_visit_due_on(self) -> date | None:
        """The last day of the next visit on site, in calendar days."""
        if not self.visit_every_days or self.archived_at or not self.started_on:
            return None
        since = max(filter(None, [self.last_visit_on, self.started_on]))
        return since + timedelta(days=self.visit_every_days)


class ProjectPart(models.Model):
    """A department has something to do with a project; services keep these rows."""

    class Kind(models.TextChoices):
        LEAD = "lead", pgettext_lazy("part", "leads")
        SUPPORT = "support", pgettext_lazy("part", "supports")
        ITEM = "item", pgettext_lazy("part", "decides on items")
        SESSION = "session", pgettext_lazy("part", "spoke in a joint session")

    project = models.ForeignKey(Project, models.PROTECT, related_name="parts")
    department = models.ForeignKey(
        Department, models.PROTECT, db_index=False, related_name="project_parts"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    is_open = models.BooleanField(default=True)

    objects = ProjectPartQuerySet.as_manager()

    class Meta:
        ordering = ["project", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "department", "kind"], name="project_part_once"
            ),
            models.UniqueConstraint(
                fields=["project"],
                name="project_one_lead",
                condition=Q(kind="lead", is_open=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "project"],
                name="project_part_open",
                condition=Q(is_open=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind} {self.department_id}"


class ProjectLiaison(Liaison):
    """Who serves a project: at most one open A and one open B, not the same person."""

    SERVED = "project"

    project = models.ForeignKey(Project, models.PROTECT, related_name="liaisons")

    class Meta:
        ordering = ["ended_on", "role", "-started_on", "pk"]
        verbose_name = _("officer of a project")
        verbose_name_plural = _("officers of projects")
        constraints = [
            models.UniqueConstraint(
                name="project_liaison_one_open_per_role",
                fields=["project", "role"],
                condition=Q(ended_on__isnull=True),
            ),
            models.UniqueConstraint(
                name="project_liaison_b_is_not_a",
                fields=["project", "officer"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="project_liaison_ends_after_start",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["officer", "role", "project"],
                name="project_liaison_open",
                condition=Q(ended_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.role} {self.officer_id}"

    @classmethod
    def living(cls) -> Q:
        return Q(project__archived_at=None)
