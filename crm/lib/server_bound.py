"""PostgreSQL plans a prepared query once per connection, not once per page.

What never changes is written into the SQL, so that the plan knows it; only keys stay
open. Of a page in a city planning took half of the database's time.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

# A parameter, or a percent sign that means itself.
PLACES = re.compile("%[s%]")


def settled(sql: str, params: Sequence[Any], spots: Sequence[int]) -> str:
    """The SQL with every parameter written in but those of the spots."""
    from psycopg import sql as words  # noqa: PLC0415 # not with SQLite

    connection.ensure_connection()
    texts = [
        "%s"
        if number in spots
        else words.Literal(value).as_string(connection.connection).replace("%", "%%")
        for number, value in enumerate(params)
    ]
    left = iter(texts)
    return PLACES.sub(lambda m: m[0] if m[0] == "%%" else next(left), sql)


def bound(values: Sequence[Any]) -> list[Any]:
    """Keys as one type whatever their size: each mixture would be prepared anew."""
    from psycopg.types.numeric import Int8  # noqa: PLC0415 # not with SQLite

    return [Int8(one) if isinstance(one, int) else one for one in values]


@contextmanager
def preparing() -> Iterator[Any]:  # Any: Django's cursor, debugging or not
    """A cursor whose queries are prepared on the server at their first use."""
    from django.db.backends.postgresql.base import (  # noqa: PLC0415 # not with SQLite
        ServerBindingCursor,
    )

    connection.ensure_connection()
    raw = connection.connection
    usual, raw.cursor_factory = raw.cursor_factory, ServerBindingCursor
    try:
        cursor = connection.cursor()
    finally:
        raw.cursor_factory = usual
    # Else never: Django's own queries carry their values, and would each be kept. And
    # what is logged is put together from query and values.
    features: Any = connection.features  # Any: one of this backend alone
    raw.prepare_threshold, features.uses_server_side_binding = 0, True
    try:
        with cursor:
            yield cursor
    finally:
        raw.prepare_threshold, features.uses_server_side_binding = None, False
