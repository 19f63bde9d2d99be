"""挂账, 一跟到底: not to be solved now; the company hears by a day, until it is."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import (
    Comment,
    Deadline,
    DeadlinePause,
    Event,
    User,
    subject_of,
)
from crm.services import calendar, deadlines
from crm.services.deadlines import Wanted
from visits.models import Ticket

from .acts import Act, check, claim, need, save
from .asking import void_requests
from .parts import lead_part
from .pausing import end_pauses, stop_clocks
from .talking import say

Status = Ticket.Status
NEXT_REPLY = "next_reply"


@transaction.atomic
def park_ticket(
    ticket: Ticket,
    *,
    actor: User,
    reason: str,
    next_on: date,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """It stays open: the clock of the solution stands, the one of the reply runs."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.PARK)
    if ticket.status == Status.PARKED:
        return ticket
    check(ticket, Act.PARK, version)
    reason = need(reason, _("Tell the company why it cannot be solved now."), "reason")
    clock = _start_reply(ticket, next_on, timezone.localdate(now))
    end_pauses(ticket, now=now)
    void_requests(ticket, now)
    kind = DeadlinePause.Kind.PARKED
    stop_clocks(ticket, kind=kind, reason=reason, actor=actor, now=now)
    before = ticket.status
    ticket.move_to(Status.PARKED)
    ticket.parked_at, ticket.next_reply_by = now, clock
    save(ticket, "status", "parked_at", "next_reply_by")
    events.record(
        actor,
        "ticket.parked",
        ticket,
        is_public=True,
        now=now,
        status=[before, ticket.status],
        due_on=clock.due_on,
        personal={"reason": reason},
    )
    return ticket


@transaction.atomic
def promise_next_reply(
    ticket: Ticket,
    *,
    actor: User,
    text: str,
    next_on: date,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Tell the company how it stands, and by when it hears again: it rolls."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.NEXT_REPLY)
    if version not in (None, ticket.version) and _is_told(ticket, actor, text):
        return ticket
    check(ticket, Act.NEXT_REPLY, version)
    text = need(text, _("Tell the company how it stands."), "text")
    old = ticket.next_reply_by
    clock = _start_reply(ticket, next_on, timezone.localdate(now))
    deadlines.meet(old, now=now)
    say(ticket, actor, text, now=now)
    ticket.next_reply_by = clock
    save(ticket, "next_reply_by")
    events.record(
        actor,
        "ticket.next_reply",
        ticket,
        is_public=True,
        now=now,
        due_on=[old.due_on if old else None, clock.due_on],
    )
    return ticket


@transaction.atomic
def unpark_ticket(
    ticket: Ticket,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """It can be worked on again: the clock of the solution goes on."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.UNPARK)
    if ticket.status == Status.WORKING:
        return ticket
    check(ticket, Act.UNPARK, version)
    leave_parking(ticket, now=now)
    ticket.move_to(Status.WORKING)
    save(ticket, "status", "parked_at")
    events.record(
        actor,
        "ticket.unparked",
        ticket,
        is_public=True,
        now=now,
        status=[Status.PARKED, ticket.status],
        due_on=ticket.solve_by.due_on if ticket.solve_by else None,
    )
    return ticket


def _is_told(ticket: Ticket, actor: User, text: str) -> bool:
    """A button pressed twice: the same words by the same person were the last."""
    last = Event.objects.for_subject(ticket).newest_first().first()
    if last is None or last.action != "ticket.next_reply" or last.actor_id != actor.pk:
        return False
    subject_type, subject_id = subject_of(ticket)
    said = Comment.objects.filter(subject_type=subject_type, subject_id=subject_id)
    newest = said.order_by("-pk").first()
    return newest is not None and newest.text == text.strip()


def leave_parking(ticket: Ticket, *, now: datetime) -> None:
    """Before it moves on: the clocks go on, the promised reply is owed no more."""
    end_pauses(ticket, now=now)
    deadlines.meet(ticket.next_reply_by, now=now)
    ticket.parked_at = None


def _start_reply(ticket: Ticket, next_on: date, today: date) -> Deadline:
    """By the last working day up to the wished one."""
    days = calendar.count_between(today, next_on) if next_on > today else 0
    if not 1 <= days <= settings.CRM_PARK_MOST_DAYS:
        raise DomainError(
            _("Choose a day from the next working day to %(days)s working days ahead.")
            % {"days": settings.CRM_PARK_MOST_DAYS},
            code="next_reply_out_of_range",
            field="next_on",
        )
    part = lead_part(ticket)
    department = part.department if part else None
    wanted = Wanted(NEXT_REPLY, days, today, department=department)
    clock = deadlines.start_many([wanted])[0]
    if ticket.handler is not None:
        deadlines.hand([clock], ticket.handler)
    return clock
