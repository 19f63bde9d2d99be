"""Queries whose SQL is worked out once, and run again with other values.

    BY_KEYS = Prepared(
        lambda: Company.objects.filter(pk__in=places(25)).values_list("pk", "name")
    )
    BY_KEYS.rows(keys)

Django builds a queryset and writes its SQL in milliseconds, the database answers in a
fraction of one. So for queries that are the same but for keys, nothing else: whoever
prepares one remembers it by all else that it was built from (`lru_cache`).
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.sql.compiler import SQLCompiler

from . import server_bound

# No key is so far below zero: where it stands in the SQL, as number or text, a value
# goes.
LOWEST = -(2**62)
# Larger ones no database takes, so no row has them.
HIGHEST = 2**63 - 1
# A process keeps this many of one kind: some dozens of kilobytes each.
KEPT = 64
Value = int | str


def place(number: int = 0) -> int:
    """Stands for the value of this number."""
    return LOWEST + number


def places(count: int) -> list[int]:
    return [place(number) for number in range(count)]


def number_of(param: object) -> int | None:
    """Which place a parameter is, if it is one."""
    text = str(param) if isinstance(param, int | str) else ""
    is_place = text.startswith("-") and text[1:].isdecimal() and int(text) < LOWEST // 2
    return int(text) - LOWEST if is_place else None


def is_too_large(value: Value) -> bool:
    return isinstance(value, int) and value > HIGHEST


@dataclass(frozen=True)
class Written:
    """The SQL of a queryset for one kind of database."""

    # Any: of whatever model and kind of rows, with what the driver takes.
    queryset: models.QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    # Where in the parameters each value goes.
    spots: tuple[tuple[int, int], ...]

    def filled(self, values: Sequence[Value]) -> list[Any]:  # Any: as the driver takes
        params = list(self.params)
        for spot, number in self.spots:
            params[spot] = values[min(number, len(values) - 1)]
        return params

    def cursor(self) -> AbstractContextManager[Any]:  # Any: Django's, of either kind
        return connection.cursor()


class WrittenForServer(Written):
    """PostgreSQL keeps the plan: only the values are sent, all else is in the SQL."""

    def filled(self, values: Sequence[Value]) -> list[Any]:  # Any: as above
        last = len(values) - 1
        return server_bound.bound([values[min(n, last)] for _, n in self.spots])

    def cursor(self) -> AbstractContextManager[Any]:  # Any: as above
        return server_bound.preparing()


class Prepared:
    """A queryset that is written down at its first use."""

    # Any: as above.
    def __init__(self, build: Callable[[], models.QuerySet[Any, Any]]) -> None:
        self.build = build
        self.written: dict[str, Written] = {}

    def rows(self, values: Sequence[Value]) -> list[Any]:  # Any: as the queryset's
        """Rows for these values; places that are left over repeat the last one."""
        written = self.written.get(connection.vendor) or self.write()
        if not values or not written.sql or any(map(is_too_large, values)):
            return []
        with written.cursor() as cursor:
            cursor.execute(written.sql, written.filled(values))
            return rows_of(written, cursor.fetchall())

    def first(self, *values: Value) -> Any:  # Any: as the queryset's
        """The first row for these values, or None."""
        rows = self.rows(values)
        return rows[0] if rows else None

    def write(self) -> Written:
        queryset = self.build()
        compiler = queryset.query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:  # nobody may see anything: there is nothing to ask
            sql, params = "", ()
        spots = tuple(
            (spot, number)
            for spot, param in enumerate(params)
            if (number := number_of(param)) is not None
        )
        kind = Written
        if connection.vendor == "postgresql" and sql:
            kind = WrittenForServer
            sql = server_bound.settled(sql, params, [spot for spot, _ in spots])
        written = kind(queryset, compiler, sql, tuple(params), spots)
        self.written[connection.vendor] = written
        return written


def rows_of(written: Written, found: list[Any]) -> list[Any]:
    """What the queryset would make of the answer: objects, dicts or tuples."""
    compiler: Any = copy(written.compiler)  # Any: its method is exchanged
    compiler.execute_sql = lambda *_args, **_more: [found]
    query: Any = copy(written.queryset.query)  # Any: as above
    query.get_compiler = lambda *_args, **_more: compiler
    # Copied by hand: a queryset runs its query when it is copied.
    like: Any = object.__new__(type(written.queryset))  # Any: as above
    like.__dict__.update(written.queryset.__dict__, _query=query)
    return list(like._iterable_class(like))
