"""What the dispatch centre's desk does by itself, and how its acts are told."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from crm import audit_words, nav
from crm.lib import periodic
from crm.models import Role
from crm.nav import NavItem

from . import case_panel, case_words, desk_words, ticket_panels

# Seconds between two looks at what the centre has decided.
LEARN_EVERY = 300


def hang() -> None:
    """Called once, when the apps are loaded."""
    audit_words.ACTIONS.update(desk_words.ACTIONS)
    audit_words.NAMES.update(desk_words.NAMES)
    audit_words.ACTIONS.update(case_words.ACTIONS)
    audit_words.NAMES.update(case_words.NAMES)
    audit_words.CODES.update(case_words.CODES)
    audit_words.RECORDS.update(case_words.RECORDS)
    ticket_panels.hang(
        ticket_panels.Panel(
            "kind", 40, "visits/cases/_of_ticket.html", case_panel.of_ticket
        )
    )
    nav.register(
        NavItem(5, _("Dispatch desk"), "visits:desk", "send", {Role.DISPATCHER})
    )
    periodic.every(LEARN_EVERY, "visits.jobs.learn")
    periodic.daily(time(2, 50), "visits.jobs.forget_old_tickets")
    periodic.daily(time(3, 0), "visits.jobs.propose_cases")
