"""The axis: the words of the lines that go through, then years, months or weeks."""

from .shapes import POINTER, mark, upright, words
from .sheet import STRIP, Sheet

FOOT = 14  # where words stand in a strip


def axis(sheet: Sheet) -> str:
    high = sheet.axis_height
    parts = []
    for n, (line, flag) in enumerate(sheet.flags):
        css = "tl-now" if n == 0 else "tl-flag"
        parts.append(words(flag.x, line * STRIP + FOOT, flag.text, css))
        x = sheet.uprights[n][0]
        parts.append(mark(x, high, POINTER, f"{css}-pointer"))
    upper, lower = sheet.scale.ticks()
    for top, ticks in ((high - 2 * STRIP, upper), (high - STRIP, lower)):
        for tick in ticks:
            parts.append(upright(tick.x, top, top + STRIP, "tl-tick"))
            parts.append(words(tick.x + 4, top + FOOT, tick.word, "tl-quiet"))
    return "".join(parts)


def grid(sheet: Sheet) -> str:
    """The lower ticks and the lines of the days, through all rows."""
    _upper, lower = sheet.scale.ticks()
    parts = [upright(tick.x, 0, sheet.height, "tl-grid") for tick in lower]
    for n, (x, _word) in enumerate(sheet.uprights):
        css = "tl-now-line" if n == 0 else "tl-flag-line"
        parts.append(upright(x, 0, sheet.height, css))
    return "".join(parts)
