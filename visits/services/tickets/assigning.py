"""改派, 协办: another department takes over, or one more assists."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.words import exact_day
from crm.models import Deadline, Department, User
from crm.services import deadlines
from crm.services.deadlines import Wanted
from visits.models import Ticket, TicketPart
from visits.models.parts import PART

from .acts import Act, check, claim, need, save
from .asking import void_requests
from .dispatching import TASK_LENGTH
from .leading import (
    LEAD_FIELDS,
    change_lead,
    check_new_lead,
    lead_targets,
    out_of_reach,
)
from .parking import leave_parking
from .parts import involve, lead_part

Status = Ticket.Status


@transaction.atomic
def reassign_ticket(
    ticket: Ticket,
    *,
    actor: User,
    lead: Department,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """改派: another department leads from now on, by the centre or a leader."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.REASSIGN)
    before = lead_part(ticket)
    if (
        ticket.status == Status.DISPATCHED
        and before
        and before.department_id == lead.pk
    ):
        return ticket
    check(ticket, Act.REASSIGN, version)
    reason = need(reason, _("Say why another department is to do it."), "reason")
    check_new_lead(ticket, actor, lead)
    status = ticket.status
    leave_parking(ticket, now=now)
    void_requests(ticket, now)
    ticket.move_to(Status.DISPATCHED)
    change_lead(ticket, lead, now=now)
    save(ticket, "status", "parked_at", *LEAD_FIELDS)
    events.record(
        actor,
        "ticket.reassigned",
        ticket,
        is_public=True,
        now=now,
        status=[status, ticket.status],
        lead=[before.department_id if before else None, lead.pk],
        personal={"reason": reason},
    )
    return ticket


@transaction.atomic
def add_assistant(
    ticket: Ticket,
    *,
    actor: User,
    department: Department,
    task: str,
    days: int | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """协办: one more department answers the lead, by a day of its own."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.ASSIST)
    known = ticket.parts.filter(department=department, ended_on=None).first()
    if known and not known.is_lead and known.task == task.strip():
        return ticket
    check(ticket, Act.ASSIST, version)
    task = need(task, _("Say what it is asked to do."), "task")
    if known:
        raise DomainError(
            _("%(name)s has a part in this ticket already.")
            % {"name": department.name},
            code="department_twice",
            field="department",
        )
    if not lead_targets(ticket, actor).filter(pk=department.pk).exists():
        raise out_of_reach("department")
    clock = _part_clock(ticket, department, days, timezone.localdate(now))
    TicketPart.objects.create(
        ticket=ticket,
        department=department,
        is_lead=False,
        task=task[:TASK_LENGTH],
        started_on=timezone.localdate(now),
        answer_by=clock,
    )
    involve(ticket, [department])
    save(ticket)
    events.record(
        actor,
        "ticket.assistant_added",
        ticket,
        is_public=True,
        now=now,
        department=department,
        due_on=clock.due_on,
    )
    return ticket


def _part_clock(
    ticket: Ticket, department: Department, days: int | None, today: date
) -> Deadline:
    """By the assistant's own day, which is not after the day of the whole."""
    usual = ticket.category.first_reply_days
    if days is not None and days < 1:
        raise DomainError(_("At least one working day."), field="days")
    wanted = Wanted(PART, days or usual, today, department=department)
    last = ticket.solve_by.due_on if ticket.solve_by else None
    due = deadlines.planned(wanted).due_on
    if (
        days is not None
        and last is not None
        and due is not None
        and due > last >= today
    ):
        raise DomainError(
            _("The ticket is due on %(day)s; the assistant needs an earlier day.")
            % {"day": exact_day(last)},
            code="later_than_the_ticket",
            field="days",
        )
    return deadlines.start_many([wanted])[0]
