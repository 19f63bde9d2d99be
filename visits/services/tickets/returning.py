"""退回: a reasoned objection within a working day, ruled on the same day, finally."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Department, User
from crm.services import calendar, deadlines
from crm.services.deadlines import Wanted
from visits.models import Ticket, TicketReturn
from visits.models.sideways import RULING

from .acts import Act, check, claim, impossible, need, save
from .leading import LEAD_FIELDS, change_lead, check_new_lead
from .parts import lead_part

Status = Ticket.Status
Ruling = TicketReturn.Ruling
# Working days within which a department may object to a dispatch.
OBJECTION_DAYS = 1


@transaction.atomic
def return_ticket(
    ticket: Ticket,
    *,
    actor: User,
    reason: str,
    suggested: Department | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """The lead department says it is not its own. The clocks run on meanwhile."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.RETURN)
    last = ticket.returns.first()
    if ticket.status == Status.RETURNED and last and last.asked_by_id == actor.pk:
        return ticket
    check(ticket, Act.RETURN, version)
    reason = need(reason, _("Say why it is not your department's."), "reason")
    part = lead_part(ticket)
    if part is None:
        raise impossible(ticket, Act.RETURN)
    today = timezone.localdate(now)
    check_objection(part.started_on, today, is_ruled=hasattr(part, "objection"))
    rule_by = deadlines.start_many([Wanted(RULING, 0, today)])[0]
    TicketReturn.objects.create(
        ticket=ticket,
        part=part,
        reason=reason,
        suggested=suggested,
        asked_by=actor,
        asked_at=now,
        rule_by=rule_by,
    )
    before = ticket.status
    ticket.move_to(Status.RETURNED)
    ticket.return_count += 1
    save(ticket, "status", "return_count")
    events.record(
        actor,
        "ticket.returned",
        ticket,
        is_public=True,
        now=now,
        status=[before, ticket.status],
        department=part.department_id,
        personal={"reason": reason},
        due_on=rule_by.due_on,
    )
    return ticket


@transaction.atomic
def rule_on_return(
    ticket: Ticket,
    *,
    actor: User,
    is_upheld: bool,
    note: str,
    lead: Department | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """裁定: upheld, another department leads; overruled, it goes back. It is final."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.RULE)
    if _is_ruled_so(ticket, is_upheld=is_upheld, lead=lead):
        return ticket
    check(ticket, Act.RULE, version)
    note = need(note, _("Give the grounds of the ruling."), "note")
    row = ticket.returns.get(ruled_at=None)
    old = lead_part(ticket)
    if is_upheld and lead is None:
        raise DomainError(_("Choose the department that leads instead."), field="lead")
    if is_upheld and lead is not None:
        check_new_lead(ticket, actor, lead)
    row.ruling = Ruling.UPHELD if is_upheld else Ruling.OVERRULED
    row.ruling_note, row.ruled_by, row.ruled_at = note, actor, now
    row.save(update_fields=["ruling", "ruling_note", "ruled_by", "ruled_at"])
    deadlines.meet(row.rule_by, now=now)
    ticket.move_to(Status.DISPATCHED)
    if is_upheld and lead is not None:
        change_lead(ticket, lead, now=now)
    save(ticket, "status", *LEAD_FIELDS)
    events.record(
        actor,
        "ticket.return_upheld" if is_upheld else "ticket.return_overruled",
        ticket,
        is_public=True,
        now=now,
        status=[Status.RETURNED, ticket.status],
        lead=[
            old.department_id if old and is_upheld else None,
            lead.pk if is_upheld and lead else old.department_id if old else None,
        ],
        personal={"note": note},
    )
    return ticket


def may_still_return(started_on: date, today: date) -> bool:
    """Within a working day of the dispatch."""
    last = calendar.add(started_on, OBJECTION_DAYS).due
    return last is not None and today <= last


def check_objection(started_on: date, today: date, *, is_ruled: bool) -> None:
    if is_ruled:
        raise DomainError(
            _("The ruling was final: it stays with your department."),
            code="ruling_is_final",
        )
    if not may_still_return(started_on, today):
        raise DomainError(
            _("A ticket is returned within one working day of its dispatch."),
            code="too_late_to_return",
        )


def _is_ruled_so(ticket: Ticket, *, is_upheld: bool, lead: Department | None) -> bool:
    """A button pressed twice."""
    last = ticket.returns.first()
    if ticket.status != Status.DISPATCHED or last is None or not last.ruling:
        return False
    part = lead_part(ticket)
    if is_upheld:
        same_lead = bool(part and lead and part.department_id == lead.pk)
        return last.ruling == Ruling.UPHELD and same_lead
    return last.ruling == Ruling.OVERRULED
