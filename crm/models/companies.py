"""Whom we serve: companies, their contacts, and who may see them."""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.lib import trees
from crm.lib.aggregates import Joined
from crm.lib.querysets import ScopedQuerySet, union_of

from .liaisons import CompanyLiaison
from .people import Role, User
from .places import Department, Region
from .reference import Industry, Tag
from .search import matching

WIDE = (Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR)
NARROWED_BY = (
    "region_path",
    "size",
    "stage",
    "industry",
    "archived_at",
    "merged_into",
)
# By these a page is looked for in the list's own order, row by row.
IN_ORDER = ("id", "region_path", "size", "stage", "industry")
BY_DEPARTMENT = (Role.HANDLER, Role.UNIT_HEAD, Role.LEADER)


class InvolvementQuerySet(models.QuerySet["Involvement"]):
    def open(self) -> Self:
        return self.filter(is_open=True)

    def of(self, ranges: list[trees.PathRange]) -> Self:
        """Those of the departments below the given paths."""
        below = Department.objects.filter(trees.in_ranges(ranges, "path"))
        return self.filter(department__in=below.values("pk"))


class CompanyQuerySet(ScopedQuerySet["Company"]):
    def visible_to(self, user: User) -> Self:
        """The root of all scopes: what hangs from a company derives from this."""
        access, path = user.access, self.column("region_path")
        wide = access.region_ranges(*WIDE)
        narrow = self._narrow(user)
        # One branch per grant, never an OR of all: the planner would read everything.
        # No grant, no branch: an empty value must not match NULL and open a door.
        if wide and narrow is None:
            return self.filter(trees.in_ranges(wide, path))
        if narrow is None:
            return self.none()
        if not wide:
            return self.filter(pk__in=narrow)
        return self.filter(trees.in_ranges(wide, path) | Q(pk__in=narrow))

    def in_order(self) -> Self:
        """For what another index serves than these columns' own; said before the scope.

        A list that stops after a page in its own order, or the few of a partial index.
        """
        return self.alias(**{f"any_{name}": trees.Unindexed(name) for name in IN_ORDER})

    def column(self, name: str) -> str:
        """What to compare with: where the order leads, not what has an index."""
        in_order = f"any_{name}"
        return in_order if in_order in self.query.annotations else name

    def _narrow(self, user: User) -> "QuerySet[Any, Any] | None":
        """Keys of the companies a person has one by one; None without such a role."""
        access = user.access
        branches: list[models.QuerySet[Any, Any]] = []
        if access.has(Role.OFFICER):
            own = CompanyLiaison.objects.open().filter(officer=user)
            branches.append(own.values("company"))
        if below := access.department_ranges(*BY_DEPARTMENT):
            branches.append(Involvement.objects.open().of(below).values("company"))
        if owned := access.company_ids(Role.OWNER):
            branches.append(Company.objects.filter(pk__in=owned).values("pk"))
        return union_of(branches)

    def changeable_by(self, user: User) -> Self:
        """Whose profile, contacts and tags the user may edit."""
        access = user.access
        wide = access.region_ranges(Role.DISPATCHER)
        condition = trees.in_ranges(wide, "region_path")
        if access.has(Role.OFFICER):
            own = CompanyLiaison.objects.open().filter(officer=user)
            condition |= Q(pk__in=own.values("company"))
        return self.living().filter(condition)

    def managed_by(self, user: User) -> Self:
        """Those whose officers, region and existence the user decides on."""
        ranges = user.access.region_ranges(Role.DISPATCHER)
        inside = trees.in_ranges(ranges, self.column("region_path"))
        return self.filter(inside, merged_into=None)

    def living(self) -> Self:
        return self.filter(archived_at=None, merged_into=None)

    def served_by(self, user: User, today: date) -> Self:
        """Those whose work lies with this officer today: A, or B while A is away."""
        liaisons = CompanyLiaison.objects.acting(user, today)
        return self.living().filter(pk__in=liaisons.values("company"))

    def without_officer(self) -> Self:
        """Those with no A, or whose A or B has a closed account."""
        return self.living().filter(is_unserved=True)

    def tagged(self, *keys: str) -> Self:
        rows = CompanyTag.objects.filter(tag__key__in=keys, company=OuterRef("pk"))
        return self.filter(Exists(rows))

    def watched(self) -> Self:
        """Those with a tag whose visits are watched: in difficulty, growing fast."""
        rows = CompanyTag.objects.filter(tag__is_watched=True, company=OuterRef("pk"))
        return self.filter(Exists(rows))

    def not_seen_since(self, day: date) -> Self:
        return self.filter(Q(last_visit_on=None) | Q(last_visit_on__lt=day))

    def search(self, text: str) -> Self:
        """Those found by a piece of the name, pinyin, code or a contact's name.

        Asks the index how common the words are when called: one query.
        """
        return self.filter(matching(text).rows)

    def with_officers(self) -> Self:
        """Annotate `officer_a`, `officer_b`: the names, by subquery per row."""
        return self.annotate(
            officer_a=CompanyLiaison.name_of(CompanyLiaison.Role.A),
            officer_b=CompanyLiaison.name_of(CompanyLiaison.Role.B),
        )

    def with_tags(self) -> Self:
        """Annotate `tag_words`: "key=name" of each tag, one per line."""
        return self.annotate(tag_words=tag_words())

    def with_rights(self, user: User) -> Self:
        """Annotate what the user may do: `may_edit`, `may_manage`, `is_own`."""
        same = {"pk": OuterRef("pk")}
        own = CompanyLiaison.objects.open().filter(officer=user, company=OuterRef("pk"))
        return self.annotate(
            may_edit=Exists(Company.objects.changeable_by(user).filter(**same)),
            may_manage=Exists(Company.objects.living().managed_by(user).filter(**same)),
            is_own=Exists(own),
        )


class Company(models.Model):
    """企业, known by its unified social credit code."""

    class Size(models.TextChoices):
        LARGE = "large", _("large")
        MEDIUM = "medium", _("medium")
        SMALL = "small", _("small")
        MICRO = "micro", _("micro")
        NONE = "none", _("not applicable")
        UNKNOWN = "unknown", _("figures missing")

    class Stage(models.TextChoices):
        PREPARING = "preparing", _("being set up")
        STARTED = "started", _("in production")
        GROWING = "growing", _("growing")
        MATURE = "mature", _("mature")
        TROUBLED = "troubled", _("in difficulty")
        STOPPED = "stopped", _("production stopped")

    name = models.CharField(_("company name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    # NULL, never empty: unique among companies that are not merged into another.
    uscc = models.CharField(
        _("unified social credit code"), max_length=18, null=True, blank=True
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="companies", verbose_name=_("region")
    )
    # Copy of region.path, kept by services: lists range over it without a join.
    region_path = trees.PathField(editable=False)
    address = models.CharField(_("address"), max_length=200, blank=True)
    industry = models.ForeignKey(
        Industry,
        models.PROTECT,
        null=True,
        blank=True,
        # The composite indexes serve; alone it would lead the planner astray.
        db_index=False,
        related_name="companies",
        verbose_name=_("industry"),
    )
    staff_count = models.PositiveIntegerField(
        _("staff (persons)"), null=True, blank=True
    )
    revenue = models.DecimalField(
        _("annual revenue (10,000 yuan)"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    assets = models.DecimalField(
        _("total assets (10,000 yuan)"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    # Computed from the three figures and the industry by crm.services.sizes.
    size = models.CharField(
        _("size"), max_length=8, choices=Size, default=Size.UNKNOWN, editable=False
    )
    stage = models.CharField(
        _("life stage"), max_length=10, choices=Stage, default=Stage.STARTED
    )
    tags = models.ManyToManyField(
        Tag, through="CompanyTag", related_name="companies", verbose_name=_("tags")
    )
    leader = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="linked_companies",
        verbose_name=_("linked leader"),
    )
    # Pinyin of the name, filled in by a task; sorts lists by name.
    sort_key = models.CharField(max_length=160, blank=True, editable=False)
    # The last held visit of anyone; written by visits through note_visit().
    last_visit_on = models.DateField(null=True, editable=False)
    # Copy of unserved(), kept by services through liaisons.note_who_serves().
    is_unserved = models.BooleanField(default=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        # Nearly all are NULL: see company_merged for the others.
        db_index=False,
        related_name="merged",
    )
    version = models.PositiveIntegerField(default=1)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [
            models.UniqueConstraint(
                name="company_uscc_once",
                fields=["uscc"],
                condition=Q(merged_into__isnull=True),
            ),
            models.CheckConstraint(
                name="company_uscc_null_never_empty", condition=~Q(uscc="")
            ),
        ]
        # Each carries what lists are narrowed by: rows that do not fit are left out
        # without a look at the table (docs/performance.md).
        indexes = [
            models.Index(
                fields=["-updated_at", "-id", "last_visit_on", *NARROWED_BY],
                name="company_recent",
            ),
            models.Index(
                fields=["sort_key", "id", "last_visit_on", *NARROWED_BY],
                name="company_by_name",
            ),
            models.Index(
                fields=["last_visit_on", "id", *NARROWED_BY],
                name="company_by_last_visit",
            ),
            models.Index(
                fields=[*NARROWED_BY, "last_visit_on"], name="company_by_region"
            ),
            models.Index(
                fields=[
                    "-updated_at",
                    "-id",
                    "last_visit_on",
                    *NARROWED_BY,
                    # Or SQLite looks at the table for what the condition says.
                    "is_unserved",
                ],
                name="company_unserved",
                condition=Q(is_unserved=True),
            ),
            models.Index(
                fields=["merged_into"],
                name="company_merged",
                condition=Q(merged_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("crm:company", args=[self.pk])

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


def unserved() -> Q:
    """No open A, or an open A or B whose account is closed."""
    open_ones = CompanyLiaison.objects.open().filter(company=OuterRef("pk"))
    has_a = Exists(open_ones.filter(role=CompanyLiaison.Role.A))
    left = Exists(open_ones.filter(officer__is_active=False))
    return ~has_a | Q(left)


class CompanyTag(models.Model):
    """One tag of one company; an event says who set it."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="company_tags")
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="company_tags")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "tag"], name="company_tag_once")
        ]

    def __str__(self) -> str:
        return f"{self.company_id} {self.tag_id}"


def tag_words() -> Subquery:
    of_company = CompanyTag.objects.filter(company=OuterRef("pk"))
    word = Concat("tag__key", Value("="), "tag__name")
    words = of_company.order_by().values("company").annotate(words=Joined(word))
    return Subquery(words.values("words"))


class Involvement(models.Model):
    """A department has something to do with a company; written by upper apps.

    `reference` is the key of the record that brings the department in; closing it
    hides the company from the department, not the department's own records.
    """

    class Kind(models.TextChoices):
        TICKET = "ticket", _("ticket")
        MILESTONE = "milestone", _("milestone")

    company = models.ForeignKey(Company, models.PROTECT, related_name="involvements")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="involvements"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    reference = models.BigIntegerField()
    is_open = models.BooleanField(default=True)

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference", "department"], name="involvement_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["department", "company"],
                name="involvement_open",
                condition=Q(is_open=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.kind} {self.reference}"
