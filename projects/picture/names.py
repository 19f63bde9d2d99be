"""The column left of the bars: lamp, mark of the critical path, name, department."""

from html import escape

from crm.templatetags.ui import SHAPES

from .measure import cut, width
from .model import Item, MarkLine
from .scale import SMALL
from .shapes import MARKS, band, mark, title, words
from .sheet import ROW, Head, Row, Sheet

WIDTH = 340
SIZE = 14
EDGE = 12
NAME_X, NAME_ROOM, OFFICE_ROOM = 48, 196, 84
FOOT = 5  # from the middle of a row down to the foot of its words


def names(sheet: Sheet) -> str:
    return "".join(one(row, n, sheet) for n, row in enumerate(sheet.rows))


def one(row: Row, n: int, sheet: Sheet) -> str:
    top = n * ROW
    if isinstance(row, Item):
        return of_item(row, n, sheet.told[row.key].sentence)
    text = row.text if isinstance(row, Head) else line_told(row)
    shown = cut(text, SIZE, WIDTH - 2 * EDGE)
    told = words(EDGE, top + ROW / 2 + FOOT, shown, "tl-head")
    ground = band(top, WIDTH, ROW, "tl-band") if isinstance(row, Head) else ""
    return f"<g>{title(text)}{ground}{told}</g>"


def line_told(line: MarkLine) -> str:
    return f"{line.name} {len(line.marks)}"


def of_item(item: Item, n: int, sentence: str) -> str:
    """A link for the mouse; the keyboard comes by the bar, which says the same."""
    foot = n * ROW + ROW / 2 + FOOT
    office = cut(item.department, SMALL, OFFICE_ROOM)
    office_x = WIDTH - EDGE - width(office, SMALL)
    css = "tl-name tl-heavy" if item.is_critical else "tl-name"
    parts = [
        title(sentence),
        band(n * ROW, WIDTH, ROW, "tl-hit"),
        lamp(item.colour, n),
        words(NAME_X, foot, cut(item.name, SIZE, NAME_ROOM), css),
        words(office_x, foot, office, "tl-quiet"),
    ]
    if item.is_critical:
        parts.append(mark(36, n * ROW + ROW / 2, MARKS["critical"], "tl-mark"))
    inside = "".join(parts)
    if not item.url:
        return f'<g class="tl-row" data-row="{n}">{inside}</g>'
    href = f'href="{escape(item.url)}" tabindex="-1"'
    return f'<a class="tl-row" data-row="{n}" {href}>{inside}</a>'


def lamp(colour: str, n: int) -> str:
    if colour not in SHAPES:
        return ""
    place = f"translate({EDGE} {n * ROW + ROW // 2 - 5})"
    return f'<g class="tl-lamp-{colour}" transform="{place}">{SHAPES[colour]}</g>'
