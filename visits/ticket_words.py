"""What the events of a ticket say to people. Events hold codes; here are the words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.lib.words import exact_day
from crm.models import Department, Event, User
from visits.models import Ticket

from . import confirm_words, side_words
from .side_words import new_of

ICONS = {
    "ticket.raised": "clipboard-plus",
    "ticket.admitted": "list-check",
    "ticket.refused": "ban",
    "ticket.dispatched": "send",
    "ticket.accepted": "circle-check",
    "ticket.handed": "user-check",
    "ticket.contacted": "phone-call",
    "ticket.started": "tool",
    "ticket.part_answered": "message-2",
    "ticket.answered": "message",
    "ticket.confirmed": "check",
    "ticket.rejected": "arrow-back-up",
    "ticket.due_moved": "calendar-event",
    "ticket.returned": "arrow-back-up",
    "ticket.return_upheld": "gavel",
    "ticket.return_overruled": "gavel",
    "ticket.reassigned": "arrows-exchange",
    "ticket.assistant_added": "users-plus",
    "ticket.paused": "player-pause",
    "ticket.pause_asked": "player-pause",
    "ticket.pause_refused": "player-pause",
    "ticket.resumed": "player-play",
    "ticket.extension_asked": "calendar-plus",
    "ticket.extended": "calendar-plus",
    "ticket.extension_refused": "calendar-x",
    "ticket.parked": "parking",
    "ticket.next_reply": "calendar-event",
    "ticket.unparked": "player-play",
    "ticket.reopened": "refresh",
    "ticket.merged": "arrows-join",
    "ticket.merged_in": "arrows-join",
    "ticket.unmerged": "arrows-split",
    "ticket.split": "arrows-split",
    **confirm_words.ICONS,
}
CLOCKS: dict[str, str | Promise] = {
    "contact": pgettext_lazy("deadline", "contact"),
    "first_reply": pgettext_lazy("deadline", "first reply"),
    "solve": pgettext_lazy("deadline", "solution"),
    "part": pgettext_lazy("deadline", "assisting part"),
    "ruling": pgettext_lazy("deadline", "ruling"),
    "next_reply": pgettext_lazy("deadline", "next reply"),
}


@dataclass
class Names:
    """The people and departments that a stream of events names, read at once."""

    departments: dict[int, str] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Names":
        departments, people = set(), set()
        for event in events:
            changes = event.changes
            departments |= {new_of(changes, "lead"), new_of(changes, "department")}
            departments |= set(new_of(changes, "assistants") or ())
            people.add(new_of(changes, "handler"))
        departments.discard(None)
        people.discard(None)
        units = Department.objects.filter(pk__in=departments)
        users = User.objects.filter(pk__in=people)
        return cls(
            dict(units.values_list("pk", "name")) if departments else {},
            dict(users.values_list("pk", "name")) if people else {},
        )


def sentence_of(event: Event, names: Names) -> str:
    """What was done, to follow the person's name."""
    tell = SENTENCES.get(event.action) or side_words.SENTENCES.get(event.action)
    return tell(event, names) if tell else event.action


def public_sentence_of(event: Event, names: Names) -> str:
    """The same for the company: the number of another's ticket is not its business."""
    if event.action == "ticket.merged":
        return _("merged it with a ticket about the same matter")
    return sentence_of(event, names)


def who_of(event: Event) -> str:
    """Who did it, as the stream names him."""
    if event.actor:
        return event.actor.name
    if confirm_words.is_by_link(event):
        return str(confirm_words.NOBODY_SIGNED_IN)
    return _("The system")


def _dispatched(event: Event, names: Names) -> str:
    values = {
        "lead": names.departments.get(new_of(event.changes, "lead"), ""),
        "assistants": pgettext("between names", ", ").join(
            names.departments.get(pk, "")
            for pk in new_of(event.changes, "assistants") or ()
        ),
    }
    if values["assistants"]:
        return _("dispatched it to %(lead)s, assisted by %(assistants)s") % values
    return _("dispatched it to %(lead)s") % values


def _accepted(event: Event, names: Names) -> str:
    handler = new_of(event.changes, "handler")
    if handler in (None, event.actor_id):
        return _("signed for it")
    name = names.people.get(handler, "")
    return _("signed for it; %(name)s has it in hand") % {"name": name}


def _handed(event: Event, names: Names) -> str:
    name = names.people.get(new_of(event.changes, "handler"), "")
    return _("handed it to %(name)s") % {"name": name}


def _contacted(event: Event, names: Names) -> str:
    personal = getattr(event, "personal", None)
    name = personal.values.get("person", "") if personal else ""
    if not name:
        return _("called the company")
    return _("called %(name)s of the company") % {"name": name}


def _refused(event: Event, names: Names) -> str:
    reason = Ticket.Refusal(new_of(event.changes, "refusal")).label
    return _("did not accept it: %(reason)s") % {"reason": reason}


def _part_answered(event: Event, names: Names) -> str:
    unit = names.departments.get(new_of(event.changes, "department"), "")
    return _("answered for %(department)s") % {"department": unit}


def _answered(event: Event, names: Names) -> str:
    outcome = Ticket.Outcome(new_of(event.changes, "proposed")).label
    return _("answered the company; proposed outcome: %(outcome)s") % {
        "outcome": outcome
    }


def _confirmed(event: Event, names: Names) -> str:
    values = {
        "outcome": Ticket.Outcome(new_of(event.changes, "outcome")).label,
        "sign_off": Ticket.SignOff(new_of(event.changes, "sign_off")).label,
    }
    return _("closed it: %(outcome)s, %(sign_off)s") % values


def _moved(event: Event, names: Names) -> str:
    changes = event.changes
    clock = CLOCKS[new_of(changes, "kind")]
    due = new_of(changes, "due_on")
    if due is None:
        return _("the deadline for the %(clock)s became certain") % {"clock": clock}
    values = {"clock": clock, "day": exact_day(date.fromisoformat(due))}
    return _("the deadline for the %(clock)s is now %(day)s") % values


SENTENCES: dict[str, Callable[[Event, Names], str]] = {
    "ticket.raised": lambda event, names: _("raised the problem"),
    "ticket.admitted": lambda event, names: _("admitted it for dispatch"),
    "ticket.refused": _refused,
    "ticket.dispatched": _dispatched,
    "ticket.accepted": _accepted,
    "ticket.handed": _handed,
    "ticket.contacted": _contacted,
    "ticket.started": lambda event, names: _("began work"),
    "ticket.part_answered": _part_answered,
    "ticket.answered": _answered,
    "ticket.confirmed": _confirmed,
    "ticket.due_moved": _moved,
    **confirm_words.SENTENCES,
}
