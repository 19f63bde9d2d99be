"""What tickets show on lower pages: entries, the company's panel, a handover's list."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Sum, Value, When, Window
from django.utils.translation import gettext_lazy as _

from crm import audit_words, company_page, handover, nav, panels
from crm.models import Company, Role, User
from crm.nav import NavItem
from crm.services import deadlines
from visits.models import Ticket

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
    audit_words.ACTIONS.update(event_words.ACTIONS)
    company_page.ICONS.update(ticket_words.ICONS)


def of_company(company: Company, user: User, today: date) -> dict[str, Any]:
    """The open tickets first, by due date; as far as this person may see them."""
    visible = Ticket.objects.visible_to(user).filter(company=company)
    is_open = Q(status__in=Ticket.OPEN)
    closed = Case(
        When(is_open, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    # Rows and their numbers in one query: the page has few to spend.
    counted = ticket_list.with_lead(visible).annotate(
        total=Window(Count("pk")), closed_total=Window(Sum(closed))
    )
    ordered = counted.order_by(closed, "solve_by__due_on", "-pk")
    fields = (*ticket_list.Row.FIELDS, "total", "closed_total")
    rows = list(ordered.values_list(*fields)[:PANEL_ROWS])
    near = deadlines.yellow_from(today)
    total, closed_total = rows[0][-2:] if rows else (0, 0)
    return {
        "company": company,
        "rows": [ticket_list.Row(today, near, *row[:-2]) for row in rows],
        "counts": {"total": total, "open": total - closed_total},
        "may_raise": may_raise(company, user),
        "today": today,
    }


def may_raise(company: Company, user: User) -> bool:
    """The page knows already what may be done; others are asked for."""
    if getattr(company, "may_edit", False):
        return True
    return services.may_raise(user, company)


def open_items(
    companies: Collection[int], today: date
) -> dict[int, list[dict[str, Any]]]:
    """What a stand-in or successor finds open, for crm.handover."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = (
        Ticket.objects.open()
        .filter(company__in=companies)
        .order_by("solve_by__due_on", "pk")
        .values_list("company_id", "pk", "number", "title", "solve_by__due_on")
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
