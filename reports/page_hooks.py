"""What reports add to lower pages: the way home, and words of the audit log."""

from django.utils.translation import gettext_lazy as _

from crm import audit_words
from crm.models import Role
from crm.nav import NavItem, register
from visits import ticket_panels, ticket_ways
from visits.ticket_ways import Way

from . import (
    agency_papers,
    dispatch_sheets,
    event_words,
    kinds,
    meeting_minutes,
    order_hooks,
    session_minutes,
    ticket_papers,
    timelines,
    visit_reports,
)

# To whom the figures of a unit or a region belong.
OUTCOME_READERS = {Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR, Role.UNIT_HEAD}


def hang() -> None:
    """Called once, when the apps are loaded."""
    # First in everybody's rail.
    register(NavItem(1, _("Home"), "reports:home", "home", list(Role), phone=1))
    overview = _("Overview")
    register(NavItem(5, overview, "reports:overview", "eye", {Role.LEADER}, phone=3))
    kinds.register(visit_reports.KIND, *timelines.KINDS, *agency_papers.KINDS)
    kinds.register(session_minutes.KIND, meeting_minutes.KIND, dispatch_sheets.KIND)
    ticket_panels.hang(ticket_papers.PANEL)
    order_hooks.hang()
    audit_words.ACTIONS.update(event_words.ACTIONS)
    audit_words.NAMES.update(event_words.NAMES)
    audit_words.CODES.update(event_words.CODES)
    ticket_ways.register(
        Way(30, _("Outcomes"), "reports:outcomes", OUTCOME_READERS),
    )
