"""Which act is possible in which state, and who may do it at all."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import User
from visits.models import Ticket
from visits.models.ticket_codes import CLOCKS
from visits.models.ticket_sets import TicketQuerySet

from . import pressing

Status = Ticket.Status


class Act(TextChoices):
    """What people do with a ticket, in the words of the buttons."""

    ADMIT = "admit", pgettext_lazy("act", "Admit")
    REFUSE = "refuse", pgettext_lazy("act", "Refuse")
    DISPATCH = "dispatch", pgettext_lazy("act", "Dispatch")
    ACCEPT = "accept", pgettext_lazy("act", "Sign for it")
    RETURN = "return", pgettext_lazy("act", "Return it")
    RULE = "rule", pgettext_lazy("act", "Rule on the return")
    REASSIGN = "reassign", pgettext_lazy("act", "Give to another department")
    ASSIST = "assist", pgettext_lazy("act", "Ask a department to assist")
    HAND = "hand", pgettext_lazy("act", "Hand to a colleague")
    CONTACT = "contact", pgettext_lazy("act", "Record a contact")
    START = "start", pgettext_lazy("act", "Begin work")
    PAUSE = "pause", pgettext_lazy("act", "Pause")
    DECIDE_PAUSE = "decide_pause", pgettext_lazy("act", "Decide on the pause")
    RESUME = "resume", pgettext_lazy("act", "Go on")
    SUPPLY = "supply", pgettext_lazy("act", "Supply what was asked for")
    EXTEND = "extend", pgettext_lazy("act", "Ask for an extension")
    DECIDE_EXTENSION = (
        "decide_extension",
        pgettext_lazy("act", "Decide on the extension"),
    )
    PARK = "park", pgettext_lazy("act", "Park")
    NEXT_REPLY = "next_reply", pgettext_lazy("act", "Reply and set the next day")
    UNPARK = "unpark", pgettext_lazy("act", "Take up again")
    ANSWER_PART = "answer_part", pgettext_lazy("act", "Answer one's part")
    ANSWER = "answer", pgettext_lazy("act", "Answer the company")
    CONFIRM = "confirm", pgettext_lazy("act", "Confirm the result")
    REJECT = "reject", pgettext_lazy("act", "Say it is not solved")
    REOPEN = "reopen", pgettext_lazy("act", "Reopen")
    MERGE = "merge", pgettext_lazy("act", "Merge")
    UNMERGE = "unmerge", pgettext_lazy("act", "Take out of the merger")
    SPLIT = "split", pgettext_lazy("act", "Split")

    @property
    def url_name(self) -> str:
        return f"visits:ticket-{self.value.replace('_', '-')}"

    @property
    def is_plain(self) -> bool:
        """One press on the ticket's page, without a form."""
        return self in {Act.ADMIT, Act.ACCEPT, Act.START, Act.RESUME, Act.UNPARK}


WITH_DEPARTMENT = frozenset(
    {
        Status.DISPATCHED,
        Status.RETURNED,
        Status.ACCEPTED,
        Status.WORKING,
        Status.PAUSED,
        Status.PARKED,
        Status.CONFIRMING,
    }
)
IN_HAND = frozenset({Status.ACCEPTED, Status.WORKING})
NEW_OR_IN_HAND = IN_HAND | {Status.DISPATCHED}
UNANSWERED = WITH_DEPARTMENT - {Status.CONFIRMING}
# What can be worked as one with another ticket.
MERGEABLE = frozenset({*Ticket.UNDISPATCHED, *NEW_OR_IN_HAND})
# What another one can be merged into: nobody has answered it yet.
MERGE_TARGETS = frozenset({*Ticket.UNDISPATCHED, *UNANSWERED})

STATES: Final[dict[Act, frozenset[str]]] = {
    Act.ADMIT: frozenset({Status.SUBMITTED}),
    Act.REFUSE: frozenset(Ticket.UNDISPATCHED),
    Act.DISPATCH: frozenset(Ticket.UNDISPATCHED),
    Act.ACCEPT: frozenset({Status.DISPATCHED}),
    Act.RETURN: frozenset({Status.DISPATCHED, Status.ACCEPTED}),
    Act.RULE: frozenset({Status.RETURNED}),
    Act.REASSIGN: UNANSWERED - {Status.RETURNED},
    Act.ASSIST: UNANSWERED - {Status.RETURNED},
    Act.HAND: IN_HAND | {Status.PAUSED, Status.PARKED},
    Act.CONTACT: WITH_DEPARTMENT,
    Act.START: frozenset({Status.ACCEPTED}),
    Act.PAUSE: IN_HAND,
    Act.DECIDE_PAUSE: IN_HAND,
    Act.RESUME: frozenset({Status.PAUSED}),
    Act.SUPPLY: frozenset({Status.PAUSED}),
    Act.EXTEND: IN_HAND,
    Act.DECIDE_EXTENSION: IN_HAND,
    Act.PARK: IN_HAND,
    Act.NEXT_REPLY: frozenset({Status.PARKED}),
    Act.UNPARK: frozenset({Status.PARKED}),
    Act.ANSWER_PART: WITH_DEPARTMENT,
    Act.ANSWER: IN_HAND,
    Act.CONFIRM: frozenset({Status.CONFIRMING}),
    Act.REJECT: frozenset({Status.CONFIRMING}),
    Act.REOPEN: frozenset({Status.CLOSED}),
    Act.MERGE: MERGEABLE,
    Act.UNMERGE: frozenset({Status.MERGED}),
    Act.SPLIT: MERGEABLE,
}

Narrow = Callable[[TicketQuerySet, User], TicketQuerySet]
WHO: Final[dict[Act, Narrow]] = {
    Act.ADMIT: TicketQuerySet.dispatchable_by,
    Act.REFUSE: TicketQuerySet.dispatchable_by,
    Act.DISPATCH: TicketQuerySet.dispatchable_by,
    Act.ACCEPT: TicketQuerySet.workable_by,
    Act.RETURN: TicketQuerySet.workable_by,
    Act.RULE: TicketQuerySet.dispatchable_by,
    Act.REASSIGN: TicketQuerySet.assignable_by,
    Act.ASSIST: TicketQuerySet.assistance_by,
    Act.HAND: TicketQuerySet.workable_by,
    Act.CONTACT: TicketQuerySet.workable_by,
    Act.START: TicketQuerySet.workable_by,
    Act.PAUSE: TicketQuerySet.workable_by,
    Act.DECIDE_PAUSE: TicketQuerySet.decidable_by,
    Act.RESUME: TicketQuerySet.workable_by,
    Act.SUPPLY: TicketQuerySet.confirmable_by,
    Act.EXTEND: TicketQuerySet.workable_by,
    Act.DECIDE_EXTENSION: TicketQuerySet.decidable_by,
    Act.PARK: TicketQuerySet.decidable_by,
    Act.NEXT_REPLY: TicketQuerySet.workable_by,
    Act.UNPARK: TicketQuerySet.workable_by,
    Act.ANSWER_PART: TicketQuerySet.assistable_by,
    Act.ANSWER: TicketQuerySet.workable_by,
    Act.CONFIRM: TicketQuerySet.confirmable_by,
    Act.REJECT: TicketQuerySet.confirmable_by,
    Act.REOPEN: TicketQuerySet.confirmable_by,
    Act.MERGE: TicketQuerySet.dispatchable_by,
    Act.UNMERGE: TicketQuerySet.dispatchable_by,
    Act.SPLIT: TicketQuerySet.dispatchable_by,
}
# The flags of TicketQuerySet.with_rights() that say the same for a page.
FLAGS: Final[dict[Narrow, tuple[str, ...]]] = {
    TicketQuerySet.dispatchable_by: ("may_dispatch",),
    TicketQuerySet.workable_by: ("may_work",),
    TicketQuerySet.assistable_by: ("may_assist",),
    TicketQuerySet.confirmable_by: ("may_confirm",),
    TicketQuerySet.decidable_by: ("may_decide",),
    TicketQuerySet.assignable_by: ("may_assign",),
    TicketQuerySet.assistance_by: ("may_dispatch", "may_work"),
}
# Acts that need more than the state: a flag of with_rights() says whether it is so.
NEEDS: Final[dict[Act, str]] = {
    Act.DECIDE_PAUSE: "may_decide_pause",
    Act.DECIDE_EXTENSION: "may_decide_extension",
    Act.SUPPLY: "waits_for_company",
}
# What has been asked for or granted already is not offered once more.
UNLESS: Final[dict[Act, tuple[str, ...]]] = {
    Act.PAUSE: ("asks_pause",),
    Act.EXTEND: ("asks_extension", "extended_at"),
}
# A clock that is a little fast must not refuse a call of this minute.
LEEWAY: Final = timedelta(minutes=5)
# The first possible one is the one filled button of the page.
NEXT_FIRST: Final = (
    Act.RULE,
    Act.DECIDE_EXTENSION,
    Act.DECIDE_PAUSE,
    Act.DISPATCH,
    Act.ACCEPT,
    Act.NEXT_REPLY,
    Act.ANSWER,
    Act.CONFIRM,
    Act.SUPPLY,
    Act.ANSWER_PART,
    Act.REJECT,
    Act.START,
    Act.RESUME,
    Act.CONTACT,
    Act.RETURN,
    Act.HAND,
    Act.PAUSE,
    Act.EXTEND,
    Act.ASSIST,
    Act.REASSIGN,
    Act.PARK,
    Act.UNPARK,
    Act.REOPEN,
    Act.ADMIT,
    Act.MERGE,
    Act.UNMERGE,
    Act.SPLIT,
    Act.REFUSE,
)


def possible(status: str) -> list[Act]:
    """What can be done in this state, by whoever may."""
    return [act for act in NEXT_FIRST if status in STATES[act]]


def has_right(ticket: Ticket, act: Act) -> bool:
    """Whether the person of with_rights(person) may do this in some state."""
    return any(getattr(ticket, flag, False) for flag in FLAGS[WHO[act]])


def claim(ticket: Ticket, actor: User, act: Act) -> Ticket:
    """Lock the row for this act, or refuse whoever may not do it."""
    allowed = WHO[act](Ticket.objects.all(), actor)
    return Ticket.objects.lock(allowed.select_related(*CLOCKS), ticket.pk)


def check(ticket: Ticket, act: Act, version: int | None) -> None:
    """Refuse what the state does not allow, and what was decided on an old page."""
    if ticket.status not in STATES[act]:
        raise impossible(ticket, act)
    if version is not None and version != ticket.version:
        raise StaleVersion(
            _(
                "Somebody else changed ticket %(number)s meanwhile. Look at it again "
                "before you act; what you typed is kept."
            )
            % {"number": ticket.number},
            current=ticket,
        )


def impossible(ticket: Ticket, act: Act, instead: str = "") -> WrongStatus:
    """Say what state it is in; `instead`: what whoever asks can do now."""
    values = {
        "number": ticket.number,
        "state": ticket.get_status_display(),
        "act": act.label,
        "acts": instead,
    }
    sentence = _("Ticket %(number)s is “%(state)s”, so “%(act)s” is not possible.")
    if instead:
        sentence = _(
            "Ticket %(number)s is “%(state)s”, so “%(act)s” is not possible. Possible "
            "now: %(acts)s."
        )
    elif not possible(ticket.status):
        sentence = _(
            "Ticket %(number)s is “%(state)s”, so “%(act)s” is not possible. Nothing "
            "more can be done with it."
        )
    return WrongStatus(sentence % values)


def need(text: str, sentence: str, field: str) -> str:
    """The words without the space around them, or a refusal when there are none."""
    if not text.strip():
        raise DomainError(sentence, field=field)
    return text.strip()


def save(ticket: Ticket, *fields: str) -> None:
    """Write only what the act changed, and count the version up.

    After the clocks: the one that presses most is noted with it.
    """
    ticket.version += 1
    ticket.save(update_fields=[*fields, *pressing.note(ticket), "version"])


def check_call(ticket: Ticket, called_at: datetime | None, now: datetime) -> None:
    """A call that is told of lies between the dispatch and now."""
    started = ticket.dispatched_at
    if (
        called_at is None
        or called_at > now + LEEWAY
        or (started is not None and called_at + LEEWAY < started)
    ):
        raise DomainError(
            _("The call must lie between the dispatch and now."), field="called_at"
        )
