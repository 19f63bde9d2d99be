"""协调会任务 as what orders are about: one that is not done in time is ordered."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from visits.models import MeetingTask
from visits.models.meeting_tasks import TASK

from .matters import paper_day, standing
from .subjects import Facts, Overdue, Subject


def facts_of(task: MeetingTask, today: date) -> Facts:
    return Facts(
        matter=task.text[:200],
        place_path=task.meeting.region.path,
        department=task.department,
        basis=tuple(told_of(task, today)),
        url=f"{task.meeting.get_absolute_url()}#task-{task.pk}",
    )


def told_of(task: MeetingTask, today: date) -> Iterator[str]:
    values = {
        "day": paper_day(task.meeting.day),
        "topic": task.meeting.topic,
        "unit": task.department.name,
        "text": task.text,
    }
    yield _("On %(day)s the meeting “%(topic)s” gave %(unit)s: %(text)s.") % values
    if task.due.due_on:
        yield _("To be done by %(due)s.") % {"due": paper_day(task.due.due_on)}
    yield from standing(task.due, today)


def late_tasks() -> "models.QuerySet[Any, Any]":
    nobody = models.Value(None, models.BigIntegerField())
    return MeetingTask.objects.open().order_by().annotate(nobody=nobody)


SUBJECT = Subject(
    MeetingTask,
    gettext_lazy("task of a meeting"),
    lambda user: (
        MeetingTask.objects.visible_to(user)
        .for_page()
        .select_related("meeting__region", "department__region")
    ),
    facts_of,
    (
        Overdue(
            rows=late_tasks,
            deadline="due",
            kind=TASK,
            place="meeting__region__path",
            company="nobody",
            department="department",
            person="nobody",
            matter="text",
        ),
    ),
)
