"""The audit log as its page shows it: codes in words, keys of records by name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.apps import apps
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit_words import ACTIONS, FIELDS, Record, codes_of, name_of, record_of
from crm.models import Event

# By kind of record and key.
Names = Mapping[tuple[Record, object], str]


@dataclass(frozen=True)
class Row:
    """One event as the auditor reads it: old and new, personal values."""

    event: Event
    names: Names

    @property
    def word(self) -> object:
        return ACTIONS.get(self.event.action, "")

    @cached_property
    def model(self) -> type[Model] | None:
        return model_of(self.event)

    @property
    def kind(self) -> object:
        return self.model._meta.verbose_name if self.model else self.event.subject_type

    @property
    def changes(self) -> list[tuple[str, str | None, str]]:
        return [
            (
                self.called(name),
                None if old is None else self.said(name, old),
                self.said(name, new),
            )
            for name, (old, new) in self.event.changes.items()
        ]

    @property
    def personal(self) -> list[tuple[str, str]]:
        private = getattr(self.event, "personal", None)
        values = private.values.items() if private else ()
        return [
            (self.called(name), self.said(name, value))
            for name, value in values
            if value
        ]

    @property
    def is_erased(self) -> bool:
        return bool(self.event.personal_digest) and not hasattr(self.event, "personal")

    def called(self, name: str) -> str:
        return str(name_of(self.model, name) or name)

    def said(self, name: str, value: object) -> str:
        """A value of JSON on one line."""
        match value:
            case None | "":
                return "—"
            case True:
                return _("yes")
            case False:
                return _("no")
            case [*items]:
                return _(", ").join(self.said(name, item) for item in items) or "—"
            case dict():
                pairs = [f"{key} {self.said(name, one)}" for key, one in value.items()]
                return "; ".join(pairs) or "—"
        return self.in_words(name, value)

    def in_words(self, name: str, value: object) -> str:
        if name == FIELDS:
            return self.called(str(value))
        record = record_of(self.model, name)
        if record and (called := self.names.get((record, value))):
            return _("%(name)s (%(key)s)") % {"name": called, "key": value}
        return str(codes_of(self.model, name).get(str(value)) or moment(str(value)))


def rows_of(events: Iterable[Event]) -> list[Row]:
    """The events with what they name, each kind of record read once."""
    told = list(events)
    wanted: defaultdict[Record, set[object]] = defaultdict(set)
    for event in told:
        model = model_of(event)
        for name, pair in event.changes.items():
            if record := record_of(model, name):
                wanted[record] |= set(keys_in(pair))
    names = {
        (record, key): called
        for record, keys in wanted.items()
        for key, called in named(*record, keys)
    }
    return [Row(event, names) for event in told]


def model_of(event: Event) -> type[Model] | None:
    try:
        return apps.get_model(event.subject_type)
    except (LookupError, ValueError):
        return None


def keys_in(value: object) -> Iterator[object]:
    """Every key in a value of JSON, however deep in lists."""
    match value:
        case [*items]:
            for item in items:
                yield from keys_in(item)
        case int() | str():
            yield value


def named(
    model: type[Model], column: str, keys: Iterable[object]
) -> Iterator[tuple[object, str]]:
    rows = model._default_manager.filter(**{f"{column}__in": keys})
    yield from rows.values_list(column, "name")


def moment(text: str) -> str:
    """A time as local clocks show it; any other text as it is."""
    try:
        at = datetime.fromisoformat(text) if "T" in text else None
        return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else text
    except (ValueError, OverflowError):  # without a zone, at the end of time
        return text
