"""What a home page is made of: questions and their answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ROWS = 8


@dataclass(frozen=True)
class More:
    """Where the whole list is, or a desk and what is done there."""

    url: str
    label: str
    hint: str = ""


@dataclass
class Section:
    """One question and its answer: rows, or one sentence why there are none."""

    title: str
    template: str
    rows: Sequence[Any]
    empty: str
    hint: str = ""
    more: More | None = None
    act: More | None = None
    # Beside the day's work where there is room, below it on the phone.
    is_aside: bool = False
    # Whether more rows are more work: people to call and desks are not counted.
    is_counted: bool = True
    anchor: str = ""
    # Of rows without a sentence of their own for it: the page that each opens.
    opens: str = ""

    @property
    def shown(self) -> Sequence[Any]:
        return self.rows[:ROWS]

    @property
    def has_rest(self) -> bool:
        return len(self.rows) > ROWS

    @property
    def count(self) -> str:
        """「3」「8+」, or nothing when there is nothing to do."""
        if not self.is_counted:
            return ""
        return f"{len(self.shown) or ''}{'+' if self.has_rest else ''}"
