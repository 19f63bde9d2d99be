"""What the events of cases say, to people and in the audit log."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.audit_words import Record
from crm.models import Event
from visits.models import Category, Improvement

from .side_words import new_of, with_reason

ACTIONS = {
    "case.opened": gettext_lazy("case of a kind opened"),
    "case.edited": gettext_lazy("case of a kind changed"),
    "case.ticket_added": gettext_lazy("ticket added to a case"),
    "case.ticket_removed": gettext_lazy("ticket taken out of a case"),
    "case.ticket_joined": gettext_lazy("ticket joined a case by itself"),
    "case.planned": gettext_lazy("improvement planned"),
    "case.given_up": gettext_lazy("improvement given up"),
    "case.in_effect": gettext_lazy("improvement in effect"),
    "case.measured": gettext_lazy("effect of an improvement measured"),
    "case.closed": gettext_lazy("case of a kind closed"),
    "case.found_ineffective": gettext_lazy("improvement found without effect"),
    "case.reopened": gettext_lazy("case of a kind opened again"),
    "case.dropped": gettext_lazy("case of a kind dropped"),
    "case_proposal.dismissed": gettext_lazy("proposed case put aside"),
}
NAMES = {
    "days": gettext_lazy("days"),
    "department": gettext_lazy("unit"),
    "due_on": gettext_lazy("due"),
    "effective_on": gettext_lazy("in effect from"),
    "joined": gettext_lazy("joined by themselves"),
    "change": gettext_lazy("what is changed"),
    "reason": gettext_lazy("reason"),
    "tickets": gettext_lazy("tickets"),
}
# Codes that are no column's choices.
CODES: dict[str, dict[str, str | Promise]] = {"change": dict(Improvement.Kind.choices)}
RECORDS: dict[str, Record] = {"category": (Category, "pk")}

SENTENCES: Mapping[str, Any] = {  # Any: lazy words
    "case.opened": gettext_lazy("opened the case"),
    "case.edited": gettext_lazy("changed the case"),
    "case.given_up": gettext_lazy("gave the improvement up"),
    "case.measured": gettext_lazy("measured the effect"),
    "case.closed": gettext_lazy("closed the case: it helped"),
    "case.found_ineffective": gettext_lazy("found that it did not help"),
    "case.reopened": gettext_lazy("opened the case again"),
    "case.dropped": gettext_lazy("dropped the case"),
}


def sentence_of(event: Event, departments: Mapping[int, str]) -> str:
    """What was done, to follow the person's name."""
    changes = event.changes
    if event.action == "case.planned":
        unit = departments.get(new_of(changes, "department"), "")
        return _("planned an improvement with %(unit)s") % {"unit": unit}
    if event.action == "case.in_effect":
        day = new_of(changes, "effective_on")
        return _("put the improvement in effect from %(day)s") % {"day": day}
    if event.action == "case.ticket_joined":
        return _("ticket %(number)s joined by itself") % {"number": numbers(event)}
    if event.action == "case.ticket_added":
        return _("added ticket %(number)s") % {"number": numbers(event)}
    if event.action == "case.ticket_removed":
        number = ", ".join(changes.get("tickets", [[], []])[0] or ())
        return _("took ticket %(number)s out") % {"number": number}
    sentence = str(SENTENCES.get(event.action, event.action))
    return with_reason(sentence, event)


def numbers(event: Event) -> str:
    return ", ".join(new_of(event.changes, "tickets") or ())
