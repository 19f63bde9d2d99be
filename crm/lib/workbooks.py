"""Write a table as .xlsx. To be called in a child (crm.lib.in_child.call): web
processes stay without the library."""

import io
from collections.abc import Sequence

import xlsxwriter

from .cells import guarded

Cell = str | int | None
# Nothing that looks like something else becomes it.
AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_table(
    rows: Sequence[Sequence[Cell]], heading: int, widths: Sequence[int]
) -> bytes:
    """One sheet; the row numbered `heading` is bold and stays in sight."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, AS_TEXT)
    page = book.add_worksheet()
    strong = book.add_format({"bold": True, "text_wrap": True})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            write(page, number, column, cell, strong if number == heading else None)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.freeze_panes(heading + 1, 0)
    book.close()
    return target.getvalue()


def write(page: object, row: int, column: int, cell: Cell, form: object) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, guarded(cell), form)  # type: ignore[attr-defined] # untyped library
    elif cell is not None:
        page.write_number(row, column, cell, form)  # type: ignore[attr-defined] # untyped library
