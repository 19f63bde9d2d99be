"""A case as its page shows it: its tickets, its cause, what is done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Department, Event, Lamp, User
from crm.services import deadlines
from visits import case_effects
from visits.case_effects import Effect, Window
from visits.models import Case, CaseTicket, Improvement, Ticket
from visits.models.cases import KEEPERS
from visits.ticket_list import Row, row_of, with_lead

from . import case_words
from .side_words import new_of

SHOWN = 25
STEPS = 40
Status = Case.Status


@dataclass(frozen=True)
class Step:
    """One step of the case's history."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class Task:
    """An improvement with its lamp, and what it has changed."""

    row: Improvement
    today: date
    near: date
    effect: Effect | None
    # As it was kept on the day of measuring.
    kept: Effect | None

    @property
    def lamp(self) -> Lamp:
        return self.row.due.lamp(self.today, self.near)

    @property
    def days_left(self) -> int | None:
        return deadlines.days_left(self.row.due, self.today)

    @property
    def is_running(self) -> bool:
        return not self.row.verdict

    @property
    def shown(self) -> Effect | None:
        return self.effect or self.kept

    @property
    def length(self) -> int:
        """Days of each window; none, no figures."""
        return self.shown.length if self.shown else 0

    @property
    def windows(self) -> list[tuple[str, Window]]:
        shown = self.shown
        return [("before", shown.before), ("after", shown.after)] if shown else []

    @property
    def cautions(self) -> list[str]:
        return list(self.shown.cautions()) if self.shown else []


@dataclass(frozen=True)
class Member:
    """A ticket of the case as its list shows it."""

    row: Row
    is_chosen: bool
    percent: int


@dataclass(frozen=True)
class Page:
    case: Case
    members: list[Member]
    total: int
    companies: int
    tasks: list[Task]
    steps: list[Step]
    today: date
    # Of the region: reads figures and decides; a department sees its own tickets.
    may_change: bool
    may_effect: bool

    @property
    def acts(self) -> list[tuple[str, Any]]:
        """What can be done now, the next act first."""
        acts: list[tuple[str, Any]] = []
        if self.may_change:
            acts += CHANGES.get(self.case.status, ())
        if self.may_effect and self.case.status == Status.PLANNED:
            acts.insert(0, ("effect", _("It is in effect")))
        return acts

    @property
    def task(self) -> Task | None:
        return self.tasks[0] if self.tasks else None

    @property
    def is_open(self) -> bool:
        return not self.case.is_ended


CHANGES: dict[str, Sequence[tuple[str, Any]]] = {  # Any: lazy words
    Status.OPEN: (("plan", _("Plan an improvement")), ("drop", _("No case after all"))),
    Status.PLANNED: (("give-up", _("Give the improvement up")),),
    Status.IN_EFFECT: (("measure", _("Measure the effect")),),
    Status.MEASURED: (
        ("conclude", _("Judge the effect")),
        ("measure", _("Measure again")),
    ),
    Status.CLOSED: (("reopen", _("Open again")),),
    Status.INEFFECTIVE: (("reopen", _("Look for another way")),),
}


def page_of(case: Case, user: User, now: datetime) -> Page:
    today = timezone.localdate(now)
    may_change = Case.objects.changeable_by(user).filter(pk=case.pk).exists()
    may_effect = may_change
    if not may_change:
        may_effect = Case.objects.effected_by(user).filter(pk=case.pk).exists()
    rows = CaseTicket.objects.present().filter(case=case)
    if not may_change:
        # A department counts its own, as it sees its own.
        mine = Ticket.objects.visible_to(user)
        rows = rows.filter(ticket__in=mine.values("pk"))
    counts = rows.order_by().aggregate(
        total=Count("pk"), companies=Count("ticket__company", distinct=True)
    )
    return Page(
        case=case,
        members=members_of(rows, today),
        **counts,
        tasks=tasks_of(case, today, with_figures=may_change),
        steps=steps_of(case),
        today=today,
        may_change=may_change,
        may_effect=may_effect,
    )


def members_of(rows: "QuerySet[CaseTicket]", today: date) -> list[Member]:
    """The newest of these."""
    newest = rows.order_by("-ticket").values_list("ticket", "how", "percent")[:SHOWN]
    told = {key: (how, percent) for key, how, percent in newest}
    tickets = with_lead(Ticket.objects.filter(pk__in=told)).order_by("-pk")
    near = deadlines.yellow_from(today)
    found = []
    for values in tickets.values_list(*Row.FIELDS):
        how, percent = told[values[0]]
        is_chosen = how == CaseTicket.How.CHOSEN
        found.append(Member(row_of(today, near, *values), is_chosen, percent))
    return found


def tasks_of(case: Case, today: date, *, with_figures: bool) -> list[Task]:
    """The newest first; figures are the region's, not a department's."""
    near = deadlines.yellow_from(today)
    rows = Improvement.objects.filter(case=case).select_related(
        "due", "department", "item", "planned_by", "put_by", "measured_by"
    )
    return [
        Task(
            row=row,
            today=today,
            near=near,
            effect=_effect(case, row, today) if with_figures else None,
            kept=_kept(row) if with_figures else None,
        )
        for row in rows.order_by("-pk")
    ]


def _effect(case: Case, row: Improvement, today: date) -> Effect | None:
    """As it stands today, while it is not judged; then what was kept holds."""
    return None if row.verdict else case_effects.effect_of(case, row, today)


def _kept(row: Improvement) -> Effect | None:
    return case_effects.from_json(row.figures) if row.figures else None


def steps_of(case: Case) -> list[Step]:
    told = list(Event.objects.for_subject(case).for_list()[:STEPS])
    keys = {new_of(event.changes, "department") for event in told}
    keys.discard(None)
    units = (
        Department.objects.filter(pk__in=keys) if keys else Department.objects.none()
    )
    names = dict(units.values_list("pk", "name"))
    system = str(_("The system"))
    return [
        Step(
            event.at,
            event.actor.name if event.actor else system,
            case_words.sentence_of(event, names),
        )
        for event in told
    ]


def oversees(user: User) -> bool:
    """Whether the person may open cases somewhere."""
    return bool(user.access.region_ranges(*KEEPERS))
