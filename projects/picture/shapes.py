"""The few strings that SVG is made of. Text is escaped here and nowhere else."""

from html import escape

ROUND = 3  # the corners of a bar
STUB = 7  # how far an arrow runs before it turns
# Around their middle, so that a mark is drawn by `translate`.
MARKS = {
    "circle": '<circle r="5"/>',
    "diamond": '<path d="M0-6 6 0 0 6-6 0Z"/>',
    "square": '<path d="M-4.5-4.5h9v9h-9Z"/>',
    "expiry": '<path d="M-4-6H4L-4 6H4Z"/>',
    "critical": '<path d="M-4-5 1-5 5 0 1 5-4 5-0 0Z"/>',
}
POINTER = '<path d="M-4-5H4L0 0Z"/>'
EDGE_RIGHT = '<path d="M-5-5 0 0-5 5"/>'
EDGE_LEFT = '<path d="M5-5 0 0 5 5"/>'
PATTERNS = (
    '<defs><pattern id="tl-hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<path class="tl-hatch" d="M-1 7 7-1M-1 1 1-1M5 7 7 5"/></pattern>'
    '<pattern id="tl-cross" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect class="tl-ground" width="5" height="5"/>'
    '<path class="tl-cross" d="M0 0 5 5M5 0 0 5"/></pattern></defs>'
)


def number(value: float) -> str:
    """As short as it is exact enough: 12.5, 12."""
    return f"{value:.1f}".removesuffix(".0")


def words(x: float, y: float, text: str, css: str = "") -> str:
    kind = f' class="{css}"' if css else ""
    place = f'x="{number(x)}" y="{number(y)}"'
    return f"<text{kind} {place}>{escape(text)}</text>" if text else ""


def title(text: str) -> str:
    return f"<title>{escape(text)}</title>"


def bar(left: float, right: float, y: float, high: float, css: str) -> str:
    place = f'x="{number(left)}" y="{number(y)}" width="{number(right - left)}"'
    return f'<rect class="{css}" {place} height="{number(high)}" rx="{ROUND}"/>'


def filled(left: float, right: float, y: float, high: float, css: str) -> str:
    """A bar filled with a pattern: a style sheet would seek it in itself."""
    pattern = "tl-cross" if css == "tl-halt" else "tl-hatch"
    place = f'x="{number(left)}" y="{number(y)}" width="{number(right - left)}"'
    size = f'height="{number(high)}" rx="{ROUND}"'
    return f'<rect class="{css}" {place} {size} fill="url(#{pattern})"/>'


def band(y: float, wide: float, high: float, css: str) -> str:
    place = f'y="{number(y)}" width="{number(wide)}" height="{number(high)}"'
    return f'<rect class="{css}" {place}/>'


def upright(x: float, top: float, bottom: float, css: str) -> str:
    return f'<path class="{css}" d="M{number(x)} {number(top)}V{number(bottom)}"/>'


def mark(x: float, y: float, shape: str, css: str) -> str:
    place = f"translate({number(x)} {number(y)})"
    return f'<g class="{css}" transform="{place}">{shape}</g>'


def arrow(start: tuple[float, float], end: tuple[float, float], css: str) -> str:
    """From the end of one bar to the beginning of another, by right angles."""
    (x1, y1), (x2, y2) = start, end
    if x2 - x1 >= 2 * STUB:
        way = f"M{number(x1)} {number(y1)}h{STUB}V{number(y2)}H{number(x2 - 1)}"
    else:
        side = y2 - 14 if y2 > y1 else y2 + 14
        way = f"M{number(x1)} {number(y1)}h{STUB}V{number(side)}"
        way += f"H{number(x2 - STUB)}V{number(y2)}h{STUB - 1}"
    return f'<path class="{css}" d="{way}m-5-3.5 5 3.5-5 3.5"/>'
