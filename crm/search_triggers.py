"""SQLite's full-text index follows its table by triggers.

Made again after every migrate, for the same reason as those of the events: a rebuilt
table has lost them. PostgreSQL keeps its index by itself.
"""

from typing import Any, Final

from django.db import connections, transaction

TABLE: Final = "crm_companysearch"
INDEX: Final = "crm_company_words"
ADD: Final = f"INSERT INTO {INDEX}(rowid, tokens) VALUES (new.company_id, new.tokens);"
# FTS5 takes words out only if it is told which ones they were.
TAKE: Final = (
    f"INSERT INTO {INDEX}({INDEX}, rowid, tokens) "
    "VALUES ('delete', old.company_id, old.tokens);"
)
TRIGGERS: Final = {
    "insert": f"AFTER INSERT ON {TABLE} BEGIN {ADD} END",
    "delete": f"AFTER DELETE ON {TABLE} BEGIN {TAKE} END",
    "update": f"AFTER UPDATE OF tokens ON {TABLE} BEGIN {TAKE} {ADD} END",
}


def install(*, using: str = "default", **kwargs: Any) -> None:  # signal's arguments
    """Make them as they are written here now; receiver of post_migrate."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    if not {TABLE, INDEX} <= set(connection.introspection.table_names()):
        return  # migrated backwards
    # Together: nobody writes while one is missing.
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name, body in TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {INDEX}_{name}")
            cursor.execute(f"CREATE TRIGGER {INDEX}_{name} {body}")
