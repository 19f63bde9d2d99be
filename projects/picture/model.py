"""What a timeline shows, frozen: the drawing, the list and the table read the same.

States, turns and lanes come as words; the picture adds only those of its own facts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from projects.clocks import Clocks


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days, both ends included."""

    first: date
    last: date

    @property
    def after(self) -> date:
        """The day after the last, as far as a calendar goes."""
        return min(self.last, date.max - timedelta(1)) + timedelta(1)


@dataclass(frozen=True, slots=True)
class Halt:
    """Days on which the authority's clock stood, and why."""

    span: Span
    word: str


@dataclass(frozen=True, slots=True)
class Expiry:
    """The last day on which an approval holds; `colour` is a lamp's."""

    on: date
    word: str = ""
    colour: str = "grey"


@dataclass(frozen=True, slots=True)
class Item:
    """One approval. `planned` is the baseline, `actual` runs to its end or today."""

    key: str
    name: str
    department: str
    state: str
    url: str = ""
    turn: str = ""
    # A lamp's, empty while nothing is due.
    colour: str = ""
    lamp: str = ""
    planned: Span | None = None
    actual: Span | None = None
    forecast: Span | None = None
    # How certain the forecast is, and on what it rests.
    likely: str = ""
    # Where the bar would be without the "what if" that the page was asked for.
    before: Span | None = None
    is_ended: bool = False
    is_critical: bool = False
    due_on: date | None = None
    slack: int | None = None
    clocks: Clocks | None = None
    halts: tuple[Halt, ...] = ()
    expiry: Expiry | None = None
    needs: tuple[str, ...] = ()

    def bars(self) -> Iterator[Span]:
        halts = (halt.span for halt in self.halts)
        for span in (self.planned, self.actual, self.forecast, self.before, *halts):
            if span:
                yield span

    def now(self) -> Span | None:
        """From its real or expected beginning to its real or expected end."""
        spans = [span for span in (self.actual, self.forecast) if span]
        if not spans:
            return self.planned
        return Span(min(s.first for s in spans), max(s.last for s in spans))


@dataclass(frozen=True, slots=True)
class Lane:
    """Items of a stage that run one after the other, or beside each other."""

    stage: str
    items: tuple[Item, ...]
    is_parallel: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day: a visit, a ticket."""

    on: date
    word: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class MarkLine:
    """Marks of one kind on a line of their own. `shape`: a key of `shapes.MARKS`."""

    name: str
    shape: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """A day that goes through the whole picture: an expected end."""

    on: date
    word: str


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    today: date
    lanes: tuple[Lane, ...]
    lines: tuple[MarkLine, ...] = ()
    flags: tuple[Flag, ...] = ()

    def items(self) -> Iterator[Item]:
        for lane in self.lanes:
            yield from lane.items

    def stages(self) -> Iterator[tuple[str, list[Lane]]]:
        for stage, lanes in groupby(self.lanes, key=lambda lane: lane.stage):
            yield stage, list(lanes)

    def days(self) -> Span:
        """From the first to the last day that the picture has to show."""
        spans = [span for item in self.items() for span in item.bars()]
        days = [self.today, *(flag.on for flag in self.flags)]
        days += [mark.on for line in self.lines for mark in line.marks]
        days += [item.due_on for item in self.items() if item.due_on]
        days += [day for span in spans for day in (span.first, span.last)]
        return Span(min(days), max(days))
