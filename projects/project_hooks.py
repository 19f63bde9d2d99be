"""What projects show on lower pages and what they do by night."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm import audit_words, handover, nav, panels, stand_in_page
from crm.lib import periodic, trees
from crm.lib.labels import label_of
from crm.lib.prepared import KEPT, Prepared, place
from crm.lib.templates.urls import address
from crm.models import Company, Department, Grant, Role, User
from crm.models.access import Access
from crm.models.people import anybody_with
from crm.nav import NavItem
from projects.models import (
    ApprovalTemplate,
    JointSession,
    Milestone,
    Project,
    ProjectLiaison,
)
from projects.models.states import OPEN, UNBEGUN
from projects.picture import Mark, MarkLine

from . import event_words, marks, project_list

PANEL_ROWS = 5
# More of a unit's items nobody reads on a note; the desk has them all.
MOST_WORK = 100
UNIT = {Role.HANDLER, Role.UNIT_HEAD}


def hang() -> None:
    """Called once, when the apps are loaded."""
    officials = project_list.OFFICIALS
    own = _("My projects")
    nav.register(
        NavItem(25, own, "projects:mine", "building-factory-2", {Role.OWNER}, phone=3),
        NavItem(45, _("Projects"), "projects:index", "building-factory-2", officials),
        NavItem(35, _("Approval desk"), "projects:desk", "rubber-stamp", UNIT, phone=3),
        # The rules of the lamps stand beside them, as a tab.
        NavItem(
            235,
            _("Approval templates"),
            "projects:templates",
            "checklist",
            {Role.SYSTEM_ADMIN},
        ),
    )
    panels.hang_on_company(
        panels.Panel("projects", 15, "projects/_company_projects.html", of_company)
    )
    marks.hang_on_timeline(marks.Source("sessions", 30, sessions_of))
    handover.KINDS.append(ProjectLiaison)
    handover.register("projects.items", open_items)
    handover.register_work("projects", open_work)
    stand_in_page.KINDS["milestone"] = _("approval item")
    stand_in_page.PLACES["milestone"] = "projects:milestone"
    audit_words.ACTIONS.update(event_words.ACTIONS)
    audit_words.NAMES.update(event_words.NAMES)
    audit_words.CODES.update(event_words.CODES)
    audit_words.RECORDS.update(event_words.RECORDS)
    audit_words.NAMED.add(ApprovalTemplate)
    periodic.daily(time(2, 40), "projects.jobs.refresh_forecasts")
    periodic.daily(time(2, 20), "projects.jobs.take_readings")
    periodic.daily(time(6, 10), "projects.jobs.warn_of_expiry")


def of_company(company: Company, user: User, today: date) -> dict[str, Any]:
    """The company's projects, as far as this person may see them."""
    rows = of_one_company(user.access).rows([company.pk, user.pk])
    may_enter = bool(getattr(company, "may_manage", False))
    return {
        "company": company,
        "rows": [PanelRow(*row) for row in rows],
        "may_enter": may_enter and not company.is_archived,
        "today": today,
    }


def sessions_of(project: Project, user: User) -> MarkLine:
    """The days on which departments came to the site together."""
    rows = sessions_by_project(user.access).rows([project.pk, user.pk])
    found = [
        Mark(day, topic, address("projects:session", pk)) for pk, day, topic in rows
    ]
    return MarkLine(str(_("Joint sessions")), "square", tuple(found))


@lru_cache(maxsize=KEPT)
def sessions_by_project(access: Access) -> Prepared:
    def build() -> QuerySet[JointSession, tuple[Any, ...]]:
        visible = JointSession.objects.visible_to(anybody_with(access))
        mine = visible.standing().filter(project=place()).order_by("day", "pk")
        return mine.values_list("pk", "day", "topic")

    return Prepared(build)


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A project on its company's page."""

    pk: int
    name: str
    stage: str
    started_on: date | None
    finished_on: date | None

    @property
    def stage_label(self) -> str:
        return label_of(Project.Stage, self.stage)


@lru_cache(maxsize=KEPT)
def of_one_company(access: Access) -> Prepared:
    return Prepared(lambda: panel_rows(anybody_with(access)))


def panel_rows(user: User) -> QuerySet[Project, tuple[Any, ...]]:
    projects = Project.objects.visible_to(user).filter(company=place())
    fields = ("pk", "name", "stage", "started_on", "finished_on")
    return projects.order_by("-pk").values_list(*fields)[:PANEL_ROWS]


def open_items(
    companies: Collection[int], today: date
) -> dict[int, list[dict[str, Any]]]:
    """Approvals that a stand-in or successor finds under way, for crm.handover."""
    rows = (
        Milestone.objects.living()
        .filter(project__company__in=companies, state__in=OPEN - UNBEGUN)
        .order_by("decide_by__due_on", "pk")
        .values_list("project__company", "pk", "name", "decide_by__due_on")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for company, pk, name, due_on in rows:
        found.setdefault(company, []).append(item(pk, name, due_on))
    return found


def open_work(handler: User, today: date) -> list[dict[str, Any]]:
    """What lies on the desk of the units in which a handler works."""
    held = Grant.objects.current(today).filter(user=handler, role=Role.HANDLER)
    paths = held.values_list("department__path", flat=True)
    ranges = trees.outermost(path for path in paths if path)
    if not ranges:
        return []
    units = Department.objects.filter(trees.in_ranges(ranges, "path"))
    rows = (
        Milestone.objects.living()
        .with_department()
        .filter(department__in=units.values("pk"), project__archived_at=None)
        .order_by("decide_by__due_on", "pk")
    )
    columns = ("pk", "name", "decide_by__due_on")
    return [item(*values) for values in rows.values_list(*columns)[:MOST_WORK]]


def item(pk: int, name: str, due_on: date | None) -> dict[str, Any]:
    """As crm.handover lists it; any: what JSON holds."""
    day = due_on.isoformat() if due_on else None
    return {"kind": "milestone", "id": pk, "number": "", "title": name, "due_on": day}
