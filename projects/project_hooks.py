"""What projects show on lower pages and what they do by night."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from crm import audit_words, nav
from crm.lib import periodic
from crm.models import Role
from crm.nav import NavItem
from projects.models import ApprovalTemplate

from . import event_words, project_list

UNIT = {Role.HANDLER, Role.UNIT_HEAD}


def hang() -> None:
    """Called once, when the apps are loaded."""
    officials = project_list.OFFICIALS
    nav.register(
        NavItem(45, _("Projects"), "projects:index", "building-factory-2", officials),
        NavItem(35, _("Approval desk"), "projects:desk", "rubber-stamp", UNIT),
        NavItem(
            260,
            _("Lamps of projects"),
            "projects:lamp-rules",
            "traffic-lights",
            {Role.SYSTEM_ADMIN},
        ),
    )
    audit_words.ACTIONS.update(event_words.ACTIONS)
    audit_words.NAMES.update(event_words.NAMES)
    audit_words.CODES.update(event_words.CODES)
    audit_words.RECORDS.update(event_words.RECORDS)
    audit_words.NAMED.add(ApprovalTemplate)
    periodic.daily(time(2, 40), "projects.jobs.refresh_forecasts")
    periodic.daily(time(2, 20), "projects.jobs.take_readings")
