"""Single cells of a ledger: what they may say, and a sentence when they do not."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext as _

from crm.lib import phones, uscc
from crm.lib.guards import is_clean

# What people write for "nothing".
NOTHING: Final = {"", "-", "--", "/", "\\", "—", "——", "无", "暂无", "空", "N/A", "n/a"}
NUMBER: Final = re.compile(r"([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(.*)", re.DOTALL)
WAN: Final = Decimal(10_000)
# What a unit makes of a number, in 10,000 yuan or in persons.
MONEY: Final = {
    "": Decimal(1),
    "万元": Decimal(1),
    "万": Decimal(1),
    "元": 1 / WAN,
    "亿": WAN,
    "亿元": WAN,
}
PERSONS: Final = {"": Decimal(1), "人": Decimal(1), "名": Decimal(1), "万": WAN}
MOST_STAFF: Final = 10_000_000
MOST_MONEY: Final = Decimal(10) ** 11
PLACES: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, order=True)
class CellError:
    """What is wrong where; row and column as the spreadsheet counts them."""

    row: int
    column: str
    sentence: str
    value: str = ""

    def __str__(self) -> str:
        found = _(" (found: %(value)s)") % {"value": self.value} if self.value else ""
        words = {
            "row": self.row,
            "column": self.column,
            "sentence": f"{self.sentence}{found}",
        }
        if not self.column:
            return _("Row %(row)s: %(sentence)s") % words
        return _("Row %(row)s, “%(column)s”: %(sentence)s") % words


class BadCellError(ValueError):
    """A cell that cannot be taken; the text is the sentence."""


def text_of(cell: str, most: int) -> str:
    """Trimmed, gaps made one space; no control characters."""
    text = " ".join(cell.split())
    if not is_clean(text) or any(unicodedata.category(char) == "Cc" for char in text):
        raise BadCellError(_("There are characters here that cannot be stored."))
    if len(text) > most:
        sentence = _("At most %(most)s characters; there are %(found)s.")
        raise BadCellError(sentence % {"most": most, "found": len(text)})
    return text


def name_of(cell: str) -> str:
    name = text_of(cell, 120)
    if name in NOTHING:
        raise BadCellError(_("The company's name is missing."))
    return name


def code_of(cell: str) -> str | None:
    if cell.strip() in NOTHING:
        return None
    code = uscc.normalise(cell)
    if problem := uscc.problem_of(code):
        raise BadCellError(problem)
    return code


def optional_text_of(cell: str, most: int) -> str:
    text = text_of(cell, most)
    return "" if text in NOTHING else text


def phone_of(cell: str) -> str:
    text = optional_text_of(cell, 60)
    phone = phones.normalise(text)
    if problem := phones.problem_of(phone) if text else "":
        raise BadCellError(problem)
    return phone


def staff_of(cell: str, unit: str = "") -> int | None:
    number = number_of(cell, unit, PERSONS)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise BadCellError(_("Persons are counted in whole numbers."))
    if number > MOST_STAFF:
        raise BadCellError(_("This number is too large."))
    return int(number)


def money_of(cell: str, unit: str = "") -> Decimal | None:
    """In 10,000 yuan; a unit in the cell goes before the one in the header."""
    number = number_of(cell, unit, MONEY)
    if number is None:
        return None
    if number >= MOST_MONEY:
        raise BadCellError(_("This number is too large."))
    return number.quantize(PLACES)


def number_of(cell: str, unit: str, units: dict[str, Decimal]) -> Decimal | None:
    text = unicodedata.normalize("NFKC", cell).replace(",", "").replace("，", "")
    text = "".join(text.split())
    if text in NOTHING or cell.strip() in NOTHING:
        return None
    match = NUMBER.fullmatch(text)
    if match is None:
        raise BadCellError(_("Write a number here."))
    own = match[2]
    if own not in units:
        sentence = _("“%(unit)s” is not a unit that is known here.")
        raise BadCellError(sentence % {"unit": own})
    try:
        number = Decimal(match[1])
    except InvalidOperation:
        raise BadCellError(_("Write a number here.")) from None
    if not number.is_finite() or abs(number.adjusted()) > MOST_STAFF:
        raise BadCellError(_("This number is too large."))
    if number < 0:
        raise BadCellError(_("This number cannot be below zero."))
    if number.adjusted() > 20:  # before it is multiplied out
        raise BadCellError(_("This number is too large."))
    return number * units[own or unit]
