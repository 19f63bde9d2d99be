"""审批节点: one item of one project, its clocks and its history."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.labels import label_of
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Deadline, Department, Role, StoredFile, User

from . import states
from .items import Item, Material
from .projects import Project
from .states import Group, State, Turn
from .templates import TemplateItem

# The kinds of deadline of a milestone: to accept it or not, and to decide.
ADMIT, DECIDE = "admit", "decide"
UNIT_ROLES = (Role.HANDLER, Role.UNIT_HEAD)


class MilestoneQuerySet(ScopedQuerySet["Milestone"]):
    def visible_to(self, user: User) -> Self:
        projects = Project.objects.visible_to(user)
        return self.living().filter(project__in=projects.values("pk"))

    def changeable_by(self, user: User) -> Self:
        """Whoever may move it at all; each act narrows this further."""
        every = self.model.objects.all()
        branches = [
            every.decidable_by(user).values("pk"),
            every.preparable_by(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def decidable_by(self, user: User) -> Self:
        """The authority's acts: of one's own department."""
        below = user.access.department_ranges(*UNIT_ROLES)
        if not below:
            return self.none()
        units = Department.objects.filter(trees.in_ranges(below, "path"))
        return self.living().filter(
            department__in=units.values("pk"), project__archived_at=None
        )

    def preparable_by(self, user: User) -> Self:
        """The company's side of it: by the project's officers."""
        own = Project.objects.worked_by(user)
        return self.living().filter(project__in=own.values("pk"))

    def tellable_by(self, user: User) -> Self:
        """The company's own word on it: its people."""
        own = Project.objects.owned_by(user)
        return self.living().filter(project__in=own.values("pk"))

    def manageable_by(self, user: User) -> Self:
        """Planning: by the dispatcher of the region."""
        managed = Project.objects.managed_by(user)
        return self.living().filter(project__in=managed.values("pk"))

    def gone_for(self, user: User) -> Self:
        """Taken out or archived: of a project or a department that is this person's.

        With its last item a department has lost the project from its sight.
        """
        is_gone = Q(removed_at__isnull=False) | Q(project__archived_at__isnull=False)
        projects = Project.objects.visible_to(user)
        known = Q(project__in=projects.values("pk"))
        if below := user.access.department_ranges(*UNIT_ROLES):
            units = Department.objects.filter(trees.in_ranges(below, "path"))
            known |= Q(department__in=units.values("pk"))
        return self.filter(is_gone & known)

    def living(self) -> Self:
        """Not taken out of the project."""
        return self.filter(removed_at=None)

    def open(self) -> Self:
        return self.filter(state__in=states.OPEN)

    def late(self, today: date) -> Self:
        """Their department did not decide in time."""
        late = Deadline.objects.late(today).filter(kind=DECIDE)
        return self.living().filter(decide_by__in=late.values("pk"))

    def with_department(self) -> Self:
        """What lies on the desk of whoever decides: handed in and not ended."""
        return self.filter(state__in=states.OPEN - states.UNBEGUN)

    def with_rights(self, user: User) -> Self:
        """Annotate what this person may do on each."""
        every = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            may_decide=Exists(every.decidable_by(user)),
            may_prepare=Exists(every.preparable_by(user)),
            may_manage=Exists(every.manageable_by(user)),
        )

    def with_clock(self) -> Self:
        """Annotate `due_day`, `due_unit`: of the deadline that runs, none if it stands.

        From acceptance on that is the one to decide, before it the one to accept.
        """
        decides, admits = Q(decide_by__isnull=False), Q(admit_by__met_at=None)
        return self.annotate(
            due_day=Case(
                When(decides, then="decide_by__due_on"),
                When(admits, then="admit_by__due_on"),
            ),
            due_unit=Case(
                When(decides, then="decide_by__unit"),
                When(admits, then="admit_by__unit"),
            ),
        )

    def for_page(self) -> Self:
        return self.select_related(
            "project",
            "project__company",
            "department",
            "handler",
            "admit_by",
            "decide_by",
        )


class Milestone(Item):
    """One item of one project, moved through the national states."""

    State = State

    project = models.ForeignKey(Project, models.PROTECT, related_name="milestones")
    # Of the template it came from; none for what was added to this project alone.
    item = models.ForeignKey(
        TemplateItem, models.PROTECT, null=True, blank=True, related_name="+"
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        db_index=False,
        related_name="milestones",
        verbose_name=_("department"),
    )
    handler = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    state = models.SmallIntegerField(
        _("state"), choices=State, default=State.NOT_STARTED, editable=False
    )
    state_since = models.DateField(null=True, editable=False)
    # Which try this is, since when, and how often corrections were asked for in it.
    attempt = models.PositiveSmallIntegerField(default=1, editable=False)
    attempt_from = models.DateField(null=True, editable=False)
    corrections = models.PositiveSmallIntegerField(default=0, editable=False)
    accepted_on = models.DateField(_("accepted on"), null=True, editable=False)
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    # Working days from the day all it needs was there to its approval; kept then.
    duration = models.PositiveSmallIntegerField(null=True, editable=False)
    # Kept with it: calendar days of the three clocks, and what counted of the promise.
    company_days = models.PositiveSmallIntegerField(null=True, editable=False)
    authority_days = models.PositiveSmallIntegerField(null=True, editable=False)
    special_days = models.PositiveSmallIntegerField(null=True, editable=False)
    counted_days = models.PositiveSmallIntegerField(null=True, editable=False)
    # From handing in to accepting or not; from accepting to deciding.
    admit_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, editable=False, related_name="admit_of"
    )
    decide_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, editable=False, related_name="decide_of"
    )
    # The company says that its materials are ready; the next move forgets it.
    ready_told_at = models.DateTimeField(null=True, editable=False)
    certificate = models.CharField(_("certificate number"), max_length=60, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    # The last warning that was given of it, in days ahead.
    warned_days = models.PositiveSmallIntegerField(null=True, editable=False)
    # As planned when the approvals began.
    planned_start_on = models.DateField(_("planned start"), null=True, editable=False)
    planned_finish_on = models.DateField(_("planned end"), null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["project", "order", "pk"]
        verbose_name = _("approval item")
        verbose_name_plural = _("approval items")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "key"],
                name="milestone_once",
                condition=Q(removed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="milestone_state_is_known",
                condition=Q(state__in=sorted(State.values)),
            ),
            models.CheckConstraint(
                name="milestone_ended_has_day",
                condition=Q(state__in=sorted(states.ENDED), ended_on__isnull=False)
                | Q(state__in=sorted(states.OPEN), ended_on__isnull=True),
            ),
            # The committed days run from acceptance on, in every state after it.
            models.CheckConstraint(
                name="milestone_accepted_has_clock",
                condition=Q(accepted_on__isnull=True, decide_by__isnull=True)
                | Q(accepted_on__isnull=False, decide_by__isnull=False),
            ),
            models.CheckConstraint(
                name="milestone_ends_after_acceptance",
                condition=Q(ended_on__isnull=True)
                | Q(accepted_on__isnull=True)
                | Q(ended_on__gte=F("accepted_on")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "state", "id"], name="milestone_by_department"
            ),
            models.Index(
                fields=[
                    "key",
                    "department",
                    "ended_on",
                    "committed_days",
                    "duration",
                ],
                name="milestone_duration",
                condition=Q(duration__isnull=False),
            ),
            models.Index(
                fields=["expires_on"],
                name="milestone_expiry",
                condition=Q(expires_on__isnull=False, removed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:milestone", args=[self.pk])

    def get_state_display(self) -> str:  # type: ignore[no-redef] # Django keeps ours
        """As Django's, without asking for the words of all other states."""
        return label_of(State, self.state)

    @property
    def group(self) -> Group:
        return states.GROUP[self.state]

    @property
    def turn(self) -> Turn:
        return states.TURN[self.state]

    @property
    def is_open(self) -> bool:
        return self.state in states.OPEN

    @property
    def is_approved(self) -> bool:
        return self.state in states.APPROVED

    def days_on(self, day: date) -> int:
        """The committed days for what is accepted on this day."""
        is_green = self.green_days is not None and self.project.is_green(day)
        return shorter_if(is_green, self.committed_days, self.green_days)

    def move_to(self, new: int) -> None:
        """Take the state if the rules allow it. The caller locks and saves."""
        if new not in states.NEXT.get(self.state, ()):
            sentence = _("“%(item)s” is “%(old)s” and cannot become “%(new)s”.")
            values = {
                "item": self.name,
                "old": State(self.state).label,
                "new": State(new).label,
            }
            raise WrongStatus(sentence % values)
        self.state = State(new)


def shorter_if(is_green: bool, committed: int, green: int | None) -> int:
    """The green channel shortens and never lengthens."""
    return committed if green is None or not is_green else min(green, committed)


class MilestoneNeed(models.Model):
    """One item of a project waits for another."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="needs")
    needed = models.ForeignKey(Milestone, models.PROTECT, related_name="needed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["milestone", "needed"], name="milestone_need_once"
            ),
            models.CheckConstraint(
                name="milestone_need_is_another",
                condition=~Q(milestone=F("needed")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id} ← {self.needed_id}"


class MilestoneMaterial(Material):
    """A material of one project's item: whether it is here, or comes later."""

    class State(models.TextChoices):
        NEEDED = "needed", _("needed")
        GIVEN = "given", _("handed in")
        DEFERRED = "deferred", _("to follow")
        PLEDGED = "pledged", _("replaced by a pledge")

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="materials")
    sample = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.NEEDED
    )
    # 容缺: the last day on which it must be made up for.
    due_on = models.DateField(_("to follow by"), null=True, blank=True)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="material_deferred_has_day",
                condition=Q(state="deferred", due_on__isnull=False)
                | ~Q(state="deferred"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class MoveQuerySet(ScopedQuerySet["MilestoneMove"]):
    def visible_to(self, user: User) -> Self:
        milestones = Milestone.objects.visible_to(user)
        return self.filter(milestone__in=milestones.values("pk"))


class MilestoneMove(models.Model):
    """One step of an item's history; rows are added, never changed."""

    class Source(models.TextChoices):
        DESK = "desk", _("the department's desk")
        OFFICER = "officer", _("the officer")
        IMPORT = "import", _("import of the official status")
        SESSION = "session", _("joint session on site")

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="moves")
    attempt = models.PositiveSmallIntegerField()
    before = models.SmallIntegerField(choices=State)
    after = models.SmallIntegerField(choices=State)
    # The day it happened; `at` is when it was entered.
    on = models.DateField()
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=8, choices=Source)
    # What the company is told: what to correct, why it was refused.
    notice = models.TextField(max_length=2000, blank=True)
    # Codes and values that belong to this move: kind of the special procedure, days.
    facts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # as JSON

    objects = MoveQuerySet.as_manager()

    class Meta:
        ordering = ["milestone", "pk"]

    def __str__(self) -> str:
        return f"{self.milestone_id} {self.before} → {self.after} {self.on}"

    def get_after_display(self) -> str:  # type: ignore[no-redef] # Django keeps ours
        """As of an item's state."""
        return label_of(State, self.after)
