"""What tickets show on lower pages: entries, the company's panel, a handover's list."""

from collections.abc import Collection
from datetime import date, time
from functools import lru_cache
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm import audit_words, company_page, handover, nav, panels
from crm.lib import periodic
from crm.lib.prepared import KEPT, Prepared, place
from crm.models import Company, Role, User
from crm.models.access import Access
from crm.models.people import anybody_with
from crm.nav import NavItem
from crm.services import deadlines
from projects import company_acts
from projects.models import Project
from visits.models import Category, Ticket

from . import event_words, ticket_list, ticket_words
from .services import tickets as services
from .services.tickets import moves  # noqa: F401 - its receiver must be known

PANEL_ROWS = 5
OFFICIALS = ticket_list.OFFICIALS


def hang() -> None:
    """Called once, when the apps are loaded."""
    nav.register(
        NavItem(40, _("Tickets"), "visits:tickets", "checklist", OFFICIALS, phone=4),
        NavItem(30, _("Tickets"), "visits:tickets", "checklist", {Role.OWNER}, phone=2),
        NavItem(
            240,
            _("Categories"),
            "visits:categories",
            "category",
            {Role.SYSTEM_ADMIN},
        ),
    )
    panels.hang_on_company(
        panels.Panel("tickets", 30, "visits/_company_tickets.html", of_company)
    )
    handover.register("visits.tickets", open_items)
    periodic.daily(time(0, 5), "visits.jobs.resume_tickets")
    raising = _("Raise a problem")
    company_acts.register("ticket", 10, raising, "message-2", raise_address)
    audit_words.ACTIONS.update(event_words.ACTIONS)
    audit_words.NAMES.update(event_words.NAMES)
    audit_words.CODES.update(event_words.CODES)
    audit_words.RECORDS.update(event_words.RECORDS)
    audit_words.NAMED.add(Category)
    company_page.ICONS.update(ticket_words.ICONS)


def raise_address(project: Project) -> str:
    return f"{reverse('visits:raise')}?project={project.pk}"


def of_company(company: Company, user: User, today: date) -> dict[str, Any]:
    """The open tickets first, by due date; as far as this person may see them."""
    flat = of_one_company(user.access).rows([company.pk, user.pk])
    total, open_count = flat[0][-2:] if flat else (0, 0)
    near = deadlines.yellow_from(today)
    return {
        "company": company,
        "rows": [ticket_list.row_of(today, near, *values[:-2]) for values in flat],
        "counts": {"total": total, "open": open_count},
        "may_raise": may_raise(company, user),
        "today": today,
    }


@lru_cache(maxsize=KEPT)
def of_one_company(access: Access) -> Prepared:
    return Prepared(lambda: panel_rows(anybody_with(access)))


def panel_rows(user: User) -> QuerySet[Ticket, tuple[Any, ...]]:
    """Five tickets; counted beside the rows, as the page has ten queries in all."""
    visible = Ticket.objects.visible_to(user).filter(company=place())
    is_open = Q(status__in=Ticket.OPEN)
    counted = visible.annotate(
        total=Window(Count("pk")), open_count=Window(Count("pk", filter=is_open))
    )
    ended = Case(
        When(is_open, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    ordered = counted.order_by(ended, F("due_on").asc(nulls_last=True), "-pk")
    fields = (*ticket_list.Row.FIELDS, "total", "open_count")
    return ticket_list.with_lead(ordered).values_list(*fields)[:PANEL_ROWS]


def may_raise(company: Company, user: User) -> bool:
    """As the service decides; the page has asked already and annotated its answer."""
    asked: bool | None = getattr(company, "may_edit", None)
    if asked is None:
        return services.may_raise(user, company)
    is_own = services.is_owner(user, company) and not company.is_archived
    return asked or is_own


def open_items(
    companies: Collection[int], today: date
) -> dict[int, list[dict[str, Any]]]:
    """What a stand-in or successor finds open, for crm.handover."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = (
        Ticket.objects.open()
        .filter(company__in=companies)
        .order_by("due_on", "pk")
        .values_list("company_id", "pk", "number", "title", "due_on")
    )
    for company, pk, number, title, due_on in rows:
        item = {
            "kind": "ticket",
            "id": pk,
            "number": number,
            "title": title,
            "due_on": due_on.isoformat() if due_on else None,
        }
        found.setdefault(company, []).append(item)
    return found
