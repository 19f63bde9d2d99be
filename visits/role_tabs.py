"""The tabs of a list whose readers have different work: one sees those of his roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.functional import Promise

from crm.models import User

# How a tab comes to its rows: a function of the list's own shape.
Narrow = TypeVar("Narrow")


@dataclass(frozen=True)
class RoleTab(Generic[Narrow]):
    """One view of the list, for the roles whose work it is."""

    key: str
    label: str | Promise
    narrow: Narrow
    ordering: tuple[str, ...]
    roles: frozenset[str]
    empty: str | Promise


def tabs_for(tabs: Sequence[RoleTab[Narrow]], user: User) -> list[RoleTab[Narrow]]:
    return [tab for tab in tabs if user.access.roles & tab.roles]


def tab_of(
    tabs: Sequence[RoleTab[Narrow]], user: User, key: str, *, default: int = 0
) -> RoleTab[Narrow] | None:
    """The one asked for, else one of this person's own; None: he has no tab at all."""
    own = tabs_for(tabs, user)
    asked = next((tab for tab in own if tab.key == key), None)
    return asked or (own[default] if own else None)
