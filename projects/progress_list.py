"""A company's projects, a line each: whose turn it is and how much is done."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from crm.models import Department, User
from projects import turns
from projects.models import Project
from projects.models.states import APPROVED, TURN, Turn
from projects.services import scheduling
from projects.services.scheduling import Plan

# A company with more projects than this asks for a list of its own.
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One project of the company. Without an item nobody has a turn."""

    pk: int
    name: str
    done: int
    total: int
    item: str = ""
    turn: Turn = Turn.NOBODY
    department: str = ""
    other_count: int = 0

    @property
    def is_yours(self) -> bool:
        return self.turn == Turn.COMPANY


def lines_for(user: User, today: date) -> list[Line]:
    """Those that wait for the company first."""
    owned = Project.objects.owned_by(user).order_by("-pk")[:MOST]
    projects = {one.pk: one for one in owned}
    if not projects:
        return []
    own = Project.objects.filter(pk__in=projects)
    plans = list(scheduling.plans(own, today=today))
    keys = {row.department for plan in plans for row in plan.rows.values()}
    units = dict(Department.objects.filter(pk__in=keys).values_list("pk", "name"))
    lines = [line_of(projects[plan.project], plan, units) for plan in plans]
    return sorted(lines, key=lambda line: (not line.is_yours, -line.pk))


def line_of(project: Project, plan: Plan, units: dict[int, str]) -> Line:
    rows = plan.rows.values()
    done = sum(row.state in APPROVED for row in rows)
    now = turns.current(plan) if project.started_on else []
    if not now:
        return Line(project.pk, project.name, done, len(rows))
    return Line(
        project.pk,
        project.name,
        done,
        len(rows),
        now[0].name,
        TURN[now[0].state],
        units[now[0].department],
        len(now) - 1,
    )
