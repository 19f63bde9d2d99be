"""The rows: bars of each item with what depends on what, and lines of marks."""

from collections.abc import Iterator
from html import escape

from . import shapes
from .axis import grid
from .model import Expiry, Item, Mark, MarkLine
from .placing import Cluster, Taken, beside, clusters
from .scale import SMALL
from .sheet import ROW, Head, Row, Sheet
from .words import day_told

TALL, THIN = 16, 10
FOOT = 4  # from the middle of a row down to the foot of its words
HALF = 7  # of what a mark needs
APART = 32.0  # marks nearer than this are drawn as one
NEAR = 40.0  # farther away words would seem to belong to nothing


def body(sheet: Sheet) -> str:
    bands = (
        shapes.band(n * ROW, sheet.width, ROW, "tl-band")
        for n, row in enumerate(sheet.rows)
        if isinstance(row, Head)
    )
    rows = (one(row, n, sheet) for n, row in enumerate(sheet.rows))
    return "".join([shapes.PATTERNS, *bands, grid(sheet), *links(sheet), *rows])


def one(row: Row, n: int, sheet: Sheet) -> str:
    middle = n * ROW + ROW / 2
    if isinstance(row, Item):
        return of_item(row, n, middle, sheet)
    if isinstance(row, MarkLine):
        return "".join(of_line(row, middle, sheet))
    if row.span is None:
        return ""
    left, right = sheet.scale.ends(row.span)
    return shapes.bar(left, right, middle - 2, 4, "tl-stage")


def of_item(item: Item, n: int, middle: float, sheet: Sheet) -> str:
    told = sheet.told[item.key]
    parts = [
        shapes.title(told.sentence),
        shapes.band(n * ROW, sheet.width, ROW, "tl-hit"),
        *drawn_bars(item, middle, sheet),
        beside_bars(item, told.beside, middle, sheet),
    ]
    if not sheet.is_paper:
        parts += [arrow(*pair, "tl-need", sheet) for pair in pairs_of(item, sheet)]
    css = "tl-item tl-critical" if item.is_critical else "tl-item"
    inside = "".join(parts)
    if sheet.is_paper:
        return f'<g class="{css}">{inside}</g>'
    if not item.url:
        return f'<g class="{css}" id="tl-row-{n}" tabindex="0" role="img">{inside}</g>'
    return f'<a class="{css}" id="tl-row-{n}" href="{escape(item.url)}">{inside}</a>'


def drawn_bars(item: Item, middle: float, sheet: Sheet) -> Iterator[str]:
    """Planned behind, then what happened, what is expected, and the pauses on top."""
    scale, thin = sheet.scale, middle - THIN / 2
    if item.before:
        place = scale.ends(item.before)
        yield shapes.bar(*place, middle + TALL / 2 + 1, 3, "tl-before")
    if item.planned:
        place = scale.ends(item.planned)
        yield shapes.bar(*place, middle - TALL / 2, TALL, "tl-planned")
    if item.actual:
        css = "tl-done" if item.is_ended else "tl-actual"
        yield shapes.bar(*scale.ends(item.actual), thin, THIN, css)
    if item.forecast:
        yield shapes.filled(*scale.ends(item.forecast), thin, THIN, "tl-forecast")
    for halt in item.halts:
        yield shapes.filled(*scale.ends(halt.span), thin, THIN, "tl-halt")
    if item.due_on:
        right = scale.end(item.due_on)
        yield shapes.upright(right, middle - 10, middle + 10, "tl-due")
    if item.expiry:
        x, shape = expiry_place(item.expiry, sheet)
        yield shapes.mark(x, middle, shape, f"tl-expiry tl-lamp-{item.expiry.colour}")


def expiry_place(expiry: Expiry, sheet: Sheet) -> tuple[float, str]:
    """Where the mark stands; an arrow at the edge if the day lies beyond."""
    x = sheet.scale.x(expiry.on) + sheet.scale.per_day
    if x > sheet.width - HALF:
        return sheet.width - HALF, shapes.EDGE_RIGHT
    if x < HALF:
        return HALF, shapes.EDGE_LEFT
    return x, shapes.MARKS["expiry"]


def beside_bars(item: Item, text: str, middle: float, sheet: Sheet) -> str:
    others: list[Taken] = [sheet.scale.ends(span) for span in item.bars()]
    others += [(x - 2, x + 2) for x, _word in sheet.uprights]
    if item.due_on:
        due = sheet.scale.end(item.due_on)
        others.append((due - 2, due + 2))
    if item.expiry:
        x, _shape = expiry_place(item.expiry, sheet)
        others.append((x - HALF, x + HALF))
    others += sheet.crossings.get(item.key, ())
    now = sheet.left_of(item), sheet.right_of(item)
    placed = beside(now, others, text, SMALL, sheet.width) if text else None
    if placed is None:
        return ""
    return shapes.words(placed.x, middle + FOOT, placed.text, "tl-beside")


def pairs_of(item: Item, sheet: Sheet) -> Iterator[tuple[Item, Item]]:
    """What the item waits for, and what waits for it."""
    for key in item.needs:
        if key in sheet.items:
            yield sheet.items[key], item
    for other in sheet.waiting.get(item.key, ()):
        yield item, other


def links(sheet: Sheet) -> Iterator[str]:
    """The critical path, always there; on paper the other dependencies too."""
    for before, after in sheet.links:
        is_path = before.is_critical and after.is_critical
        yield arrow(before, after, "tl-path" if is_path else "tl-need", sheet)


def arrow(before: Item, after: Item, css: str, sheet: Sheet) -> str:
    start = sheet.right_of(before), sheet.middles[before.key]
    end = sheet.left_of(after), sheet.middles[after.key]
    return shapes.arrow(start, end, css)


def of_line(line: MarkLine, middle: float, sheet: Sheet) -> Iterator[str]:
    """Marks of one kind; neighbours together, with their number."""
    marks = sorted(line.marks, key=lambda mark: mark.on)
    half = sheet.scale.per_day / 2
    places = [sheet.scale.x(mark.on) + half for mark in marks]
    today = sheet.picture.today
    for cluster in clusters(places, APART, sheet.width):
        members = [marks[n] for n in cluster.members]
        told = [f"{day_told(mark.on, today)} {mark.word}" for mark in members]
        parts = [
            shapes.title("\n".join([line.name, *told])),
            shapes.mark(cluster.x, middle, shapes.MARKS[line.shape], "tl-mark"),
            label(cluster, members, middle, sheet),
        ]
        url = members[0].url if len(members) == 1 else ""
        yield linked("".join(parts), url)


def label(cluster: Cluster, marks: list[Mark], middle: float, sheet: Sheet) -> str:
    """The number of several, the words of a single one where there is room."""
    text = str(len(marks)) if len(marks) > 1 else marks[0].word
    left, right = cluster.x - HALF, cluster.x + HALF - 4
    others = [(0, left), *((x - 2, x + 2) for x, _word in sheet.uprights)]
    most = cluster.x + cluster.room - HALF
    placed = beside((left, right), others, text, SMALL, most)
    if placed is None or placed.x > right + NEAR:
        return ""
    return shapes.words(placed.x, middle + FOOT, placed.text, "tl-beside")


def linked(inside: str, url: str) -> str:
    if url:
        return f'<a class="tl-event" href="{escape(url)}">{inside}</a>'
    return f'<g class="tl-event" tabindex="0" role="img">{inside}</g>'
