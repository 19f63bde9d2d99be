"""Which department leads, and what changes when another one does.

The clock of the solution never starts anew; contact and first reply do.
"""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import Department, User
from crm.services import deadlines
from visits.models import Ticket, TicketPart

from .dispatching import clocks_of, dispatch_targets
from .parts import follow_lead, involve, lead_part, stop_parts

Status = Ticket.Status
# What change_lead() writes on the ticket itself.
LEAD_FIELDS = ("contact_by", "reply_by", "handler", "dispatch_count")


def change_lead(ticket: Ticket, lead: Department, *, now: datetime) -> TicketPart:
    """Another department leads. The caller moved the state, and saves LEAD_FIELDS."""
    today = timezone.localdate(now)
    _end_parts(ticket, lead, now)
    for clock in (ticket.contact_by, ticket.reply_by):
        # Of the department that leads no more; nobody waits for it by these.
        deadlines.meet(clock, now=now)
    contact, reply, _solve = clocks_of(ticket.category, today, lead)
    ticket.contact_by, ticket.reply_by = deadlines.start_many([contact, reply])
    deadlines.give(ticket.solve_by, lead)
    ticket.handler = None
    ticket.dispatch_count += 1
    part = TicketPart.objects.create(
        ticket=ticket, department=lead, is_lead=True, started_on=today
    )
    involve(ticket, [lead])
    follow_lead(ticket, ticket.merged.filter(status=Status.MERGED), now=now)
    return part


def check_new_lead(ticket: Ticket, actor: User, lead: Department) -> None:
    """Another one, in reach, that works."""
    now_leading = lead_part(ticket)
    if now_leading and now_leading.department_id == lead.pk:
        raise DomainError(
            _("%(name)s leads this ticket already. Choose another department.")
            % {"name": lead.name},
            code="same_lead",
            field="lead",
        )
    if not lead_targets(ticket, actor).filter(pk=lead.pk).exists():
        raise out_of_reach("lead")


def lead_targets(ticket: Ticket, actor: User) -> QuerySet[Department]:
    """Departments of the company's region and above; for the centre all of its own."""
    near = Department.objects.at_or_above(ticket.company.region_path)
    return dispatch_targets(actor) | near.filter(is_active=True)


def out_of_reach(field: str) -> DomainError:
    return DomainError(
        _("A department that is closed or of another region cannot be chosen."),
        code="department_out_of_reach",
        field=field,
    )


def _end_parts(ticket: Ticket, lead: Department, now: datetime) -> None:
    """The old lead's part, and the new lead's if it assisted until now."""
    parts = ticket.parts.filter(ended_on=None)
    stop_parts(ticket, parts.filter(is_lead=True), now)
    stop_parts(ticket, parts.filter(department=lead), now)
