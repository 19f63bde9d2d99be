"""What projects show on lower pages: entries, words of the log."""

from django.utils.translation import gettext_lazy as _

from crm import audit_words, nav
from crm.models import Role
from crm.nav import NavItem
from projects.models import ApprovalTemplate

from . import event_words

OFFICIALS = {
    Role.OFFICER,
    Role.HANDLER,
    Role.UNIT_HEAD,
    Role.DISPATCHER,
    Role.LEADER,
    Role.SUPERVISOR,
}


def hang() -> None:
    """Called once, when the apps are loaded."""
    nav.register(NavItem(45, _("Projects"), "projects:index", "building", OFFICIALS))
    audit_words.ACTIONS.update(event_words.ACTIONS)
    audit_words.NAMES.update(event_words.NAMES)
    audit_words.CODES.update(event_words.CODES)
    audit_words.RECORDS.update(event_words.RECORDS)
    audit_words.NAMED.add(ApprovalTemplate)
