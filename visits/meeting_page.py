"""A coordination meeting as its page shows it: agenda, decisions, and who may act."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from crm.audit_words import ACTIONS
from crm.models import Department, Document, Event, Lamp, User, subject_of
from crm.services import deadlines
from projects.models import Project
from visits.models import AgendaItem, Meeting, MeetingTask, Ticket

from .directive_page import Told, right

STEPS = 40


@dataclass(frozen=True)
class TaskLine:
    """A decision and whether it was done, with what this person may do on it."""

    row: MeetingTask
    today: date
    near: date
    # Whether the meeting's minutes are made: then its tasks stay.
    is_held: bool

    @property
    def lamp(self) -> Lamp:
        if not self.row.is_open:
            return Lamp.GREY
        return self.row.due.lamp(self.today, self.near)

    @property
    def days_left(self) -> int | None:
        return deadlines.days_left(self.row.due, self.today)

    @property
    def was_late(self) -> bool:
        return deadlines.was_late(self.row.due)

    @property
    def may_edit(self) -> bool:
        return right(self.row, "may_hold") and self.row.is_open

    @property
    def may_remove(self) -> bool:
        return self.may_edit and not self.is_held

    @property
    def may_answer(self) -> bool:
        return right(self.row, "may_answer") and self.row.is_open

    @property
    def may_verify(self) -> bool:
        return right(self.row, "may_hold") and self.row.is_answered


@dataclass(frozen=True)
class ItemLine:
    """One matter of the agenda, what was said, and what was decided on it."""

    row: AgendaItem
    tasks: list[TaskLine]
    # The task that is followed up here, as it stands now.
    followed: TaskLine | None
    # Being invited does not open the ticket.
    may_open: bool
    may_remove: bool


@dataclass(frozen=True)
class Page:
    meeting: Meeting
    items: list[ItemLine]
    # Decided without a matter of the agenda.
    others: list[TaskLine]
    departments: list[Department]
    papers: list[Document]
    steps: list[Told]
    following: Meeting | None
    may_hold: bool
    may_call: bool
    today: date
    tasks: list[TaskLine] = field(default_factory=list)

    @property
    def is_begun(self) -> bool:
        return self.meeting.is_begun(self.today)

    @property
    def owing(self) -> int:
        return sum(line.row.is_open for line in self.tasks)

    @property
    def may_edit(self) -> bool:
        return self.may_hold and self.meeting.is_planned

    @property
    def may_write(self) -> bool:
        return self.may_hold and self.meeting.is_written(self.today)

    @property
    def may_close(self) -> bool:
        return self.may_edit and self.is_begun

    @property
    def may_cancel(self) -> bool:
        return self.may_edit and not self.tasks

    @property
    def may_follow_up(self) -> bool:
        is_single = self.meeting.series_id is None and self.following is None
        return self.may_call and self.meeting.is_held and is_single


def page_of(
    meeting: Meeting, user: User, *, may_call: bool, now: datetime | None = None
) -> Page:
    """The meeting must come from for_page()."""
    today = timezone.localdate(now)
    near = deadlines.yellow_from(today)
    may_hold = Meeting.objects.changeable_by(user).filter(pk=meeting.pk).exists()
    items = list(AgendaItem.objects.filter(meeting=meeting).for_page().order_by("pk"))
    tasks = lines_of(Q(meeting=meeting), user, today, near, is_held=meeting.is_held)
    keys = [one.task_id for one in items if one.task_id]
    followed = lines_of(Q(pk__in=keys), user, today, near, is_held=True) if keys else []
    seen = seen_of(items, user)
    may_edit = may_hold and meeting.is_planned
    return Page(
        meeting=meeting,
        items=[item_of(one, tasks, followed, seen, may_edit) for one in items],
        others=[one for one in tasks if one.row.item_id is None],
        departments=list(meeting.departments.order_by("name", "pk")),
        papers=papers_of(meeting),
        steps=steps_of(meeting, items, tasks),
        following=meeting.following.standing().order_by("pk").first(),
        may_hold=may_hold,
        may_call=may_call,
        today=today,
        tasks=tasks,
    )


def lines_of(
    which: Q, user: User, today: date, near: date, *, is_held: bool
) -> list[TaskLine]:
    tasks = MeetingTask.objects.filter(which).with_rights(user).for_page()
    return [TaskLine(one, today, near, is_held) for one in tasks.order_by("pk")]


def item_of(
    item: AgendaItem,
    tasks: list[TaskLine],
    followed: list[TaskLine],
    seen: set[tuple[str, int]],
    may_edit: bool,
) -> ItemLine:
    own = [one for one in tasks if one.row.item_id == item.pk]
    keys = {("ticket", item.ticket_id), ("project", item.project_id)}
    return ItemLine(
        row=item,
        tasks=own,
        followed=next((one for one in followed if one.row.pk == item.task_id), None),
        may_open=bool(keys & seen),
        may_remove=may_edit and not item.note and not own,
    )


def seen_of(items: Iterable[AgendaItem], user: User) -> set[tuple[str, int]]:
    """Which tickets and projects of the agenda this person may open."""
    tickets = {one.ticket_id for one in items if one.ticket_id}
    projects = {one.project_id for one in items if one.project_id}
    found: set[tuple[str, int]] = set()
    if tickets:
        visible = Ticket.objects.internal_to(user).filter(pk__in=tickets)
        found |= {("ticket", key) for key in visible.values_list("pk", flat=True)}
    if projects:
        inner = Project.objects.internal_to(user).filter(pk__in=projects)
        found |= {("project", key) for key in inner.values_list("pk", flat=True)}
    return found


def papers_of(meeting: Meeting) -> list[Document]:
    """Minutes, the newest version first."""
    subject_type, subject_id = subject_of(meeting)
    papers = Document.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(papers.order_by("-version"))


def steps_of(
    meeting: Meeting, items: list[AgendaItem], tasks: list[TaskLine]
) -> list[Told]:
    def about(model: Any, keys: list[int]) -> Q:  # Any: a model
        return Q(subject_type=model._meta.label_lower, subject_id__in=keys)

    which = about(Meeting, [meeting.pk])
    which |= about(AgendaItem, [one.pk for one in items])
    which |= about(MeetingTask, [one.row.pk for one in tasks])
    events = Event.objects.filter(which).select_related("actor").order_by("-pk")
    return [
        Told(
            one.at,
            one.actor.name if one.actor else "",
            str(ACTIONS.get(one.action, one.action)),
        )
        for one in events[:STEPS]
    ]
