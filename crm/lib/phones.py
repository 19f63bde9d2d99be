"""Telephone numbers as people in China write them."""

import re
import unicodedata
from typing import Final

import phonenumbers
from django.utils.translation import gettext as _

# 400 and 95xxx numbers are dialled as they are; the library does not know them all.
HOTLINES: Final = {"400": 10, "800": 10, "95": 5, "96": 5, "12": 5}
MOBILE_LENGTH: Final = 11
MOBILE: Final = re.compile(r"(?:\+?86)?(1[0-9]{10})")
LONGEST_EXTENSION: Final = 5


def normalise(text: str) -> str:
    """Half width, without spaces and brackets; an extension stays behind a hyphen."""
    folded = unicodedata.normalize("NFKC", text).strip()
    folded = folded.replace("转", "-").replace("—", "-").replace("–", "-")
    folded = folded.replace("(", "").replace(")", "-")
    kept = "".join(char for char in folded if char.isdigit() or char in "+-")
    return kept.strip("-") if is_plain(folded) else folded


def is_plain(text: str) -> bool:
    return all(char.isdigit() or char in "+- ()." for char in text)


def problem_of(phone: str) -> str:
    """What is wrong with a number in form, in a sentence; empty if nothing is."""
    if not is_plain(phone):
        return _("Write one number, of digits, spaces and hyphens only.")
    digits = phone.replace("-", "")
    for prefix, length in HOTLINES.items():
        if digits.startswith(prefix) and len(digits) == length:
            return ""
    try:
        number = phonenumbers.parse(without_extension(phone), "CN")
    except phonenumbers.NumberParseException:
        return _("This is not a telephone number.")
    if phonenumbers.is_valid_number(number):
        return ""
    if not digits.startswith("1"):
        return _("Write a landline with its area code, as 0871-63121234.")
    if len(digits) != MOBILE_LENGTH:
        sentence = _("A mobile number has 11 digits; this one has %(found)s.")
        return sentence % {"found": len(digits)}
    return _("There is no such mobile number.")


def mobile_from(text: str) -> str:
    """The eleven digits of a mobile number, however typed; empty if it is none."""
    digits = normalise(text).replace("-", "")
    found = MOBILE.fullmatch(digits)
    return found[1] if found else ""


def without_extension(phone: str) -> str:
    """0871-63121234-801 → 0871-63121234."""
    head, _dash, tail = phone.rpartition("-")
    return head if "-" in head and len(tail) <= LONGEST_EXTENSION else phone


# A mobile number by itself, not the middle of a longer code.
IN_TEXT: Final = re.compile(r"(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")


def without_mobiles(text: str) -> str:
    """A text for files that leave the house: 13812348000 in it is 138****8000."""
    return IN_TEXT.sub(r"\1****\2", text)
