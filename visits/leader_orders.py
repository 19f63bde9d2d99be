"""Directives and tasks of meetings, as what a supervision order can be about."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from visits.models import Directive, MeetingTask
from visits.models.directives import DIRECTIVE
from visits.models.meeting_tasks import TASK
from visits.services.orders import subjects
from visits.services.orders.matters import paper_day, standing
from visits.services.orders.subjects import Facts, Overdue, Subject


def facts_of_directive(directive: Directive, today: date) -> Facts:
    company, unit = directive.company, directive.department
    return Facts(
        matter=directive.text[:200],
        place_path=company.region_path if company else unit.region.path,
        company=directive.company_id,
        department=unit,
        person=directive.person,
        basis=tuple(told_of_directive(directive, today)),
        url=directive.get_absolute_url(),
    )


def told_of_directive(directive: Directive, today: date) -> Iterator[str]:
    values = {
        "leader": directive.leader.name,
        "day": paper_day(directive.given_at.date()),
        "unit": directive.department.name,
        "text": directive.text,
    }
    yield _("On %(day)s %(leader)s directed %(unit)s: %(text)s.") % values
    if directive.due and directive.due.due_on:
        yield _("To be answered by %(due)s.") % {"due": paper_day(directive.due.due_on)}
    yield from standing(directive.due, today)


def facts_of_task(task: MeetingTask, today: date) -> Facts:
    return Facts(
        matter=task.text[:200],
        place_path=task.meeting.region.path,
        department=task.department,
        basis=tuple(told_of_task(task, today)),
        url=f"{task.meeting.get_absolute_url()}#task-{task.pk}",
    )


def told_of_task(task: MeetingTask, today: date) -> Iterator[str]:
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


def late_directives() -> "models.QuerySet[Any, Any]":
    return Directive.objects.open().order_by()


def late_tasks() -> "models.QuerySet[Any, Any]":
    nobody = models.Value(None, models.BigIntegerField())
    return MeetingTask.objects.open().order_by().annotate(nobody=nobody)


DIRECTIVE_SUBJECT = Subject(
    Directive,
    gettext_lazy("directive"),
    lambda user: (
        Directive.objects.visible_to(user)
        .for_page()
        .select_related("department__region")
    ),
    facts_of_directive,
    (
        Overdue(
            rows=late_directives,
            deadline="due",
            kind=DIRECTIVE,
            place="department__region__path",
            company="company",
            department="department",
            person="person",
            matter="text",
            turn="again_count",
        ),
    ),
)
TASK_SUBJECT = Subject(
    MeetingTask,
    gettext_lazy("task of a meeting"),
    lambda user: (
        MeetingTask.objects.visible_to(user)
        .for_page()
        .select_related("meeting__region", "department__region")
    ),
    facts_of_task,
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


def hang() -> None:
    """Called once, when the apps are loaded."""
    subjects.register(DIRECTIVE_SUBJECT, TASK_SUBJECT)
