"""Rows of a picture on a scale: what lies where, before anything is drawn."""

from dataclasses import dataclass
from functools import cached_property

from .model import Item, MarkLine, Picture, Span
from .placing import Placed, Taken, stacked
from .scale import SMALL, Scale
from .shapes import STUB
from .words import Told, lane_told, today_told

ROW = 28
STRIP = 20  # a line of the axis


@dataclass(frozen=True, slots=True)
class Head:
    """The line that names a stage; `span` is what its items cover."""

    text: str
    span: Span | None


Row = Head | Item | MarkLine


def rows_of(picture: Picture) -> list[Row]:
    """From top to bottom: marks, then each lane with its name above it."""
    rows: list[Row] = [line for line in picture.lines if line.marks]
    for lane in picture.lanes:
        name = lane_told(lane.stage, is_parallel=lane.is_parallel)
        rows.append(Head(name, covered(lane.items)))
        rows.extend(lane.items)
    return rows


def covered(items: tuple[Item, ...]) -> Span | None:
    spans = [span for item in items if (span := item.now())]
    if not spans:
        return None
    return Span(min(s.first for s in spans), max(s.last for s in spans))


@dataclass(frozen=True)
class Sheet:
    """What one drawing holds: all rows on a screen, some on a page of paper.

    On paper nothing can be pointed at, so that every dependency is drawn.
    """

    picture: Picture
    scale: Scale
    rows: list[Row]
    told: dict[str, Told]
    is_paper: bool = False

    @property
    def width(self) -> float:
        return self.scale.width

    @property
    def height(self) -> int:
        return len(self.rows) * ROW

    @cached_property
    def middles(self) -> dict[str, float]:
        """The height at which each item's bars run, by its key."""
        return {
            row.key: n * ROW + ROW / 2
            for n, row in enumerate(self.rows)
            if isinstance(row, Item)
        }

    @cached_property
    def items(self) -> dict[str, Item]:
        return {row.key: row for row in self.rows if isinstance(row, Item)}

    @cached_property
    def waiting(self) -> dict[str, list[Item]]:
        """Which items need this one."""
        found: dict[str, list[Item]] = {}
        for item in self.items.values():
            for key in item.needs:
                found.setdefault(key, []).append(item)
        return found

    @cached_property
    def links(self) -> list[tuple[Item, Item]]:
        """Dependencies that are drawn without being asked for."""
        return [
            (self.items[key], item)
            for item in self.items.values()
            for key in item.needs
            if key in self.items
            if self.is_paper or (item.is_critical and self.items[key].is_critical)
        ]

    @cached_property
    def crossings(self) -> dict[str, list[Taken]]:
        """Where links run through the rows, so that no words stand there."""
        keys = list(self.items)
        place = {key: n for n, key in enumerate(keys)}
        found: dict[str, list[Taken]] = {}
        for before, after in self.links:
            turn, end = self.right_of(before) + STUB, self.left_of(after)
            low, high = sorted((place[before.key], place[after.key]))
            for key in keys[low : high + 1]:
                found.setdefault(key, []).append((turn - 2, turn + 2))
            # The last piece runs along the row, from where it turns or just before.
            found[after.key].append((min(turn, end - STUB), end))
        return found

    def left_of(self, item: Item) -> float:
        span = item.now()
        return self.scale.ends(span)[0] if span else self.scale.x(self.picture.today)

    def right_of(self, item: Item) -> float:
        span = item.now()
        return self.scale.ends(span)[1] if span else self.scale.x(self.picture.today)

    @cached_property
    def uprights(self) -> list[tuple[float, str]]:
        """Lines through the whole picture: today, and the days it expects."""
        half = self.scale.per_day / 2
        today = self.picture.today
        days = [(today, today_told(today))]
        days += [(flag.on, flag.word) for flag in self.picture.flags]
        return [(self.scale.x(day) + half, word) for day, word in days]

    @cached_property
    def flags(self) -> list[tuple[int, Placed]]:
        return stacked(self.uprights, SMALL, self.width)

    @property
    def axis_height(self) -> int:
        return (max(line for line, _flag in self.flags) + 3) * STRIP
