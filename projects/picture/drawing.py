"""The finished drawings: three parts that scroll apart on a screen, pages for paper."""

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from .axis import axis
from .bars import body
from .model import Picture
from .names import WIDTH, names
from .scale import Zoom, fitting, scaled
from .shapes import number
from .sheet import Sheet, rows_of
from .words import StageTold, by_stage, tell_all

SIZE = 12


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


def drawn(picture: Picture, zoom: Zoom) -> Drawing:
    told = tell_all(picture)
    scale = scaled(picture.days(), zoom)
    sheet = Sheet(picture, scale, rows_of(picture), told)
    return Drawing(
        stages=by_stage(picture, told),
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


def paged(picture: Picture, wide: float, rows_per_page: int) -> list[Page]:
    """The picture for paper, `wide` points across, with its axis on every page."""
    scale = fitting(picture.days(), wide - WIDTH)
    rows, told = rows_of(picture), tell_all(picture)
    starts = range(0, max(len(rows), 1), rows_per_page)
    return [
        Page(
            on_paper(
                Sheet(
                    picture, scale, rows[at : at + rows_per_page], told, is_paper=True
                )
            ),
            n,
            len(starts),
        )
        for n, at in enumerate(starts, start=1)
    ]


def on_paper(sheet: Sheet) -> SafeString:
    high = sheet.axis_height
    parts = [
        moved(axis(sheet), WIDTH, 0),
        moved(names(sheet), 0, high),
        moved(body(sheet), WIDTH, high),
    ]
    return svg("".join(parts), WIDTH + sheet.width, high + sheet.height, 'role="img"')


def moved(inside: str, x: float, y: float) -> str:
    return f'<g transform="translate({number(x)} {number(y)})">{inside}</g>'
