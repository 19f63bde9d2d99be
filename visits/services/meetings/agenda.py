"""What a meeting is about: tasks of the last one first, then what waits for leaders."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import User
from projects.models import Project
from visits.models import AgendaItem, Meeting, MeetingSeries, MeetingTask, Ticket
from visits.signals import meeting_changed

Source = AgendaItem.Source
# A title is made of what it is about.
TITLE = 200


@transaction.atomic
def add_item(
    meeting: Meeting,
    *,
    actor: User,
    title: str = "",
    ticket: Ticket | None = None,
    project: Project | None = None,
    now: datetime | None = None,
) -> AgendaItem:
    """One more matter; what is on the agenda already stays there once."""
    now = now or timezone.now()
    meeting = claim(meeting, actor)
    check_open(meeting, timezone.localdate(now))
    check_seen(actor, ticket, project)
    if not title.strip() and not ticket and not project:
        sentence = _("Say what is to be settled.")
        raise DomainError(sentence, code="title_missing", field="title")
    source = Source.TICKET if ticket else Source.PROJECT if project else Source.FREE
    item = AgendaItem(
        meeting=meeting,
        source=source,
        ticket=ticket,
        project=project,
        title=title.strip() or title_of(ticket, project),
        added_by=actor,
    )
    if known := known_of(item):
        return known
    item.save(force_insert=True)
    tell(item, "meeting.item_added", actor, now)
    if ticket:
        events.record(actor, "ticket.on_agenda", ticket, now=now, day=meeting.day)
    return item


def title_of(ticket: Ticket | None, project: Project | None) -> str:
    if ticket:
        values = {"title": ticket.title, "company": ticket.company.name}
        return (_("%(title)s (%(company)s)") % values)[:TITLE]
    return project.name if project else ""


def known_of(item: AgendaItem) -> AgendaItem | None:
    """The same matter; the meeting's row is held, so nobody adds it meanwhile."""
    same = AgendaItem.objects.filter(meeting=item.meeting)
    if item.ticket:
        return same.filter(ticket=item.ticket).first()
    if item.project:
        return same.filter(project=item.project).first()
    return same.filter(title=item.title, ticket=None, project=None, task=None).first()


def check_seen(actor: User, ticket: Ticket | None, project: Project | None) -> None:
    """Nobody puts on an agenda what he may not read."""
    if ticket and not Ticket.objects.internal_to(actor).filter(pk=ticket.pk).exists():
        raise PermissionDenied
    inner = Project.objects.internal_to(actor)
    if project and not inner.filter(pk=project.pk).exists():
        raise PermissionDenied


@transaction.atomic
def put_on_next(
    series: MeetingSeries,
    *,
    actor: User,
    ticket: Ticket | None = None,
    project: Project | None = None,
    now: datetime | None = None,
) -> AgendaItem:
    """Into the next meeting of a series."""
    planned = series.meetings.filter(status=Meeting.Status.PLANNED).first()
    if planned is None:
        sentence = _("The series has no meeting to come.")
        raise DomainError(sentence, code="no_next")
    return add_item(planned, actor=actor, ticket=ticket, project=project, now=now)


@transaction.atomic
def remove_item(
    item: AgendaItem, *, actor: User, now: datetime | None = None
) -> Meeting:
    """It need not be talked about; what was decided on it stays."""
    now = now or timezone.now()
    item = claim_item(item, actor, None)
    meeting = item.meeting
    if not meeting.is_planned or item.note or item.tasks.exists():
        sentence = _("Something was said or decided on this; it stays in the minutes.")
        raise DomainError(sentence, code="spoken_already")
    tell(item, "meeting.item_removed", actor, now)
    item.delete()
    return meeting


@transaction.atomic
def note_item(
    item: AgendaItem,
    *,
    actor: User,
    note: str,
    version: int | None = None,
    now: datetime | None = None,
) -> AgendaItem:
    """What was said of it; after the meeting a correction of the minutes."""
    now = now or timezone.now()
    item = claim_item(item, actor, version)
    check_written(item.meeting, now)
    if not note.strip():
        sentence = _("Write what was said.")
        raise DomainError(sentence, code="note_missing", field="note")
    item.note = note.strip()
    item.version += 1
    item.save(update_fields=["note", "version"])
    tell(item, "meeting.item_noted", actor, now)
    return item


@transaction.atomic
def fill_agenda(
    meeting: Meeting, *, actor: User, now: datetime | None = None
) -> list[AgendaItem]:
    """Take in what has come up since; nothing is taken twice."""
    now = now or timezone.now()
    meeting = claim(meeting, actor)
    check_open(meeting, timezone.localdate(now))
    return fill(meeting, actor, now)


def fill(meeting: Meeting, actor: User | None, now: datetime) -> list[AgendaItem]:
    """The caller holds the meeting."""
    added = []
    for item in wanted(meeting):
        item.added_by = actor
        item.save(force_insert=True)
        tell(item, "meeting.item_added", actor, now)
        added.append(item)
    return added


def wanted(meeting: Meeting) -> list[AgendaItem]:
    """What should stand on the agenda and does not yet, in its order."""
    there = AgendaItem.objects.filter(meeting=meeting)
    followed = set(there.values_list("task", flat=True))
    return [
        AgendaItem(meeting=meeting, source=Source.TASK, task=task, title=task.text)
        for task in open_tasks(meeting)
        if task.pk not in followed
    ]


def open_tasks(meeting: Meeting) -> Any:  # Any: a queryset
    """Of earlier meetings of the series, or of the one that this one follows."""
    tasks = MeetingTask.objects.unverified().order_by("pk")
    if meeting.series_id:
        return tasks.filter(meeting__series=meeting.series_id).exclude(meeting=meeting)
    if meeting.previous_id is None:
        return tasks.none()
    # What the last one followed up itself, and what it decided.
    before = AgendaItem.objects.filter(meeting=meeting.previous_id).values("task")
    return tasks.filter(pk__in=before) | tasks.filter(meeting=meeting.previous_id)


def claim(meeting: Meeting, actor: User) -> Meeting:
    every = Meeting.objects.select_related("region", "series", "previous")
    return Meeting.objects.lock(every.changeable_by(actor), meeting.pk)


def claim_item(item: AgendaItem, actor: User, version: int | None) -> AgendaItem:
    """The meeting first: each change makes the next version of its minutes."""
    meeting = claim(item.meeting, actor)
    item = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    item.meeting = meeting
    if version is not None and version != item.version:
        raise StaleVersion(
            _("Somebody else changed this matter meanwhile. Look at it again."),
            current=item,
        )
    return item


def check_open(meeting: Meeting, today: Any) -> None:  # Any: a date
    """Until it is closed; afterwards the minutes are corrected, not extended."""
    if not meeting.is_planned:
        sentence = _("The meeting is “%(state)s”; put it on the next one.")
        values = {"state": meeting.get_status_display()}
        raise DomainError(sentence % values, code="meeting_over")


def check_written(meeting: Meeting, now: datetime) -> None:
    """On its day or later, unless it was called off."""
    if meeting.is_planned and not meeting.is_begun(timezone.localdate(now)):
        sentence = _("The day of the meeting has not come yet.")
        raise DomainError(sentence, code="too_early")
    if not meeting.is_planned and not meeting.is_held:
        sentence = _("The meeting was called off.")
        raise DomainError(sentence, code="meeting_over")


def tell(item: AgendaItem, action: str, actor: User | None, now: datetime) -> None:
    meeting = item.meeting
    events.record(actor, action, item, now=now)
    meeting_changed.send(sender=Meeting, meeting=meeting, actor=actor, now=now)
