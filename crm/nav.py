"""The rail and the phone's bottom bar: each app registers its entries in `ready()`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from django.urls import reverse
from django.utils.functional import Promise

# Design: more entries than this are not read any more.
RAIL_MAX = 7
PHONE_MAX = 4


@dataclass(frozen=True)
class NavItem:
    """One entry, for the roles that it is part of the day of.

    `order` is the place in the rail, `phone` the one in the bottom bar (0: not
    there). The same page may be registered twice for roles with another order.
    `is_act` marks the one entry that does something (log a visit): it stands only
    in the bottom bar, filled.
    """

    order: int
    label: str | Promise
    url_name: str
    icon: str
    roles: Collection[str]
    phone: int = 0
    is_act: bool = False


@dataclass(frozen=True)
class NavLink:
    """An entry as a page shows it."""

    url: str
    label: str
    icon: str
    is_current: bool
    is_act: bool = False
    count: int | None = None


_items: list[NavItem] = []


def register(*items: NavItem) -> None:
    """Add entries; an app calls this in `ready()`."""
    _items.extend(items)
    _items_for.cache_clear()


def items_for(roles: Iterable[str]) -> list[NavItem]:
    """Each page once, in the order of these roles' day."""
    return list(_items_for(frozenset(roles)))


@lru_cache(maxsize=64)
def _items_for(held: frozenset[str]) -> tuple[NavItem, ...]:
    first: dict[str, NavItem] = {}
    for item in sorted(_items, key=lambda one: one.order):
        if held & set(item.roles):
            first.setdefault(item.url_name, item)
    return tuple(first.values())


address = cache(reverse)


def links(items: Iterable[NavItem], path: str) -> list[NavLink]:
    """Entries with their addresses; the one whose address is nearest is current."""
    found = [(item, address(item.url_name)) for item in items]
    inside = [url for _, url in found if _covers(url, path)]
    nearest = max(inside, key=len, default=None)
    return [
        NavLink(url, str(item.label), item.icon, url == nearest, item.is_act)
        for item, url in found
    ]


def _covers(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
