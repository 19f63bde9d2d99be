"""What the dispatch centre's desk does by itself, and how its acts are told."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from crm import audit_words, nav
from crm.lib import periodic
from crm.models import Role
from crm.nav import NavItem

from . import desk_words

# Seconds between two looks at what the centre has decided.
LEARN_EVERY = 300


def hang() -> None:
    """Called once, when the apps are loaded."""
    audit_words.ACTIONS.update(desk_words.ACTIONS)
    audit_words.NAMES.update(desk_words.NAMES)
    nav.register(
        NavItem(5, _("Dispatch desk"), "visits:desk", "send", {Role.DISPATCHER})
    )
    periodic.every(LEARN_EVERY, "visits.jobs.learn")
    periodic.daily(time(2, 50), "visits.jobs.forget_old_tickets")
