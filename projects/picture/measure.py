"""How wide a text is before any browser has set it. Rather too wide than too narrow."""

from functools import lru_cache
from unicodedata import combining, east_asian_width

CUT = "…"
# Parts of the font size: the widest of PingFang, YaHei and Noto Sans CJK.
NARROW = dict.fromkeys("iljI.,:;'|!", 0.34) | dict.fromkeys("ftr()[]-/ ·", 0.42)
BROAD = dict.fromkeys("mwMW@%&", 0.95)
CAPITAL, DIGIT, OTHER, FULL = 0.72, 0.6, 0.6, 1.0


@lru_cache(maxsize=8192)
def em(character: str) -> float:
    """The width of one character as a part of the font size."""
    if combining(character):
        return 0.0
    known = NARROW.get(character) or BROAD.get(character)
    if known:
        return known
    if east_asian_width(character) in "WFA":
        return FULL
    if character.isdigit():
        return DIGIT
    return CAPITAL if character.isupper() else OTHER


def width(text: str, size: float) -> float:
    return sum(map(em, text)) * size


def cut(text: str, size: float, room: float) -> str:
    """The text, or as much of it as there is room for, with an ellipsis."""
    if width(text, size) <= room:
        return text
    left, kept = room - width(CUT, size), 0
    for character in text:
        left -= em(character) * size
        if left < 0:
            break
        kept += 1
    return text[:kept].rstrip() + CUT if kept else ""
