"""Our SQLite backend. Where the system's library has the WAL-reset race, and PyPI's
pysqlite3 brings one that has not, that one is used: a commit then costs one fsync
instead of four (docs/decisions/0004-sqlite-library.md)."""

from .library import prefer_fixed

# Before base.py imports Django's backend, which takes whatever is called sqlite3.
prefer_fixed()
