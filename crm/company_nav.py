"""The entries of companies and of those who serve them in the rail."""

from django.utils.translation import gettext_lazy as _

from crm.nav import NavItem, register


def hang() -> None:
    """In the order of each role's day."""
    # Roles by value: models are not there yet when apps are made.
    field = ["officer"]
    desk = ["dispatcher", "supervisor", "handler", "unit_head"]
    companies = _("Companies")
    register(
        NavItem(25, companies, "crm:companies", "buildings", field, phone=2),
        NavItem(60, companies, "crm:companies", "buildings", desk, phone=2),
        NavItem(40, companies, "crm:companies", "buildings", ["leader"], phone=2),
        NavItem(40, _("My company"), "crm:companies", "building", ["owner"], phone=4),
        NavItem(
            80,
            _("Absences"),
            "crm:absences",
            "calendar",
            ["officer", "handler", "unit_head", "dispatcher"],
        ),
    )
