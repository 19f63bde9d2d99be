"""Read a table that somebody sent: .xlsx or .csv, within limits, as plain text.

To be run in a child with limits on memory and time (crm.lib.forked): a small file can
describe a very large table.
"""

import csv
import io
import json
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

MAX_UNZIPPED: Final = 100 * 1024 * 1024
MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 60
MAX_CELL: Final = 4_000
ZIP: Final = b"PK\x03\x04"
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
# Whole numbers up to here are exact in a spreadsheet.
EXACT: Final = 2**53


class SheetError(Exception):
    """The file as a whole cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_table(data: bytes) -> bytes:
    """The first sheet as JSON: {"rows": […], "merged": […]} or {"error": code}."""
    try:
        table = read_zip(data) if data.startswith(ZIP) else read_csv(data)
    except SheetError as error:
        table = {"error": error.code}
    return json.dumps(table).encode()


def read_zip(data: bytes) -> dict[str, Any]:
    check_unzipped(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
    except PasswordError:
        raise SheetError("password") from None
    except (CalamineError, IndexError, ValueError, OSError):
        raise SheetError("broken") from None
    if sheet.end is not None:
        check_size(sheet.end[0] + 1, sheet.end[1] + 1)
    rows = [
        [plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)
    ]
    merged = [
        [*first, *last]
        for first, last in sheet.merged_cell_ranges or []
        if first != last
    ]
    return {"rows": rows, "merged": merged}


def check_unzipped(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            total = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        raise SheetError("broken") from None
    if total > MAX_UNZIPPED:
        raise SheetError("too_large")


def check_size(rows: int, columns: int) -> None:
    if rows > MAX_ROWS + 1:
        raise SheetError("too_many_rows")
    if columns > MAX_COLUMNS:
        raise SheetError("too_many_columns")


def read_csv(data: bytes) -> dict[str, Any]:
    if data.startswith(OLD_EXCEL):
        raise SheetError("old_excel")
    text = decoded(data)
    if "\x00" in text:
        raise SheetError("broken")
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    rows: list[list[str]] = []
    width = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            width = max(width, len(row))
            rows.append([cell[:MAX_CELL] for cell in row])
            check_size(len(rows), width)
    except csv.Error:
        raise SheetError("broken") from None
    return {"rows": rows, "merged": []}


def decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("encoding")


def plain(cell: object) -> str:
    """A cell as a person sees it: 120.0 is 120."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime | date | time | timedelta):
        return str(cell)
    return str(cell)[:MAX_CELL]
