"""What tickets show on lower pages: entries, the company's panel, a handover's list."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from crm import handover, nav, panels
from crm.models import Company, Role, User
from crm.nav import NavItem
from visits.models import Ticket

from . import ticket_list
from .services import tickets as services
from .services.tickets import moves  # noqa: F401 - its receiver must be known

PANEL_ROWS = 5
OFFICIALS = ticket_list.OFFICIALS


def hang() -> None:
    """Called once, when the apps are loaded."""
    nav.register(
        NavItem(40, _("Tickets"), "visits:tickets", "checklist", OFFICIALS, phone=4),
        NavItem(
            30, _("Tickets"), "visits:tickets", "checklist", {Role.OWNER}, phone=2
        ),
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


def of_company(company: Company, user: User, today: date) -> dict[str, Any]:
    """The open tickets first, by due date; as far as this person may see them."""
    visible = Ticket.objects.visible_to(user).filter(company=company)
    is_open = Q(status__in=Ticket.OPEN)
    counts = visible.aggregate(
        total=Count("pk"), open=Count("pk", filter=is_open)
    )
    closed = Case(
        When(is_open, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    ordered = visible.order_by(closed, "solve_by__due_on", "-pk")
    return {
        "company": company,
        "rows": ticket_list.rows_of(ordered, today, PANEL_ROWS),
        "counts": counts,
        "may_raise": services.may_raise(user, company),
        "today": today,
    }


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
