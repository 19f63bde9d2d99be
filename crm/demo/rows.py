"""Rows in bulk: a large county is not made act by act but written by the thousand."""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max
from django.db.models.base import ModelState

from crm import events
from crm.models import Company, Event, EventPersonal, PendingSeal, User

from .loading import lift, run

Convert = Callable[[Any], Any]
EVENTS = (Event, EventPersonal)
M = TypeVar("M", bound=models.Model)
MOST = 20_000


class Rows:
    """Takes rows, gives them keys, and writes them a table at a time."""

    def __init__(self, most: int = MOST) -> None:
        self.waiting: dict[type[models.Model], list[models.Model]] = {}
        self.lifted: list[str] = []
        self.last: dict[type[models.Model], int] = {}
        self.count, self.most = 0, most

    def follow(self, *order: type[models.Model], keeping: bool = False) -> None:
        """Write these after the others; each row finds what it points to.

        Keeping their indexes, where they are read before the end.
        """
        self.lifted += [] if keeping else lift(order)
        for model in order:
            self.waiting[model] = []
        self.resume()

    def resume(self) -> None:
        """After services have written: count on from their keys."""
        self.last = {model: last_key(model) for model in self.waiting}

    def add(self, *rows: models.Model) -> None:
        for row in rows:
            model, values = type(row), row.__dict__
            key = key_of(model)
            if values[key] is None:
                values[key] = self.next_key(model)
            self.waiting[model].append(row)
        self.count += len(rows)

    def next_key(self, model: type[models.Model]) -> int:
        self.last[model] += 1
        return self.last[model]

    def record(
        self,
        actor: User | None,
        action: str,
        subject: models.Model,
        now: datetime,
        changes: Mapping[str, Any],  # codes and values, as for an Entry
        *,
        is_public: bool = False,
        personal: Mapping[str, str] | None = None,
        company: int | None = None,
        is_withheld: bool = False,
    ) -> None:
        """The event and its personal values, as events.record() would write them.

        Withheld: of no company, although the record hangs from one.
        """
        key = self.next_key(Event)
        private = None
        if personal:
            salt = secrets.token_hex(16)
            private = row_of(
                EventPersonal, event_id=key, salt=salt, values=events.plain(personal)
            )
            self.add(private)
        if isinstance(subject, Company):
            company = subject.pk
        elif company is None and not is_withheld:
            company = getattr(subject, "company_id", None)
        event = row_of(
            Event,
            id=key,
            at=now,
            actor_id=actor.pk if actor else None,
            action=action,
            subject_type=label_of(type(subject)),
            subject_id=subject.pk,
            company_id=None if is_withheld else company,
            is_public=is_public,
            changes=events.pairs_of(changes),
            personal_digest=events.personal_digest(private) if private else "",
        )
        event.digest = events.digest_of(event)
        self.add(event)

    def flush_if_full(self) -> None:
        if self.count >= self.most:
            self.flush()

    def flush(self) -> None:
        for model, rows in self.waiting.items():
            write(model, rows)
            if model is Event and rows:
                wait_for_seals(rows[0].pk)
            rows.clear()
        self.count = 0

    def finish(self) -> None:
        """Write the rest, and give the tables their indexes again."""
        self.pause()
        run(self.lifted)

    def pause(self) -> None:
        """Let services write: the database counts on from these keys."""
        self.flush()
        run(connection.ops.sequence_reset_sql(no_style(), list(self.waiting)))


def row_of(model: type[M], **values: Any) -> M:  # Any: of every type of a column
    """A row by the names of its columns; a tenth of what the model's own way costs."""
    row = model.__new__(model)
    row.__dict__.update(defaults_of(model))
    row.__dict__.update(values)
    row.__dict__["_state"] = ModelState()
    return row


@cache
def label_of(model: type[models.Model]) -> str:
    return model._meta.label_lower


@cache
def key_of(model: type[models.Model]) -> str:
    return str(model._meta.pk.attname)


@cache
def defaults_of(model: type[models.Model]) -> dict[str, Any]:
    """Only plain ones: what is asked anew for every row must be given."""
    return {
        field.attname: None if is_asked_anew(field) else field.get_default()
        for field in fields_of(model)
    }


def is_asked_anew(field: "models.Field[Any, Any]") -> bool:
    return field.has_default() and callable(field.default)


def wait_for_seals(first: int) -> None:
    events_, pending = Event._meta.db_table, PendingSeal._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {pending} (event_id) SELECT id FROM {events_} WHERE id >= %s",
            [first],
        )


def last_key(model: type[models.Model]) -> int:
    found = model._base_manager.aggregate(last=Max("pk"))["last"]
    return int(found or 0)


def write(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """COPY on PostgreSQL, one prepared INSERT on SQLite."""
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields_of(model))
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for values in values_of(model, rows):
                    copy.write_row(values)
        else:
            marks = ", ".join(["%s"] * len(fields_of(model)))
            insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"
            cursor.executemany(insert, list(values_of(model, rows)))


def values_of(
    model: type[models.Model], rows: Iterable[models.Model]
) -> Iterator[list[Any]]:
    """As the database keeps them; Any: of every type of a column."""
    # Past the descriptors of foreign keys, which ask in Python.
    read = itemgetter(*(field.attname for field in fields_of(model)))
    converts = [
        (place, convert)
        for place, field in enumerate(fields_of(model))
        if (convert := convert_of(field))
    ]
    for row in rows:
        values = list(read(row.__dict__))
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
        return lambda moment: moment.astimezone(UTC).isoformat(" ")[: -len("+00:00")]
    if isinstance(field, models.DateField):
        return lambda day: day.isoformat()
    if isinstance(field, models.UUIDField):
        return lambda uuid: uuid.hex
    return str if isinstance(field, models.DecimalField) else None
