"""A past that many tests begin with: told once, then its rows are put back whole.

Services tell it in a transaction that is rolled back. What they wrote is kept as SQL,
which costs a tenth of telling it again.
"""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps

from django.apps import apps
from django.db import connection, transaction
from django.db.models.sql import InsertQuery, UpdateQuery


class Kept:
    """The rows that `tell` wrote, given what is told by the ones it goes on from."""

    made = 0

    def __init__(self, tell, *earlier):
        Kept.made += 1
        with rolled_back():
            known = [one.again() for one in earlier]
            before = rows()
            keep_keys_apart(Kept.made)
            told = tell(*known)
            self.statements = list(writing(before, rows()))
            self.told = pickle.dumps(told)

    def again(self):
        """Put its rows back, on those it goes on from: a copy of what was told."""
        with connection.cursor() as cursor:
            for sql, params in self.statements:
                cursor.execute(sql, params)
        return pickle.loads(self.told)


class Ground:
    """Of what is laid under a test, and whether it wrote anything on it since.

    Only SQLite counts what a connection writes; elsewhere nobody knows, which is no.
    """

    parts = ()
    written = None

    def begin(self, folder) -> None:
        self.parts, self.written = (folder,), rows_written()

    def end(self) -> None:
        self.parts, self.written = (), None

    def is_bare(self) -> bool:
        return self.written is not None and self.written == rows_written()

    @contextmanager
    def laying(self, part: str) -> Iterator[None]:
        was_bare = self.is_bare()
        yield
        if was_bare:
            self.parts += (part,)
            self.written = rows_written()


ground = Ground()


def rows_written() -> int | None:
    if connection.vendor != "sqlite":
        return None
    return connection.connection.total_changes if connection.connection else 0


def told_once(tell):
    """A story about the cast alone is told once on the same ground, then put back.

    With more arguments, or where a test has written something first, it is told anew.
    """
    kept = {}

    @wraps(tell)
    def told(cast, *details, **more):
        is_plain = not details and not more and "cast" in ground.parts
        if not is_plain or not ground.is_bare():
            return tell(cast, *details, **more)
        if ground.parts not in kept:
            kept[ground.parts] = Kept(lambda: tell(cast))
        return kept[ground.parts].again()

    return told


@contextmanager
def rolled_back() -> Iterator[None]:
    block = transaction.atomic()
    block._from_testcase = True  # what waits for a commit happens, as in a test
    with block:
        yield
        transaction.set_rollback(True)


def keep_keys_apart(made: int) -> None:
    """What a test or another past wrote before these rows must not have their keys."""
    first = made * 1_000_000
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(seqrelid, %s) FROM pg_sequence", [first])
        else:
            cursor.execute("DELETE FROM sqlite_sequence")
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT name, %s FROM "
                "sqlite_schema WHERE sql LIKE '%%AUTOINCREMENT%%'",
                [first],
            )


def rows() -> dict:
    """Every row of every table."""
    return {
        (model, row.pk): row
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for row in model._base_manager.all()
    }


def writing(before: dict, after: dict) -> Iterator[tuple]:
    """Statements that lead from one to the other; nothing is ever deleted."""
    assert not before.keys() - after.keys()
    new = {}
    for key, row in after.items():
        if key not in before:
            new.setdefault(key[0], []).append(row)
        elif changed := changes(before[key], row):
            yield updating(row, changed)
    for model, made in new.items():
        query = InsertQuery(model)
        query.insert_values(model._meta.local_concrete_fields, made, raw=True)
        yield from query.get_compiler(connection=connection).as_sql()


def changes(before, after) -> dict:
    return {
        field.name: getattr(after, field.attname)
        for field in before._meta.concrete_fields
        if getattr(after, field.attname) != getattr(before, field.attname)
    }


def updating(row, changed: dict) -> tuple:
    query = type(row)._base_manager.filter(pk=row.pk).query.chain(UpdateQuery)
    query.add_update_values(changed)
    return query.get_compiler(connection=connection).as_sql()
