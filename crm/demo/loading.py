"""Load by the million: what each row would be sorted into is built once, at the end.

Only for a database in which nobody works yet, and all in one transaction: what fails
leaves it as it was.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, models, transaction

# Pages of SQLite kept in memory while loading, in KiB (negative: that is its unit).
CACHE = -256_000
CONSTRAINTS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
            conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE contype IN ('f', 'u') AND conrelid::regclass::text = ANY(%s)
"""
INDEXES = """
    SELECT format('DROP INDEX %%I', indexname), indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = ANY(%s) AND indexname NOT IN
        (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))
"""
SQLITE_INDEXES = """
    SELECT printf('DROP INDEX "%%w"', name), sql FROM sqlite_master
    WHERE type = 'index' AND sql IS NOT NULL
        AND tbl_name IN (SELECT value FROM json_each(%s))
"""


@contextmanager
def loading() -> Iterator[None]:
    """All or nothing; keys are looked up together at the end, and plans get figures."""
    with connection.constraint_checks_disabled(), cached(), transaction.atomic():
        if connection.vendor == "postgresql":
            # A page may not take so long; an index of millions of rows may.
            run(["SET LOCAL statement_timeout = 0"])
        yield
        connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def cached() -> Iterator[None]:
    """SQLite's own two megabytes would be read and written over and over."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        (before,) = cursor.fetchone()
        cursor.execute(f"PRAGMA cache_size = {CACHE}")
        yield
        cursor.execute(f"PRAGMA cache_size = {before}")


def lift(tables: Sequence[type[models.Model]]) -> list[str]:
    """Drop the indexes and keys of these tables; what makes them again is returned."""
    # PostgreSQL alters no table of which it still has keys to look up.
    connection.check_constraints()
    pairs = found([model._meta.db_table for model in tables])
    run(drop for drop, _make in pairs)
    return [make for _drop, make in pairs]


def found(tables: list[str]) -> list[tuple[str, str]]:
    """Pairs of statements: how to drop one thing, and how to make it again."""
    if connection.vendor == "sqlite":
        return rows_of(SQLITE_INDEXES, json.dumps(tables))
    return [*rows_of(CONSTRAINTS, tables), *rows_of(INDEXES, tables)]


def rows_of(query: str, tables: str | list[str]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [tables])
        return list(cursor.fetchall())


def run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
