"""A joint session as its page shows it: the lines, and what can be done with each."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from crm.audit_words import ACTIONS
from crm.models import Document, Event, Lamp, Role, User, subject_of
from crm.services import deadlines
from projects.models import JointSession, Milestone, Project, SessionLine

STEPS = 40


@dataclass(frozen=True)
class Line:
    """One department's line, with what this person may do on it."""

    row: SessionLine
    today: date
    near: date
    is_open: bool
    is_begun: bool
    # The company's page has no way into the desk's pages.
    may_open_item: bool
    # 督办, where the department keeps its word too late.
    may_order: bool

    @property
    def lamp(self) -> Lamp:
        due = self.row.due
        return due.lamp(self.today, self.near) if due else Lamp.GREY

    @property
    def days_left(self) -> int | None:
        due = self.row.due
        return deadlines.days_left(due, self.today) if due else None

    @property
    def is_late_answer(self) -> bool:
        return self.row.due is not None and deadlines.was_late(self.row.due)

    @property
    def may_record(self) -> bool:
        is_mine = right(self.row, "may_hold") or right(self.row, "may_speak")
        return is_mine and self.is_open and self.is_begun and not self.row.answered_at

    @property
    def may_edit(self) -> bool:
        return right(self.row, "may_hold") and self.is_open and not self.row.outcome

    @property
    def may_answer(self) -> bool:
        return right(self.row, "may_speak") and self.row.is_owing

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """What it can come to, for one button each."""
        return SessionLine.Outcome.choices if self.may_record else []


def right(record: Any, flag: str) -> bool:  # Any: annotated by with_rights()
    return bool(getattr(record, flag, False))


@dataclass(frozen=True)
class Told:
    """One step of the session's history."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class Page:
    session: JointSession
    lines: list[Line]
    papers: list[Document]
    steps: list[Told]
    may_hold: bool
    today: date
    silent: list[str] = field(default_factory=list)

    @property
    def is_begun(self) -> bool:
        return self.session.is_begun(self.today)

    @property
    def owing(self) -> int:
        return sum(line.row.is_owing for line in self.lines)

    @property
    def may_edit(self) -> bool:
        return self.may_hold and self.session.is_planned

    @property
    def may_close(self) -> bool:
        return self.may_edit and self.is_begun and not self.silent

    @property
    def may_cancel(self) -> bool:
        has_spoken = any(line.row.outcome for line in self.lines)
        return self.may_edit and not has_spoken


def page_of(
    session: JointSession, project: Project, user: User, now: datetime | None = None
) -> Page:
    """The project must come from with_rights(user)."""
    today = timezone.localdate(now)
    found = SessionLine.objects.filter(session=session).order_by("pk")
    rows = list(found.with_rights(user).for_page())
    flags = ("may_work", "may_manage", "may_decide")
    may_hold = any(right(project, flag) for flag in flags)
    is_insider = right(project, "may_read_internal")
    near = deadlines.yellow_from(today)
    is_open, is_begun = session.is_planned, session.is_begun(today)
    may_order = user.has_role(Role.SUPERVISOR, Role.LEADER)
    return Page(
        session=session,
        lines=[
            Line(row, today, near, is_open, is_begun, is_insider, may_order)
            for row in rows
        ],
        papers=papers_of(session),
        steps=steps_of(session, [row.pk for row in rows]),
        may_hold=may_hold,
        today=today,
        silent=[row.department.name for row in rows if not row.outcome],
    )


def papers_of(session: JointSession) -> list[Document]:
    """Minutes, the newest version first."""
    subject_type, subject_id = subject_of(session)
    papers = Document.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(papers.order_by("-version"))


def steps_of(session: JointSession, lines: list[int]) -> list[Told]:
    of_lines = Q(subject_type=SessionLine._meta.label_lower, subject_id__in=lines)
    subject_type, subject_id = subject_of(session)
    own = Q(subject_type=subject_type, subject_id=subject_id)
    events = Event.objects.filter(own | of_lines).select_related("actor")
    return [
        Told(
            one.at,
            one.actor.name if one.actor else "",
            str(ACTIONS.get(one.action, one.action)),
        )
        for one in events.order_by("-pk")[:STEPS]
    ]


def items_for(session: JointSession, department: int) -> Any:  # a queryset
    """What a line of this department can be about."""
    items = Milestone.objects.living().filter(project=session.project_id)
    return items.filter(department=department).order_by("order", "pk")
