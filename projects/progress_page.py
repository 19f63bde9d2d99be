"""A project as its company reads it: whose turn, what to bring, when it will end.

Only what is public goes in here; officials see the same page when they look over the
company's shoulder, and a link's visitor sees it without people, files and questions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.company_page import Officer, officers_from
from crm.models import Comment, CompanyLiaison, StoredFile, User
from crm.services import comments, deadlines
from projects import company_acts, of_project, session_list, turns
from projects.clocks import Clocks
from projects.company_acts import Act
from projects.forecast import ready_on
from projects.models import (
    Forecast,
    Milestone,
    MilestoneMaterial,
    MilestoneMove,
    Project,
    ProjectLiaison,
    Stage,
    State,
    Turn,
)
from projects.models.states import FAILED, UNBEGUN
from projects.services import scheduling
from projects.services.scheduling import Plan, Row
from projects.site_notes import SiteNote, public_notes_of

COMING: Final = 3
SESSIONS: Final = 5
Kind = MilestoneMaterial.State


@dataclass(frozen=True)
class Step:
    """One item that somebody can act on now."""

    item: Milestone
    turn: Turn
    since: date
    days: int
    materials: list[MilestoneMaterial]
    # Public words of the department: what to correct, why it failed.
    notice: str = ""
    # Until when the department promised, while its clock runs.
    due_on: date | None = None
    days_left: int | None = None

    @property
    def kind(self) -> str:
        """Which sentence says it."""
        if self.item.state in UNBEGUN:
            return "prepare"
        if self.item.state in FAILED:
            return "failed"
        return {
            State.CORRECTION: "correct",
            State.SPECIAL: "special",
            State.RECEIVED: "admit",
        }.get(State(self.item.state), "decide")

    @property
    def lasted(self) -> str:
        """「已 3 天」."""
        if not self.days:
            return _("since today")
        return ngettext("for %(n)s day", "for %(n)s days", self.days) % {"n": self.days}

    @property
    def is_late(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def may_tell(self) -> bool:
        """Whether the company could say that its materials are ready."""
        return self.kind in {"prepare", "correct"} and not self.item.ready_told_at


@dataclass(frozen=True)
class Next:
    """An item that nobody can act on yet."""

    item: Milestone
    start_on: date


@dataclass(frozen=True)
class ItemLine:
    """One item and whose its days were."""

    item: Milestone
    clocks: Clocks
    # Who of the department has it in hand; nobody before it acted.
    person: str = ""


@dataclass(frozen=True)
class StageLines:
    name: str
    lines: list[ItemLine]

    @property
    def done(self) -> int:
        return sum(line.item.is_approved for line in self.lines)

    @property
    def is_open(self) -> bool:
        """Whether something of it is under way."""
        items = (line.item for line in self.lines)
        return any(one.is_open and one.state not in UNBEGUN for one in items)


@dataclass(frozen=True)
class Lapse:
    """An approval that is likely to run out before the item that needs it begins."""

    name: str
    expires_on: date
    before: str
    start_on: date


@dataclass(frozen=True)
class Page:
    """Everything `progress.html` and `public_progress.html` show."""

    project: Project
    today: date
    steps: list[Step]
    coming: list[Next]
    done: list[Milestone]
    stages: list[StageLines]
    forecast: Forecast | None
    officers: list[Officer] = field(default_factory=list)
    questions: list[Comment] = field(default_factory=list)
    sessions: list[session_list.Row] = field(default_factory=list)
    notes: list[SiteNote] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    may_tell: bool = False
    may_ask: bool = False
    may_link: bool = False

    @property
    def first(self) -> Step | None:
        return self.steps[0] if self.steps else None

    @property
    def others(self) -> list[Step]:
        return self.steps[1:]

    @property
    def to_bring(self) -> list[Step]:
        return [step for step in self.steps if step.turn == Turn.COMPANY]

    @property
    def is_company_free(self) -> bool:
        """Whether the company need do nothing now."""
        return all(step.item.ready_told_at for step in self.to_bring)

    @property
    def total(self) -> int:
        return sum(len(stage.lines) for stage in self.stages)

    @property
    def has_begun(self) -> bool:
        return self.project.started_on is not None

    @property
    def lapses(self) -> list[Lapse]:
        day = date.fromisoformat
        return [
            Lapse(
                one["name"], day(one["expires_on"]), one["before"], day(one["start_on"])
            )
            for one in (self.forecast.lapses if self.forecast else ())
        ]

    @property
    def on_duty(self) -> Officer | None:
        """Whom to call today."""
        present = [one for one in self.officers if not one.is_away]
        return present[0] if present else None

    @property
    def complaints(self) -> dict[str, str]:
        return {
            "text": settings.CRM_COMPLAINT_TEXT or _("Government service hotline"),
            "phone": settings.CRM_COMPLAINT_PHONE,
        }


def page_of(project: Project, today: date, user: User | None = None) -> Page:
    """Without a user for a link's visitor: no people, files and questions."""
    plan = scheduling.plan_of(project, today=today)
    items = items_of(project)
    now = turns.current(plan) if project.started_on else []
    forecast = forecast_of(project)
    page = Page(
        project=project,
        today=today,
        steps=steps_of(plan, now, items),
        coming=coming_of(plan, turns.coming(plan, now), items, forecast)[:COMING],
        done=sorted(
            (one for one in items.values() if one.is_approved),
            key=lambda one: (one.ended_on or today, one.order),
            reverse=True,
        ),
        stages=stages_of(plan, items.values()),
        forecast=forecast,
    )
    return page if user is None else with_people(page, user)


def with_people(page: Page, user: User) -> Page:
    project = page.project
    is_owner = bool(project.is_owned)  # type: ignore[attr-defined] # annotated
    return replace(
        page,
        stages=with_persons(page.stages, persons_of(project)),
        officers=officers_of(project, page.today),
        questions=questions_of(project),
        sessions=session_list.of_project(
            user, project.pk, page.today, deadlines.yellow_from(page.today)
        )[:SESSIONS],
        notes=public_notes_of(project),
        acts=company_acts.of(project) if is_owner else [],
        may_tell=is_owner,
        may_ask=project.archived_at is None and comments.may_remark(user),
        may_link=any(
            getattr(project, flag) for flag in ("may_manage", "may_work", "is_owned")
        ),
    )


def persons_of(project: Project) -> dict[int, str]:
    """Who is responsible for each item: of its department, who acted on it last."""
    rows: Iterable[tuple[int, str]] = of_project.PERSONS.rows([project.pk])
    return dict(rows)


def with_persons(
    stages: Iterable[StageLines], names: Mapping[int, str]
) -> list[StageLines]:
    def named(line: ItemLine) -> ItemLine:
        return replace(line, person=names.get(line.item.pk, ""))

    return [replace(one, lines=[named(line) for line in one.lines]) for one in stages]


def forecast_of(project: Project) -> Forecast | None:
    """While anything is still to come."""
    found: Forecast | None = of_project.FORECAST.first(project.pk)
    return found if found and found.p50_on else None


def coming_of(
    plan: Plan,
    rows: Iterable[Row],
    items: Mapping[int, Milestone],
    forecast: Forecast | None,
) -> list[Next]:
    """From the day of the forecast on, so that page and timeline say the same."""
    expected = forecast.estimates() if forecast else {}
    found = []
    for row in rows:
        start_on = plan.schedule.slots[row.key].earliest_start
        if row.key in expected:
            start_on = max(expected[row.key].start_on, plan.today)
        found.append(Next(items[row.pk], start_on))
    return sorted(found, key=lambda one: one.start_on)


def items_of(project: Project) -> dict[int, Milestone]:
    """In their order."""
    return {one.pk: one for one in of_project.ITEMS.rows([project.pk])}


def stages_of(plan: Plan, items: Iterable[Milestone]) -> list[StageLines]:
    by_stage: dict[int, list[ItemLine]] = {}
    for one in items:
        line = ItemLine(one, plan.clocks[one.key])
        by_stage.setdefault(one.stage, []).append(line)
    return [
        StageLines(str(Stage(stage).label), by_stage[stage])
        for stage in sorted(by_stage)
    ]


def steps_of(
    plan: Plan, now: Sequence[Row], items: Mapping[int, Milestone]
) -> list[Step]:
    keys = [row.pk for row in now]
    materials, notices = materials_of(keys), notices_of(keys)
    return [
        step_of(plan, row, items[row.pk], materials.get(row.pk, []), notices)
        for row in now
    ]


def step_of(
    plan: Plan,
    row: Row,
    item: Milestone,
    materials: list[MilestoneMaterial],
    notices: Mapping[tuple[int, int], str],
) -> Step:
    since = since_of(plan, row, item)
    clock = item.admit_by if item.state == State.RECEIVED else item.decide_by
    if item.turn != Turn.DEPARTMENT:
        clock = None
    return Step(
        item=item,
        turn=item.turn,
        since=since,
        days=max((plan.today - since).days, 0),
        materials=materials if item.turn == Turn.COMPANY else [],
        notice=notices.get((row.pk, row.state), ""),
        due_on=clock.due_on if clock else None,
        days_left=deadlines.days_left(clock, plan.today) if clock else None,
    )


def since_of(plan: Plan, row: Row, item: Milestone) -> date:
    """The day it became somebody's turn: its state, or all it needs, came then."""
    if item.state != State.NOT_STARTED:
        return item.state_since or plan.start
    ready = ready_on(plan.tasks[row.key], plan.tasks, plan.start)
    return max(filter(None, [ready, item.attempt_from]), default=plan.start)


def materials_of(keys: Sequence[int]) -> dict[int, list[MilestoneMaterial]]:
    """What is still to be brought, with its example."""
    wanted = (Kind.NEEDED, Kind.DEFERRED)
    rows = MilestoneMaterial.objects.filter(milestone__in=keys, state__in=wanted)
    found: dict[int, list[MilestoneMaterial]] = {}
    for one in rows.select_related("sample"):
        found.setdefault(one.milestone_id, []).append(one)
    return found


def samples_of(project: Project) -> QuerySet[StoredFile]:
    """The examples that may be downloaded from its page."""
    wanted = MilestoneMaterial.objects.filter(milestone__project=project)
    return StoredFile.objects.filter(pk__in=wanted.values("sample"))


def notices_of(keys: Sequence[int]) -> dict[tuple[int, int], str]:
    """The latest words of the department for each item and the state it is in."""
    moves = MilestoneMove.objects.filter(milestone__in=keys).exclude(notice="")
    rows = moves.order_by("pk").values_list("milestone_id", "after", "notice")
    return {(pk, after): notice for pk, after, notice in rows}


def officers_of(project: Project, today: date) -> list[Officer]:
    """The project's own; before it has any, those of its company."""
    own = ProjectLiaison.objects.open().filter(project=project)
    if found := officers_from(own.for_card(today)):
        return found
    if project.company_id is None:
        return []
    of_company = CompanyLiaison.objects.open().filter(company=project.company_id)
    return officers_from(of_company.for_card(today))


def questions_of(project: Project) -> list[Comment]:
    """What was asked and answered in public, the newest first."""
    return of_project.QUESTIONS.rows([project.pk])
