"""What the dispatch centre's desk does by itself, and how its acts are told."""

from datetime import time

from crm import audit_words
from crm.lib import periodic

from . import desk_words

# Seconds between two looks at what the centre has decided.
LEARN_EVERY = 300


def hang() -> None:
    """Called once, when the apps are loaded."""
    audit_words.ACTIONS.update(desk_words.ACTIONS)
    audit_words.NAMES.update(desk_words.NAMES)
    periodic.every(LEARN_EVERY, "visits.jobs.learn")
    periodic.daily(time(2, 50), "visits.jobs.forget_old_tickets")
