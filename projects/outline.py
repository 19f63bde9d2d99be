"""What a template says, as plain values: copied, compared, drawn, written to files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from crm.lib.workdays import Calendar, Unit

from . import schedule
from .schedule import Slot, Task

# Weeks without holidays: what is compared must not depend on the day one looks.
PLAIN: Final = Calendar(())
MONDAY: Final = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class OutlineMaterial:
    """A material; its example stays where it is stored and is not compared."""

    name: str
    where: str = ""
    is_key: bool = True
    sample: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """An item by the names of its columns; what it waits for by key."""

    key: str
    name: str
    stage: int
    department_name: str
    # Of the department it is tied to; empty: each place has its own of that name.
    department_code: str = ""
    track: str = "main"
    kind: str = "promised"
    statutory_days: int = 0
    committed_days: int = 0
    green_days: int | None = None
    unit: str = "working"
    valid_months: int | None = None
    is_deferrable: bool = False
    is_pledge: bool = False
    needs: tuple[str, ...] = ()
    materials: tuple[OutlineMaterial, ...] = ()


@dataclass(frozen=True)
class Outline:
    """A template with its items in order."""

    key: str
    name: str
    source: str = ""
    items: tuple[OutlineItem, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, OutlineItem]:
        return {one.key: one for one in self.items}

    @cached_property
    def slots(self) -> Mapping[str, Slot]:
        """As if all began on one Monday; raises schedule.BadGraph."""
        return schedule.compute(
            map(task_of, self.items), start=MONDAY, today=MONDAY, calendar=PLAIN
        ).slots

    @property
    def critical_days(self) -> int:
        """Working days from the first step to the last as committed."""
        ends = [one.earliest_finish for one in self.slots.values()]
        return PLAIN.count_between(MONDAY, max(ends)) if ends else 0

    @property
    def total_days(self) -> int:
        return sum(one.committed_days for one in self.items)

    @property
    def material_count(self) -> int:
        return sum(len(one.materials) for one in self.items)


def task_of(item: OutlineItem) -> Task:
    return Task(item.key, item.needs, item.committed_days, Unit(item.unit))


def levels(items: Sequence[OutlineItem]) -> dict[str, int]:
    """How many steps lie before each at the most; raises schedule.BadGraph."""
    needs = {one.key: one.needs for one in items}
    found: dict[str, int] = {}
    for key in schedule.order(needs):
        found[key] = max((found[need] + 1 for need in needs[key]), default=0)
    return found
