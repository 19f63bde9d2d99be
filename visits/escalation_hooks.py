"""What escalations hang elsewhere: their subjects, their words, the minute's sweep."""

from crm import audit_words
from crm.lib import periodic
from crm.models import Role
from projects import milestone_panels
from visits.models import EscalationRule

from . import (
    escalation_page,
    escalation_subjects,
    escalation_words,
    ticket_panels,
    ticket_words,
)

SWEEP_SECONDS = 60
# A handler finds on his tickets what has come to him.
HIGHER = {Role.UNIT_HEAD, Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR}


def hang() -> None:
    """Called once, when the apps are loaded."""
    escalation_subjects.register()
    ticket_panels.hang(
        ticket_panels.Panel(
            "escalations",
            40,
            "visits/_ticket_escalations.html",
            escalation_page.of_ticket,
        )
    )
    milestone_panels.hang(
        milestone_panels.Panel(
            "escalations",
            40,
            "visits/_milestone_escalations.html",
            escalation_page.of_milestone,
        )
    )
    periodic.every(SWEEP_SECONDS, "visits.jobs.escalate")
    audit_words.ACTIONS.update(escalation_words.ACTIONS)
    audit_words.NAMES.update(escalation_words.NAMES)
    audit_words.NAMED.add(EscalationRule)
    ticket_words.ICONS.update(escalation_words.ICONS)
    ticket_words.SENTENCES.update(escalation_words.SENTENCES)
