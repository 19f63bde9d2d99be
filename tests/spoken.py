"""Whatever a test records must have words in the audit log."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.utils.functional import Promise

from crm import audit_words, events

CODE = re.compile(r"[a-z]+(_[a-z]+)*")
event_of = events.event_of


def spoken_event_of(entry):
    event, private = event_of(entry)
    if wordless := list(codes_without_words(event, private)):
        raise AssertionError(f"The audit log has no words for {wordless}.")
    return event, private


def codes_without_words(event, private) -> Iterator[str]:
    model = apps.get_model(event.subject_type)
    if not isinstance(model._meta.verbose_name, Promise):
        yield event.subject_type
    if event.action not in audit_words.ACTIONS:
        yield event.action
    for name in [*event.changes, *(private.values if private else ())]:
        if audit_words.name_of(model, name) is None:
            yield f"{event.action}: {name}"
    for name, pair in event.changes.items():
        for code in {*codes_in(pair)} - {*known_of(model, name)}:
            if not is_free(model, name):
                yield f"{event.action}: {name}={code}"


def is_free(model, name):
    """Whether people write what they like, or a record is named."""
    column = audit_words.column_of(model, name)
    return (column and not column.choices) or audit_words.record_of(model, name)


def codes_in(value) -> Iterator[str]:
    """Texts that are no names, numbers or sentences."""
    if isinstance(value, list):
        for one in value:
            yield from codes_in(one)
    elif isinstance(value, str) and CODE.fullmatch(value):
        yield value


def known_of(model, name):
    if name == audit_words.FIELDS:
        return [*audit_words.NAMES, *(one.name for one in model._meta.fields)]
    return audit_words.codes_of(model, name)
