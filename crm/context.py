"""What every page's frame needs. Lazy: a fragment pays nothing for it."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext

from crm import nav
from crm.lib.appearance import theme_of
from crm.models.people import ADMIN_ROLES, MOST_COUNTED


@dataclass
class Shell:
    """The frame around a page: navigation, appearance, who is here."""

    request: HttpRequest

    @cached_property
    def sees_companies(self) -> bool:
        """Whether a search for companies could find any: administrators see none."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return False
        return bool(user.access.roles - ADMIN_ROLES)

    @property
    def unread(self) -> str:
        """What the bell says: a number, 99+ at the most, or nothing."""
        count: int = getattr(getattr(self.request, "user", None), "unread_count", 0)
        if not count:
            return ""
        return "99+" if count >= MOST_COUNTED else str(count)

    @cached_property
    def _items(self) -> list[nav.NavItem]:
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return []
        return nav.items_for(user.access.roles)

    @cached_property
    def rail(self) -> list[nav.NavLink]:
        """The rail: at most seven."""
        items = [one for one in self._items if not one.is_act]
        return nav.links(items[: nav.RAIL_MAX], self.request.path)

    @cached_property
    def phone_nav(self) -> list[nav.NavLink]:
        """The bottom bar: at most four."""
        items = sorted((i for i in self._items if i.phone), key=lambda i: i.phone)
        return nav.links(items[: nav.PHONE_MAX], self.request.path)

    @cached_property
    def more_nav(self) -> list[nav.NavLink]:
        """What the phone's bottom bar has no room for: in the person's menu."""
        shown = {link.url for link in self.phone_nav}
        return [link for link in self.rail if link.url not in shown]

    @cached_property
    def rest_nav(self) -> list[nav.NavLink]:
        """What the rail has no room for: in the person's menu."""
        items = [one for one in self._items if not one.is_act]
        return nav.links(items[nav.RAIL_MAX :], self.request.path)

    @property
    def theme(self) -> str:
        return theme_of(self.request)

    @property
    def site_name(self) -> str:
        return getattr(settings, "CRM_SITE_NAME", "") or gettext("Company liaison")

    @property
    def is_debug(self) -> bool:
        return settings.DEBUG


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: one object, nothing computed until a page asks."""
    return {"shell": Shell(request)}
