"""Every change leaves a row here, written in the transaction that makes the change."""

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from crm.lib import transactions
from crm.models import Company, Event, EventPersonal, PendingSeal, User

# Codes and values as JSON knows them.
Plain = str | int | bool | None | list[Any] | dict[str, Any]
PLAIN_TYPES = frozenset({str, int, bool, type(None)})
# Given as the company: of none, although the record hangs from one.
WITHHELD = 0
CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event to be, for record_many()."""

    actor: User | None
    action: str
    subject: models.Model
    company: Company | int | None = None
    is_public: bool = False
    personal: Mapping[str, Any] | None = None
    now: datetime | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


# Called with every event that was written, in its transaction, with its record.
Listener = Callable[[list[tuple[Event, models.Model]]], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Hear of every event; an app calls this in `ready()`. It must be cheap."""
    _listeners.append(listener)


def hand_on(written: list[tuple[Event, models.Model]]) -> None:
    for listener in _listeners:
        listener(written)


def record(
    actor: User | None,
    action: str,
    subject: models.Model,
    *,
    company: Company | int | None = None,
    is_public: bool = False,
    personal: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> Event:
    """Write down who did what to which record; without an actor the system did it.

    A change is `field=[old, new]`, or `field=value` for what had no value before. The
    company is taken from the subject when none is named. Names, phones and signatures
    belong in `personal`, which can be erased later, never in the changes.
    """
    require_transaction()
    entry = Entry(
        actor=actor,
        action=action,
        subject=subject,
        company=company,
        is_public=is_public,
        personal=personal,
        now=now,
        changes=changes,
    )
    event, private = event_of(entry)
    if (gathered := _gathered.get()) is not None:
        gathered.append(entry)
        return event  # gets its key when together() ends
    event.save(force_insert=True)
    wait_for_seal(event)
    if private is not None:
        private.event = event
        private.save(force_insert=True)
    hand_on([(event, subject)])
    return event


_gathered: ContextVar[list[Entry] | None] = ContextVar("gathered", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Write what is recorded within in a few statements at the end; for long loads.

    One within another passes its events on; what ended in an exception recorded none.
    """
    entries: list[Entry] = []
    token = _gathered.set(entries)
    try:
        yield
    finally:
        _gathered.reset(token)
    if (outer := _gathered.get()) is not None:
        outer.extend(entries)
    else:
        record_many(entries)


def wait_for_seal(event: Event) -> None:
    """By hand, with every event: a quarter of what save() costs."""
    table = PendingSeal._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (event_id) VALUES (%s)", [event.pk])


def wait_for_seals(events: Iterable[Event]) -> None:
    table = PendingSeal._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (event_id) VALUES (%s)",
            [(event.pk,) for event in events],
        )


def record_many(entries: Iterable[Entry], *, batch: int = 1000) -> list[Event]:
    """Write many events as record() would, a thousand a statement; for bulk loading."""
    require_transaction()
    entries = list(entries)
    pairs = [event_of(entry) for entry in entries]
    events = Event.objects.bulk_create([event for event, _ in pairs], batch_size=batch)
    wait_for_seals(events)
    private = []
    for event, row in pairs:
        if row is not None:
            row.event = event
            private.append(row)
    EventPersonal.objects.bulk_create(private, batch_size=batch)
    hand_on([(event, one.subject) for event, one in zip(events, entries, strict=True)])
    return events


def snapshot(record: models.Model, *fields: str) -> dict[str, Any]:
    """Values before a change, for changed()."""
    return {name: value_of(record, name) for name in fields}


def changed(before: Mapping[str, Plain], record: models.Model) -> dict[str, Any]:
    """{field: [old, new]} of what differs from the snapshot, ready for record()."""
    after = {name: value_of(record, name) for name in before}
    return {
        name: [before[name], after[name]]
        for name in before
        if before[name] != after[name]
    }


def value_of(record: models.Model, name: str) -> Plain:
    field = record._meta.get_field(name)
    return plain(getattr(record, getattr(field, "attname", name)))


def require_transaction() -> None:
    """Refuse outside atomic(): the change and its event stand or fall together."""
    if not transactions.is_open(transaction.get_connection()):
        raise transaction.TransactionManagementError(
            "events.record() belongs into the transaction of the change it records."
        )


def event_of(entry: Entry) -> tuple[Event, EventPersonal | None]:
    """Build the rows of one event without saving them."""
    private = None
    if entry.personal:
        private = EventPersonal(
            salt=secrets.token_hex(16), values=plain(dict(entry.personal))
        )
    event = Event(
        at=entry.now or timezone.now(),
        actor=entry.actor,
        action=entry.action,
        subject_type=entry.subject._meta.label_lower,
        subject_id=entry.subject.pk,
        company_id=company_id_of(entry),
        is_public=entry.is_public,
        changes=pairs_of(entry.changes),
        personal_digest=personal_digest(private) if private else "",
    )
    event.digest = digest_of(event)
    return event, private


def company_id_of(entry: Entry) -> int | None:
    if isinstance(entry.company, Company):
        return entry.company.pk
    if entry.company is not None:
        return entry.company or None
    if isinstance(entry.subject, Company):
        return entry.subject.pk
    company_id: int | None = getattr(entry.subject, "company_id", None)
    return company_id


def pairs_of(changes: Mapping[str, Any]) -> dict[str, list[Plain]]:
    pairs = {}
    for name, change in changes.items():
        if not isinstance(change, list | tuple):
            change = [None, change]
        if len(change) != 2:
            raise ValueError(f"{name}: expected [old, new], got {change!r}")
        old, new = plain(change[0]), plain(change[1])
        if old != new:
            pairs[name] = [old, new]
    return pairs


def plain(value: Any) -> Plain:
    """The value as JSON keeps it on both databases, exactly."""
    # Nearly all are, and this costs a tenth of the match.
    if type(value) in PLAIN_TYPES:
        same: Plain = value
        return same
    match value:
        case Enum():
            return plain(value.value)
        case bool() | int() | str():
            return value
        case float() | Decimal() | uuid.UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case models.Model():
            return plain(value.pk)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() | models.QuerySet():
            items = [plain(item) for item in value]
            # A set has no order of its own; the digest needs one.
            return (
                sorted(items, key=str) if isinstance(value, set | frozenset) else items
            )
    raise TypeError(f"An event keeps codes and values, not {type(value).__name__}.")


def digest_of(event: Event) -> str:
    """What the event says, under our key: changes behind the program's back show."""
    return keyed(
        [
            "event",
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.actor_id,
            event.action,
            event.subject_type,
            event.subject_id,
            event.company_id,
            event.is_public,
            event.changes,
            event.personal_digest,
        ]
    )


def personal_digest(private: EventPersonal) -> str:
    return keyed(["personal", private.salt, private.values])


def seal_hash(*, position: int, previous: str, event_id: int, digest: str) -> str:
    return keyed(["seal", position, previous, event_id, digest])


def keyed(parts: list[Any]) -> str:
    """HMAC-SHA256 of the parts as canonical JSON."""
    # A lone surrogate cannot be stored anyway; here it must not be the one to break.
    text = CANONICAL.encode(parts).encode("utf-8", "surrogatepass")
    key = settings.CRM_AUDIT_KEY.encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()
