"""Rows of the official status, from a sheet or from the API."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from crm.lib.cells import is_blank, unguarded
from crm.lib.guards import is_clean
from crm.services.importing import LedgerRefusedError
from projects.models import State
from projects.official import Row
from projects.outline_words import listed

from .columns import OFFICIAL_COLUMNS, OFFICIAL_STATES

MOST_ROWS: Final = 5_000
TITLE_ROWS: Final = 10
REQUIRED: Final = ("project", "item", "state", "date")
LONGEST: Final = {"project": 40, "item": 80, "certificate": 60, "note": 1_000}
DAY: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?"
)
PLAIN_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
CODE: Final = re.compile(r"(-?\d{1,2})(?:\D.*)?")
# A row as it was sent: its number and its cells by column.
Raw = tuple[int, Mapping[str, Any]]  # Any: texts, or what JSON holds


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that says nothing: its number and all that is wrong with it."""

    number: int
    sentence: str


def raw_rows(rows: Sequence[Sequence[str]]) -> list[Raw]:
    """The rows of a sheet under known headings; blank ones are left out."""
    top, columns = headings_in(rows)
    found: list[Raw] = [
        (number, {n: unguarded(row[i]) for n, i in columns.items() if i < len(row)})
        for number, row in enumerate(rows[top + 1 :], start=top + 2)
        if not is_blank(row)
    ]
    if not found:
        raise LedgerRefusedError(_("There is not a single row below the headings."))
    if len(found) > MOST_ROWS:
        sentence = _("The file has more than %(most)s rows. Divide it.")
        raise LedgerRefusedError(sentence % {"most": MOST_ROWS})
    return found


def headings_in(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    known = {word: name for name, words in OFFICIAL_COLUMNS.items() for word in words}
    for index, row in enumerate(rows[:TITLE_ROWS]):
        titles = ["".join(cell.split()).strip("*") for cell in row]
        columns: dict[str, int] = {}
        for place, title in enumerate(titles):
            if name := known.get(title):
                columns.setdefault(name, place)
        if "project" in columns:
            missing = [OFFICIAL_COLUMNS[n][0] for n in REQUIRED if n not in columns]
            if missing:
                sentence = _("These columns are missing: %(columns)s.")
                raise LedgerRefusedError(sentence % {"columns": listed(missing)})
            return index, columns
    sentence = _("No column is headed “%(column)s”; it is required.")
    raise LedgerRefusedError(sentence % {"column": OFFICIAL_COLUMNS["project"][0]})


def read_rows(raws: Iterable[Raw]) -> Iterator[Row | BadRow]:
    for number, cells in raws:
        yield read_row(number, cells)


def read_row(number: int, cells: Mapping[str, Any]) -> Row | BadRow:
    """Each cell by itself; whether it fits is asked later."""
    texts = {name: text_of(cells.get(name)) for name in OFFICIAL_COLUMNS}
    problems = list(problems_of(texts))
    state, day = state_of(texts["state"]), day_of(texts["date"])
    if state is None:
        sentence = _("“%(value)s” is not a state; write its code from 1 to 15.")
        problems.append(sentence % {"value": texts["state"][:40]})
    if day is None:
        sentence = _("“%(value)s” is not a day; write it as 2026-03-18.")
        problems.append(sentence % {"value": texts["date"][:40]})
    if problems or state is None or day is None:
        return BadRow(number, " ".join(problems))
    return Row(
        number=number,
        project=texts["project"],
        item=texts["item"],
        state=state,
        on=day,
        certificate=texts["certificate"],
        note=texts["note"],
    )


def problems_of(texts: Mapping[str, str]) -> Iterator[str]:
    for name, words in OFFICIAL_COLUMNS.items():
        if name in ("project", "item") and not texts[name]:
            yield _("“%(column)s” is missing.") % {"column": words[0]}
        if not is_clean(texts[name]):
            yield _("There are characters here that cannot be stored.")
        if len(texts[name]) > LONGEST.get(name, 60):
            sentence = _("“%(column)s” is longer than %(most)s characters.")
            yield sentence % {"column": words[0], "most": LONGEST.get(name, 60)}


def text_of(value: object) -> str:
    """Cells and JSON alike; anything but a text or a whole number is no answer."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(str(value).split())


def state_of(text: str) -> int | None:
    """By code, by its official name, or by both."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    if found := OFFICIAL_STATES.get(plain):
        return found
    match = CODE.fullmatch(plain)
    code = int(match[1]) if match else 0
    return code if 1 <= code <= State.REVOKED else None


def day_of(text: str) -> date | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    match = DAY.fullmatch(plain) or PLAIN_DAY.fullmatch(plain)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
