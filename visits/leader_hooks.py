"""Where directives, matters taken on and meetings show on other pages."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from crm import audit_words, nav
from crm.lib import periodic
from crm.models import Department, Role
from crm.nav import NavItem
from projects import project_panels

from . import (
    leader_panels,
    leader_words,
    ticket_panels,
    ticket_words,
)
from .leader_desk import escalated, ordered, rated, sources


def hang() -> None:
    """Called once, when the apps are loaded."""
    directed = _("Directives and meetings")
    # Departments find what they owe on their first page; the rail has no more room.
    nav.register(NavItem(60, directed, "visits:directives", "users", {Role.LEADER}))
    ticket_panels.hang(
        ticket_panels.Panel(
            "leader", 10, "visits/leader/_of_ticket.html", leader_panels.of_ticket
        )
    )
    sources.hang()
    escalated.hang()
    ordered.hang()
    rated.hang()
    project_panels.hang(
        project_panels.Panel(
            "leader", 10, "visits/leader/_of_project.html", leader_panels.of_project
        )
    )
    periodic.daily(time(6, 20), "visits.jobs.fill_agendas")
    audit_words.ACTIONS.update(leader_words.ACTIONS)
    audit_words.NAMES.update(leader_words.NAMES)
    audit_words.RECORDS.update(leader_words.RECORDS)
    audit_words.NAMED.add(Department)
    ticket_words.ICONS.update(leader_words.ICONS)
    ticket_words.SENTENCES.update(leader_words.SENTENCES)
