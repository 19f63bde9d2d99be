"""Subjects of escalations: tickets, parts, milestones, promises, projects."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import partial

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.querysets import union_of
from crm.lib.templates.urls import address
from crm.models import Department, Role, User
from projects.models import Milestone, Project, SessionLine
from projects.models.milestones import ADMIT, DECIDE
from projects.models.sessions import PROMISE
from projects.models.states import OPEN
from projects.services import readings
from visits.models import Ticket, TicketPart
from visits.models.escalation_rules import Trigger
from visits.models.parts import PART
from visits.models.sideways import RULING
from visits.models.ticket_codes import SOLVE
from visits.models.ticket_rights import companies_of
from visits.services.tickets.parking import NEXT_REPLY

from . import escalation_kinds, escalation_others
from .escalation_kinds import Clock, Kind, Named, Reached

Keys = Collection[int]
SINCE_DISPATCH = pgettext_lazy("escalation", "after the dispatch")


def register() -> None:
    """Called once, when the apps are loaded."""
    for kind in (*KINDS, *escalation_others.KINDS):
        escalation_kinds.register(kind)


# --- How they are called -----------------------------------------------------------


def tickets_named(keys: Keys) -> dict[int, Named]:
    rows = Ticket.objects.filter(pk__in=keys).values_list("pk", "number", "title")
    return {
        pk: Named(title, address("visits:ticket", pk), number)
        for pk, number, title in rows
    }


def parts_named(keys: Keys) -> dict[int, Named]:
    fields = ("pk", "ticket_id", "ticket__number", "ticket__title")
    rows = TicketPart.objects.filter(pk__in=keys).values_list(*fields)
    return {
        pk: Named(title, address("visits:ticket", ticket), number)
        for pk, ticket, number, title in rows
    }


def milestones_named(keys: Keys) -> dict[int, Named]:
    rows = Milestone.objects.filter(pk__in=keys).values_list(
        "pk", "name", "project__name"
    )
    return {
        pk: Named(f"{name} · {project}", address("projects:milestone", pk))
        for pk, name, project in rows
    }


def lines_named(keys: Keys) -> dict[int, Named]:
    rows = SessionLine.objects.filter(pk__in=keys).values_list(
        "pk", "matter", "session_id"
    )
    return {
        pk: Named(matter, address("projects:session", session))
        for pk, matter, session in rows
    }


def projects_named(keys: Keys) -> dict[int, Named]:
    rows = Project.objects.filter(pk__in=keys).values_list("pk", "name")
    return {pk: Named(name, address("projects:project", pk)) for pk, name in rows}


# --- Who may raise by hand ---------------------------------------------------------


def raisable_tickets(user: User) -> QuerySet[Ticket]:
    """By the dispatch centre, the officer, the head of the lead, a leader in scope."""
    every = Ticket.objects.all()
    branches = [
        every.dispatchable_by(user).values("pk"),
        every.decidable_by(user).values("pk"),
    ]
    if user.has_role(Role.OFFICER):
        own = every.filter(company__in=companies_of(user))
        branches.append(own.values("pk"))
    keys = union_of(branches)
    return every.none() if keys is None else every.filter(pk__in=keys)


def raisable_milestones(user: User) -> QuerySet[Milestone]:
    """Of the dispatcher's region, the project's officers, the unit's head, leaders."""
    every = Milestone.objects.all()
    decided = Project.objects.decided_by(user)
    branches = [
        every.manageable_by(user).values("pk"),
        every.preparable_by(user).values("pk"),
        every.living().filter(project__in=decided.values("pk")).values("pk"),
    ]
    if below := user.access.department_ranges(Role.UNIT_HEAD):
        units = Department.objects.filter(trees.in_ranges(below, "path"))
        own = every.living().filter(department__in=units.values("pk"))
        branches.append(own.values("pk"))
    keys = union_of(branches)
    return every.none() if keys is None else every.filter(pk__in=keys)


# --- What is counted ---------------------------------------------------------------


def tickets_counted(
    trigger: Trigger, column: str, less: int, times: int, today: date
) -> Iterable[Reached]:
    """Each further time is told of anew."""
    rows = Ticket.objects.open().filter(**{f"{column}__gte": times + less})
    return [
        Reached(pk, count - less, f"{trigger}-{count - less}")
        for pk, count in rows.order_by().values_list("pk", column)
    ]


def yellow_months(months: int, today: date) -> Iterable[Reached]:
    """Told once a run of months."""
    return [
        Reached(run.project, run.count, f"{Trigger.YELLOW}-{run.first:%Y-%m}")
        for run in readings.runs_behind(months, today=today)
    ]


# --- The kinds ----------------------------------------------------------------------

TICKET = Kind(
    key="ticket",
    label=pgettext_lazy("escalation", "ticket"),
    model=Ticket,
    clocks={
        RULING: Clock(
            "returns__rule_by",
            pgettext_lazy("clock", "the ruling"),
            since=pgettext_lazy("escalation", "after the return"),
            undone=_("the return has not been ruled on"),
            is_of_centre=True,
        ),
        NEXT_REPLY: Clock(
            "next_reply_by",
            pgettext_lazy("clock", "the next reply"),
            since=pgettext_lazy("escalation", "after the last reply"),
            undone=_("the company has not heard again"),
        ),
        "contact": Clock(
            "contact_by",
            pgettext_lazy("clock", "the contact"),
            since=SINCE_DISPATCH,
            undone=_("the company has not been contacted"),
        ),
        "first_reply": Clock(
            "reply_by",
            pgettext_lazy("clock", "the first reply"),
            since=SINCE_DISPATCH,
            undone=_("no first reply has been given"),
        ),
        SOLVE: Clock(
            "solve_by",
            pgettext_lazy("clock", "the answer"),
            since=SINCE_DISPATCH,
            undone=_("no answer has been given"),
        ),
    },
    alive=~Q(status__in=Ticket.ENDED),
    named=tickets_named,
    department="solve_by__department_id",
    category="category_id",
    urgency="urgency",
    level="level",
    main_clock=SOLVE,
    counts={
        Trigger.RETURNED: partial(tickets_counted, Trigger.RETURNED, "return_count", 0),
        Trigger.NOT_SOLVED: partial(
            tickets_counted, Trigger.NOT_SOLVED, "redo_count", 0
        ),
        # The first dispatch is none in vain, each further one says that another was.
        Trigger.MISDIRECTED: partial(
            tickets_counted, Trigger.MISDIRECTED, "dispatch_count", 1
        ),
    },
    raisable_by=raisable_tickets,
)
TICKET_PART = Kind(
    key="part",
    label=pgettext_lazy("escalation", "assisting part"),
    model=TicketPart,
    clocks={
        PART: Clock(
            "answer_by",
            pgettext_lazy("clock", "the assisting part"),
            since=pgettext_lazy("escalation", "after it was asked for"),
            undone=_("the assisting department has not answered"),
        )
    },
    alive=Q(is_running=True, ended_on=None),
    named=parts_named,
    company="ticket__company_id",
    region="ticket__company__region_id",
    category="ticket__category_id",
    main_clock=PART,
)
MILESTONE = Kind(
    key="milestone",
    label=pgettext_lazy("escalation", "approval item"),
    model=Milestone,
    clocks={
        ADMIT: Clock(
            "admit_by",
            pgettext_lazy("clock", "the acceptance"),
            since=pgettext_lazy("escalation", "after it was handed in"),
            undone=_("it has been neither accepted nor turned down"),
        ),
        DECIDE: Clock(
            "decide_by",
            pgettext_lazy("clock", "the decision"),
            since=pgettext_lazy("escalation", "after the acceptance"),
            undone=_("it has not been decided"),
        ),
    },
    alive=Q(removed_at=None, project__archived_at=None, state__in=sorted(OPEN)),
    named=milestones_named,
    company="project__company_id",
    region="project__region_id",
    main_clock=DECIDE,
    raisable_by=raisable_milestones,
)
SESSION_LINE = Kind(
    key="session_line",
    label=pgettext_lazy("escalation", "promise of a joint session"),
    model=SessionLine,
    clocks={
        PROMISE: Clock(
            "due",
            pgettext_lazy("clock", "the promise"),
            since=pgettext_lazy("escalation", "after the joint session"),
            undone=_("the promise has not been kept"),
        )
    },
    alive=Q(answered_at=None, session__project__archived_at=None),
    named=lines_named,
    company="session__project__company_id",
    region="session__project__region_id",
    main_clock=PROMISE,
)
PROJECT = Kind(
    key="project",
    label=pgettext_lazy("escalation", "key project"),
    model=Project,
    clocks={},
    alive=Q(archived_at=None),
    named=projects_named,
    region="region_id",
    department="lead_department_id",
    counts={Trigger.YELLOW: yellow_months},
)
KINDS = (
    TICKET,
    TICKET_PART,
    MILESTONE,
    SESSION_LINE,
    PROJECT,
)
