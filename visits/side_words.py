"""What returns, pauses, extensions, parking and mergers say on a ticket's stream."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.lib.words import exact_day
from crm.models import DeadlinePause, Event


class Named(Protocol):
    """The names that a stream needs, by key (ticket_words.Names)."""

    departments: dict[int, str]


def new_of(changes: Mapping[str, Any], name: str) -> Any:  # as JSON holds it
    """The value after the change, None when it was not touched."""
    return changes.get(name, [None, None])[1]


def with_reason(sentence: str, event: Event, name: str = "reason") -> str:
    """The sentence and, after a colon, why; erased words leave the sentence."""
    personal = getattr(event, "personal", None)
    reason = personal.values.get(name, "") if personal else ""
    if not reason:
        return sentence
    return _("%(sentence)s: %(reason)s") % {"sentence": sentence, "reason": reason}


def _day(event: Event, name: str = "due_on") -> str:
    value = new_of(event.changes, name)
    return exact_day(date.fromisoformat(value)) if value else ""


def _lead(event: Event, names: Named) -> dict[str, str]:
    return {"lead": names.departments.get(new_of(event.changes, "lead"), "")}


def _kind(event: Event) -> str:
    return str(DeadlinePause.Kind(new_of(event.changes, "kind")).label)


def _returned(event: Event, names: Named) -> str:
    return with_reason(_("returned it"), event)


def _upheld(event: Event, names: Named) -> str:
    sentence = _("upheld the return and gave it to %(lead)s") % _lead(event, names)
    return with_reason(sentence, event, "note")


def _overruled(event: Event, names: Named) -> str:
    sentence = _("ruled that it stays with the department; that is final")
    return with_reason(sentence, event, "note")


def _reassigned(event: Event, names: Named) -> str:
    return with_reason(_("gave it to %(lead)s") % _lead(event, names), event)


def _assisted(event: Event, names: Named) -> str:
    unit = names.departments.get(new_of(event.changes, "department"), "")
    values = {"department": unit, "day": _day(event)}
    return _("asked %(department)s to assist by %(day)s") % values


def _paused(event: Event, names: Named) -> str:
    values = {"kind": _kind(event), "day": _day(event, "until_on")}
    sentence = _("paused it until %(day)s, %(kind)s") % values
    return with_reason(sentence, event)


def _pause_asked(event: Event, names: Named) -> str:
    values = {"kind": _kind(event), "day": _day(event, "until_on")}
    sentence = _("asked for a pause until %(day)s, %(kind)s") % values
    return with_reason(sentence, event)


def _resumed(event: Event, names: Named) -> str:
    day = _day(event)
    if not day:
        return _("let the clock go on")
    return _("let the clock go on; due %(day)s") % {"day": day}


def _extension_asked(event: Event, names: Named) -> str:
    days = new_of(event.changes, "days")
    sentence = _("asked for %(days)s working days in all") % {"days": days}
    return with_reason(sentence, event)


def _extended(event: Event, names: Named) -> str:
    sentence = _("extended it; due %(day)s") % {"day": _day(event)}
    return with_reason(sentence, event)


def _parked(event: Event, names: Named) -> str:
    sentence = _("parked it; next reply by %(day)s") % {"day": _day(event)}
    return with_reason(sentence, event)


def _next_reply(event: Event, names: Named) -> str:
    return _("replied; next reply by %(day)s") % {"day": _day(event)}


def _merged(event: Event, names: Named) -> str:
    into = new_of(event.changes, "into")
    return _("merged it into ticket %(number)s") % {"number": into}


def _merged_in(event: Event, names: Named) -> str:
    number = new_of(event.changes, "merged")
    return _("merged ticket %(number)s into it") % {"number": number}


def _unmerged(event: Event, names: Named) -> str:
    return with_reason(_("took it out of the merger"), event)


def _split(event: Event, names: Named) -> str:
    between = pgettext("between names", ", ")
    numbers = between.join(new_of(event.changes, "pieces") or ())
    return _("split off %(numbers)s") % {"numbers": numbers}


def _reopened(event: Event, names: Named) -> str:
    sentence = _("said it is not solved after all")
    if new_of(event.changes, "asked_again"):
        sentence = _("reopened it: asked again, the company said otherwise")
    return with_reason(sentence, event)


SENTENCES: dict[str, Callable[[Event, Any], str]] = {
    "ticket.returned": _returned,
    "ticket.return_upheld": _upheld,
    "ticket.return_overruled": _overruled,
    "ticket.reassigned": _reassigned,
    "ticket.assistant_added": _assisted,
    "ticket.paused": _paused,
    "ticket.pause_asked": _pause_asked,
    "ticket.pause_refused": lambda event, names: _("did not grant the pause"),
    "ticket.resumed": _resumed,
    "ticket.extension_asked": _extension_asked,
    "ticket.extended": _extended,
    "ticket.extension_refused": lambda event, names: _("did not grant the extension"),
    "ticket.parked": _parked,
    "ticket.next_reply": _next_reply,
    "ticket.unparked": lambda event, names: _("took it up again"),
    "ticket.reopened": _reopened,
    "ticket.merged": _merged,
    "ticket.merged_in": _merged_in,
    "ticket.unmerged": _unmerged,
    "ticket.split": _split,
}
