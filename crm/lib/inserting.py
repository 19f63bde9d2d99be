"""INSERT … ON CONFLICT DO NOTHING, and which rows it really inserted.

UNIQUE is the only proof that something happens once. Django's own bulk_create with
ignore_conflicts does not say which rows were new.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from django.db import connection, models
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

M = TypeVar("M", bound=models.Model)
# Both databases take this many values in one statement.
MOST_VALUES: Final = 30_000


def insert_new(rows: Sequence[M], key: Sequence[str]) -> list[M]:
    """Insert those whose unique key is free; give these back, with their pk.

    `key` names the columns of the unique constraint. Insert in the order of the key,
    so that two who insert the same rows wait for each other and never for both.
    """
    if not rows:
        return []
    by_key = {tuple(getattr(row, name) for name in key): row for row in rows}
    ordered = [by_key[one] for one in sorted(by_key)]
    fields = [one for one in ordered[0]._meta.concrete_fields if not one.primary_key]
    step = max(MOST_VALUES // len(fields), 1)
    inserted = []
    for first in range(0, len(ordered), step):
        for pk, *values in _insert(ordered[first : first + step], fields, key):
            row = by_key[tuple(values)]
            row.pk = pk
            row._state.adding = False
            inserted.append(row)
    return inserted


def _insert(
    rows: Sequence[models.Model], fields: list[Any], key: Sequence[str]
) -> list[tuple[Any, ...]]:  # Any: fields and values of whatever model
    meta = rows[0]._meta
    returned = [meta.pk, *(meta.get_field(name) for name in key)]
    query = InsertQuery(type(rows[0]), on_conflict=OnConflict.IGNORE)
    query.insert_values(fields, list[models.Model](rows))
    # By its name: the compiler asks each value's connection, and the proxy is slow.
    compiler: Any = query.get_compiler(using=connection.alias)  # Any: Django's, untyped
    compiler.returning_fields = returned
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for sql, params in compiler.as_sql():
            cursor.execute(sql, params)
            found.extend(cursor.fetchall())
    return found
