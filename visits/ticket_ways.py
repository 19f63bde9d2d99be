"""Other pages about tickets, as further tabs of their list; each part adds its own."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise

from crm.models import User


@dataclass(frozen=True)
class Way:
    """One page, for the roles that it is part of the day of."""

    order: int
    label: str | Promise
    url_name: str
    roles: Collection[str]


_ways: dict[str, Way] = {}


def register(*ways: Way) -> None:
    """Called once for each, when the apps are loaded."""
    _ways.update({way.url_name: way for way in ways})


def ways_for(user: User) -> list[Way]:
    found = [way for way in _ways.values() if user.access.roles & set(way.roles)]
    return sorted(found, key=lambda way: way.order)
