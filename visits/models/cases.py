"""类案: tickets of one kind, their common cause, and the one thing that is changed."""

import uuid
from datetime import date
from typing import Any, Final, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Deadline, Department, Region, Role, User
from crm.models.companies import BY_DEPARTMENT, WIDE
from projects.models import TemplateItem

from .categories import Category
from .parts import TicketPart
from .tickets import Ticket
from .visits import UNIT_ROLES

# The kind of deadline by which an improvement is in effect.
IMPROVEMENT: Final = "improvement"
TEXT_LENGTH: Final = 2000
# Whoever opens and judges cases of his regions; supervisors read them.
KEEPERS: Final = (Role.DISPATCHER, Role.LEADER)


class CaseQuerySet(ScopedQuerySet["Case"]):
    def visible_to(self, user: User) -> Self:
        """Of one's regions; for departments those with their tickets or their task."""
        access, every = user.access, self.model.objects.all()
        branches: list[models.QuerySet[Any, Any]] = []
        if wide := access.region_ranges(*WIDE):
            inside = trees.in_ranges(wide, "region_path")
            branches.append(every.filter(inside).values("pk"))
        if below := access.department_ranges(*BY_DEPARTMENT):
            tickets = TicketPart.objects.of(below).values("ticket")
            members = CaseTicket.objects.present().filter(ticket__in=tickets)
            branches.append(members.values("case"))
            units = Department.objects.filter(trees.in_ranges(below, "path"))
            tasks = Improvement.objects.filter(department__in=units.values("pk"))
            branches.append(tasks.values("case"))
        keys = union_of(branches)
        return self.none() if keys is None else self.filter(pk__in=keys)

    def changeable_by(self, user: User) -> Self:
        """Dispatchers and leaders of the region."""
        kept = user.access.region_ranges(*KEEPERS)
        return self.filter(trees.in_ranges(kept, "region_path"))

    def effected_by(self, user: User) -> Self:
        """Also the department that was to change something."""
        below = user.access.department_ranges(*UNIT_ROLES)
        wide = self.model.objects.changeable_by(user).values("pk")
        if not below:
            return self.filter(pk__in=wide)
        units = Department.objects.filter(trees.in_ranges(below, "path"))
        tasks = Improvement.objects.running().filter(department__in=units.values("pk"))
        return self.filter(pk__in=union_of([wide, tasks.values("case")]))

    def for_page(self) -> Self:
        return self.select_related("region", "category", "opened_by")


class Case(models.Model):
    """Tickets of one kind in a region: why they come, and what is done about it."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("case", "open")
        PLANNED = "planned", pgettext_lazy("case", "improvement planned")
        IN_EFFECT = "in_effect", pgettext_lazy("case", "in effect")
        MEASURED = "measured", pgettext_lazy("case", "measured")
        CLOSED = "closed", pgettext_lazy("case", "closed")
        INEFFECTIVE = "ineffective", pgettext_lazy("case", "without effect")
        DROPPED = "dropped", pgettext_lazy("case", "dropped")

    # What each status may become. A status without an entry is final.
    NEXT = {
        Status.OPEN: {Status.PLANNED, Status.DROPPED},
        Status.PLANNED: {Status.IN_EFFECT, Status.OPEN},
        Status.IN_EFFECT: {Status.MEASURED},
        Status.MEASURED: {Status.MEASURED, Status.CLOSED, Status.INEFFECTIVE},
        Status.CLOSED: {Status.OPEN},
        Status.INEFFECTIVE: {Status.OPEN},
    }
    # Nothing is waited for.
    ENDED = (Status.CLOSED, Status.DROPPED)

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name=_("region")
    )
    region_path = trees.PathField()
    title = models.CharField(_("title"), max_length=80)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    root_cause = models.TextField(_("root cause"), max_length=TEXT_LENGTH, blank=True)
    status = models.CharField(_("state"), max_length=12, choices=Status)
    opened_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(pgettext_lazy("case", "opened"))
    ended_at = models.DateTimeField(pgettext_lazy("case", "ended"), null=True)
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("case of a kind")
        verbose_name_plural = _("cases of a kind")
        constraints = [
            models.UniqueConstraint(
                name="case_once_per_client_key", fields=["opened_by", "client_key"]
            ),
            models.CheckConstraint(
                name="case_ended_iff_ended_at",
                condition=Q(status__in=["closed", "dropped"], ended_at__isnull=False)
                | ~Q(status__in=["closed", "dropped"]) & Q(ended_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["region_path", "-id"], name="case_by_region")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("visits:case", args=[self.pk])

    @property
    def is_ended(self) -> bool:
        return self.status in self.ENDED

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("A case that is “%(old)s” cannot become “%(new)s”.")
            raise WrongStatus(sentence % {"old": old.label, "new": new.label})
        self.status = new


class CaseTicketQuerySet(models.QuerySet["CaseTicket"]):
    def present(self) -> Self:
        """Those that nobody has taken out again."""
        return self.filter(removed_at=None)


class CaseTicket(models.Model):
    """A ticket of the kind: chosen by a person, or told alike enough by itself."""

    class How(models.TextChoices):
        CHOSEN = "chosen", pgettext_lazy("case ticket", "chosen")
        ALIKE = "alike", pgettext_lazy("case ticket", "told alike")

    case = models.ForeignKey(Case, models.PROTECT, related_name="members")
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, db_index=False, related_name="case_members"
    )
    how = models.CharField(max_length=8, choices=How)
    # How like the nearest chosen one, in percent.
    percent = models.PositiveSmallIntegerField(default=100)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    objects = CaseTicketQuerySet.as_manager()

    class Meta:
        ordering = ["-ticket"]
        constraints = [
            models.UniqueConstraint(
                name="case_of_ticket_once",
                fields=["ticket"],
                condition=Q(removed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="case_ticket_removed_whole",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "case"], name="case_ticket_by_ticket")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.ticket_id}"


class ImprovementQuerySet(models.QuerySet["Improvement"]):
    def running(self) -> Self:
        """Planned or in effect: nobody has judged it yet."""
        return self.filter(verdict="")


class Improvement(models.Model):
    """The one thing that is changed: a rule, an approval item, or a notice."""

    class Kind(models.TextChoices):
        RULE = "rule", pgettext_lazy("improvement", "rule or procedure")
        ITEM = "item", pgettext_lazy("improvement", "item of an approval template")
        NOTICE = "notice", pgettext_lazy("improvement", "notice to companies")

    class Verdict(models.TextChoices):
        EFFECTIVE = "effective", pgettext_lazy("improvement", "it helped")
        INEFFECTIVE = "ineffective", pgettext_lazy("improvement", "it did not help")
        GIVEN_UP = "given_up", pgettext_lazy("improvement", "given up")

    case = models.ForeignKey(Case, models.PROTECT, related_name="improvements")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    text = models.TextField(_("what is changed"), max_length=TEXT_LENGTH)
    item = models.ForeignKey(
        TemplateItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approval item"),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        related_name="improvements",
        verbose_name=_("responsible unit"),
    )
    due = models.OneToOneField(
        Deadline, models.PROTECT, related_name="due_of_improvement"
    )
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    effective_on = models.DateField(_("in effect from"), null=True)
    effect_note = models.CharField(_("how it came about"), max_length=400, blank=True)
    put_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    put_at = models.DateTimeField(null=True)
    # As they were on the day of measuring, for whoever reads it later.
    figures: "models.JSONField[Any, Any]" = models.JSONField(null=True)  # as JSON
    measured_on = models.DateField(_("measured on"), null=True)
    measured_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict, blank=True)
    verdict_note = models.CharField(_("grounds"), max_length=400, blank=True)

    objects = ImprovementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("improvement")
        verbose_name_plural = _("improvements")
        constraints = [
            models.UniqueConstraint(
                name="improvement_one_running",
                fields=["case"],
                condition=Q(verdict=""),
            ),
            models.CheckConstraint(
                name="improvement_in_effect_whole",
                condition=Q(
                    effective_on__isnull=True, put_at__isnull=True, put_by__isnull=True
                )
                | Q(
                    effective_on__isnull=False,
                    put_at__isnull=False,
                    put_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="improvement_measured_after_effect",
                condition=Q(measured_on__isnull=True)
                | Q(measured_on__gt=F("effective_on")),
            ),
            models.CheckConstraint(
                name="improvement_item_names_one",
                condition=Q(kind="item", item__isnull=False)
                | ~Q(kind="item") & Q(item__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    def is_in_effect(self, today: date) -> bool:
        return self.effective_on is not None and self.effective_on <= today


class CaseProposalQuerySet(ScopedQuerySet["CaseProposal"]):
    def visible_to(self, user: User) -> Self:
        wide = user.access.region_ranges(*WIDE)
        return self.filter(trees.in_ranges(wide, "region_path"))

    def changeable_by(self, user: User) -> Self:
        kept = user.access.region_ranges(*KEEPERS)
        return self.filter(trees.in_ranges(kept, "region_path"))

    def open(self) -> Self:
        """Neither made a case of nor put aside."""
        return self.filter(case=None, dismissed_at=None)


class CaseProposal(models.Model):
    """Tickets of several companies that are told alike: perhaps a case."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    region_path = trees.PathField()
    title = models.CharField(_("title"), max_length=80)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    # Keys, the one that is most like the others first.
    tickets: "models.JSONField[Any, Any]" = models.JSONField()  # of numbers
    ticket_count = models.PositiveIntegerField()
    company_count = models.PositiveIntegerField()
    first_on = models.DateField()
    last_on = models.DateField()
    computed_at = models.DateTimeField()
    case = models.OneToOneField(
        Case, models.PROTECT, null=True, related_name="proposal"
    )
    dismissed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    dismissed_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=400, blank=True)

    objects = CaseProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-company_count", "-ticket_count", "-pk"]
        verbose_name = _("proposed case")
        verbose_name_plural = _("proposed cases")
        constraints = [
            models.CheckConstraint(
                name="case_proposal_dismissed_whole",
                condition=Q(dismissed_at__isnull=True, dismissed_by__isnull=True)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False)
                & ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_path"],
                name="case_proposal_open",
                condition=Q(case__isnull=True, dismissed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.ticket_count})"
