"""Trees as materialised paths: a subtree is one range on one plain index.

A path is every code from the root down, each closed by "/": "33/3301/". "0" is the
character after "/", so `path >= p AND path < p[:-1] + "0"` is p and all below it on a
column that sorts by code point. `startswith` does not use the index on SQLite.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

SEPARATOR = "/"
AFTER_SEPARATOR = "0"


@dataclass(frozen=True, order=True)
class PathRange:
    """A node and everything below it."""

    path: str

    @property
    def end(self) -> str:
        return self.path[:-1] + AFTER_SEPARATOR

    def __contains__(self, path: str) -> bool:
        return path.startswith(self.path)

    def q(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.path, f"{field}__lt": self.end})


def outermost(paths: Iterable[str]) -> list[PathRange]:
    """The ranges without those that lie inside another: fewer branches to plan."""
    kept: list[PathRange] = []
    for path in sorted({path for path in paths if path}):
        if not kept or path not in kept[-1]:
            kept.append(PathRange(path))
    return kept


def path_and_above(path: str) -> list[str]:
    """A node's path and those of all above it: "a/b/" gives "a/" and "a/b/"."""
    codes = path.rstrip(SEPARATOR).split(SEPARATOR)
    return [SEPARATOR.join(codes[: n + 1]) + SEPARATOR for n in range(len(codes))]


def in_ranges(ranges: Iterable[PathRange], field: str) -> Q:
    """A condition for rows below any of the ranges; for none of them, no row."""
    condition = Q(pk__in=[])
    for number, one in enumerate(ranges):
        condition = one.q(field) if number == 0 else condition | one.q(field)
    return condition


class Unindexed(models.Func):
    """A column as it is, of which SQLite will not use the index.

    SQLite cannot know how wide a range is; with an index on the range it reads all of
    a city's rows to sort out 25. PostgreSQL has statistics and decides well alone.
    """

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **more)


class PathField(models.CharField[Any, Any]):
    """A path, compared by code point on every database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
