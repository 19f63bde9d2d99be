"""What of projects and their approvals is on a person's first page. Nothing writes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Q, Subquery

from crm.lib import trees
from crm.lib.workdays import Unit
from crm.models import Comment, Deadline, Department, Lamp, Role, User, lamp_of
from crm.models.people import by_access
from crm.services import calendar, deadlines
from projects.agency_page import TO_SIGN as AGENCY_TO_SIGN
from projects.lamp_words import Told, told
from projects.models import (
    Agency,
    AgencyState,
    JointSession,
    KeyListing,
    Milestone,
    Project,
    SessionLine,
    State,
)
from projects.models.milestones import ADMIT, DECIDE
from projects.models.sessions import PROMISE
from projects.models.states import OPEN, PAUSING, UNBEGUN
from projects.services.lamps import lamps_of

UNIT_ROLES = (Role.HANDLER, Role.UNIT_HEAD)
# Expiring approvals are told of so many days ahead.
AHEAD = timedelta(days=90)
# Of the projects in one leader's charge, so many are looked at.
MOST_CHARGED = 100
# Site visits are told of a few days before they are due.
SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One approval item in a list of a home page."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "name",
        "state",
        "project__name",
        "department__name",
        "ready_told_at",
        "due_day",
        "due_unit",
    )
    today: date
    near: date
    pk: int
    name: str
    state: int
    project: str
    department: str
    ready_told_at: datetime | None
    due_on: date | None
    unit: str | None

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)

    @property
    def lamp(self) -> Lamp:
        return lamp_of(self.due_on, False, self.today, self.near)

    @property
    def days_left(self) -> int | None:
        if self.due_on is None or self.unit is None:
            return None
        return calendar.count_between(self.today, self.due_on, Unit(self.unit))


ItemLister = Callable[[User, date, int], list[ItemRow]]


def item_list(build: Callable[[User, date], Any]) -> ItemLister:
    """The first rows of a person's items, without writing the query each time."""

    @by_access
    def flat(user: User, today: date, limit: int) -> Any:
        items = build(user, today).with_clock()
        in_order = items.order_by(F("due_day").asc(nulls_last=True), "pk")
        return in_order.values_list(*ItemRow.FIELDS)[:limit]

    @wraps(build)
    def rows(user: User, today: date, limit: int) -> list[ItemRow]:
        near = deadlines.yellow_from(today)
        return [ItemRow(today, near, *one) for one in flat(user, today, limit)]

    return rows


def owed(user: User, kind: str) -> Any:  # a queryset of keys
    """Deadlines of this kind that run with the person's departments."""
    below = user.access.department_ranges(*UNIT_ROLES)
    units = Department.objects.filter(trees.in_ranges(below, "path"))
    running = Deadline.objects.running().filter(
        kind=kind, department__in=units.values("pk")
    )
    return running.values("pk")


@item_list
def to_decide(user: User, today: date) -> Any:
    """With the person's departments, and it is their turn.

    From the end of the deadlines: their index knows department and day.
    """
    mine = Q(decide_by__in=owed(user, DECIDE)) | Q(admit_by__in=owed(user, ADMIT))
    return Milestone.objects.living().filter(
        mine, state__in=OPEN - UNBEGUN - PAUSING, project__archived_at=None
    )


@item_list
def with_the_company(user: User, today: date) -> Any:
    """Of the officer's projects: what the company prepares, corrects or has ready."""
    acting = Project.objects.acting_for(user, today)
    begun = Q(state__in=[State.PREPARING, State.CORRECTION])
    return Milestone.objects.living().filter(
        begun | Q(ready_told_at__isnull=False), project__in=acting.values("pk")
    )


@item_list
def near_of_projects(user: User, today: date) -> Any:
    """Of the officer's projects: what departments must decide soon, or had to."""
    acting = Project.objects.acting_for(user, today)
    near = deadlines.yellow_from(today)
    return Milestone.objects.living().filter(
        project__in=acting.values("pk"),
        state__in=OPEN - UNBEGUN - PAUSING,
        decide_by__met_at=None,
        decide_by__due_on__lte=near,
    )


@item_list
def late_approvals(user: User, today: date) -> Any:
    """In the scope of who watches: what was not decided in time."""
    late = Deadline.objects.late(today).filter(kind=DECIDE)
    return Milestone.objects.visible_to(user).filter(
        decide_by__in=late.values("pk"), project__archived_at=None
    )


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A project that somebody should visit on site, and by when."""

    pk: int
    name: str
    last_visit_on: date | None
    due_on: date
    lamp: Lamp


def site_visits(user: User, today: date) -> list[SiteRow]:
    """The officer's projects whose site visit is due or overdue, the longest first."""
    rows = []
    for project in Project.objects.acting_for(user, today).running():
        due_on = project.site_visit_due_on()
        if due_on and due_on <= today + SOON:
            lamp = Lamp.RED if due_on < today else Lamp.YELLOW
            last = project.last_visit_on
            rows.append(SiteRow(project.pk, project.name, last, due_on, lamp))
    return sorted(rows, key=lambda one: (one.due_on, one.pk))


@by_access
def questions(user: User, today: date, limit: int) -> Any:
    """What companies asked of the officer's projects since an official wrote there."""
    acting = Project.objects.acting_for(user, today)
    public = Comment.objects.filter(
        subject_type=Project._meta.label_lower, is_internal=False
    )
    answers = public.filter(
        subject_id=OuterRef("subject_id"),
        author__department__isnull=False,
        pk__gt=OuterRef("pk"),
    )
    names = Project.objects.filter(pk=OuterRef("subject_id")).values("name")
    asked = public.filter(
        ~Exists(answers), author__department=None, subject_id__in=acting.values("pk")
    )
    named = asked.annotate(project_name=Subquery(names[:1]))
    return named.order_by("pk").values(
        "subject_id", "project_name", "text", "created_at"
    )[:limit]


@by_access
def agencies_to_draw_up(user: User, today: date, limit: int) -> Any:
    """What companies of the officer's projects asked for and nobody offered yet."""
    acting = Project.objects.acting_for(user, today)
    waiting = Agency.objects.filter(
        project__in=acting.values("pk"),
        state__in=[AgencyState.ASKED, AgencyState.DRAFTING],
    )
    return waiting.order_by("asked_at", "pk").values(
        "project_id", "state", "asked_at", name=F("project__name")
    )[:limit]


@by_access
def agencies_to_sign(user: User) -> Any:
    """What waits for the company's signature."""
    waiting = Agency.objects.of_owner(user).filter(state__in=AGENCY_TO_SIGN)
    return waiting.order_by("asked_at", "pk").values(
        "project_id", "state", "asked_at", name=F("project__name")
    )


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """What a department promised in a joint session and has not answered."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "matter",
        "department__name",
        "session_id",
        "session__project__name",
        "due__due_on",
        "due__unit",
    )
    today: date
    near: date
    pk: int
    matter: str
    department: str
    session: int
    project: str
    due_on: date
    unit: str

    @property
    def lamp(self) -> Lamp:
        return lamp_of(self.due_on, False, self.today, self.near)

    @property
    def days_left(self) -> int:
        return calendar.count_between(self.today, self.due_on, Unit(self.unit))


def promises(user: User, today: date, limit: int) -> list[PromiseRow]:
    """Of the person's own departments, the next first."""
    lines = SessionLine.objects.filter(due__in=owed(user, PROMISE))
    return promise_rows(lines, today, limit)


def late_promises(user: User, today: date, limit: int) -> list[PromiseRow]:
    """In the scope of who watches: what was not answered in time."""
    late = Deadline.objects.late(today).filter(kind=PROMISE)
    lines = SessionLine.objects.visible_to(user).filter(due__in=late.values("pk"))
    return promise_rows(lines, today, limit)


def promise_rows(lines: Any, today: date, limit: int) -> list[PromiseRow]:
    near = deadlines.yellow_from(today)
    living = lines.filter(session__project__archived_at=None)
    rows = living.order_by("due__due_on", "pk").values_list(*PromiseRow.FIELDS)
    return [PromiseRow(today, near, *one) for one in rows[:limit]]


@by_access
def sessions_of_officer(user: User, today: date, limit: int) -> Any:
    """Called for the officer's projects: to come, or to be closed."""
    acting = Project.objects.acting_for(user, today)
    return session_rows(Q(project__in=acting.values("pk")), limit)


@by_access
def sessions_of_unit(user: User, today: date, limit: int) -> Any:
    """To which the person's departments are called."""
    lines = SessionLine.objects.spoken_by(user)
    return session_rows(Q(pk__in=lines.values("session")), limit)


@by_access
def sessions_of_owner(user: User, today: date, limit: int) -> Any:
    """At which departments come to the company."""
    own = Project.objects.owned_by(user)
    return session_rows(Q(project__in=own.values("pk")), limit)


def session_rows(whose: Q, limit: int) -> Any:
    planned = JointSession.objects.filter(whose, status=JointSession.Status.PLANNED)
    return planned.order_by("day", "pk").values(
        "pk", "topic", "day", "at", "place", project_name=F("project__name")
    )[:limit]


@by_access
def listings(user: User, limit: int) -> Any:
    """Requests for the key list that wait for this leader."""
    decided = Project.objects.decided_by(user)
    waiting = KeyListing.objects.filter(
        decided_at=None, project__in=decided.values("pk")
    )
    return waiting.order_by("asked_at", "pk").values(
        "kind", "reason", "asked_at", pk=F("project"), name=F("project__name")
    )[:limit]


def behind(user: User, today: date) -> list[tuple[Project, Told]]:
    """What is in this leader's charge and behind its plan, the worst first."""
    own = Project.objects.visible_to(user).running().filter(leader=user)
    newest = own.order_by("-updated_at", "-pk")[:MOST_CHARGED]
    charged = {one.pk: one for one in newest}
    lit = lamps_of(list(charged), today=today)
    return [
        (charged[pk], told(lit[pk]))
        for colour in (Lamp.RED, Lamp.YELLOW)
        for pk in charged
        if pk in lit and lit[pk].lamp == colour
    ]


@by_access
def expiring(user: User, today: date, limit: int) -> Any:
    """Approvals of the officer's projects that lapse within three months."""
    acting = Project.objects.acting_for(user, today)
    items = Milestone.objects.living().filter(
        project__in=acting.values("pk"),
        project__finished_on=None,
        expires_on__lte=today + AHEAD,
        expires_on__gte=today,
    )
    return items.order_by("expires_on", "pk").values(
        "pk", "name", "expires_on", project_name=F("project__name")
    )[:limit]


@by_access
def without_officer(user: User, limit: int) -> Any:
    """Projects of the dispatcher's region that nobody serves as A."""
    served = Q(liaisons__role="A", liaisons__ended_on=None)
    served_ones = Project.objects.filter(served).values("pk")
    projects = Project.objects.managed_by(user).exclude(pk__in=served_ones)
    return projects.order_by("-updated_at", "-pk").values(
        "pk", "name", region_name=F("region__name")
    )[:limit]
