"""The finished drawings: three parts that scroll apart on a screen, pages for paper."""

from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

from .axis import axis
from .bars import body
from .legend import HIGH as LEGEND
from .legend import Sample, legend, line_of_legend
from .model import Picture
from .names import WIDTH, names
from .scale import Zoom, fitting, scaled
from .shapes import number
from .sheet import Sheet, rows_of
from .words import StageTold, by_stage, tell_all

SIZE = 12
PAPER = Path(__file__).with_name("paper.css")


@dataclass(frozen=True, slots=True)
class Drawing:
    """For a screen: the names stay when the bars are scrolled, and so does the axis."""

    axis: SafeString
    names: SafeString
    body: SafeString
    # Where today lies, so that the page opens there.
    today_x: int
    # The same for the list and the table.
    stages: list[StageTold]
    legend: list[Sample]


def drawn(picture: Picture, zoom: Zoom) -> Drawing:
    told = tell_all(picture)
    scale = scaled(picture.days(), zoom)
    sheet = Sheet(picture, scale, rows_of(picture), told)
    return Drawing(
        stages=by_stage(picture, told),
        legend=legend(),
        axis=svg(axis(sheet), sheet.width, sheet.axis_height, 'aria-hidden="true"'),
        names=svg(names(sheet), WIDTH, sheet.height, 'aria-hidden="true"'),
        body=svg(body(sheet), sheet.width, sheet.height, 'role="group"'),
        today_x=round(sheet.uprights[0][0]),
    )


def svg(inside: str, wide: float, high: float, more: str) -> SafeString:
    """Every text inside was escaped by `shapes`."""
    size = f'width="{number(wide)}" height="{number(high)}"'
    box = f'viewBox="0 0 {number(wide)} {number(high)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} font-size="{SIZE}"'
    return mark_safe(f"{head} {more}>{inside}</svg>")


@dataclass(frozen=True, slots=True)
class Page:
    svg: SafeString
    number: int
    count: int
    # In the points of the drawing; paper scales them.
    wide: float
    high: float


def paged(picture: Picture, wide: float, most_rows: int | None = None) -> list[Page]:
    """The picture for paper, `wide` points across, with its axis on every page."""
    scale = fitting(picture.days(), wide - WIDTH)
    rows, told = rows_of(picture), tell_all(picture)
    count = ceil(len(rows) / most_rows) if most_rows and rows else 1
    # As many on the last page as on the others.
    per_page = ceil(len(rows) / count) or 1
    sheets = [
        Sheet(picture, scale, rows[at : at + per_page], told, is_paper=True)
        for at in range(0, max(len(rows), 1), per_page)
    ]
    return [on_paper(sheet, n, len(sheets)) for n, sheet in enumerate(sheets, start=1)]


def on_paper(sheet: Sheet, n: int, count: int) -> Page:
    high = sheet.axis_height
    wide, whole = WIDTH + sheet.width, high + sheet.height + 2 * LEGEND
    parts = [
        f"<style>{paper_css()}</style>",
        moved(axis(sheet), WIDTH, 0),
        moved(names(sheet), 0, high),
        moved(body(sheet), WIDTH, high),
        line_of_legend(high + sheet.height + LEGEND / 2),
    ]
    drawing = svg("".join(parts), wide, whole, 'role="img"')
    return Page(drawing, n, count, wide, whole)


@cache
def paper_css() -> str:
    """In the drawing itself: no style sheet of a page reaches into it on paper."""
    return PAPER.read_text(encoding="utf-8")


def moved(inside: str, x: float, y: float) -> str:
    return f'<g transform="translate({number(x)} {number(y)})">{inside}</g>'
