"""Days to points: zoom, the ticks of the axis, and where a day lies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import ceil

from django.utils.formats import date_format
from django.utils.translation import pgettext

from .measure import width
from .model import Span

# Browsers and PDF readers give up on pictures much wider than this.
WIDEST = 24_000
# A short project fills the page all the same: days follow until it does.
NARROWEST = 940
PAD = 14  # days free on both sides, so that labels have room
SMALL = 12
THINNEST = 3
LEAST_TICK = 4


class Zoom(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


PER_DAY = {Zoom.WEEK: 14.0, Zoom.MONTH: 4.0, Zoom.QUARTER: 1.4}


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    word: str


@dataclass(frozen=True)
class Scale:
    """`first` lies at 0; a day is `per_day` wide."""

    first: date
    after: date
    per_day: float

    @property
    def width(self) -> float:
        return round((self.after - self.first).days * self.per_day, 1)

    def x(self, day: date) -> float:
        return round((day - self.first).days * self.per_day, 1)

    def ends(self, span: Span) -> tuple[float, float]:
        """Left and right of whole days, never thinner than can be seen."""
        left = min(self.x(span.first), self.width - THINNEST)
        return left, max(round(self.end(span.last), 1), left + THINNEST)

    def end(self, day: date) -> float:
        """The right side of a day; of the last that a calendar has, the edge."""
        return min(self.x(day) + self.per_day, self.width)

    def ticks(self) -> tuple[list[Tick], list[Tick]]:
        """The upper and the lower line of the axis: years over quarters, and so on."""
        upper, lower = STEPS[self.step]
        return self._marks(*upper), self._marks(*lower)

    @property
    def step(self) -> Zoom | None:
        for zoom in Zoom:
            if self.per_day >= PER_DAY[zoom] * 0.6:
                return zoom
        return None

    def _marks(
        self, start: Callable[[date], date], step: int, told: Callable[[date], str]
    ) -> list[Tick]:
        if step * self.per_day < LEAST_TICK:
            return []
        days = list(beginnings(start, step, self.first, self.after))
        edges = [max(day, self.first) for day in days] + [self.after]
        ticks = []
        for day, edge, next_edge in zip(days, edges, edges[1:], strict=False):
            room = (next_edge - edge).days * self.per_day - 8
            word = told(day)
            fits = width(word, SMALL) <= room
            ticks.append(Tick(self.x(edge), word if fits else ""))
        return ticks


def beginnings(
    start: Callable[[date], date], step: int, first: date, after: date
) -> Iterator[date]:
    """The first day of every week, month … that touches the days."""
    day = start(first)
    while day < after:
        yield day
        if day > date.max - timedelta(2 * step):
            return
        # Longer than any week, month … but never two of them.
        day = start(day + timedelta(step))


def scaled(days: Span, zoom: Zoom) -> Scale:
    """The scale people chose, or a coarser one where the picture would be too wide."""
    scale = _padded(days, PER_DAY[zoom], WIDEST)
    missing = timedelta(max(0, ceil((NARROWEST - scale.width) / scale.per_day)))
    if date.max - scale.after < missing:
        return scale
    return replace(scale, after=scale.after + missing)


def fitting(days: Span, most: float) -> Scale:
    """As large as the paper is wide."""
    count = (days.last - days.first).days + 1 + 2 * PAD
    return _padded(days, most / count, most)


def _padded(days: Span, per_day: float, most: float) -> Scale:
    pad = timedelta(PAD)
    first = days.first - pad if days.first - date.min > pad else date.min
    after = days.last + pad if date.max - days.last > pad else date.max
    count = max((after - first).days, 1)
    return Scale(first, after, min(per_day, most / count))


def week(day: date) -> date:
    back = timedelta(day.weekday())
    return day - back if day - date.min >= back else date.min


def month(day: date) -> date:
    return day.replace(day=1)


def quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def year(day: date) -> date:
    return date(day.year, 1, 1)


def month_told(day: date) -> str:
    return date_format(day, pgettext("format of a month", "M"))


def year_told(day: date) -> str:
    return date_format(day, pgettext("format of a year", "Y"))


def year_and_month(day: date) -> str:
    return date_format(day, pgettext("format of a month and year", "M Y"))


def quarter_told(day: date) -> str:
    return pgettext("axis", "Q%(n)s") % {"n": (day.month + 2) // 3}


def year_and_quarter(day: date) -> str:
    values = {"quarter": quarter_told(day), "year": year_told(day)}
    return pgettext("axis", "%(quarter)s %(year)s") % values


def monday_told(day: date) -> str:
    return f"{day:%m-%d}"


YEARS = (year, 366, year_told)
STEPS = {
    Zoom.WEEK: ((month, 31, year_and_month), (week, 7, monday_told)),
    Zoom.MONTH: ((quarter, 92, year_and_quarter), (month, 31, month_told)),
    Zoom.QUARTER: (YEARS, (quarter, 92, quarter_told)),
    None: (YEARS, (year, 366, lambda day: "")),
}
