"""What differs between two outlines, item by item and field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .outline import Outline, OutlineItem

FIELDS = tuple(name for name in OutlineItem.__slots__ if name != "key")


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what it said and what it says. Lists name only what differs."""

    field: str
    old: Any  # of the field's own type
    new: Any


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An item that both have, by the name it has now."""

    key: str
    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number before and after; `saved` is below zero where it became more."""

    name: str
    old: int
    new: int

    @property
    def saved(self) -> int:
        return self.old - self.new

    @property
    def more(self) -> int:
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Comparison:
    old: Outline
    new: Outline
    added: tuple[OutlineItem, ...]
    removed: tuple[OutlineItem, ...]
    changed: tuple[ItemChange, ...]
    same_count: int

    @property
    def is_equal(self) -> bool:
        return not (self.added or self.removed or self.changed)

    def figures(self) -> list[Figure]:
        """Steps, days and materials, as the reform counts them."""
        old, new = self.old, self.new
        return [
            Figure("steps", len(old.items), len(new.items)),
            Figure("critical_days", old.critical_days, new.critical_days),
            Figure("total_days", old.total_days, new.total_days),
            Figure("materials", old.material_count, new.material_count),
        ]


def compared(old: Outline, new: Outline) -> Comparison:
    """Items are the same where their keys are."""
    both = [
        ItemChange(one.key, one.name, tuple(changes(old.by_key[one.key], one)))
        for one in new.items
        if one.key in old.by_key
    ]
    changed = tuple(one for one in both if one.changes)
    return Comparison(
        old=old,
        new=new,
        added=tuple(one for one in new.items if one.key not in old.by_key),
        removed=tuple(one for one in old.items if one.key not in new.by_key),
        changed=changed,
        same_count=len(both) - len(changed),
    )


def changes(old: OutlineItem, new: OutlineItem) -> Iterator[Change]:
    for name in FIELDS:
        before, after = getattr(old, name), getattr(new, name)
        if name == "needs":
            before, after = frozenset(before), frozenset(after)
        if before == after:
            continue
        if isinstance(before, tuple):
            gone = tuple(one for one in before if one not in after)
            come = tuple(one for one in after if one not in before)
            # Nothing gone and nothing come: only their order is another.
            yield Change(name, *((gone, come) if gone or come else (before, after)))
        elif name == "needs":
            yield Change(name, in_order(old.needs, after), in_order(new.needs, before))
        else:
            yield Change(name, before, after)


def in_order(keys: tuple[str, ...], without: frozenset[str]) -> tuple[str, ...]:
    return tuple(key for key in keys if key not in without)
