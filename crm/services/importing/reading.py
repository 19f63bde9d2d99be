"""From a file to rows under known headings."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.lib.cells import MAX_BYTES, is_blank, letter_of
from crm.lib.forked import ChildError, run_forked

from .values import MONEY, PERSONS, CellError

# What a column is called in ledgers; the first is the official word.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("企业名称", "公司名称", "单位名称", "企业全称"),
    "uscc": ("统一社会信用代码", "社会信用代码", "信用代码"),
    "address": ("地址", "企业地址", "详细地址", "注册地址", "经营地址"),
    "contact": ("联系人", "企业联系人", "联系人姓名"),
    "phone": ("联系电话", "电话", "手机", "手机号", "联系方式", "联系人电话"),
    "region": ("行政区划", "所属区划", "所属镇街", "所属区域", "属地"),
    "industry": ("行业", "所属行业", "行业代码", "行业类别"),
    "staff": ("从业人数", "从业人员", "员工人数", "职工人数"),
    "revenue": ("营业收入", "年营业收入"),
    "assets": ("资产总额", "总资产", "资产总计"),
    "officer_a": ("A角", "A角联络员", "联络员A角", "联络员"),
    "officer_b": ("B角", "B角联络员", "联络员B角"),
}
KEY_OF: Final = {name: key for key, names in COLUMNS.items() for name in names}
# Columns that are for the eye only.
IGNORED: Final = {"序号", "编号", "备注", "说明"}
UNITS: Final = MONEY.keys() | PERSONS.keys()
# A heading may have a title above it.
TITLE_ROWS: Final = 10
SECONDS: Final = 120
MEMORY: Final = 1024
# Where the child's codes become sentences.
REFUSALS: Final = {
    "password": gettext_lazy("The file is protected by a password. Save it without."),
    "broken": gettext_lazy("The file is damaged or is not a table."),
    "old_excel": gettext_lazy(
        "This is an old .xls file. Open it and save it as .xlsx."
    ),
    "encoding": gettext_lazy(
        "This is neither a workbook nor text in UTF-8 or GB18030."
    ),
    "too_large": gettext_lazy("The file is too large: at most 10 MB, 100 MB unpacked."),
    "too_many_rows": gettext_lazy("The file has more than 50,000 rows. Divide it."),
    "too_many_columns": gettext_lazy("The file has more than 60 columns."),
    "too_heavy": gettext_lazy("Reading the file took too much time or memory."),
}


class LedgerRefusedError(Exception):
    """The file as a whole cannot be taken; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A known column: where it is, what it is called there, its unit if it says one."""

    key: str
    index: int
    title: str
    unit: str = ""

    @property
    def place(self) -> str:
        return f"{letter_of(self.index)} {self.title}"


@dataclass(slots=True)
class Ledger:
    """Rows by their number in the sheet, each with the cells of known columns."""

    headings: dict[str, Heading]
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    # Columns nobody knows: told, not refused.
    ignored: list[str] = field(default_factory=list)
    is_ambiguous: bool = False
    merged_rows: set[int] = field(default_factory=set)


def read_ledger(path: Path) -> Ledger:
    """Read the first sheet in a child; what cannot be read at all is refused."""
    if path.stat().st_size > MAX_BYTES:
        raise refused("too_large")
    table = read_sheet(path.read_bytes())
    return ledger_of(table["rows"], table["merged"])


def read_sheet(data: bytes) -> dict[str, Any]:  # Any: rows of texts, merged areas
    """The first sheet's `rows` and `merged` areas, read in a child."""
    if len(data) > MAX_BYTES:
        raise refused("too_large")
    try:
        answer = run_forked(
            "crm.lib.in_child.call",
            "crm.lib.sheets.read_table",
            data,
            timeout=SECONDS,
            memory_mb=MEMORY,
        )
    except ChildError:
        raise refused("too_heavy") from None
    table: dict[str, Any] = json.loads(answer)
    if code := table.get("error"):
        raise refused(code)
    return table


def refused(code: str) -> LedgerRefusedError:
    return LedgerRefusedError(str(REFUSALS[code]))


def ledger_of(rows: Sequence[list[str]], merged: Sequence[list[int]]) -> Ledger:
    top = heading_row(rows)
    ledger = headings_of(rows[top], top + 1)
    for area in merged:
        if area[2] > top:
            note_merged(ledger, *area)
    for number, row in enumerate(rows[top + 1 :], start=top + 2):
        if not is_blank(row):
            ledger.rows.append((number, cells_of(row, ledger.headings)))
    if not ledger.rows:
        raise LedgerRefusedError(_("There is not a single row below the headings."))
    return ledger


def note_merged(ledger: Ledger, top: int, left: int, bottom: int, right: int) -> None:
    """Only the first of merged cells says something: the others would be empty."""
    area = f"{letter_of(left)}{top + 1}:{letter_of(right)}{bottom + 1}"
    sentence = _("The cells %(area)s are merged. Give each row its own.")
    ledger.errors.append(CellError(top + 1, "", sentence % {"area": area}))
    ledger.merged_rows |= set(range(top + 1, bottom + 2))


def heading_row(rows: Sequence[list[str]]) -> int:
    """The first row that names the one required column."""
    for index, row in enumerate(rows[:TITLE_ROWS]):
        if any(KEY_OF.get(clean(cell)[0]) == "name" for cell in row):
            return index
    raise LedgerRefusedError(_("No column is headed “企业名称”; it is required."))


def headings_of(row: Sequence[str], number: int) -> Ledger:
    ledger = Ledger({})
    for index, cell in enumerate(row):
        title, unit = clean(cell)
        key = KEY_OF.get(title)
        if key is None:
            if title and title not in IGNORED:
                ledger.ignored.append(f"{letter_of(index)} {title}")
            continue
        heading = Heading(key, index, title, unit)
        if first := ledger.headings.get(key):
            sentence = _("Columns %(first)s and %(second)s say the same thing.")
            places = {"first": first.place, "second": heading.place}
            ledger.errors.append(CellError(number, title, sentence % places))
            ledger.is_ambiguous = True
            continue
        ledger.headings[key] = heading
    return ledger


def clean(cell: str) -> tuple[str, str]:
    """A heading without spaces, stars and brackets, and the unit in the brackets."""
    text = "".join(unicodedata.normalize("NFKC", cell).split()).strip("*:")
    match = re.fullmatch(r"(.*?)[(\[【](.*?)[)\]】]\*?", text)
    if match is None:
        return text, ""
    unit = match[2].removeprefix("单位").lstrip(":")
    return match[1].strip("*"), unit if unit in UNITS else ""


def cells_of(row: Sequence[str], headings: dict[str, Heading]) -> dict[str, str]:
    return {
        key: row[one.index] if one.index < len(row) else ""
        for key, one in headings.items()
    }
