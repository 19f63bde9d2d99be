"""What a meeting decides: a task of one department, and whether it was done."""

from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Department, User
from crm.services import deadlines
from crm.services.deadlines import Wanted
from visits.models import AgendaItem, Meeting, MeetingTask
from visits.models.meeting_tasks import TASK
from visits.signals import meeting_changed

from .agenda import check_written, claim
from .reach import invited

Status = MeetingTask.Status
# A task is at most so many working days long.
LONGEST: Final = 120


@transaction.atomic
def give_task(
    meeting: Meeting,
    *,
    actor: User,
    department: Department,
    text: str,
    days: int,
    item: AgendaItem | None = None,
    now: datetime | None = None,
) -> MeetingTask:
    """Decided: this department does that by a day, counted from the meeting's."""
    now = now or timezone.now()
    meeting = claim(meeting, actor)
    check_written(meeting, now)
    check_decision(meeting, department, text, days, item)
    same = meeting.tasks.filter(department=department, text=text.strip())
    if known := same.first():
        return known
    wanted = Wanted(TASK, days, meeting.day, department=department)
    task = MeetingTask(
        meeting=meeting,
        item=item,
        department=department,
        text=text.strip(),
        days=days,
        due=deadlines.start_many([wanted])[0],
    )
    task.save(force_insert=True)
    due_on = task.due.due_on
    told = {"department": department.pk, "due_on": due_on}
    tell(task, "meeting.task_given", actor, now, **told)
    return task


def check_decision(
    meeting: Meeting,
    department: Department,
    text: str,
    days: int,
    item: AgendaItem | None,
) -> None:
    if not text.strip():
        sentence = _("Write what is to be done.")
        raise DomainError(sentence, code="text_missing", field="text")
    check_days(days)
    if not invited(meeting.region).filter(pk=department.pk).exists():
        raise DomainError(
            _("A department that is closed or of another region cannot be chosen."),
            code="department_out_of_reach",
            field="department",
        )
    if item is not None and item.meeting_id != meeting.pk:
        sentence = _("This matter is of another meeting.")
        raise DomainError(sentence, code="unknown_item", field="item")


def check_days(days: int) -> None:
    if not 1 <= days <= LONGEST:
        sentence = _("Done within how many working days, from 1 to %(most)s?")
        raise DomainError(sentence % {"most": LONGEST}, code="days", field="days")


@transaction.atomic
def edit_task(
    task: MeetingTask,
    *,
    actor: User,
    department: Department,
    text: str,
    days: int,
    version: int | None = None,
    now: datetime | None = None,
) -> MeetingTask:
    """The decision was another one; once it is reported done it stays."""
    now = now or timezone.now()
    task = claim_task(task, MeetingTask.objects.held_by(actor), version)
    check_open(task)
    check_decision(task.meeting, department, text, days, None)
    before = events.snapshot(task, "department", "days")
    task.department, task.text, task.days = department, text.strip(), days
    deadlines.give(task.due, department)
    deadlines.change_days(task.due, days)
    try:
        with transaction.atomic():
            save(task, "department", "text", "days")
    except IntegrityError:
        sentence = _("The department has this task already.")
        raise DomainError(sentence, code="task_already", field="text") from None
    changes = events.changed(before, task)
    tell(task, "meeting.task_edited", actor, now, **changes)
    return task


@transaction.atomic
def remove_task(
    task: MeetingTask, *, actor: User, now: datetime | None = None
) -> Meeting:
    """Written down by mistake; only before the minutes are made."""
    now = now or timezone.now()
    task = claim_task(task, MeetingTask.objects.held_by(actor), None)
    check_open(task)
    meeting = task.meeting
    if not meeting.is_planned:
        sentence = _("The task stands in the minutes. Change it instead.")
        raise DomainError(sentence, code="meeting_over")
    tell(task, "meeting.task_removed", actor, now, department=task.department_id)
    due = task.due
    task.delete()
    deadlines.drop(due)
    return meeting


@transaction.atomic
def answer_task(
    task: MeetingTask,
    *,
    actor: User,
    answer: str,
    version: int | None = None,
    now: datetime | None = None,
) -> MeetingTask:
    """The department says what it did; it stands in the next version of the minutes."""
    now = now or timezone.now()
    task = claim_task(task, MeetingTask.objects.owed_by(actor), version)
    if not answer.strip():
        sentence = _("Write what was done.")
        raise DomainError(sentence, code="answer_missing", field="answer")
    task.move_to(Status.ANSWERED)
    task.answer, task.answered_by, task.answered_at = answer.strip(), actor, now
    deadlines.meet(task.due, now=now)
    save(task, "status", "answer", "answered_by", "answered_at")
    tell(task, "meeting.task_answered", actor, now)
    return task


@transaction.atomic
def verify_task(
    task: MeetingTask,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> MeetingTask:
    """It is done indeed: the next meeting need not follow it up."""
    now = now or timezone.now()
    task = claim_task(task, MeetingTask.objects.held_by(actor), None)
    if task.status == Status.VERIFIED:
        return task
    check_version(task, version)
    task.move_to(Status.VERIFIED)
    task.verified_by, task.verified_at = actor, now
    save(task, "status", "verified_by", "verified_at")
    tell(task, "meeting.task_verified", actor, now)
    return task


@transaction.atomic
def return_task(
    task: MeetingTask,
    *,
    actor: User,
    remark: str,
    days: int,
    version: int | None = None,
    now: datetime | None = None,
) -> MeetingTask:
    """Not done yet: what is missing, and a new day from today on."""
    now = now or timezone.now()
    task = claim_task(task, MeetingTask.objects.held_by(actor), version)
    if not remark.strip():
        sentence = _("Say what is missing.")
        raise DomainError(sentence, code="remark_missing", field="remark")
    check_days(days)
    task.move_to(Status.OPEN)
    # Another promise: the one that was kept stays as it was.
    today, unit = timezone.localdate(now), task.department
    task.due = deadlines.start_many([Wanted(TASK, days, today, department=unit)])[0]
    task.days, task.remark = days, remark.strip()
    task.answered_at = task.answered_by = None
    save(task, "status", "due", "days", "remark", "answered_at", "answered_by")
    tell(task, "meeting.task_returned", actor, now, due_on=task.due.due_on)
    return task


def check_open(task: MeetingTask) -> None:
    if not task.is_open:
        sentence = _("This is reported done already; the task stays.")
        raise DomainError(sentence, code="answered_already")


def claim_task(
    task: MeetingTask,
    allowed: Any,  # Any: a queryset
    version: int | None,
) -> MeetingTask:
    """The meeting first: each change makes the next version of its minutes."""
    meetings = Meeting.objects.select_related("region")
    meeting = meetings.select_for_update(of=("self",)).get(pk=task.meeting_id)
    rows = allowed.select_related("department", "due", "item")
    task = MeetingTask.objects.lock(rows, task.pk)
    task.meeting = meeting
    check_version(task, version)
    return task


def check_version(task: MeetingTask, version: int | None) -> None:
    if version is not None and version != task.version:
        raise StaleVersion(
            _("Somebody else changed this task meanwhile. Look at it again."),
            current=task,
        )


def save(task: MeetingTask, *fields: str) -> None:
    task.version += 1
    task.save(update_fields=[*fields, "version"])


def tell(
    task: MeetingTask, action: str, actor: User, now: datetime, **changes: Any
) -> None:
    events.record(actor, action, task, now=now, **changes)
    meeting_changed.send(sender=Meeting, meeting=task.meeting, actor=actor, now=now)
