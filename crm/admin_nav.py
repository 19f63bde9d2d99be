"""The administrators' entries in the rail."""

from django.utils.translation import gettext_lazy as _

from crm.nav import NavItem, register


def hang() -> None:
    """Each of the three sees his own work and nothing else."""
    # Roles by value: models are not there yet when apps are made.
    system, security, audit = ["system_admin"], ["security_admin"], ["audit_admin"]
    register(
        # What is sent to people stands beside their accounts, as a tab.
        NavItem(200, _("Accounts"), "crm:people", "users", system, phone=2),
        NavItem(210, _("Units"), "crm:departments", "building", system, phone=3),
        NavItem(220, _("Regions"), "crm:regions", "map-pin", system, phone=4),
        NavItem(230, _("Calendar"), "crm:calendar", "calendar", system),
        NavItem(200, _("Roles"), "crm:grants", "user-shield", security, phone=2),
        NavItem(210, _("Locked accounts"), "crm:locks", "lock", security, phone=3),
        NavItem(200, _("Audit log"), "crm:audit", "history", audit, phone=2),
    )
