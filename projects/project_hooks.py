"""What projects show on lower pages and what they do by night."""

from datetime import time

from crm import audit_words
from crm.lib import periodic
from projects.models import ApprovalTemplate

from . import event_words


def hang() -> None:
    """Called once, when the apps are loaded."""
    audit_words.ACTIONS.update(event_words.ACTIONS)
    audit_words.NAMES.update(event_words.NAMES)
    audit_words.CODES.update(event_words.CODES)
    audit_words.RECORDS.update(event_words.RECORDS)
    audit_words.NAMED.add(ApprovalTemplate)
    periodic.daily(time(2, 40), "projects.jobs.refresh_forecasts")
