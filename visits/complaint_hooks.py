"""What complaints show elsewhere: an entry for supervisors and companies, words."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from crm import audit_words, nav
from crm.lib import periodic
from crm.models import Role
from crm.nav import NavItem

from . import complaint_words


def hang() -> None:
    """Called once, when the apps are loaded."""
    label = _("Complaints")
    nav.register(
        NavItem(30, label, "visits:complaints", "shield-check", {Role.SUPERVISOR}),
        NavItem(60, label, "visits:own-complaints", "shield-check", {Role.OWNER}),
    )
    audit_words.ACTIONS.update(complaint_words.ACTIONS)
    # After midnight: what was due yesterday is late from now on.
    periodic.daily(time(0, 20), "visits.complaint_jobs.tend")
