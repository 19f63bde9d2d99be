"""好差评: one rating per thing rated, by the company, with its name or without."""

import secrets
import uuid
from typing import Any, Final, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Company, Department, Role, User
from crm.models.companies import BY_DEPARTMENT, WIDE

from .categories import Category
from .ticket_rights import companies_of
from .visits import UNIT_ROLES

# Exact in every program that reads it, and too many to meet one twice.
KEYS: Final = 2**53
# From here down a rating is bad: it must be corrected.
BAD: Final = 2
# Who rules on an objection and asks back how a correction went.
CALLERS: Final = (Role.DISPATCHER, Role.SUPERVISOR)


def random_key() -> int:
    """Not in order: a number between two others would tell when it was given."""
    return 1 + secrets.randbelow(KEYS - 1)


class RatingQuerySet(ScopedQuerySet["Rating"]):
    def visible_to(self, user: User) -> Self:
        """The company its own; officials what they were told of, each in his scope."""
        branches = self._told_to(user)
        if owned := user.access.company_ids(Role.OWNER):
            branches.append(self.model.objects.filter(company__in=owned).values("pk"))
        wide = user.access.region_ranges(*WIDE)
        keys = union_of(branches)
        if wide and keys is None:
            return self.told().filter(self._in_regions(wide))
        if keys is None:
            return self.none()
        if not wide:
            return self.filter(pk__in=keys)
        told = Q(told_on__isnull=False) & self._in_regions(wide)
        return self.filter(told | Q(pk__in=keys))

    def _in_regions(self, ranges: list[trees.PathRange]) -> Q:
        companies = Company.objects.filter(
            trees.in_ranges(ranges, "region_path"), pk=OuterRef("company")
        )
        return Q(Exists(companies))

    def _told_to(self, user: User) -> "list[models.QuerySet[Any, Any]]":
        """Keys of those that an official has one by one, a branch per reason."""
        told, access = self.model.objects.told(), user.access
        branches: list[models.QuerySet[Any, Any]] = []
        if below := access.department_ranges(*BY_DEPARTMENT):
            branches.append(told.of_departments(below).values("pk"))
        if access.has(Role.OFFICER, *UNIT_ROLES):
            branches.append(told.filter(officer=user).values("pk"))
            branches.append(told.filter(correction__handler=user).values("pk"))
        if access.has(Role.OFFICER):
            # Only with its name: what his few companies said would not stay nameless.
            named = told.filter(is_anonymous=False, subject_type="visits.ticket")
            branches.append(named.filter(company__in=companies_of(user)).values("pk"))
        return branches

    def of_departments(self, ranges: list[trees.PathRange]) -> Self:
        below = Department.objects.filter(trees.in_ranges(ranges, "path"))
        return self.filter(department__in=below.values("pk"))

    def changeable_by(self, user: User) -> Self:
        """Whoever may do any act at all; each act narrows this further."""
        every = self.model.objects
        branches = [
            every.owned_by(user).values("pk"),
            every.answered_by(user).values("pk"),
            every.asked_back_by(user).values("pk"),
            every.ruled_by(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def owned_by(self, user: User) -> Self:
        """The company's own: it rates, and says later what came of it."""
        owned = user.access.company_ids(Role.OWNER)
        return self.filter(company__in=owned) if owned else self.none()

    def answered_by(self, user: User) -> Self:
        """The rated unit, and whoever of it has the correction in hand."""
        told = self.model.objects.told()
        branches = [told.filter(correction__handler=user).values("pk")]
        if below := user.access.department_ranges(*UNIT_ROLES):
            branches.append(told.of_departments(below).values("pk"))
        return self.filter(pk__in=union_of(branches))

    def headed_by(self, user: User) -> Self:
        """Of the unit's head, and of the dispatcher where the unit has none."""
        told = self.model.objects.told()
        branches: list[models.QuerySet[Any, Any]] = []
        if below := user.access.department_ranges(Role.UNIT_HEAD):
            branches.append(told.of_departments(below).values("pk"))
        if ranges := user.access.region_ranges(Role.DISPATCHER):
            branches.append(told.filter(self._in_regions(ranges)).values("pk"))
        keys = union_of(branches)
        return self.none() if keys is None else self.filter(pk__in=keys)

    def asked_back_by(self, user: User) -> Self:
        """Call-backs: officer, dispatcher or supervisor, never of the rated unit.

        Nobody knows whom to call where the company gave no name.
        """
        named = self.model.objects.told().filter(is_anonymous=False)
        branches: list[models.QuerySet[Any, Any]] = []
        if ranges := user.access.region_ranges(*CALLERS):
            branches.append(named.filter(self._in_regions(ranges)).values("pk"))
        if user.access.has(Role.OFFICER):
            branches.append(named.filter(company__in=companies_of(user)).values("pk"))
        keys = union_of(branches)
        if keys is None:
            return self.none()
        return self.filter(pk__in=keys).exclude(officer=user)._judged_freely(user)

    def ruled_by(self, user: User) -> Self:
        """Objections: the supervisor of the scope, of no part in the matter."""
        ranges = user.access.region_ranges(Role.SUPERVISOR)
        if not ranges:
            return self.none()
        told = self.told().filter(self._in_regions(ranges))
        return told.exclude(officer=user)._judged_freely(user)

    def _judged_freely(self, user: User) -> Self:
        """Without the unit one works in, heads, or leads."""
        own = user.access.department_ranges(*BY_DEPARTMENT)
        units = Department.objects.filter(
            trees.in_ranges(own, "path")
            | Q(path__in=trees.path_and_above(user.department.path))
            if user.department
            else trees.in_ranges(own, "path")
        )
        led = user.access.region_ranges(Role.LEADER)
        free = self.exclude(department__in=units.values("pk"))
        return free.exclude(self._in_regions(led)) if led else free

    def told(self) -> Self:
        """Those that officials may read: a nameless one from the next day on."""
        return self.filter(told_on__isnull=False)

    def counted(self) -> Self:
        """Those that stand in figures."""
        return self.told().filter(excluded_at=None)

    def in_figures_of(self, user: User) -> Self:
        """Those that are counted for this person: of his region, or his departments."""
        access = user.access
        condition = self._in_regions(access.region_ranges(*WIDE))
        below = trees.in_ranges(access.department_ranges(*BY_DEPARTMENT), "path")
        units = Department.objects.filter(below)
        return self.told().filter(condition | Q(department__in=units.values("pk")))

    def bad(self) -> Self:
        """Bad ones that stand: what escalation and supervision look at.

        With company, department, created_at, and the clock as `correction.fix_by`. Of
        one without a name the company is for nobody's eyes: see `is_anonymous`.
        """
        return self.counted().filter(level__lte=BAD)

    def with_rights(self, user: User) -> Self:
        """Annotate what this person may do, for pages with one rating."""
        every = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            is_owned=Exists(every.owned_by(user)),
            may_answer=Exists(every.answered_by(user)),
            may_hand=Exists(every.headed_by(user)),
            may_ask_back=Exists(every.asked_back_by(user)),
            may_rule=Exists(every.ruled_by(user)),
        )

    def for_page(self) -> Self:
        return self.select_related(
            "company",
            "department",
            "officer",
            "category",
            "rated_by",
            "correction__fix_by",
            "correction__look_by",
            "correction__handler",
            "correction__called_by",
            "objection__asked_by",
            "objection__decided_by",
        )


class RatingLevel(models.IntegerChoices):
    VERY_GOOD = 5, pgettext_lazy("rating", "very satisfied")
    GOOD = 4, pgettext_lazy("rating", "satisfied")
    FAIR = 3, pgettext_lazy("rating", "basically satisfied")
    POOR = 2, pgettext_lazy("rating", "dissatisfied")
    VERY_POOR = 1, pgettext_lazy("rating", "very dissatisfied")


class RatingTag(models.TextChoices):
    """Short words beside the level; the first half praises."""

    KIND = "kind", pgettext_lazy("rating", "friendly")
    FAST = "fast", pgettext_lazy("rating", "quick")
    CLEAR = "clear", pgettext_lazy("rating", "clear")
    SOLVED = "solved", pgettext_lazy("rating", "really solved")
    CAME = "came", pgettext_lazy("rating", "came by themselves")
    DOOR = "door", pgettext_lazy("rating", "hard to get in")
    FACE = "face", pgettext_lazy("rating", "unfriendly")
    SHIRK = "shirk", pgettext_lazy("rating", "passed on to others")
    SLOW = "slow", pgettext_lazy("rating", "slow")
    AGAIN = "again", pgettext_lazy("rating", "papers asked for again")
    VAGUE = "vague", pgettext_lazy("rating", "not explained")
    SHAM = "sham", pgettext_lazy("rating", "closed but not done")


PRAISE: Final = frozenset(
    {
        RatingTag.KIND,
        RatingTag.FAST,
        RatingTag.CLEAR,
        RatingTag.SOLVED,
        RatingTag.CAME,
    }
)


class Rating(models.Model):
    """What a company thinks of one ticket, visit or agency that has ended.

    Without a name there is no person, no time of day and no event until the next
    morning; the company's key serves only that nothing is rated twice.
    """

    Level, Tag = RatingLevel, RatingTag

    class Way(models.TextChoices):
        LOGIN = "login", pgettext_lazy("rating", "signed in")
        LINK = "link", pgettext_lazy("rating", "by a one-time link")

    KINDS: Final[dict[str, str | Promise]] = {
        "visits.ticket": _("Ticket"),
        "visits.visit": _("Visit"),
        "projects.agency": pgettext_lazy("approvals", "Agency"),
    }

    id = models.BigAutoField(primary_key=True, default=random_key, editable=False)
    # As events name their record: one rating for each.
    subject_type = models.CharField(
        pgettext_lazy("rating", "what was rated"),
        max_length=40,
        choices=list(KINDS.items()),
    )
    subject_id = models.BigIntegerField()
    # The day the rated thing ended.
    ended_on = models.DateField(_("ended"))
    company = models.ForeignKey(
        Company,
        models.PROTECT,
        db_index=False,
        related_name="ratings",
        verbose_name=_("company"),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        db_index=False,
        related_name="ratings",
        verbose_name=_("rated unit"),
    )
    # Who had it in hand; no figure is ever made of this.
    officer = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("category"),
    )
    level = models.PositiveSmallIntegerField(
        pgettext_lazy("rating", "level"), choices=RatingLevel
    )
    words = models.TextField(
        pgettext_lazy("rating", "in words"), max_length=1000, blank=True
    )
    tags: "models.JSONField[Any, Any]" = models.JSONField(  # as JSON
        pgettext_lazy("rating", "tags"), default=list
    )
    is_anonymous = models.BooleanField(_("without a name"), default=False)
    way = models.CharField(
        pgettext_lazy("rating", "given"), max_length=5, choices=Way.choices
    )
    rated_by = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # By a link: what the person called himself.
    rater_name = models.CharField(_("name"), max_length=40, blank=True)
    rated_on = models.DateField(_("rated"))
    # Of one without a name only the day: midnight.
    created_at = models.DateTimeField(editable=False)
    told_on = models.DateField(null=True, editable=False)
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    # 追评: once, when the correction has been reported.
    second_level = models.PositiveSmallIntegerField(
        _("second look"), choices=RatingLevel, null=True
    )
    second_words = models.TextField(
        pgettext_lazy("rating", "second look in words"), max_length=1000, blank=True
    )
    second_on = models.DateField(null=True, editable=False)
    # An upheld objection: read on, but in no figure.
    excluded_at = models.DateTimeField(null=True, editable=False)

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ["-rated_on", "-pk"]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(
                name="rating_once", fields=["subject_type", "subject_id"]
            ),
            models.CheckConstraint(
                name="rating_level_is_one_of_five",
                condition=Q(level__range=(1, 5)),
            ),
            models.CheckConstraint(
                name="rating_nameless_names_nobody",
                condition=Q(is_anonymous=False)
                | Q(is_anonymous=True, rated_by__isnull=True, rater_name=""),
            ),
            models.CheckConstraint(
                name="rating_told_at_once_or_later",
                condition=Q(told_on__isnull=False)
                | Q(is_anonymous=True, excluded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rating_second_look_has_day",
                condition=Q(second_level__isnull=True, second_on__isnull=True)
                & Q(second_words="")
                | Q(second_level__range=(1, 5), second_on__gte=F("rated_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["-rated_on", "-id"], name="rating_recent"),
            models.Index(
                fields=["company", "-rated_on", "-id"], name="rating_by_company"
            ),
            models.Index(
                fields=["department", "-rated_on", "-id"], name="rating_by_unit"
            ),
            models.Index(fields=["officer", "-rated_on"], name="rating_by_officer"),
            models.Index(fields=["ended_on"], name="rating_by_end"),
            models.Index(
                fields=["-rated_on", "-id"],
                name="rating_bad",
                condition=Q(level__lte=BAD),
            ),
            models.Index(
                fields=["rated_on"],
                name="rating_untold",
                condition=Q(told_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.rated_on}"

    def get_absolute_url(self) -> str:
        return reverse("visits:rating", args=[self.pk])

    @property
    def is_bad(self) -> bool:
        return self.level <= BAD

    @property
    def is_excluded(self) -> bool:
        return self.excluded_at is not None

    @property
    def tag_labels(self) -> list[str]:
        known = dict(RatingTag.choices)
        return [str(known[tag]) for tag in self.tags if tag in known]
