"""One project as its page shows it to officials, in as few queries as it takes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit_words import ACTIONS
from crm.lib.workdays import Unit
from crm.models import (
    Attachment,
    Comment,
    Deadline,
    Event,
    Lamp,
    Role,
    User,
    lamp_of,
    subject_of,
)
from crm.services import calendar, comments, deadlines
from projects import (
    lamp_words,
    marks,
    of_project,
    project_panels,
    session_list,
    site_notes,
)
from projects.models import (
    ApprovalTemplate,
    Blocker,
    Forecast,
    KeyListing,
    LifeStep,
    Milestone,
    MilestoneMove,
    OfficialStatus,
    Project,
    ProjectLiaison,
    ProjectPart,
    Stage,
    Turn,
)
from projects.models.states import APPROVED, UNBEGUN
from projects.services import changeover, lamps

SESSIONS = 5


@dataclass
class ItemLine:
    """One approval item of the project, as a line of its list."""

    milestone: Milestone
    needs: list[Milestone]
    today: date
    near: date

    @property
    def is_ready(self) -> bool:
        """Whether all it waits for is through."""
        return all(one.state in APPROVED for one in self.needs)

    @property
    def waiting_for(self) -> list[str]:
        return [one.name for one in self.needs if one.state not in APPROVED]

    @property
    def clock(self) -> Deadline | None:
        """The deadline that runs now: to decide, or to accept before that."""
        one = self.milestone
        return one.decide_by or one.admit_by

    @property
    def due_on(self) -> date | None:
        return self.clock.due_on if self.clock and not self.clock.met_at else None

    @property
    def lamp(self) -> Lamp:
        clock = self.clock
        if clock is None:
            return Lamp.GREY
        return lamp_of(clock.due_on, bool(clock.met_at), self.today, self.near)

    @property
    def days_left(self) -> int | None:
        if self.due_on is None or self.clock is None:
            return None
        return calendar.count_between(self.today, self.due_on, Unit(self.clock.unit))

    @property
    def turn(self) -> Turn:
        """Whose turn it is; nobody's while it waits for others."""
        one = self.milestone
        if one.state in UNBEGUN and not self.is_ready:
            return Turn.NOBODY
        return one.turn


@dataclass
class StageLines:
    stage: int
    lines: list[ItemLine]

    @property
    def label(self) -> str:
        return str(Stage(self.stage).label)

    @property
    def done(self) -> int:
        return sum(one.milestone.is_approved for one in self.lines)


@dataclass(frozen=True)
class StreamItem:
    """One line of the stream: what was done, or a remark with its files."""

    at: datetime
    who: str
    what: str = ""
    text: str = ""
    is_internal: bool = False
    is_comment: bool = False
    is_from_company: bool = False
    files: list[Attachment] = field(default_factory=list)


@dataclass
class Page:
    """What the page of one project needs; each part is read once."""

    project: Project
    user: User
    today: date

    @cached_property
    def near(self) -> date:
        return deadlines.yellow_from(self.today)

    @cached_property
    def lines(self) -> list[ItemLine]:
        return item_lines(self.project, self.today, self.near)

    @cached_property
    def lamp(self) -> lamp_words.Told:
        return lamp_words.told(lamps.lamp(self.project, today=self.today))

    @cached_property
    def forecast(self) -> Forecast | None:
        found: Forecast | None = of_project.FORECAST.first(self.project.pk)
        return found if self.project.started_on else None

    @cached_property
    def stages(self) -> list[StageLines]:
        by_stage = sorted(self.lines, key=lambda one: one.milestone.stage)
        return [
            StageLines(stage, list(lines))
            for stage, lines in groupby(by_stage, key=lambda one: one.milestone.stage)
        ]

    @property
    def done(self) -> int:
        return sum(one.milestone.is_approved for one in self.lines)

    @cached_property
    def turns(self) -> list[ItemLine]:
        """Items on which somebody has to act now, the most urgent first."""
        active = [one for one in self.lines if one.turn and one.milestone.is_open]
        return sorted(
            active, key=lambda one: (one.due_on or date.max, one.milestone.pk)
        )

    @cached_property
    def officers(self) -> list[ProjectLiaison]:
        return of_project.OFFICERS.rows([self.project.pk])

    @cached_property
    def parts(self) -> list[ProjectPart]:
        return of_project.PARTS.rows([self.project.pk])

    @property
    def supporting(self) -> list[str]:
        return [one.department.name for one in self.parts if one.kind == "support"]

    @cached_property
    def steps(self) -> list[LifeStep]:
        return of_project.STEPS.rows([self.project.pk])

    @cached_property
    def next_step(self) -> LifeStep | None:
        stages = list(Project.Stage)
        place = stages.index(Project.Stage(self.project.stage)) + 1
        wanted = stages[place] if place < len(stages) else None
        return next((one for one in self.steps if one.stage == wanted), None)

    @cached_property
    def blockers(self) -> list[Blocker]:
        return of_project.BLOCKERS.rows([self.project.pk])

    @cached_property
    def blocker_lines(self) -> list[tuple[Blocker, list[marks.Raised]]]:
        """Each with the tickets that were made of it."""
        raised = marks.raised_of([one.pk for one in self.blockers], self.user)
        return [(one, raised.get(one.pk, [])) for one in self.blockers]

    @property
    def may_order(self) -> bool:
        """督办: by supervisors and leaders, on what they read here."""
        return self.user.has_role(Role.SUPERVISOR, Role.LEADER)

    @property
    def open_blockers(self) -> list[Blocker]:
        return [one for one in self.blockers if one.cleared_at is None]

    @cached_property
    def listing(self) -> KeyListing | None:
        """The request that waits for a leader."""
        found: KeyListing | None = of_project.LISTING.first(self.project.pk)
        return found

    @cached_property
    def sessions(self) -> list[session_list.Row]:
        """Joint sessions on site, the newest first."""
        rows = session_list.of_project(
            self.user, self.project.pk, self.today, self.near
        )
        return rows[:SESSIONS]

    @property
    def may_call(self) -> bool:
        flags = ("may_work", "may_manage", "may_decide")
        return any(getattr(self.project, flag) for flag in flags)

    @cached_property
    def panels(self) -> list[project_panels.Shown]:
        return project_panels.of(self.project, self.user, self.today)

    @cached_property
    def notes(self) -> list[site_notes.SiteNote]:
        return site_notes.notes_of(self.project)

    @cached_property
    def stream(self) -> list[StreamItem]:
        return stream_of(self.project)

    @property
    def open_question(self) -> StreamItem | None:
        """What the company asked and no official has answered in public."""
        said = (one for one in self.stream if one.is_comment and not one.is_internal)
        newest = next(said, None)
        return newest if newest and newest.is_from_company else None

    @cached_property
    def newer_template(self) -> ApprovalTemplate | None:
        return changeover.newer_version(self.project)

    @cached_property
    def official(self) -> list[OfficialStatus]:
        """What the national system says otherwise."""
        return of_project.OFFICIAL.rows([self.project.pk])

    @property
    def may_comment(self) -> bool:
        is_living = self.project.archived_at is None
        return is_living and comments.may_remark(self.user)

    @property
    def site_visit_due_on(self) -> date | None:
        return self.project.site_visit_due_on()


def page_of(project: Project, user: User, now: datetime | None = None) -> Page:
    """The project must come from for_page() and with_rights(user)."""
    return Page(project, user, timezone.localdate(now))


def item_lines(project: Project, today: date, near: date) -> list[ItemLine]:
    milestones: list[Milestone] = of_project.ITEMS.rows([project.pk])
    by_pk = {one.pk: one for one in milestones}
    needs: dict[int, list[Milestone]] = {}
    for after, before in of_project.EDGES.rows([project.pk]):
        if before in by_pk:
            needs.setdefault(after, []).append(by_pk[before])
    return [ItemLine(one, needs.get(one.pk, []), today, near) for one in milestones]


def files_of(model: Any, keys: list[int]) -> dict[int, list[Attachment]]:
    """The attachments of several records of one kind, in one query."""
    rows = Attachment.objects.filter(
        subject_type=model._meta.label_lower, subject_id__in=keys
    ).select_related("file")
    found: dict[int, list[Attachment]] = {}
    for one in rows.order_by("pk"):
        found.setdefault(one.subject_id, []).append(one)
    return found


def stream_of(project: Project) -> list[StreamItem]:
    """Events in words, moves of items and remarks, the newest first."""
    events, moves = of_project.EVENTS, of_project.MOVES
    subject_type, subject_id = subject_of(project)
    said = Comment.objects.filter(subject_type=subject_type, subject_id=subject_id)
    attached = Prefetch("attachments", Attachment.objects.select_related("file"))
    said = said.select_related("author").prefetch_related(attached)
    items = [
        *(told(one) for one in events.rows([project.pk])),
        *(moved(one) for one in moves.rows([project.pk])),
        *(remark(one) for one in said.order_by("-pk")[: of_project.STREAM_LENGTH]),
    ]
    items.sort(key=lambda one: one.at, reverse=True)
    return items[: of_project.STREAM_LENGTH]


def told(event: Event) -> StreamItem:
    return StreamItem(
        at=event.at,
        who=event.actor.name if event.actor else str(_("The system")),
        what=str(ACTIONS.get(event.action, event.action)),
        is_internal=not event.is_public,
    )


def moved(move: MilestoneMove) -> StreamItem:
    values = {"item": move.milestone.name, "state": move.get_after_display()}
    return StreamItem(
        at=move.at,
        who=move.actor.name if move.actor else str(_("The system")),
        what=_("“%(item)s”: %(state)s") % values,
        text=move.notice,
    )


def remark(comment: Comment) -> StreamItem:
    return StreamItem(
        at=comment.created_at,
        who=comment.author.name,
        text=comment.text,
        is_internal=comment.is_internal,
        is_comment=True,
        is_from_company=comment.author.department_id is None,
        files=list(comment.attachments.all()),
    )
