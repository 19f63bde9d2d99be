"""A running project and another version of its template: the fate of each item.

Pure: outlines in, outlines out. What has begun stays as it is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from .comparison import Change, changes
from .outline import Outline, OutlineItem


class Fate(Enum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    KEPT = "kept"  # it has begun
    OWN = "own"  # this project's alone
    SAME = "same"


# What a person may take over or leave.
CHOICES = frozenset({Fate.ADDED, Fate.CHANGED, Fate.REMOVED})


@dataclass(frozen=True, slots=True)
class Step:
    """One item: its fate, and what would differ."""

    key: str
    name: str
    fate: Fate
    changes: tuple[Change, ...] = ()

    @property
    def is_choice(self) -> bool:
        return self.fate in CHOICES


@dataclass(frozen=True)
class Changeover:
    """`own` are the keys of items that came from no template."""

    current: Outline
    target: Outline
    begun: frozenset[str]
    own: frozenset[str]

    def steps(self) -> list[Step]:
        """In the order of the new version, then what only the project has."""
        old = self.current.by_key
        only_old = [one for one in self.current.items if one.key not in self._new]
        return [
            *(self._of_target(one, old.get(one.key)) for one in self.target.items),
            *(Step(one.key, one.name, self._left(one.key)) for one in only_old),
        ]

    def choices(self) -> frozenset[str]:
        return frozenset(one.key for one in self.steps() if one.is_choice)

    def result(self, take: Collection[str]) -> Outline:
        """The project's items with what is taken over; what is left out is bridged."""
        fates = {one.key: one.fate for one in self.steps() if one.key in take}
        items: dict[str, OutlineItem] = {}
        for one in self.current.items:
            fate = fates.get(one.key)
            if fate is not Fate.REMOVED:
                taken = fate is Fate.CHANGED
                items[one.key] = self._new[one.key] if taken else one
        for one in self.target.items:
            if fates.get(one.key) is Fate.ADDED:
                items[one.key] = one
        reach = {**self._needs(self.target.items), **self._needs(self.current.items)}
        taken_new = {key for key, fate in fates.items() if fate is not Fate.REMOVED}
        reach |= {key: self._new[key].needs for key in taken_new}
        return replace(
            self.current,
            items=tuple(bridged(one, items, reach) for one in items.values()),
        )

    @property
    def _new(self) -> Mapping[str, OutlineItem]:
        return self.target.by_key

    def _of_target(self, new: OutlineItem, old: OutlineItem | None) -> Step:
        if old is None:
            return Step(new.key, new.name, Fate.ADDED)
        found = tuple(changes(old, new))
        if not found:
            return Step(new.key, new.name, Fate.SAME)
        if new.key in self.begun:
            return Step(new.key, old.name, Fate.KEPT, found)
        return Step(new.key, new.name, Fate.CHANGED, found)

    def _left(self, key: str) -> Fate:
        if key in self.own:
            return Fate.OWN
        return Fate.KEPT if key in self.begun else Fate.REMOVED

    @staticmethod
    def _needs(items: Iterable[OutlineItem]) -> dict[str, tuple[str, ...]]:
        return {one.key: one.needs for one in items}


def bridged(
    item: OutlineItem,
    items: Mapping[str, OutlineItem],
    reach: Mapping[str, tuple[str, ...]],
) -> OutlineItem:
    """What waited for something that is not there waits for what that waited for."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(reversed(item.needs))
    while waiting:
        need = waiting.pop()
        if need in items:
            found[need] = None
        elif need not in seen:
            seen.add(need)
            waiting += reversed(reach.get(need, ()))
    found.pop(item.key, None)
    needs = tuple(found)
    return item if needs == item.needs else replace(item, needs=needs)
