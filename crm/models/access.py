"""What one person may do where: their grants, read once and asked often."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from crm.lib.trees import PathRange, outermost


@dataclass(frozen=True)
class Held:
    """One grant that is in force."""

    role: str
    region: str | None = None
    department: str | None = None
    company: int | None = None


@dataclass(frozen=True)
class Access:
    """The grants in force of one person."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "role",
        "region__path",
        "department__path",
        "company_id",
    )
    held: tuple[Held, ...] = field(default_factory=tuple)

    @classmethod
    def of(cls, rows: Iterable[tuple[Any, ...]]) -> "Access":
        return cls(tuple(Held(*row) for row in rows))

    @property
    def roles(self) -> set[str]:
        return {one.role for one in self.held}

    def has(self, *roles: str) -> bool:
        return any(one.role in roles for one in self.held)

    def region_ranges(self, *roles: str) -> list[PathRange]:
        return outermost(h.region for h in self.held if h.role in roles and h.region)

    def department_ranges(self, *roles: str) -> list[PathRange]:
        return outermost(
            h.department for h in self.held if h.role in roles and h.department
        )

    def company_ids(self, *roles: str) -> list[int]:
        return sorted(
            {h.company for h in self.held if h.role in roles and h.company is not None}
        )
