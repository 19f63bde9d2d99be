"""What a meeting decided: a task of one department, followed up until it is done."""

from typing import Final, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Deadline, Department, User

from .directives import UNIT, units_below
from .meetings import AgendaItem, Meeting

# The kind of deadline that a task of a meeting has.
TASK: Final = "task"


class MeetingTaskQuerySet(ScopedQuerySet["MeetingTask"]):
    def visible_to(self, user: User) -> Self:
        meetings = Meeting.objects.visible_to(user)
        return self.filter(meeting__in=meetings.values("pk"))

    def changeable_by(self, user: User) -> Self:
        every = self.model.objects.all()
        branches = [every.held_by(user).values("pk"), every.owed_by(user).values("pk")]
        return self.filter(pk__in=union_of(branches))

    def held_by(self, user: User) -> Self:
        """Of meetings that this person holds."""
        meetings = Meeting.objects.changeable_by(user)
        return self.filter(meeting__in=meetings.values("pk"))

    def owed_by(self, user: User) -> Self:
        """Given to the person's own departments."""
        return self.filter(department__in=units_below(user, *UNIT))

    def open(self) -> Self:
        return self.filter(status=MeetingTask.Status.OPEN)

    def unverified(self) -> Self:
        """What the next meeting follows up."""
        return self.exclude(status=MeetingTask.Status.VERIFIED)

    def with_rights(self, user: User) -> Self:
        """Annotate which side of the task this person is on."""
        every = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            may_hold=Exists(every.held_by(user)),
            may_answer=Exists(every.owed_by(user)),
        )

    def for_page(self) -> Self:
        return self.select_related(
            "meeting", "item", "department", "due", "answered_by", "verified_by"
        )


class MeetingTask(models.Model):
    """A decision that one department carries out by a day, and that is looked at."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("task", "to be done")
        ANSWERED = "answered", pgettext_lazy("task", "reported done")
        VERIFIED = "verified", pgettext_lazy("task", "verified")

    NEXT = {
        Status.OPEN: {Status.ANSWERED},
        Status.ANSWERED: {Status.VERIFIED, Status.OPEN},
    }

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="tasks")
    item = models.ForeignKey(
        AgendaItem, models.PROTECT, null=True, related_name="tasks"
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        db_index=False,
        related_name="meeting_tasks",
        verbose_name=_("department"),
    )
    text = models.CharField(_("what is to be done"), max_length=400)
    days = models.PositiveSmallIntegerField(_("working days"))
    # Counted from the day of the meeting.
    due = models.OneToOneField(Deadline, models.PROTECT, related_name="meeting_task")
    status = models.CharField(
        _("state"), max_length=8, choices=Status, default=Status.OPEN
    )
    answer = models.TextField(
        pgettext_lazy("task", "result"), max_length=1000, blank=True
    )
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, editable=False)
    # What was missing when it was given back.
    remark = models.CharField(_("what is missing"), max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = MeetingTaskQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "pk"]
        verbose_name = _("task of a meeting")
        verbose_name_plural = _("tasks of meetings")
        constraints = [
            models.UniqueConstraint(
                name="meeting_task_once", fields=["meeting", "department", "text"]
            ),
            models.CheckConstraint(
                name="meeting_task_answered_has_words",
                condition=Q(status="open", answered_at__isnull=True)
                | Q(status__in=["answered", "verified"], answered_at__isnull=False)
                & ~Q(answer=""),
            ),
            models.CheckConstraint(
                name="meeting_task_verified_has_time",
                condition=Q(status="verified", verified_at__isnull=False)
                | ~Q(status="verified") & Q(verified_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="meeting_task_by_department", fields=["department", "status"]
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_answered(self) -> bool:
        return self.status == self.Status.ANSWERED

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("This task is “%(old)s” already.")
            raise WrongStatus(sentence % {"old": old.label})
        self.status = new
