"""The unified social credit code (GB 32100): in form, and what is wrong with it."""

import unicodedata
from typing import Final

from django.utils.translation import gettext as _
from stdnum.cn.uscc import calc_check_digit

LENGTH: Final = 18
ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Registering authorities; N and Y are missing in python-stdnum's own check.
AUTHORITIES: Final = "123456789ANY"
# What people write for a digit.
LOOKALIKES: Final = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}
AREA: Final = slice(2, 8)


def normalise(text: str) -> str:
    """Half width, capitals, without spaces and hyphens."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in folded if not char.isspace() and char not in "-‐–—")


def problem_of(code: str) -> str:
    """What is wrong with a code in form, in a sentence; empty if nothing is."""
    for index, char in enumerate(code):
        if char not in ALPHABET:
            return _wrong_character(index, char)
    if len(code) != LENGTH:
        return _("The code has %(found)s characters; it must have 18.") % {
            "found": len(code)
        }
    if code[0] not in AUTHORITIES:
        return _("No authority gives out codes that begin with “%(char)s”.") % {
            "char": code[0]
        }
    if not code[AREA].isdigit():
        return _("Characters 3 to 8 are an area code: digits only.")
    if code[-1] != calc_check_digit(code[:-1]):
        return _(
            "The check character does not fit: one of the characters is wrong, or two "
            "have changed places. Compare with the business licence."
        )
    return ""


def with_check_digit(first: str) -> str:
    """The whole code for its first 17 characters."""
    return first + str(calc_check_digit(first))


def _wrong_character(index: int, char: str) -> str:
    values = {"position": index + 1, "char": char}
    if char in LOOKALIKES:
        values["instead"] = LOOKALIKES[char]
        return (
            _(
                "Character %(position)s is the letter “%(char)s”, which codes do not "
                "use. It may be “%(instead)s”."
            )
            % values
        )
    return _("Character %(position)s, “%(char)s”, cannot be in a code.") % values
