"""The tabs of a list that everybody who reads it has alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.functional import Promise

Rows = TypeVar("Rows")


@dataclass(frozen=True)
class Tab(Generic[Rows]):
    """One view of the list: which rows, and what to say when there are none."""

    key: str
    label: str | Promise
    narrow: Callable[[Rows], Rows]
    empty: str | Promise
    # Whether the same can be done to several rows at once.
    bulk: bool = False


def tab_of(tabs: Sequence[Tab[Rows]], key: str) -> Tab[Rows]:
    """The one asked for, else the first."""
    return next((tab for tab in tabs if tab.key == key), tabs[0])
