"""What reports add to lower pages: the way home, and words of the audit log."""

from django.utils.translation import gettext_lazy as _

from crm import audit_words
from crm.models import Role
from crm.nav import NavItem, register
from visits import ticket_panels

from . import (
    agency_papers,
    dispatch_sheets,
    event_words,
    kinds,
    meeting_minutes,
    session_minutes,
    ticket_papers,
    timelines,
    visit_reports,
)


def hang() -> None:
    """Called once, when the apps are loaded."""
    # First in everybody's rail.
    register(NavItem(1, _("Home"), "reports:home", "home", list(Role), phone=1))
    kinds.register(visit_reports.KIND, *timelines.KINDS, *agency_papers.KINDS)
    kinds.register(session_minutes.KIND, meeting_minutes.KIND, dispatch_sheets.KIND)
    ticket_panels.hang(ticket_papers.PANEL)
    audit_words.ACTIONS.update(event_words.ACTIONS)
    audit_words.NAMES.update(event_words.NAMES)
