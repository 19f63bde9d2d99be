"""Coordination meetings in a list: called ones, those with open tasks, all."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar

from django.db.models import Count, Exists, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import KeysetPage, keyset_page
from crm.lib.workdays import Unit
from crm.models import Lamp, lamp_of
from crm.services import calendar
from projects.tabs import Tab
from visits.models import Meeting, MeetingTask
from visits.models.meetings import MeetingQuerySet

Order = tuple[str, ...]
NEWEST: Order = ("-day", "-pk")
# Of those that are called, the next one comes first.
BY_DAY: Order = ("day", "at", "pk")
Status = Meeting.Status


def called(meetings: MeetingQuerySet) -> MeetingQuerySet:
    return meetings.planned()


def owing(meetings: MeetingQuerySet) -> MeetingQuerySet:
    tasks = MeetingTask.objects.unverified().filter(meeting=OuterRef("pk"))
    return meetings.filter(Exists(tasks))


def every(meetings: MeetingQuerySet) -> MeetingQuerySet:
    return meetings


TABS = (
    Tab(
        "called",
        pgettext_lazy("meetings", "Called"),
        called,
        _("No meeting is called."),
    ),
    Tab(
        "owing",
        pgettext_lazy("meetings", "Tasks open"),
        owing,
        _("All that was decided is done."),
    ),
    Tab("all", pgettext_lazy("meetings", "All"), every, _("There was no meeting yet.")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One meeting, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "topic",
        "day",
        "at",
        "place",
        "chair__name",
        "status",
        "total",
        "owed",
        "next_due",
    )
    today: date
    near: date
    pk: int
    topic: str
    day: date
    at: time
    place: str
    chair: str
    status: str
    total: int
    # Tasks that are not verified, and the next day on which one is due.
    owed: int
    next_due: date | None

    @property
    def status_label(self) -> str:
        return label_of(Status, self.status)

    @property
    def is_called(self) -> bool:
        return self.status == Status.PLANNED

    @property
    def days_left(self) -> int | None:
        if self.next_due is None:
            return None
        return calendar.count_between(self.today, self.next_due, Unit.WORKING)

    @property
    def lamp(self) -> Lamp:
        """Of the next task; before that, of the meeting that nobody closed."""
        if self.next_due:
            return lamp_of(self.next_due, False, self.today, self.near)
        if self.is_called:
            return Lamp.YELLOW if self.day < self.today else Lamp.GREEN
        return Lamp.GREY


def order_of(tab: Tab[MeetingQuerySet]) -> Order:
    return BY_DAY if tab.key == "called" else NEWEST


def page_of(
    meetings: MeetingQuerySet,
    cursor: str | None,
    today: date,
    near: date,
    order: Order = NEWEST,
) -> KeysetPage[Row]:
    def row(*values: Any) -> Row:  # Any: flat values
        return Row(today, near, *values)

    found = counted(meetings)
    return keyset_page(found, order, cursor, fields=Row.FIELDS, row=row)


def counted(meetings: MeetingQuerySet) -> MeetingQuerySet:
    """With the number of their tasks, and of those that are not done."""
    tasks = MeetingTask.objects.filter(meeting=OuterRef("pk")).order_by()
    unverified = tasks.unverified().values("meeting")
    running = tasks.open().values("meeting")
    return meetings.annotate(
        total=Coalesce(count(tasks.values("meeting")), 0),
        owed=Coalesce(count(unverified), 0),
        next_due=Subquery(running.annotate(day=Min("due__due_on")).values("day")),
    )


def count(tasks: Any) -> Subquery:  # Any: values of a queryset
    return Subquery(tasks.annotate(n=Count("pk")).values("n"))
