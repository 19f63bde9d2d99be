"""How directives, matters taken on and meetings are told in streams and the log."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.audit_words import Record
from crm.models import Department, Event

from .side_words import new_of
from .ticket_words import Names

ACTIONS = {
    "decision.taken": _("decision taken on the desk"),
    "decision.undone": _("decision taken back"),
    "decision.carried_out": _("decision carried out"),
    "decision.failed": _("decision could not be carried out"),
    "directive.given": _("directive given"),
    "directive.answered": _("directive answered"),
    "directive.accepted": _("answer to a directive accepted"),
    "directive.asked_again": _("directive to be answered once more"),
    "directive.withdrawn": _("directive withdrawn"),
    "ticket.directed": _("directive given on a ticket"),
    "ticket.adopted": _("ticket taken on by a leader"),
    "ticket.handed_back": _("ticket handed back by a leader"),
    "ticket.on_agenda": _("ticket put on the agenda of a meeting"),
    "project.adopted": _("project taken on by a leader"),
    "project.handed_back": _("project handed back by a leader"),
    "meeting.called": _("coordination meeting called"),
    "meeting.edited": _("coordination meeting changed"),
    "meeting.cancelled": _("coordination meeting called off"),
    "meeting.held": _("coordination meeting held"),
    "meeting.corrected": _("minutes of a meeting corrected"),
    "meeting.item_added": _("matter put on the agenda"),
    "meeting.item_removed": _("matter taken off the agenda"),
    "meeting.item_noted": _("what was said of a matter written down"),
    "meeting.task_given": _("task given in a meeting"),
    "meeting.task_edited": _("task of a meeting changed"),
    "meeting.task_removed": _("task of a meeting taken out"),
    "meeting.task_answered": _("task of a meeting reported done"),
    "meeting.task_verified": _("task of a meeting verified"),
    "meeting.task_returned": _("task of a meeting to be done still"),
    "meeting_series.begun": _("series of meetings begun"),
    "meeting_series.edited": _("series of meetings changed"),
    "meeting_series.ended": _("series of meetings ended"),
}

# What an event says of its record beside the record's own columns.
NAMES = {"act": _("act"), "card": _("card"), "day": _("day"), "is_late": _("late")}
RECORDS: dict[str, Record] = {"department": (Department, "pk")}

ICONS = {
    "ticket.directed": "edit",
    "ticket.adopted": "star",
    "ticket.handed_back": "arrow-back-up",
    "ticket.on_agenda": "users",
}


def directed(event: Event, names: Names) -> str:
    unit = names.departments.get(new_of(event.changes, "department"), "")
    return str(_("gave %(department)s a directive") % {"department": unit})


def said(words: Promise) -> Callable[[Event, Names], str]:
    return lambda event, names: str(words)


SENTENCES = {
    "ticket.directed": directed,
    "ticket.adopted": said(_("sees to it himself until it is closed")),
    "ticket.handed_back": said(_("does not see to it himself any more")),
    "ticket.on_agenda": said(_("put it on the agenda of a meeting")),
}
