"""An outline as JSON and as the rows of a sheet."""

import json
from collections.abc import Iterator
from typing import Any, Final

from projects.outline import Outline, OutlineItem, OutlineMaterial

from .columns import COLUMNS, FACTS, NO, WORDS, YES

Cell = str | int | None
FORMAT: Final = "approval-template"
# Where the headings stand: below the template's facts and an empty row.
HEADING: Final = len(FACTS) + 1
OF_MATERIAL: Final = ("material", "where", "main")


def as_json(outline: Outline) -> str:
    """Readable, one value a line; examples of materials do not travel."""
    body = {
        "format": FORMAT,
        "key": outline.key,
        "name": outline.name,
        "source": outline.source,
        "items": [json_of(one) for one in outline.items],
    }
    return json.dumps(body, ensure_ascii=False, indent=1)


def json_of(item: OutlineItem) -> dict[str, Any]:  # Any: as JSON has it
    return {
        "key": item.key,
        "name": item.name,
        "department": item.department_name,
        "department_code": item.department_code,
        "stage": item.stage,
        "track": item.track,
        "kind": item.kind,
        "statutory_days": item.statutory_days,
        "committed_days": item.committed_days,
        "green_days": item.green_days,
        "unit": item.unit,
        "valid_months": item.valid_months,
        "deferrable": item.is_deferrable,
        "pledge": item.is_pledge,
        "prerequisites": list(item.needs),
        "materials": [
            {"name": one.name, "where": one.where, "main": one.is_key}
            for one in item.materials
        ],
    }


def as_rows(outline: Outline) -> list[list[Cell]]:
    """A row for each item; its second material and those after it stand below."""
    facts: list[list[Cell]] = [
        [words[0], getattr(outline, name)] for name, words in FACTS.items()
    ]
    headings: list[Cell] = [words[0] for words in COLUMNS.values()]
    rows = [row for item in outline.items for row in rows_of(item)]
    return [*facts, [], headings, *rows]


def rows_of(item: OutlineItem) -> Iterator[list[Cell]]:
    names = [name for name in COLUMNS if name not in OF_MATERIAL]
    first: list[Cell] = [cell_of(item, name) for name in names]
    blank: list[Cell] = [None] * len(names)
    materials = item.materials or (None,)
    for number, material in enumerate(materials):
        yield [*(blank if number else first), *cells_of(material)]


def cell_of(item: OutlineItem, name: str) -> Cell:
    value = getattr(item, name)
    if name in WORDS:
        return WORDS[name][value][0]
    if isinstance(value, bool):
        return YES if value else NO
    return " ".join(value) if isinstance(value, tuple) else value


def cells_of(material: OutlineMaterial | None) -> list[Cell]:
    if material is None:
        return []
    return [material.name, material.where, YES if material.is_key else NO]
