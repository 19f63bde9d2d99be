"""What a meeting is about: tasks of the last one first, then what waits for leaders."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Role, User
from crm.services import calendar
from projects.models import Project
from visits import escalation_kinds
from visits.models import (
    AgendaItem,
    Escalation,
    Meeting,
    MeetingSeries,
    MeetingTask,
    Ticket,
)
from visits.models.escalation_rules import Level
from visits.models.escalation_sets import in_regions
from visits.signals import meeting_changed

Source = AgendaItem.Source
# A title is made of what it is about.
TITLE = 200
# More than so many matters no meeting settles.
MOST_RAISED = 20
# Agendas are filled by themselves so many working days before.
DAYS_AHEAD = 2


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
    check_open(meeting)
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
    check_open(meeting)
    return fill(meeting, actor, now)


def fill(meeting: Meeting, actor: User | None, now: datetime) -> list[AgendaItem]:
    """The caller holds the meeting; the tasks of the last one come first."""
    added = []
    for item in wanted(meeting, timezone.localdate(now)):
        item.added_by = actor
        item.save(force_insert=True)
        tell(item, "meeting.item_added", actor, now)
        added.append(item)
    return added


def wanted(meeting: Meeting, today: date) -> list[AgendaItem]:
    """What should stand on the agenda and does not yet: tasks first, then the rest."""
    there = list(AgendaItem.objects.filter(meeting=meeting))
    followed = {one.task_id for one in there}
    tasks = [
        AgendaItem(meeting=meeting, source=Source.TASK, task=task, title=task.text)
        for task in open_tasks(meeting)
        if task.pk not in followed
    ]
    return [*tasks, *raised_items(meeting, there, today)]


def raised_items(
    meeting: Meeting, there: list[AgendaItem], today: date
) -> list[AgendaItem]:
    """What was raised to its leader, one for each matter, the highest first."""
    told = {one.escalation_id for one in there}
    matters = {("visits.ticket", one.ticket_id) for one in there if one.ticket_id}
    matters |= {("projects.project", one.project_id) for one in there if one.project_id}
    found = []
    for escalation in raised_to(meeting, today):
        matter = (escalation.subject_type, escalation.subject_id)
        if escalation.pk in told or matter in matters:
            continue
        matters.add(matter)
        found.append(raised_item(meeting, escalation))
    return [one for one in found if one.title]


def raised_to(meeting: Meeting, today: date) -> Any:  # Any: a queryset
    """Of whoever leads the meeting; who is no leader leads it for the region."""
    if meeting.chair.has_role(Role.LEADER):
        rows = Escalation.objects.waiting_for(meeting.chair, today)
    else:
        inside = trees.PathRange(meeting.region.path)
        rows = Escalation.objects.standing().filter(in_regions([inside]))
    high = rows.filter(level__gte=Level.CHARGE)
    return high.order_by("-level", "raised_at", "pk")[:MOST_RAISED]


def raised_item(meeting: Meeting, escalation: Escalation) -> AgendaItem:
    """With the record itself where it is a ticket or a project."""
    pk, kind = escalation.subject_id, escalation_kinds.of_type(escalation.subject_type)
    item = AgendaItem(meeting=meeting, source=Source.ESCALATION, escalation=escalation)
    if escalation.subject_type == "visits.ticket":
        item.ticket = Ticket.objects.select_related("company").get(pk=pk)
    if escalation.subject_type == "projects.project":
        item.project = Project.objects.get(pk=pk)
    named = kind.named([pk]).get(pk) if kind else None
    item.title = title_of(item.ticket, item.project) or (named.title if named else "")
    return item


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


def check_open(meeting: Meeting) -> None:
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


def fill_all(*, now: datetime | None = None) -> int:
    """Each morning: what has come up since, for the meetings of the next days."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    last = calendar.add(today, DAYS_AHEAD).due or today
    near = Meeting.objects.planned().filter(day__gte=today, day__lte=last)
    return sum(fill_one(pk, now) for pk in near.values_list("pk", flat=True))


@transaction.atomic
def fill_one(pk: int, now: datetime) -> int:
    rows = Meeting.objects.select_related("region", "series", "previous", "chair")
    meeting = rows.select_for_update(of=("self",)).get(pk=pk)
    return len(fill(meeting, None, now)) if meeting.is_planned else 0
