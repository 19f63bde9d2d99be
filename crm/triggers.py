"""The database itself refuses to change or delete what is append-only.

Made again after every migrate: an AlterField on SQLite rebuilds the table and drops
its triggers without a word.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Table, and what is refused. The personal values of an event may be erased.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "crm_event": ("UPDATE", "DELETE"),
    "crm_seal": ("UPDATE", "DELETE"),
    "crm_eventpersonal": ("UPDATE",),
}

PG_FUNCTION = """
CREATE OR REPLACE FUNCTION crm_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


def install(*, using: str = "default", **kwargs: Any) -> None:  # signal's arguments
    """Make the triggers; receiver of post_migrate."""
    connection = connections[using]
    run(connection, [*lifting(connection), *making(connection)])


def lift(*, using: str = "default") -> None:
    """Take the triggers away; only the tests' flush does so."""
    connection = connections[using]
    run(connection, lifting(connection))


def run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def tables(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, ...]]:
    """Those that exist: a migration backwards may have dropped them."""
    existing = connection.introspection.table_names()
    return {table: acts for table, acts in APPEND_ONLY.items() if table in existing}


def making(connection: BaseDatabaseWrapper) -> list[str]:
    found = tables(connection)
    if connection.vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table, acts in found.items()
            for act in acts
        ]
    statements = [PG_FUNCTION]
    for table, acts in found.items():
        # Once per statement: that is the only kind which sees TRUNCATE.
        refused = " OR ".join([*acts, *(["TRUNCATE"] if "DELETE" in acts else [])])
        statements += [
            f"CREATE TRIGGER {table}_append_only BEFORE {refused} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION crm_append_only()",
            # Also for a session that replays as a replica.
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only",
        ]
    return statements


def lifting(connection: BaseDatabaseWrapper) -> list[str]:
    found = tables(connection)
    if connection.vendor == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {table}_no_{act.lower()}"
            for table, acts in found.items()
            for act in acts
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in found]
