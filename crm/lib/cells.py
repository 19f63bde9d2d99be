"""Tables in files, without the libraries that read and write them."""

from collections.abc import Iterable
from typing import Final

# The largest file that is read.
MAX_BYTES: Final = 10 * 1024 * 1024

# What a spreadsheet takes for the beginning of one, also after a save as CSV.
FORMULA: Final = frozenset("=+-@\t\r")
GUARD: Final = "'"


def guarded(text: str) -> str:
    """The text so that it stays one; what begins with a guard gets one more."""
    return GUARD + text if text[:1] in FORMULA | {GUARD} else text


def unguarded(text: str) -> str:
    """What was guarded, or what somebody typed."""
    return text[1:] if text[:1] == GUARD else text


def letter_of(column: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_blank(row: Iterable[str]) -> bool:
    return not any(cell.strip() for cell in row)
