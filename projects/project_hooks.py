"""What projects show on lower pages: entries, words of the log."""

from crm import audit_words
from projects.models import ApprovalTemplate

from . import event_words


def hang() -> None:
    """Called once, when the apps are loaded."""
    audit_words.ACTIONS.update(event_words.ACTIONS)
    audit_words.NAMES.update(event_words.NAMES)
    audit_words.CODES.update(event_words.CODES)
    audit_words.RECORDS.update(event_words.RECORDS)
    audit_words.NAMED.add(ApprovalTemplate)
