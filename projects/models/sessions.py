"""联合服务: departments come to a project's site and each says what it will do."""

from datetime import date
from typing import Any, Final, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Deadline, Department, Role, User

from .milestones import Milestone
from .projects import Project

# The kind of deadline that a department's promise has.
PROMISE: Final = "joint_session"


class JointSessionQuerySet(ScopedQuerySet["JointSession"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the project: it was said before the company."""
        projects = Project.objects.visible_to(user)
        return self.filter(project__in=projects.values("pk"))

    def changeable_by(self, user: User) -> Self:
        """Who calls and holds it: officers, the dispatcher and leaders."""
        return self.filter(project__in=callable_by(user))

    def for_page(self) -> Self:
        return self.select_related("project__company", "chair__department", "called_by")

    def standing(self) -> Self:
        """Not called off."""
        return self.exclude(status=JointSession.Status.CANCELLED)


def callable_by(user: User) -> "models.QuerySet[Any, Any]":
    """Keys of the projects for which this person may call a session."""
    every = Project.objects.all()
    branches = [
        every.worked_by(user).values("pk"),
        every.managed_by(user).values("pk"),
        every.decided_by(user).values("pk"),
    ]
    return every.filter(pk__in=union_of(branches) or []).values("pk")


class JointSession(models.Model):
    """One session on site: where, when, who leads it, and what came of it."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("joint session", "called")
        HELD = "held", pgettext_lazy("joint session", "held")
        CANCELLED = "cancelled", pgettext_lazy("joint session", "called off")

    NEXT = {Status.PLANNED: {Status.HELD, Status.CANCELLED}}

    project = models.ForeignKey(
        Project, models.PROTECT, db_index=False, related_name="sessions"
    )
    topic = models.CharField(_("what is to be settled"), max_length=200)
    day = models.DateField(_("day"))
    at = models.TimeField(_("time"), null=True, blank=True)
    place = models.CharField(pgettext_lazy("joint session", "place"), max_length=120)
    chair = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("joint session", "led by"),
    )
    status = models.CharField(
        _("state"), max_length=9, choices=Status, default=Status.PLANNED
    )
    # With the minutes: who came for the company and beside the departments.
    attendees = models.CharField(_("who else came"), max_length=400, blank=True)
    summary = models.TextField(_("what was agreed"), max_length=2000, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    called_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    called_at = models.DateTimeField(default=timezone.now)
    held_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = JointSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = _("joint session")
        verbose_name_plural = _("joint sessions")
        constraints = [
            # One press is one session.
            models.UniqueConstraint(
                name="joint_session_once",
                fields=["project", "day", "topic"],
                condition=~Q(status="cancelled"),
            ),
            models.CheckConstraint(
                name="joint_session_held_has_time",
                condition=Q(status="held", held_at__isnull=False)
                | ~Q(status="held") & Q(held_at__isnull=True),
            ),
            models.CheckConstraint(
                name="joint_session_cancelled_has_reason",
                condition=~Q(status="cancelled") | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(
                name="joint_session_by_project", fields=["project", "-day", "-id"]
            ),
            models.Index(name="joint_session_recent", fields=["-day", "-id"]),
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("projects:session", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        return self.status == self.Status.PLANNED

    @property
    def is_held(self) -> bool:
        return self.status == self.Status.HELD

    def is_begun(self, today: date) -> bool:
        """Whether anything can have been said yet."""
        return self.day <= today

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("This session is “%(old)s” already.")
            raise WrongStatus(sentence % {"old": old.label})
        self.status = new


class SessionLineQuerySet(ScopedQuerySet["SessionLine"]):
    def visible_to(self, user: User) -> Self:
        sessions = JointSession.objects.visible_to(user)
        return self.filter(session__in=sessions.values("pk"))

    def changeable_by(self, user: User) -> Self:
        """Who holds the session, and the department that speaks."""
        every = self.model.objects.all()
        branches = [
            every.held_by(user).values("pk"),
            every.spoken_by(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def held_by(self, user: User) -> Self:
        sessions = JointSession.objects.changeable_by(user)
        return self.filter(session__in=sessions.values("pk"))

    def spoken_by(self, user: User) -> Self:
        """Of the person's own departments."""
        below = user.access.department_ranges(Role.HANDLER, Role.UNIT_HEAD)
        units = Department.objects.filter(trees.in_ranges(below, "path"))
        living = Project.objects.living()
        return self.filter(
            department__in=units.values("pk"),
            session__project__in=living.values("pk"),
        )

    def owing(self) -> Self:
        """Promised and not answered yet."""
        return self.filter(due__isnull=False, answered_at=None)

    def with_rights(self, user: User) -> Self:
        """Annotate which side of the line this person is on."""
        every = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            may_hold=Exists(every.held_by(user)),
            may_speak=Exists(every.spoken_by(user)),
        )

    def for_page(self) -> Self:
        return self.select_related(
            "session__project__company", "department", "milestone", "due", "answered_by"
        )


class SessionLine(models.Model):
    """What one department says of one matter, and until when it keeps its word."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", pgettext_lazy("joint session", "answered on the spot")
        TAKEN = "taken", pgettext_lazy("joint session", "taken back")
        ACCEPTED = "accepted", pgettext_lazy("joint session", "accepted")

    # With a deadline, in working days from the day of the session.
    PROMISED: Final = (Outcome.TAKEN, Outcome.ACCEPTED)

    session = models.ForeignKey(JointSession, models.PROTECT, related_name="lines")
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        related_name="session_lines",
        verbose_name=_("department"),
    )
    matter = models.CharField(_("matter"), max_length=200)
    milestone = models.ForeignKey(
        Milestone,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="session_lines",
        verbose_name=_("approval item"),
    )
    # Empty until the department has spoken.
    outcome = models.CharField(
        pgettext_lazy("joint session", "outcome"),
        max_length=8,
        choices=Outcome,
        blank=True,
        default="",
    )
    words = models.TextField(_("what the department said"), max_length=1000, blank=True)
    speaker = models.CharField(_("who spoke"), max_length=40, blank=True)
    days = models.PositiveSmallIntegerField(_("working days"), null=True, blank=True)
    # Counted from the day of the session; begins when the promise is written down.
    due = models.OneToOneField(
        Deadline, models.PROTECT, null=True, editable=False, related_name="promise_of"
    )
    # Empty where the item itself was decided in the meantime.
    answer = models.TextField(
        pgettext_lazy("joint session", "answer"), max_length=1000, blank=True
    )
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = SessionLineQuerySet.as_manager()

    class Meta:
        ordering = ["session", "pk"]
        verbose_name = _("line of a joint session")
        verbose_name_plural = _("lines of joint sessions")
        constraints = [
            models.UniqueConstraint(
                name="session_line_once", fields=["session", "department", "matter"]
            ),
            models.CheckConstraint(
                name="session_line_promise_has_days",
                condition=Q(outcome__in=["taken", "accepted"], days__isnull=False)
                | ~Q(outcome__in=["taken", "accepted"])
                & Q(days__isnull=True, due__isnull=True),
            ),
            models.CheckConstraint(
                name="session_line_answer_was_promised",
                condition=Q(answered_at__isnull=True, answer="")
                | Q(answered_at__isnull=False, due__isnull=False),
            ),
            models.CheckConstraint(
                name="session_line_answered_in_words",
                condition=~Q(outcome="answered") | ~Q(words=""),
            ),
        ]

    def __str__(self) -> str:
        return self.matter

    @property
    def is_promised(self) -> bool:
        return self.outcome in self.PROMISED

    @property
    def is_owing(self) -> bool:
        return self.due_id is not None and self.answered_at is None
