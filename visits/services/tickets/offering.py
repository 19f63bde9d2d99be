"""What a person can do with a ticket now: pages offer this, and nothing else."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import pgettext

from crm.lib.errors import DomainError
from visits.models import Ticket

from . import extending, pausing
from .acts import NEEDS, STATES, UNLESS, Act, has_right, impossible, possible
from .closing import check_recent
from .returning import check_objection

# Refuses, or says something that nobody asks for here.
Check = Callable[[Ticket, datetime], object]


def _returnable(ticket: Ticket, now: datetime) -> None:
    """As the service asks the part of the lead department."""
    started_on = getattr(ticket, "lead_since", None)
    if started_on is not None:
        is_ruled = getattr(ticket, "is_ruled", False)
        check_objection(started_on, timezone.localdate(now), is_ruled=is_ruled)


# The refusals of the services, for acts whose time can be over.
IN_TIME: Final[dict[Act, Check]] = {
    Act.RETURN: _returnable,
    Act.EXTEND: extending.check_extendable,
    Act.REOPEN: check_recent,
}


def possible_for(ticket: Ticket, now: datetime | None = None) -> list[Act]:
    """What this person can do now; needs a ticket from with_rights(person)."""
    now = now or timezone.now()
    return [
        act
        for act in possible(ticket.status)
        if has_right(ticket, act)
        and getattr(ticket, NEEDS.get(act, ""), True)
        and not any(getattr(ticket, name, None) for name in UNLESS.get(act, ()))
        and too_late(ticket, act, now) is None
    ]


def too_late(ticket: Ticket, act: Act, now: datetime) -> DomainError | None:
    """Why its time is over, in the words of the service."""
    check = IN_TIME.get(act)
    if check is None:
        return None
    try:
        check(ticket, now)
    except DomainError as refusal:
        return refusal
    return None


def too_late_to_grant(ticket: Ticket, act: Act, today: date) -> DomainError | None:
    """What was asked for can only be refused by now."""
    side = extending if act == Act.DECIDE_EXTENSION else pausing
    try:
        side.check_grantable(ticket, today)
    except DomainError as refusal:
        return refusal
    return None


def refusal(ticket: Ticket, act: Act, now: datetime | None = None) -> DomainError:
    """Why the page of an act is not there, and what this person can do instead."""
    now = now or timezone.now()
    late = too_late(ticket, act, now) if ticket.status in STATES[act] else None
    # Never the act itself: its state would allow it, but nothing waits for it.
    others = [one for one in possible_for(ticket, now) if one != act]
    between = pgettext("between names", ", ")
    return late or impossible(
        ticket, act, between.join(str(one.label) for one in others)
    )
