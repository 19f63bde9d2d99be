"""A template from a file that somebody sent: every mistake with its row."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from crm.lib.cells import letter_of, unguarded
from crm.services.importing import LedgerRefusedError, read_sheet
from projects.outline import Outline, OutlineItem, OutlineMaterial
from projects.outline_words import listed
from projects.services.templates import Problem, problems_of

from .columns import (
    CODES,
    COLUMNS,
    DEFAULTS,
    FACTS,
    NO_WORDS,
    REQUIRED,
    YES_WORDS,
)

KEYS: Final = re.compile(r"[\s、,，;；]+")
NUMBER: Final = re.compile(r"[0-9]{1,9}")
MOST_JSON: Final = 2 * 1024 * 1024
MOST_TEMPLATES: Final = 20
TITLE_ROWS: Final = 10
# The words of JSON beside the columns' own.
ALIASES: Final = {
    "department": "department_name",
    "prerequisites": "needs",
    "deferrable": "is_deferrable",
    "pledge": "is_pledge",
    "commitment": "is_pledge",
}
Raw = Mapping[str, Any]  # Any: cells are texts, JSON's values are its own


@dataclass(frozen=True, slots=True, order=True)
class Bad:
    """A mistake: the row or item, the column, a sentence."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        words = {"row": self.row, "column": self.column, "sentence": self.sentence}
        if not self.row:
            return self.sentence
        if not self.column:
            return _("Row %(row)s: %(sentence)s") % words
        return _("Row %(row)s, “%(column)s”: %(sentence)s") % words


@dataclass(slots=True)
class Read:
    """What a file said."""

    outlines: list[Outline] = field(default_factory=list)
    errors: list[Bad] = field(default_factory=list)


class Cells:
    """One row's values; a bad one is noted and read as its empty form."""

    def __init__(self, row: int, raw: Raw, read: Read, titles: Mapping[str, str]):
        self.row, self.raw, self.read, self.titles = row, raw, read, titles

    def refuse(self, column: str, sentence: str) -> None:
        title = self.titles.get(column, column)
        self.read.errors.append(Bad(self.row, title, sentence))

    def text(self, column: str) -> str:
        value = self.raw.get(column)
        if value is None:
            return ""
        if isinstance(value, str):
            return " ".join(value.split())
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        self.refuse(column, _("Write a text here."))
        return ""

    def number(self, column: str) -> int | None:
        text = unicodedata.normalize("NFKC", self.text(column))
        if not text:
            return None
        if NUMBER.fullmatch(text):
            return int(text)
        self.refuse(column, _("Write a whole number here."))
        return None

    def choice(self, column: str) -> Any:  # Any: a code of the column
        text = self.text(column)
        if not text and column in DEFAULTS:
            return DEFAULTS[column]
        known = CODES[column]
        if text not in known:
            sentence = _("Write one of these: %(ways)s.")
            self.refuse(column, sentence % {"ways": listed(known)})
        return known.get(text, 1 if column == "stage" else DEFAULTS.get(column))

    def claim(self, column: str, *, default: bool = False) -> bool:
        value = self.raw.get(column)
        if isinstance(value, bool):
            return value
        text = self.text(column).lower()
        if not text:
            return default
        if text not in YES_WORDS | NO_WORDS:
            self.refuse(column, _("Write yes or no here."))
        return text in YES_WORDS

    def keys(self, column: str) -> tuple[str, ...]:
        value = self.raw.get(column)
        if isinstance(value, list):
            found = [one for one in value if isinstance(one, str)]
            if len(found) < len(value):
                self.refuse(column, _("Write a text here."))
        else:
            found = KEYS.split(self.text(column))
        # The same one twice is the same.
        return tuple(dict.fromkeys(one for one in found if one))

    def item(self, materials: Iterable[OutlineMaterial]) -> OutlineItem:
        return OutlineItem(
            key=self.text("key"),
            name=self.text("name"),
            stage=self.choice("stage"),
            department_name=self.text("department_name"),
            department_code=self.text("department_code"),
            track=self.choice("track"),
            kind=self.choice("kind"),
            statutory_days=self.number("statutory_days") or 0,
            committed_days=self.number("committed_days") or 0,
            green_days=self.number("green_days"),
            unit=self.choice("unit"),
            valid_months=self.number("valid_months"),
            is_deferrable=self.claim("is_deferrable"),
            is_pledge=self.claim("is_pledge"),
            needs=self.keys("needs"),
            materials=tuple(materials),
        )

    def material(self) -> OutlineMaterial | None:
        name = self.text("material")
        if not name:
            if self.text("where"):
                self.refuse("material", _("A material has no name."))
            return None
        return OutlineMaterial(
            name, self.text("where"), self.claim("main", default=True)
        )


def read_file(name: str, data: bytes) -> Read:
    """Read .json, .xlsx or .csv; a file that is none of these is refused."""
    if name.lower().endswith(".json") or data.lstrip()[:1] in (b"{", b"["):
        return read_json(data)
    return read_rows(read_sheet(data)["rows"])


# --- JSON -------------------------------------------------------------------------


def read_json(data: bytes) -> Read:
    """One template, or several under `templates`."""
    if len(data) > MOST_JSON:
        raise LedgerRefusedError(_("The file is too large: at most 2 MB."))
    try:
        body = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise LedgerRefusedError(_("The file is not JSON.")) from None
    found = body.get("templates", [body]) if isinstance(body, dict) else body
    if not isinstance(found, list) or not found or not all(map(is_template, found)):
        raise LedgerRefusedError(_("The file holds no template with items."))
    if len(found) > MOST_TEMPLATES:
        sentence = _("At most %(most)s templates in one file.")
        raise LedgerRefusedError(sentence % {"most": MOST_TEMPLATES})
    read = Read()
    for one in found:
        add_json(read, one)
    same = Counter(one.key for one in read.outlines)
    for key in [key for key, count in same.items() if count > 1]:
        sentence = _("The template “%(key)s” is there twice.") % {"key": key}
        read.errors.append(Bad(0, "", sentence))
    return read


def is_template(body: object) -> bool:
    items = body.get("items") if isinstance(body, dict) else None
    return isinstance(items, list) and all(isinstance(one, dict) for one in items)


def add_json(read: Read, body: Raw) -> None:
    facts = Cells(0, body, read, {})
    rows, items = {}, []
    for number, raw in enumerate(body["items"], start=1):
        own = {ALIASES.get(name, name): value for name, value in raw.items()}
        cells = Cells(number, own, read, {})
        item = cells.item(json_materials(cells, raw.get("materials")))
        rows[item.key] = number
        items.append(item)
    outline = Outline(
        facts.text("key"), facts.text("name"), facts.text("source"), tuple(items)
    )
    finish(read, outline, rows)


def json_materials(cells: Cells, found: object) -> list[OutlineMaterial]:
    """Names, or names with where to get them."""
    made: list[OutlineMaterial] = []
    for one in found if isinstance(found, list) else []:
        raw = {"name": one} if isinstance(one, str) else one
        if not isinstance(raw, dict):
            cells.refuse("materials", _("Write a text here."))
            continue
        own = Cells(cells.row, {**raw, "material": raw.get("name")}, cells.read, {})
        if material := own.material():
            made.append(material)
    return made


# --- Sheets -----------------------------------------------------------------------


def read_rows(rows: Sequence[Sequence[str]]) -> Read:
    """The rows of a sheet: facts, headings, then items with their materials."""
    read = Read()
    top, columns = headings_in(rows)
    titles = {
        name: f"{letter_of(index)} {COLUMNS[name][0]}"
        for name, index in columns.items()
    }
    facts = Cells(0, facts_above(rows[:top]), read, {})
    places: dict[str, int] = {}
    items: list[tuple[Cells, list[OutlineMaterial]]] = []
    for number, row in enumerate(rows[top + 1 :], start=top + 2):
        raw = {n: unguarded(row[i]) for n, i in columns.items() if i < len(row)}
        cells = Cells(number, raw, read, titles)
        if cells.text("key") or cells.text("name"):
            items.append((cells, []))
            places[cells.text("key")] = number
        material = cells.material()
        if material and not items:
            cells.refuse("material", _("There is no item above this material."))
        elif material:
            items[-1][1].append(material)
    outline = Outline(
        facts.text("key"),
        facts.text("name"),
        facts.text("source"),
        tuple(cells.item(materials) for cells, materials in items),
    )
    finish(read, outline, places)
    return read


def headings_in(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Which row names the columns, and where each of them is."""
    known = {word: name for name, words in COLUMNS.items() for word in words}
    for index, row in enumerate(rows[:TITLE_ROWS]):
        titles = [unicodedata.normalize("NFC", "".join(cell.split())) for cell in row]
        columns = {known[one]: n for n, one in enumerate(titles) if one in known}
        if "key" in columns and "name" in columns:
            missing = [COLUMNS[one][0] for one in REQUIRED if one not in columns]
            if missing:
                sentence = _("These columns are missing: %(columns)s.")
                raise LedgerRefusedError(sentence % {"columns": listed(missing)})
            return index, columns
    sentence = _("No row is headed “%(key)s” and “%(name)s”; export one to see how.")
    names = {"key": COLUMNS["key"][0], "name": COLUMNS["name"][0]}
    raise LedgerRefusedError(sentence % names)


def facts_above(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    known = {word: name for name, words in FACTS.items() for word in words}
    return {
        known[row[0].strip()]: unguarded(row[1])
        for row in rows
        if len(row) > 1 and row[0].strip() in known
    }


def finish(read: Read, outline: Outline, places: Mapping[str, int]) -> None:
    """What only the whole shows, told where the item stands."""
    read.outlines.append(outline)
    for one in problems_of(outline):
        read.errors.append(placed(one, places))
    read.errors.sort()


def placed(problem: Problem, places: Mapping[str, int]) -> Bad:
    column = "material" if problem.field == "materials" else problem.field
    title = COLUMNS[column][0] if column in COLUMNS and problem.key else ""
    return Bad(places.get(problem.key, 0), title, problem.sentence)
