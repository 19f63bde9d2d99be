"""What leaders asked for, on the first pages of those who owe it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.lib.workdays import Unit
from crm.models import Role, User, lamp_of
from crm.models.people import by_access
from crm.services import calendar, deadlines
from visits.models import Directive, Meeting, MeetingTask
from visits.models.directives import UNIT, units_below

from .sections import ROWS, More, Section


def to_desk(user: User, today: date) -> Iterable[Section]:
    """For who is a leader beside something else: the way to his desk."""
    yield Section(
        title=_("To decide as a leader"),
        template="reports/home/_links.html",
        rows=[More(reverse("visits:decisions"), _("To the desk"))],
        empty="",
        is_counted=False,
    )


def unit(user: User, today: date) -> Iterable[Section]:
    """A department's: directives to answer, tasks to do, meetings to come to."""
    if rows := owed(directives(user, today, ROWS + 1), today):
        yield Section(
            title=_("Directives to answer"),
            template="reports/home/_directives.html",
            rows=rows,
            empty="",
            more=More(reverse("visits:directives"), _("All directives")),
            opens="visits:directive",
        )
    if rows := owed(tasks(user, today, ROWS + 1), today):
        yield Section(
            title=_("Decided in meetings"),
            template="reports/home/_tasks.html",
            rows=rows,
            empty="",
            more=More(reverse("visits:meetings") + "?tab=owing", _("All tasks")),
        )
    if rows := meetings(user, today, ROWS + 1):
        yield Section(
            title=_("Coordination meetings"),
            template="reports/home/_meetings.html",
            rows=rows,
            empty="",
            more=More(reverse("visits:meetings"), _("All meetings")),
            is_aside=True,
        )


def late(user: User, today: date) -> Iterable[Section]:
    """For who watches: what leaders asked for and nobody answered in time."""
    if rows := owed(late_directives(user, today, ROWS + 1), today):
        yield Section(
            title=_("Directives not answered in time"),
            template="reports/home/_directives.html",
            rows=rows,
            empty="",
            more=More(reverse("visits:directives"), _("All directives")),
        )
    if rows := owed(late_tasks(user, today, ROWS + 1), today):
        yield Section(
            title=_("Late tasks of meetings"),
            template="reports/home/_tasks.html",
            rows=rows,
            empty="",
            more=More(reverse("visits:meetings") + "?tab=owing", _("All tasks")),
        )


def owed(rows: Iterable[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """With lamp and days left; both are computed, never stored."""
    near = deadlines.yellow_from(today)
    return [
        {
            **one,
            "lamp": lamp_of(one["due_on"], False, today, near),
            "days_left": calendar.count_between(today, one["due_on"], Unit.WORKING),
        }
        for one in rows
    ]


@by_access
def directives(user: User, today: date, limit: int) -> Any:
    return directive_rows(Directive.objects.answered_by(user).open())[:limit]


@by_access
def late_directives(user: User, today: date, limit: int) -> Any:
    visible = Directive.objects.visible_to(user).open()
    return directive_rows(visible.filter(due__due_on__lt=today))[:limit]


def directive_rows(rows: Any) -> Any:  # querysets
    return rows.order_by("due__due_on", "pk").values(
        "pk",
        "text",
        from_leader=F("leader__name"),
        unit=F("department__name"),
        due_on=F("due__due_on"),
    )


@by_access
def tasks(user: User, today: date, limit: int) -> Any:
    return task_rows(MeetingTask.objects.owed_by(user).open())[:limit]


@by_access
def late_tasks(user: User, today: date, limit: int) -> Any:
    visible = MeetingTask.objects.visible_to(user).open()
    return task_rows(visible.filter(due__due_on__lt=today))[:limit]


def task_rows(rows: Any) -> Any:  # querysets
    return rows.order_by("due__due_on", "pk").values(
        "pk",
        "text",
        "meeting_id",
        topic=F("meeting__topic"),
        unit=F("department__name"),
        due_on=F("due__due_on"),
    )


@by_access
def meetings(user: User, today: date, limit: int) -> Any:
    """Those to which the person's departments are invited, or that he holds."""
    invited = Meeting.departments.through.objects.filter(
        department__in=units_below(user, *UNIT)
    )
    mine = Q(pk__in=invited.values("meeting")) | Q(chair=user) | Q(recorder=user)
    planned = Meeting.objects.planned().filter(mine)
    return planned.order_by("day", "pk").values("pk", "topic", "day", "at", "place")[
        :limit
    ]


ROLES = (Role.UNIT_HEAD, Role.HANDLER, Role.DISPATCHER)
