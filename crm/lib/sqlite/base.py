"""SQLite that keeps what it acknowledged, and lets writers queue instead of poll.

What takes the write lock: `atomic()` at its outermost level (it begins with BEGIN
IMMEDIATE, also when it only reads: do not wrap reads), and a single INSERT, UPDATE
or DELETE outside of any transaction. Inner `atomic()` blocks are savepoints of the
same transaction. What does not: reads outside a transaction, `set_autocommit(False)`
(used nowhere) and other programs; SQLite's own locks still hold for all of them.
"""

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.introspection import DatabaseIntrospection
from django.db.utils import OperationalError

from .library import has_wal_race
from .writelock import WriteLock

# Seconds. Above gunicorn's usual work and below its limit of 30.
TIMEOUT: Final = 20
# In KiB (negative: that is its unit). Of a city's rows the usual two megabytes keep too
# few: a list that looks up a thousand companies took twice as long.
CACHE: Final = -16_000
WRITES: Final = ("INSERT", "UPDATE", "DELETE", "REPLAC")


# Of the library in use, which need not be the system's (library.py).
VERSION: Final[tuple[int, ...]] = sqlite3.sqlite_version_info


def durable_settings(version: tuple[int, ...] = VERSION) -> tuple[str, str, int]:
    """Journal, level of synchronous and its number, for this version of SQLite."""
    if has_wal_race(version):
        return "delete", "EXTRA", 3
    return "wal", "FULL", 2


class QueueingCursor(base.SQLiteCursorWrapper):
    """Let a single write outside a transaction stand in the queue as well."""

    lock: WriteLock | None = None

    def execute(self, query: str, params: Any = None) -> Any:  # DB-API
        if (
            self.lock is None
            or self.lock.is_held
            or query[:6].upper() not in WRITES
            or self.connection.in_transaction
        ):
            return super().execute(query, params)
        # INSERT … RETURNING commits when its row is fetched, a moment after the lock
        # is free again: the next writer then waits in SQLite, which is only slower.
        with turn(self.lock):
            return super().execute(query, params)


@contextmanager
def turn(lock: WriteLock) -> Iterator[None]:
    """Hold the lock for one statement."""
    if not lock.acquire():
        raise sqlite3.OperationalError("database is locked")
    try:
        yield
    finally:
        lock.release()


class Introspection(DatabaseIntrospection):
    """Reads tables whose constraints hold lists of numbers, too."""

    def _get_column_collations(self, cursor: Any, table_name: str) -> dict[str, str]:
        # Django cuts the columns at each comma and stumbles over `IN (1, 2)`.
        try:
            return super()._get_column_collations(cursor, table_name)  # type: ignore[misc, no-any-return] # no stub
        except IndexError:
            return {}


class DatabaseWrapper(base.DatabaseWrapper):
    """Durable settings, foreign keys, and the queue of writers."""

    introspection_class = Introspection
    transaction_mode: str | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # as Django's
        super().__init__(*args, **kwargs)
        self.write_lock: WriteLock | None = None
        opened.add(self)

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        params.setdefault("timeout", TIMEOUT)
        self.transaction_mode = self.transaction_mode or "IMMEDIATE"
        path = file_of(str(params["database"]))
        if path is None or self.is_in_memory_db():
            self.write_lock = None
        else:
            self.write_lock = WriteLock(
                path.with_name(f"{path.name}.writelock"), params["timeout"]
            )
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        # INSERT OR REPLACE fires delete triggers only with this one.
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute(f"PRAGMA cache_size = {CACHE}")
        if not self.is_in_memory_db():
            journal, level, _ = durable_settings()
            # Only when it differs: the change needs the database for itself.
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != journal:
                connection.execute(f"PRAGMA journal_mode = {journal}")
            connection.execute(f"PRAGMA synchronous = {level}")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = self.connection.cursor(factory=QueueingCursor)
        cursor.lock = self.write_lock
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        if self.write_lock is None or self.write_lock.is_held:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # no stub
            return
        if not self.write_lock.acquire():
            raise OperationalError("database is locked")
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # no stub
        except BaseException:
            self.write_lock.release()
            raise

    def _commit(self) -> None:
        # Refused (a reader is in the way): Django rolls back, which releases.
        super()._commit()  # type: ignore[misc] # no stub
        self.release_write_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc] # no stub
        finally:
            self.release_write_lock()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc] # no stub
        finally:
            self.release_write_lock()

    def release_write_lock(self) -> None:
        if self.write_lock is not None:
            self.write_lock.release()


def file_of(name: str) -> Path | None:
    """The database file behind a NAME, which may be a file: address."""
    if name.startswith("file:"):
        name = unquote(urlsplit(name).path)
    return None if name in {"", ":memory:"} else Path(name)


opened: weakref.WeakSet[DatabaseWrapper] = weakref.WeakSet()
# Connections of the parent: closing one in a child could play back its journal.
inherited: list[Any] = []


def forget_in_child() -> None:
    """After a fork: neither use nor close the parent's connection and lock.

    A block that was open in the parent is dead in the child: any query in it raises.
    """
    for wrapper in list(opened):
        if wrapper.connection is None or wrapper.is_in_memory_db():
            continue
        if wrapper.write_lock is not None:
            wrapper.write_lock.forget()
        inherited.append(wrapper.connection)
        wrapper.connection = None
        if wrapper.in_atomic_block:
            wrapper.closed_in_transaction = True
            wrapper.needs_rollback = True


os.register_at_fork(after_in_child=forget_in_child)
