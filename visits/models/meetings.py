"""协调会: departments settle what one of them cannot."""

import uuid
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Department, Region, Role, User
from crm.models.companies import BY_DEPARTMENT, WIDE
from projects.models import Project

from .directives import units_below
from .escalations import Escalation
from .meeting_series import MeetingSeries, regions_of
from .tickets import Ticket


class MeetingQuerySet(ScopedQuerySet["Meeting"]):
    def visible_to(self, user: User) -> Self:
        """Who reads all in its region, holds it, is invited or has a task of it."""
        access, every = user.access, self.model.objects.all()
        held = Q(chair=user) | Q(recorder=user) | Q(called_by=user)
        # Any: of whatever model, as keys.
        branches: list[models.QuerySet[Any, Any]] = [every.filter(held).values("pk")]
        if wide := access.region_ranges(*WIDE):
            branches.append(every.filter(region__in=regions_of(wide)).values("pk"))
        if access.department_ranges(*BY_DEPARTMENT):
            units = units_below(user, *BY_DEPARTMENT)
            invited = Meeting.departments.through.objects.filter(department__in=units)
            given = every.filter(tasks__department__in=units)
            branches += [invited.values("meeting"), given.values("pk")]
        return self.filter(pk__in=union_of(branches))

    def changeable_by(self, user: User) -> Self:
        """The leaders of its region, who leads it and who writes the minutes."""
        held = Q(chair=user) | Q(recorder=user)
        if user.access.has(Role.LEADER):
            wide = regions_of(user.access.region_ranges(Role.LEADER))
            held |= Q(region__in=wide) | Q(called_by=user)
        return self.filter(held)

    def for_page(self) -> Self:
        return self.select_related(
            "series", "previous", "region", "chair__department", "recorder", "called_by"
        )

    def planned(self) -> Self:
        return self.filter(status=Meeting.Status.PLANNED)

    def standing(self) -> Self:
        """Not called off."""
        return self.exclude(status=Meeting.Status.CANCELLED)


class Meeting(models.Model):
    """One meeting: when, where, who leads it, who is invited, and what came of it."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("meeting", "called")
        HELD = "held", pgettext_lazy("meeting", "held")
        CANCELLED = "cancelled", pgettext_lazy("meeting", "called off")

    NEXT = {Status.PLANNED: {Status.HELD, Status.CANCELLED}}

    series = models.ForeignKey(
        MeetingSeries, models.PROTECT, null=True, related_name="meetings"
    )
    # Whose tasks are followed up here.
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="following"
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name=_("region")
    )
    topic = models.CharField(_("what is to be settled"), max_length=120)
    day = models.DateField(_("day"))
    at = models.TimeField(_("time"))
    place = models.CharField(pgettext_lazy("meeting", "place"), max_length=120)
    chair = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("meeting", "led by"),
    )
    # Who writes the minutes and may change all of them.
    recorder = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("meeting", "minutes by"),
    )
    departments = models.ManyToManyField(
        Department, related_name="meetings", verbose_name=_("departments invited")
    )
    status = models.CharField(
        _("state"), max_length=9, choices=Status, default=Status.PLANNED
    )
    attendees = models.CharField(_("who else came"), max_length=400, blank=True)
    summary = models.TextField(_("what was agreed"), max_length=4000, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    called_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    held_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = _("coordination meeting")
        verbose_name_plural = _("coordination meetings")
        constraints = [
            models.UniqueConstraint(
                name="meeting_once_per_client_key", fields=["called_by", "client_key"]
            ),
            # The next one of a series is planned once, whoever asks for it.
            models.UniqueConstraint(
                name="meeting_one_of_series_planned",
                fields=["series"],
                condition=Q(status="planned"),
            ),
            models.CheckConstraint(
                name="meeting_held_has_time",
                condition=Q(status="held", held_at__isnull=False)
                | ~Q(status="held") & Q(held_at__isnull=True),
            ),
            models.CheckConstraint(
                name="meeting_cancelled_has_reason",
                condition=~Q(status="cancelled") | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(name="meeting_recent", fields=["-day", "-id"]),
            models.Index(name="meeting_by_region", fields=["region", "-day", "-id"]),
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("visits:meeting", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        return self.status == self.Status.PLANNED

    @property
    def is_held(self) -> bool:
        return self.status == self.Status.HELD

    def is_begun(self, today: date) -> bool:
        """Whether anything can have been decided yet."""
        return self.day <= today

    def is_written(self, today: date) -> bool:
        """Whether its minutes are being written, or corrected since."""
        return self.is_held or (self.is_planned and self.is_begun(today))

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("This meeting is “%(old)s” already.")
            raise WrongStatus(sentence % {"old": old.label})
        self.status = new


class AgendaItemQuerySet(ScopedQuerySet["AgendaItem"]):
    def visible_to(self, user: User) -> Self:
        meetings = Meeting.objects.visible_to(user)
        return self.filter(meeting__in=meetings.values("pk"))

    def changeable_by(self, user: User) -> Self:
        meetings = Meeting.objects.changeable_by(user)
        return self.filter(meeting__in=meetings.values("pk"))

    def for_page(self) -> Self:
        return self.select_related("meeting", "ticket", "project", "task__department")


class AgendaItem(models.Model):
    """One matter of a meeting, and what was said of it."""

    class Source(models.TextChoices):
        TASK = "task", pgettext_lazy("agenda", "task of the last meeting")
        ESCALATION = "escalation", pgettext_lazy("agenda", "raised to the leaders")
        TICKET = "ticket", pgettext_lazy("agenda", "ticket")
        PROJECT = "project", pgettext_lazy("agenda", "project")
        FREE = "free", pgettext_lazy("agenda", "other matter")

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    source = models.CharField(
        pgettext_lazy("agenda", "from"), max_length=10, choices=Source
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, related_name="agenda_items"
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="agenda_items"
    )
    # The task of an earlier meeting that is followed up.
    task = models.ForeignKey(
        "visits.MeetingTask", models.PROTECT, null=True, related_name="followed_up_in"
    )
    # What was raised to the leaders and is settled here.
    escalation = models.ForeignKey(
        Escalation, models.PROTECT, null=True, related_name="agenda_items"
    )
    title = models.CharField(pgettext_lazy("agenda", "matter"), max_length=200)
    note = models.TextField(_("what was said"), max_length=2000, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "pk"]
        verbose_name = _("matter of a meeting")
        verbose_name_plural = _("matters of meetings")
        constraints = [
            models.UniqueConstraint(
                name="agenda_ticket_once", fields=["meeting", "ticket"]
            ),
            models.UniqueConstraint(
                name="agenda_project_once", fields=["meeting", "project"]
            ),
            models.UniqueConstraint(
                name="agenda_task_once", fields=["meeting", "task"]
            ),
            models.UniqueConstraint(
                name="agenda_escalation_once", fields=["meeting", "escalation"]
            ),
            models.CheckConstraint(
                name="agenda_item_is_of_its_source",
                condition=Q(source="task", task__isnull=False)
                | Q(source="ticket", ticket__isnull=False)
                | Q(source="project", project__isnull=False)
                | Q(source="escalation", escalation__isnull=False)
                | Q(source="free"),
            ),
        ]

    def __str__(self) -> str:
        return self.title
