"""What visits show on lower pages: entries, the company's panel, a handover's list."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm import handover, nav, panels
from crm.lib.prepared import KEPT, Prepared, place
from crm.models import Company, Role, User
from crm.models.access import Access
from crm.models.people import anybody_with
from crm.nav import NavItem
from projects import company_acts
from projects.models import Project
from visits.models import Visit

from .services import reach
from .sheets import ROW, VisitRow

PANEL_ROWS = 5
WHO_LOGS = {Role.OFFICER}
WHO_READS = {Role.HANDLER, Role.UNIT_HEAD, Role.DISPATCHER, Role.SUPERVISOR}


def hang() -> None:
    """Called once, when the apps are loaded."""
    nav.register(
        NavItem(
            20,
            _("Log a visit"),
            "visits:log",
            "clipboard-plus",
            WHO_LOGS,
            phone=3,
            is_act=True,
        ),
        NavItem(30, _("Visits"), "visits:index", "clipboard-list", WHO_LOGS),
        NavItem(50, _("Visits"), "visits:index", "clipboard-list", WHO_READS),
        NavItem(
            50,
            _("Visits"),
            "visits:index",
            "clipboard-list",
            {Role.LEADER},
        ),
        NavItem(50, _("Visits"), "visits:index", "clipboard-list", {Role.OWNER}),
    )
    panels.hang_on_company(
        panels.Panel("visits", 20, "visits/_company_visits.html", of_company)
    )
    handover.register("visits.plans", open_items)
    ask = _("Ask for a visit")
    company_acts.register("visit", 20, ask, "calendar-plus", ask_address)


def ask_address(project: Project) -> str:
    return f"{reverse('visits:ask-visit')}?project={project.pk}"


def of_company(company: Company, user: User, today: date) -> dict[str, Any]:
    """The newest five, as far as this person may see them, and how many there are."""
    rows = of_one_company(user.access).rows([company.pk, user.pk])
    return {
        "company": company,
        "rows": [VisitRow(*row[:-1]) for row in rows],
        "count": rows[0][-1] if rows else 0,
        "may_log": may_log(company, user),
        "today": today,
    }


@lru_cache(maxsize=KEPT)
def of_one_company(access: Access) -> Prepared:
    return Prepared(lambda: panel_rows(anybody_with(access)))


def panel_rows(user: User) -> QuerySet[Visit, tuple[Any, ...]]:
    """Rows and their number in one query: the page has few to spend."""
    visits = Visit.objects.visible_to(user).filter(company=place())
    counted = visits.annotate(total=Window(Count("pk"))).order_by("-day", "-pk")
    return counted.values_list(*ROW, "total")[:PANEL_ROWS]


def may_log(company: Company, user: User) -> bool:
    """The page knows already whose company it is; others are asked for."""
    if getattr(company, "is_own", False) and not company.is_archived:
        return user.has_role(Role.OFFICER)
    return reach.may_log(user) and reach.reach(user, company.pk) is not None


def open_items(
    companies: Collection[int], today: date
) -> dict[int, list[dict[str, Any]]]:
    """Plans that a stand-in or successor takes over, for crm.handover."""
    plans = Visit.objects.planned().filter(company__in=companies)
    rows = plans.order_by("day", "pk").values_list("company_id", "pk", "purpose", "day")
    found: dict[int, list[dict[str, Any]]] = {}
    for company, pk, purpose, day in rows:
        item = {
            "kind": "visit",
            "id": pk,
            "number": "",
            "title": purpose,
            "due_on": day.isoformat(),
        }
        found.setdefault(company, []).append(item)
    return found
