"""批示: what a leader instructs, and what was answered."""

import uuid
from typing import Any, Final, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Company, Deadline, Department, Role, User
from crm.models.companies import BY_DEPARTMENT, WIDE
from projects.models import Milestone, Project

from .parts import TicketPart
from .tickets import Ticket

# The kind of deadline by which a directive is to be answered.
DIRECTIVE: Final = "directive"
UNIT: Final = (Role.HANDLER, Role.UNIT_HEAD)


class DirectiveQuerySet(ScopedQuerySet["Directive"]):
    def visible_to(self, user: User) -> Self:
        """Its two sides, and whoever reads all in its region. Never the company."""
        access, every = user.access, self.model.objects.all()
        branches = [every.filter(Q(leader=user) | Q(person=user)).values("pk")]
        if wide := access.region_ranges(*WIDE):
            branches.append(every.in_regions(wide).values("pk"))
        if below := access.department_ranges(*BY_DEPARTMENT):
            units = Department.objects.filter(trees.in_ranges(below, "path"))
            branches.append(
                every.filter(department__in=units.values("pk")).values("pk")
            )
        if led := access.department_ranges(Role.LEADER):
            parts = TicketPart.objects.of(led).open().values("ticket")
            branches.append(every.filter(ticket__in=parts).values("pk"))
        return self.filter(pk__in=union_of(branches))

    def in_regions(self, ranges: list[trees.PathRange]) -> Self:
        """By the region of what it is about, else of whom it is for."""
        companies = Company.objects.filter(trees.in_ranges(ranges, "region_path"))
        projects = Project.objects.filter(trees.in_ranges(ranges, "region_path"))
        here = trees.in_ranges(ranges, "department__region__path")
        return self.filter(
            Q(company__in=companies.values("pk"))
            | Q(project__in=projects.values("pk"))
            | Q(here, company=None, project=None)
        )

    def changeable_by(self, user: User) -> Self:
        every = self.model.objects.all()
        branches = [
            every.judged_by(user).values("pk"),
            every.answered_by(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def judged_by(self, user: User) -> Self:
        """Whoever gave it; when he is gone, the leaders of the region."""
        gone = Q(pk__in=[])
        if wide := user.access.region_ranges(Role.LEADER):
            inside = self.model.objects.all().in_regions(wide)
            gone = Q(leader__is_active=False, pk__in=inside.values("pk"))
        return self.filter(Q(leader=user) | gone)

    def answered_by(self, user: User) -> Self:
        """The person addressed and the heads of the unit; its handlers if nobody is."""
        access = user.access
        heads = units_below(user, Role.UNIT_HEAD)
        condition = Q(person=user) | Q(department__in=heads)
        if access.has(Role.HANDLER):
            handlers = units_below(user, Role.HANDLER)
            condition |= Q(person=None, department__in=handlers)
        return self.filter(condition)

    def open(self) -> Self:
        """Not answered yet."""
        return self.filter(status=Directive.Status.OPEN)

    def with_rights(self, user: User) -> Self:
        """Annotate which side of it this person is on."""
        every = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            may_judge=Exists(every.judged_by(user)),
            may_answer=Exists(every.answered_by(user)),
        )

    def for_page(self) -> Self:
        return self.select_related(
            "ticket", "project", "milestone", "company", "department", "person"
        ).select_related("leader", "due")


def units_below(user: User, *roles: Role) -> "models.QuerySet[Any, Any]":
    """Keys of the departments for which this person holds one of the roles."""
    below = user.access.department_ranges(*roles)
    units = Department.objects.filter(trees.in_ranges(below, "path"))
    return units.values("pk")


class Directive(models.Model):
    """批示: to one department, perhaps one person; it must be answered by a day."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("directive", "to be answered")
        ANSWERED = "answered", pgettext_lazy("directive", "answered")
        ACCEPTED = "accepted", pgettext_lazy("directive", "answer accepted")
        WITHDRAWN = "withdrawn", pgettext_lazy("directive", "withdrawn")

    # What each status may become. A status without an entry is final.
    NEXT = {
        Status.OPEN: {Status.ANSWERED, Status.WITHDRAWN},
        Status.ANSWERED: {Status.ACCEPTED, Status.OPEN},
    }

    # What it is about, at most one of the three; none: a matter of its own.
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, related_name="directives"
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="directives"
    )
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, related_name="directives"
    )
    # Of the ticket or the project, whose stream tells officials of it.
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    leader = models.ForeignKey(
        User,
        models.PROTECT,
        db_index=False,
        related_name="directives",
        verbose_name=_("leader"),
    )
    text = models.TextField(_("what is instructed"), max_length=1000)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        db_index=False,
        related_name="directives",
        verbose_name=_("addressed to"),
    )
    person = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="directives_to_answer",
        verbose_name=_("in person"),
    )
    given_at = models.DateTimeField(_("given"))
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    status = models.CharField(
        _("state"), max_length=9, choices=Status, default=Status.OPEN
    )
    # None once it is withdrawn: there is nothing to wait for.
    due = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="directive"
    )
    # How often the leader was not content with an answer.
    again_count = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    # Why it was withdrawn.
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-pk"]
        verbose_name = _("directive")
        verbose_name_plural = _("directives")
        constraints = [
            models.UniqueConstraint(
                name="directive_once_per_client_key", fields=["leader", "client_key"]
            ),
            models.CheckConstraint(
                name="directive_about_one_thing",
                condition=Q(ticket__isnull=True)
                | Q(project__isnull=True, milestone__isnull=True),
            ),
            models.CheckConstraint(
                name="directive_item_with_its_project",
                condition=Q(milestone__isnull=True) | Q(project__isnull=False),
            ),
            models.CheckConstraint(
                name="directive_waits_until_a_day",
                condition=Q(status="withdrawn") | Q(due__isnull=False),
            ),
            models.CheckConstraint(
                name="directive_ended_has_time",
                condition=Q(status__in=["open", "answered"], ended_at__isnull=True)
                | Q(status__in=["accepted", "withdrawn"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="directive_withdrawn_has_reason",
                condition=~Q(status="withdrawn") | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(
                name="directive_by_leader", fields=["leader", "status", "-given_at"]
            ),
            models.Index(
                name="directive_by_department", fields=["department", "status"]
            ),
            models.Index(name="directive_recent", fields=["-given_at", "-id"]),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    def get_absolute_url(self) -> str:
        return reverse("visits:directive", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_answered(self) -> bool:
        return self.status == self.Status.ANSWERED

    @property
    def is_ended(self) -> bool:
        return self.ended_at is not None

    @property
    def about(self) -> "Ticket | Milestone | Project | None":
        return self.ticket or self.milestone or self.project

    @property
    def addressee(self) -> str:
        """「住建局」, or 「住建局 张三」 where one person is to answer."""
        unit = self.department.name
        return f"{unit} {self.person.name}" if self.person else unit

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("This directive is “%(old)s” already.")
            raise WrongStatus(sentence % {"old": old.label})
        self.status = new


class DirectiveAnswer(models.Model):
    """What was answered, by when it was due, and what the leader said to it."""

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="answers")
    text = models.TextField(_("answer"), max_length=4000)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    was_late = models.BooleanField(default=False)
    # Empty until the leader has read it.
    is_accepted = models.BooleanField(null=True)
    remark = models.CharField(_("what is missing"), max_length=400, blank=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["directive", "-pk"]
        verbose_name = _("answer to a directive")
        constraints = [
            models.UniqueConstraint(
                name="directive_answer_once_per_client_key",
                fields=["answered_by", "client_key"],
            ),
            models.UniqueConstraint(
                name="directive_one_answer_waits",
                fields=["directive"],
                condition=Q(is_accepted__isnull=True),
            ),
            models.CheckConstraint(
                name="directive_answer_judged_whole",
                condition=Q(is_accepted__isnull=True, judged_at__isnull=True)
                | Q(is_accepted__isnull=False, judged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="directive_asked_again_says_what",
                condition=~Q(is_accepted=False) | ~Q(remark=""),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
