"""What orders show on other pages, and what they do by themselves."""

from django.utils.translation import gettext_lazy as _

from crm import audit_words, company_page, nav
from crm.lib import periodic
from crm.models import Role
from crm.nav import NavItem
from projects import project_panels

from . import order_page, order_words
from .services.orders import (
    correction_matters,
    directive_matters,
    matters,
    subjects,
    task_matters,
)
from .ticket_panels import Panel
from .ticket_panels import hang as hang_panel

# Seconds between two looks for what is overdue.
SWEEP = 1800


def hang() -> None:
    """Called once, when the apps are loaded."""
    # Records of responsibility stand beside them, as a tab.
    nav.register(NavItem(42, _("Orders"), "visits:orders", "gavel", {Role.SUPERVISOR}))
    project_panels.hang(
        project_panels.Panel(
            "orders", 40, "visits/_project_orders.html", order_page.on_project
        )
    )
    hang_panel(Panel("orders", 40, "visits/_ticket_orders.html", order_page.on_ticket))
    matters.hang()
    subjects.register(
        directive_matters.SUBJECT, task_matters.SUBJECT, correction_matters.SUBJECT
    )
    periodic.every(SWEEP, "visits.order_jobs.propose_orders")
    audit_words.ACTIONS.update(order_words.ACTIONS)
    audit_words.NAMES.update(order_words.NAMES)
    company_page.ICONS.update(order_words.ICONS)
