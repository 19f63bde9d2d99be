"""What the events of a visit say to people. Events hold codes; here are the words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from crm.models import Event
from visits.models import Visit

ICONS: Final = {
    "visit.planned": "calendar-plus",
    "visit.plan_changed": "calendar-event",
    "visit.held": "clipboard-list",
    "visit.amended": "edit",
    "visit.cancelled": "ban",
    "visit.conflict": "alert-triangle",
    "visit.conflict_decided": "check",
    "visit.file_rejected": "photo",
}
# Evaluated when shown: each reader has a language.
SENTENCES: Final[dict[str, Callable[[], str]]] = {
    "visit.planned": lambda: _("planned this visit"),
    "visit.plan_changed": lambda: _("changed the plan"),
    "visit.held": lambda: _("logged this visit"),
    "visit.amended": lambda: _("amended this visit"),
    "visit.cancelled": lambda: _("cancelled this visit"),
    "visit.conflict": lambda: _("sent it again with other content"),
    "visit.conflict_decided": lambda: _("decided between two contents"),
    "visit.file_rejected": lambda: _("could not read a photo or the signature"),
}
LENGTH: Final = 30


@dataclass(frozen=True)
class Told:
    """One event in words."""

    at: datetime
    who: str
    icon: str
    what: str
    is_internal: bool


def stream_of(visit: Visit, *, public_only: bool) -> list[Told]:
    """What happened to a visit, the newest first."""
    events = Event.objects.for_subject(visit).for_list()
    if public_only:
        events = events.public()
    return [told(event) for event in events[:LENGTH]]


def told(event: Event) -> Told:
    return Told(
        at=event.at,
        who=event.actor.name if event.actor else _("The system"),
        icon=ICONS.get(event.action, "clock"),
        what=sentence_of(event),
        is_internal=not event.is_public,
    )


def sentence_of(event: Event) -> str:
    """What was done, to follow the person's name."""
    tell = SENTENCES.get(event.action)
    return tell() if tell else event.action
