"""延期: asked for in time, granted once by somebody above, told to the company."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.words import exact_day
from crm.models import Deadline, User
from crm.services import calendar, deadlines
from visits.models import Extension, Ticket

from .acts import Act, check, claim, need, save
from .asking import DECISION, decide, is_decided_so, open_request


@transaction.atomic
def ask_extension(
    ticket: Ticket,
    *,
    actor: User,
    days: int,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Ask for more working days, counted from the dispatch, a day before the end."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.EXTEND)
    asked = ticket.extensions.filter(decided_at=None).first()
    if asked and (asked.asked_by_id, asked.days) == (actor.pk, days):
        return ticket
    check(ticket, Act.EXTEND, version)
    reason = need(reason, _("Say what takes longer, and why."), "reason")
    clock, due_on = _running(ticket), check_extendable(ticket, now)
    _check_once(ticket)
    _check_days(ticket, clock, days)
    row = Extension.objects.create(
        ticket=ticket,
        days_before=clock.days,
        days=days,
        due_before=due_on,
        reason=reason,
        asked_by=actor,
        asked_at=now,
    )
    save(ticket)
    events.record(
        actor,
        "ticket.extension_asked",
        ticket,
        now=now,
        days=[row.days_before, row.days],
        personal={"reason": reason},
    )
    return ticket


@transaction.atomic
def decide_extension(
    ticket: Ticket,
    *,
    actor: User,
    is_granted: bool,
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Grant it while the ticket is not late, or refuse it with a reason."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.DECIDE_EXTENSION)
    asked = ticket.extensions.all()
    if is_decided_so(asked, actor=actor, is_granted=is_granted, version=version):
        return ticket
    row = open_request(asked, Act.DECIDE_EXTENSION, ticket)
    check(ticket, Act.DECIDE_EXTENSION, version)
    decide(row, actor=actor, is_granted=is_granted, note=note, now=now)
    clock = ticket.solve_by
    if is_granted and clock is not None:
        check_grantable(ticket, timezone.localdate(now))
        deadlines.change_days(clock, row.days)
        row.due_after = clock.due_on
        ticket.extended_at = now
    row.save(update_fields=[*DECISION, "due_after"])
    save(ticket, "extended_at")
    events.record(
        actor,
        "ticket.extended" if is_granted else "ticket.extension_refused",
        ticket,
        is_public=is_granted,
        now=now,
        due_on=[row.due_before, row.due_after],
        personal={"reason": row.reason},
    )
    return ticket


def check_grantable(ticket: Ticket, today: date) -> None:
    clock = ticket.solve_by
    if clock is not None and clock.due_on is not None and clock.due_on < today:
        raise DomainError(
            _("The end has passed meanwhile: a late ticket is not extended."),
            code="already_late",
        )


def most_days(ticket: Ticket) -> int:
    return ticket.category.extended_days


def check_extendable(ticket: Ticket, now: datetime) -> date:
    """The end of the running clock: a working day ahead, with days left to ask for."""
    clock = _running(ticket)
    due_on = _check_in_time(clock, timezone.localdate(now))
    if clock.days >= most_days(ticket):
        raise DomainError(
            _("It has the most working days already: %(days)s.") % {"days": clock.days},
            code="days_out_of_range",
        )
    return due_on


def _running(ticket: Ticket) -> Deadline:
    clock = ticket.solve_by
    if clock is None or clock.due_on is None:
        raise DomainError(
            _("The clock of this ticket does not run."), code="no_running_clock"
        )
    return clock


def _check_once(ticket: Ticket) -> None:
    if ticket.extensions.filter(is_granted=True).exists():
        raise DomainError(
            _("A ticket is extended once, and this one was."), code="extended_already"
        )
    if ticket.extensions.filter(decided_at=None).exists():
        raise DomainError(
            _("An extension was asked for already and waits for its decision."),
            code="extension_undecided",
        )


def _check_in_time(clock: Deadline, today: date) -> date:
    due_on = clock.due_on
    if due_on is not None and calendar.count_between(today, due_on) >= 1:
        return due_on
    raise DomainError(
        _(
            "An extension is asked for at least one working day before the end, which "
            "is %(day)s."
        )
        % {"day": exact_day(due_on) if due_on else ""},
        code="too_late_to_extend",
    )


def _check_days(ticket: Ticket, clock: Deadline, days: int) -> None:
    most = most_days(ticket)
    if not clock.days < days <= most:
        raise DomainError(
            _(
                "Choose more than the %(days)s working days it has, and at most "
                "%(most)s, counted from the dispatch."
            )
            % {"days": clock.days, "most": most},
            code="days_out_of_range",
            field="days",
        )
