"""Notices in words: as the list, a mail and a summary tell them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm import notices
from crm.audit_words import ACTIONS
from crm.models import Event, Notice, User
from crm.notices import Kind, Told

# By model and key.
Records = Mapping[tuple[str, int], Told]


@dataclass(frozen=True)
class Line:
    """One notice: what it is about, what was done, by whom."""

    notice: Notice
    kind: Kind | None
    # None: the person may not see the record any more.
    told: Told | None
    sentence: str

    @property
    def label(self) -> str:
        return str(self.kind.label) if self.kind else self.sentence

    @property
    def icon(self) -> str:
        return self.kind.icon if self.kind else "message"

    @property
    def is_urgent(self) -> bool:
        return bool(self.kind and self.kind.is_urgent)

    @property
    def title(self) -> str:
        return self.told.title if self.told else _("You can no longer see this record.")


def lines_of(rows: Iterable[Notice], user: User) -> list[Line]:
    """In a few queries: one for each kind of record, and what their words name."""
    found = list(rows)
    told = records_of(found, user)
    words = words_of(found)
    return [
        line_of(one, told.get((one.about_type, one.about_id)), words[one.event_id])
        for one in found
    ]


def line_of(notice: Notice, told: Told | None, done: str) -> Line:
    sentence = told.why if told and told.why else done
    return Line(notice, notices.kind_of(notice.kind), told, sentence)


def records_of(found: Sequence[Notice], user: User | None) -> Records:
    """What each is about, as far as the person may see it; None: a group's robot."""
    keys: defaultdict[str, set[int]] = defaultdict(set)
    for one in found:
        keys[one.about_type].add(one.about_id)
    told: dict[tuple[str, int], Told] = {}
    for label, wanted in keys.items():
        about = notices.about_of(label)
        if about is None:
            continue  # of an app that is not there any more
        rows = about.model._default_manager.filter(pk__in=wanted)
        visible = rows if user is None else about.visible(rows, user)
        for record in about.rows(visible):
            told[label, record.pk] = about.told(record, user)
    return told


def words_of(found: Sequence[Notice]) -> dict[int, str]:
    """What was done, by event: by the record's own words, else the audit log's."""
    events = {one.event_id: without_personal(one.event) for one in found}
    by_about: defaultdict[str, dict[int, Event]] = defaultdict(dict)
    for one in found:
        by_about[one.about_type][one.event_id] = events[one.event_id]
    said = {pk: str(ACTIONS.get(event.action, "")) for pk, event in events.items()}
    for label, told in by_about.items():
        about = notices.about_of(label)
        if about is None or about.words is None:
            continue
        own = about.words(list(told.values()))
        said |= {pk: by_whom(told[pk], text) for pk, text in own.items()}
    return said


def by_whom(event: Event, text: str) -> str:
    if event.actor is None:
        return text
    return _("%(name)s %(act)s") % {"name": event.actor.name, "act": text}


def without_personal(event: Event) -> Event:
    """Names and numbers of an event are read on its record's page, nowhere else."""
    event._state.fields_cache["personal"] = None
    return event
