"""What reports add to the frame: the way home."""

from django.utils.translation import gettext_lazy as _

from crm.models import Role
from crm.nav import NavItem, register


def hang() -> None:
    """First in everybody's rail; called once, when the apps are loaded."""
    register(NavItem(1, _("Home"), "reports:home", "home", list(Role), phone=1))
