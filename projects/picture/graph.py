"""Which item waits for which: boxes in lanes by stage, each right of all it needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from operator import attrgetter

from django.utils.safestring import SafeString, mark_safe

from .measure import cut, width
from .shapes import MARKS, mark, number, title, words

WIDE, HIGH = 184, 68
GAP_X, GAP_Y = 56, 16
EDGE, HEAD = 16, 32
SIZE, SMALL = 14, 12
BEND = 24
STEP = WIDE + GAP_X
CLOSING = ")）》”、，。"  # what never begins a line
BESIDE = 8  # how far a lane's head reaches beyond its boxes


@dataclass(frozen=True, slots=True)
class Node:
    """One item: its lane, how many steps lie before it, what it waits for."""

    key: str
    name: str
    lane: int
    level: int
    needs: tuple[str, ...] = ()
    foot: str = ""  # who decides, in how many days
    sentence: str = ""
    url: str = ""
    is_critical: bool = False
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.y + HIGH // 2


@dataclass(frozen=True, slots=True)
class Lane:
    """The head of a stage, as wide as its levels."""

    name: str
    x: int
    y: int
    wide: int


@dataclass(frozen=True, slots=True)
class Layout:
    boxes: Mapping[str, Box]
    lanes: Sequence[Lane]
    wide: int
    high: int


@dataclass(slots=True)
class Shelf:
    """Lanes side by side: a stage that begins where another has ended."""

    lanes: list[list[Node]]
    last: int

    def takes(self, members: Sequence[Node]) -> bool:
        return members[0].level > self.last

    def put(self, members: list[Node]) -> None:
        self.lanes.append(members)
        self.last = members[-1].level


def laid_out(nodes: Sequence[Node], lanes: Mapping[int, str]) -> Layout:
    """Shelves below each other, each as high as the fullest level of its lanes."""
    boxes: dict[str, Box] = {}
    heads: list[Lane] = []
    y = 0
    for shelf in shelves(nodes):
        most = 0
        for members in shelf.lanes:
            first, last = members[0].level, members[-1].level
            wide = (last - first) * STEP + WIDE + 2 * BESIDE
            name = lanes.get(members[0].lane, "")
            heads.append(Lane(name, left_of(first) - BESIDE, y, wide))
            for key, (row, level) in rows_of(members).items():
                top = y + HEAD + GAP_Y + row * (HIGH + GAP_Y)
                boxes[key] = Box(left_of(level), top)
                most = max(most, row + 1)
        y += HEAD + GAP_Y + most * (HIGH + GAP_Y)
    right = max((box.x for box in boxes.values()), default=0) + WIDE + EDGE
    return Layout(boxes, heads, right, y)


def shelves(nodes: Sequence[Node]) -> list[Shelf]:
    """Each stage on the first shelf that has ended before it begins."""
    in_order = sorted(nodes, key=attrgetter("lane", "level"))
    found: list[Shelf] = []
    for _lane, group in groupby(in_order, attrgetter("lane")):
        members = list(group)
        shelf = next((one for one in found if one.takes(members)), None)
        if shelf is None:
            shelf = Shelf([], -1)
            found.append(shelf)
        shelf.put(members)
    return found


def left_of(level: int) -> int:
    return EDGE + level * STEP


def rows_of(members: Iterable[Node]) -> dict[str, tuple[int, int]]:
    """Row and level in one lane: beside what it waits for, where that is free."""
    rows: dict[str, tuple[int, int]] = {}
    taken: dict[int, set[int]] = defaultdict(set)
    for node in members:
        wanted = [rows[need][0] for need in node.needs if need in rows]
        free = (row for row in range(len(taken[node.level]) + 1))
        choices = [*wanted, *free]
        row = next(one for one in choices if one not in taken[node.level])
        taken[node.level].add(row)
        rows[node.key] = row, node.level
    return rows


def graph(nodes: Sequence[Node], lanes: Mapping[int, str], label: str) -> SafeString:
    """The drawing; what it says stands in the list beside it as well."""
    layout = laid_out(nodes, lanes)
    by_key = {node.key: node for node in nodes}
    size = f'width="{layout.wide}" height="{layout.high}"'
    view = f'viewBox="0 0 {layout.wide} {layout.high}"'
    parts = [f'<svg {size} {view} role="group" aria-label="{escape(label)}">']
    for lane in layout.lanes:
        name = cut(lane.name, SIZE, lane.wide - 2 * BESIDE)
        place = f'x="{lane.x}" y="{lane.y + 4}" width="{lane.wide}"'
        parts.append(f'<rect class="g-band" {place} height="{HEAD - 4}" rx="6"/>')
        parts.append(words(lane.x + BESIDE, lane.y + 23, name, "g-lane"))
    parts += [drawn(node, by_key, layout.boxes) for node in nodes]
    return mark_safe("".join([*parts, "</svg>"]))  # every text went through words()


def drawn(node: Node, nodes: Mapping[str, Node], boxes: Mapping[str, Box]) -> str:
    """A box with the arrows into it: pointing at it shows what it waits for."""
    box = boxes[node.key]
    arrows = [
        arrow(boxes[need], box, is_heavy=node.is_critical and nodes[need].is_critical)
        for need in node.needs
        if need in boxes
    ]
    css = "g-node" + " is-critical" * node.is_critical + " is-here" * node.is_here
    inside = "".join([*arrows, body(node, box)])
    if not node.url:
        return f'<g class="{css}">{title(node.sentence)}{inside}</g>'
    href = f'href="{escape(node.url)}"'
    return f'<a class="{css}" {href}>{title(node.sentence)}{inside}</a>'


def body(node: Node, box: Box) -> str:
    place = f'x="{box.x}" y="{box.y}" width="{WIDE}" height="{HIGH}" rx="6"'
    parts = [f'<rect class="g-box" {place}/>']
    room = WIDE - 24
    for n, line in enumerate(two_lines(node.name, room)):
        parts.append(words(box.x + 12, box.y + 21 + n * 18, line, "g-name"))
    if node.is_critical:
        x, y = box.x + 16, box.y + HIGH - 12
        parts.append(mark(x, y, MARKS["critical"], "g-mark"))
    left = box.x + (28 if node.is_critical else 12)
    foot = cut(node.foot, SMALL, box.x + WIDE - 12 - left)
    parts.append(words(left, box.y + HIGH - 8, foot, "g-foot"))
    return "".join(parts)


def two_lines(text: str, room: float) -> list[str]:
    """As much as fits on one line, the rest on a second, cut if need be."""
    if width(text, SIZE) <= room:
        return [text]
    kept = 1
    while kept < len(text) and width(text[: kept + 1], SIZE) <= room:
        kept += 1
    if text[kept] in CLOSING:
        kept -= 1
    return [text[:kept], cut(text[kept:], SIZE, room)]


def arrow(start: Box, end: Box, *, is_heavy: bool) -> str:
    """In the gap between two levels; past other boxes between two rows."""
    x1, y1, x2, y2 = start.x + WIDE, start.middle, end.x - 1, end.middle
    way = f"M{x1} {y1}"
    if x2 - x1 > GAP_X:
        lane = end.y - GAP_Y // 2
        way += f"C{x1 + BEND} {y1} {x1 + BEND} {lane} {x1 + 2 * BEND} {lane}"
        x1, y1 = end.x - 2 * BEND, lane
        way += f"H{x1}"
    middle = number((x1 + x2) / 2)
    way += f"C{middle} {y1} {middle} {y2} {x2} {y2}m-6-4 6 4-6 4"
    css = "g-arrow is-critical" if is_heavy else "g-arrow"
    return f'<path class="{css}" d="{way}"/>'
