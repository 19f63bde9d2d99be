"""Rows in bulk: a large county is not made act by act but written by the thousand."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC
from functools import cache
from operator import attrgetter
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import Max

from crm import events
from crm.events import Entry
from crm.models import PendingSeal

Convert = Callable[[Any], Any]
MOST = 20_000


class Rows:
    """Takes rows, gives them keys, and writes them a table at a time."""

    def __init__(self, most: int = MOST) -> None:
        self.waiting: dict[type[models.Model], list[models.Model]] = {}
        self.last: dict[type[models.Model], int] = {}
        self.count, self.most = 0, most

    def follow(self, *order: type[models.Model]) -> None:
        """Write these after the others; each row finds what it points to."""
        for model in order:
            self.waiting[model] = []
            self.last[model] = last_key(model)

    def add(self, *rows: models.Model) -> None:
        for row in rows:
            model = type(row)
            if row.pk is None:
                row.pk = self.next_key(model)
            self.waiting[model].append(row)
        self.count += len(rows)

    def next_key(self, model: type[models.Model]) -> int:
        self.last[model] += 1
        return self.last[model]

    def record(self, **entry: Any) -> None:  # Any: what an Entry takes
        """The event with its seal to come and its personal values, as record() does."""
        event, private = events.event_of(Entry(**entry))
        self.add(event)
        self.add(PendingSeal(event_id=event.pk))
        if private is not None:
            private.event_id = event.pk
            self.add(private)

    def flush_if_full(self) -> None:
        if self.count >= self.most:
            self.flush()

    @transaction.atomic
    def flush(self) -> None:
        for model, rows in self.waiting.items():
            write(model, rows)
            rows.clear()
        self.count = 0

    def finish(self) -> None:
        """Write the rest; from now on the database counts on from these keys."""
        self.flush()
        statements = connection.ops.sequence_reset_sql(no_style(), list(self.waiting))
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def last_key(model: type[models.Model]) -> int:
    found = model._base_manager.aggregate(last=Max("pk"))["last"]
    return int(found or 0)


def write(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """COPY on PostgreSQL, one prepared INSERT on SQLite."""
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields_of(model))
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for values in values_of(model, rows):
                    copy.write_row(values)
        else:
            marks = ", ".join(["%s"] * len(fields_of(model)))
            insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"
            cursor.executemany(insert, values_of(model, rows))


def values_of(
    model: type[models.Model], rows: Iterable[models.Model]
) -> Iterator[list[Any]]:
    """As the database keeps them; Any: of every type of a column."""
    read = attrgetter(*(field.attname for field in fields_of(model)), "pk")
    converts = [
        (place, convert)
        for place, field in enumerate(fields_of(model))
        if (convert := convert_of(field))
    ]
    for row in rows:
        values = list(read(row)[:-1])
        for place, convert in converts:
            if values[place] is not None:
                values[place] = convert(values[place])
        yield values


@cache
def fields_of(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return list(model._meta.local_concrete_fields)


def convert_of(field: "models.Field[Any, Any]") -> Convert | None:
    """What Django does to a value of this field, without asking it for each."""
    if isinstance(field, models.JSONField):
        return json.dumps
    if isinstance(field, models.CharField | models.TextField):
        return str  # a choice is its value
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, models.DateTimeField):
        return lambda moment: str(moment.astimezone(UTC).replace(tzinfo=None))
    if isinstance(field, models.DateField):
        return lambda day: day.isoformat()
    if isinstance(field, models.UUIDField):
        return lambda uuid: uuid.hex
    return str if isinstance(field, models.DecimalField) else None
