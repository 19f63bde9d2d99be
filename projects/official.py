"""官方进度: one row of it, and the way by which an item comes to the state it names."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from .models.states import FAILED, NEXT, State

# States that may be filled in between: they need no words to the company and end
# nothing. A correction or a special procedure nobody recorded is not made up.
SILENT: Final = frozenset(
    {
        State.PREPARING,
        State.RECEIVED,
        State.ACCEPTED,
        State.CORRECTED,
        State.REVIEWING,
        State.SPECIAL_ENDED,
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """What the official system says of one item; `number` is its row in the file."""

    number: int
    project: str
    item: str
    state: int
    on: date
    certificate: str = ""
    note: str = ""


@cache
def way(start: int, target: int) -> tuple[int, ...] | None:
    """The states on the one shortest way, the target last; None where none is."""
    found: list[tuple[int, ...]] = []
    for steps in ways(start, target):
        if found and len(steps) > len(found[0]):
            break
        found.append(steps)
    return found[0] if len(found) == 1 else None


def ways(start: int, target: int) -> Iterator[tuple[int, ...]]:
    """Every way through silent states, the shortest first."""
    waiting: deque[tuple[int, ...]] = deque([()])
    while waiting:
        steps = waiting.popleft()
        last = steps[-1] if steps else start
        for after in sorted(NEXT.get(last, ())):
            if after == target:
                yield (*steps, after)
            elif after in SILENT and after not in steps and after != start:
                waiting.append((*steps, after))


def begins_anew(start: int) -> bool:
    """Whether every way from here is a new attempt."""
    return start in FAILED
