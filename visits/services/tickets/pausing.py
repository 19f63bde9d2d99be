"""暂停: typed, with a last day, visible to the company. Nobody stalls a clock alone.

A department pauses up to CRM_PAUSE_ALONE_DAYS working days in all by itself; what is
longer its head or a leader grants, never the one who asks. The clock goes on by itself
after the last day, whether or not anybody presses a button.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Deadline, DeadlinePause, User
from crm.services import calendar, deadlines
from crm.services.attaching import Sent
from visits.models import Ticket, TicketPause

from .acts import Act, check, claim, need, save
from .asking import DECISION, decide, is_decided_so, open_request
from .talking import say

Status = Ticket.Status
Kind = DeadlinePause.Kind


@transaction.atomic
def pause_ticket(
    ticket: Ticket,
    *,
    actor: User,
    kind: str,
    reason: str,
    until_on: date,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Stop the clocks until a day, or ask for it when the days are too many."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.PAUSE)
    if _is_same_pause(ticket, actor, kind, until_on):
        return ticket
    check(ticket, Act.PAUSE, version)
    reason = need(reason, _("Say why the clock has to stand."), "reason")
    _check_pause(ticket, kind, until_on, timezone.localdate(now))
    row = TicketPause(
        ticket=ticket,
        kind=kind,
        reason=reason,
        until_on=until_on,
        asked_by=actor,
        asked_at=now,
    )
    if _days_alone(ticket, until_on, now) > settings.CRM_PAUSE_ALONE_DAYS:
        row.save(force_insert=True)
        save(ticket)
        _tell(ticket, row, actor, "ticket.pause_asked", now)
        return ticket
    row.is_granted, row.decided_at = True, now
    row.first_on = timezone.localdate(now)
    row.save(force_insert=True)
    _begin(ticket, row, actor, now)
    return ticket


@transaction.atomic
def decide_pause(
    ticket: Ticket,
    *,
    actor: User,
    is_granted: bool,
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Somebody above grants a long pause, from today on, or does not."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.DECIDE_PAUSE)
    asked = ticket.pauses.all()
    if is_decided_so(asked, actor=actor, is_granted=is_granted, version=version):
        return ticket
    row = open_request(asked, Act.DECIDE_PAUSE, ticket)
    check(ticket, Act.DECIDE_PAUSE, version)
    decide(row, actor=actor, is_granted=is_granted, note=note, now=now)
    if is_granted:
        _check_ahead(row, timezone.localdate(now))
    row.first_on = timezone.localdate(now) if is_granted else None
    row.save(update_fields=[*DECISION, "first_on"])
    if is_granted:
        _begin(ticket, row, actor, now)
        return ticket
    save(ticket)
    _tell(ticket, row, actor, "ticket.pause_refused", now)
    return ticket


@transaction.atomic
def resume_ticket(
    ticket: Ticket,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """The reason is gone: the clock goes on tomorrow at the latest."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.RESUME)
    if ticket.status == Status.WORKING:
        return ticket
    check(ticket, Act.RESUME, version)
    _go_on(ticket, actor, now)
    return ticket


@transaction.atomic
def supply_ticket(
    ticket: Ticket,
    *,
    actor: User,
    text: str,
    client_key: uuid.UUID | None = None,
    files: Sequence[Sent] = (),
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """The company gives what the ticket waited for: the clock goes on by itself."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.SUPPLY)
    if client_key and ticket.status == Status.WORKING:
        say(ticket, actor, text, client_key=client_key, files=files, now=now)
        return ticket
    check(ticket, Act.SUPPLY, version)
    running = ticket.pauses.filter(is_granted=True, ended_on=None).first()
    if running is None or running.kind != Kind.COMPANY:
        raise DomainError(
            _("This ticket does not wait for the company."), code="nothing_awaited"
        )
    say(ticket, actor, text, client_key=client_key, files=files, now=now)
    _go_on(ticket, actor, now)
    return ticket


def check_grantable(ticket: Ticket, today: date) -> None:
    if row := ticket.pauses.filter(decided_at=None).first():
        _check_ahead(row, today)


def _check_ahead(row: TicketPause, today: date) -> None:
    if row.until_on < today:
        raise DomainError(
            _("Its last day is over. Refuse it; the department can ask again."),
            code="pause_is_over",
        )


def resume_due(*, now: datetime | None = None) -> int:
    """Set to work again what was paused until yesterday; the clocks run already."""
    now = now or timezone.now()
    today, count = timezone.localdate(now), 0
    over = TicketPause.objects.filter(
        is_granted=True, ended_on=None, until_on__lt=today
    )
    for pk in list(over.order_by("pk").values_list("ticket", flat=True)):
        count += _resume_one(pk, now)
    return count


@transaction.atomic
def _resume_one(pk: int, now: datetime) -> bool:
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=pk)
    if ticket.status != Status.PAUSED:
        return False
    running = ticket.pauses.filter(is_granted=True, ended_on=None).first()
    if running is None or running.until_on >= timezone.localdate(now):
        return False
    _go_on(ticket, None, now)
    return True


def end_pauses(ticket: Ticket, *, now: datetime) -> None:
    """Whatever stands goes on with today."""
    today = timezone.localdate(now)
    for row in ticket.pauses.filter(is_granted=True, ended_on=None):
        row.ended_on = max(min(row.until_on, today), row.first_on or today)
        row.save(update_fields=["ended_on"])
    if ticket.status in Ticket.STANDING:
        for clock in clocks(ticket):
            deadlines.resume(clock, last_on=today)


def clocks(ticket: Ticket) -> list[Deadline]:
    """Those that run."""
    every = (ticket.contact_by, ticket.reply_by, ticket.solve_by)
    return [one for one in every if one is not None and one.met_at is None]


def stop_clocks(
    ticket: Ticket,
    *,
    kind: str,
    reason: str,
    actor: User,
    now: datetime,
    last_on: date | None = None,
) -> None:
    for clock in clocks(ticket):
        deadlines.pause(
            clock,
            kind=kind,
            first_on=timezone.localdate(now),
            reason=reason,
            actor=actor,
            last_on=last_on,
        )


def _begin(ticket: Ticket, row: TicketPause, actor: User, now: datetime) -> None:
    stop_clocks(
        ticket,
        kind=row.kind,
        reason=row.reason,
        actor=row.asked_by,
        now=now,
        last_on=row.until_on,
    )
    ticket.move_to(Status.PAUSED)
    save(ticket, "status")
    _tell(ticket, row, actor, "ticket.paused", now)


def _go_on(ticket: Ticket, actor: User | None, now: datetime) -> None:
    end_pauses(ticket, now=now)
    ticket.move_to(Status.WORKING)
    save(ticket, "status")
    events.record(
        actor,
        "ticket.resumed",
        ticket,
        is_public=True,
        now=now,
        status=[Status.PAUSED, ticket.status],
        due_on=ticket.solve_by.due_on if ticket.solve_by else None,
    )


def _tell(
    ticket: Ticket, row: TicketPause, actor: User, action: str, now: datetime
) -> None:
    events.record(
        actor,
        action,
        ticket,
        # What is only asked for does not concern the company yet.
        is_public=action == "ticket.paused",
        now=now,
        kind=row.kind,
        until_on=row.until_on,
        personal={"reason": row.reason},
    )


def _check_pause(ticket: Ticket, kind: str, until_on: date, today: date) -> None:
    if kind not in {Kind.COMPANY, Kind.SPECIAL, Kind.FORCE}:
        raise DomainError(_("Choose why the clock stands."), field="kind")
    days = calendar.count_between(today, until_on) if until_on >= today else -1
    if not 0 <= days <= settings.CRM_PAUSE_MOST_DAYS:
        raise DomainError(
            _("Choose a last day from today to %(days)s working days from now.")
            % {"days": settings.CRM_PAUSE_MOST_DAYS},
            code="pause_out_of_range",
            field="until_on",
        )
    contact = ticket.contact_by
    if kind == Kind.COMPANY and contact is not None and contact.met_at is None:
        raise DomainError(
            _("Contact the company first and record it: it has to know what to bring."),
            code="not_contacted",
            field="kind",
        )
    if ticket.pauses.filter(decided_at=None).exists():
        raise DomainError(
            _("A pause was asked for already and waits for its decision."),
            code="pause_undecided",
        )


def _days_alone(ticket: Ticket, until_on: date, now: datetime) -> int:
    """Working days that the department would have paused without asking anybody."""
    today = timezone.localdate(now)
    total = _worked(today, until_on)
    alone = ticket.pauses.filter(Q(is_granted=True) & Q(decided_by=None))
    for row in alone.exclude(first_on=None):
        total += _worked(row.first_on or today, row.ended_on or row.until_on)
    return total


def _worked(first_on: date, last_on: date) -> int:
    """Working days from the first to the last, both counted."""
    return calendar.count_between(first_on - timedelta(days=1), last_on)


def _is_same_pause(ticket: Ticket, actor: User, kind: str, until_on: date) -> bool:
    """A button pressed twice."""
    last = ticket.pauses.first()
    if last is None or (last.kind, last.until_on) != (kind, until_on):
        return False
    waits = last.decided_at is None and ticket.status != Status.PAUSED
    runs = ticket.status == Status.PAUSED and last.ended_on is None
    return last.asked_by_id == actor.pk and (waits or runs)
