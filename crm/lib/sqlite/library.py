"""Which SQLite we run on."""

import sqlite3
import sys
from importlib import import_module


def has_wal_race(version: tuple[int, ...]) -> bool:
    """SQLite 3.7.0–3.51.2 may lose commits when a WAL is reset by two connections."""
    if version[:2] == (3, 44):
        return version < (3, 44, 6)
    if version[:2] == (3, 50):
        return version < (3, 50, 7)
    return (3, 7, 0) <= version < (3, 51, 3)


def prefer_fixed() -> None:
    """Let `import sqlite3` mean the fixed library from here on, if there is one."""
    if not has_wal_race(sqlite3.sqlite_version_info):
        return
    try:
        fixed = import_module("pysqlite3")
    except ImportError:
        # No wheel for this machine: the backend then keeps to DELETE + EXTRA.
        return
    if not has_wal_race(fixed.sqlite_version_info):
        sys.modules["sqlite3"] = fixed
        sys.modules["sqlite3.dbapi2"] = fixed.dbapi2
