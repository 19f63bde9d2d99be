"""SQLite's plans follow what its tables hold; PostgreSQL gathers such figures alone."""

from typing import Any

from django.db import connections


def refresh(*, using: str = "default", **kwargs: Any) -> None:  # signal's arguments
    """Once a night, and after migrate: a table made anew has lost its figures."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # All tables, as the manual advises for connections that live long.
            cursor.execute("PRAGMA optimize = 0x10002")
