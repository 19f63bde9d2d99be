"""Whom events of visits and tickets concern: what the table in telling.py names."""

from typing import Any

from django.db.models import QuerySet

from crm import recipients
from crm.models import Comment, Department, Event, Role
from crm.notices import sees
from crm.recipients import Keys
from visits.models import Ticket, TicketPart, Visit, VisitRequest


def departments_of(ticket: Ticket, *, is_lead: bool) -> list[str]:
    """Paths of the departments that have it now."""
    parts = TicketPart.objects.open().filter(ticket=ticket, is_lead=is_lead)
    return list(parts.values_list("department__path", flat=True))


@sees
def handlers_of_lead(event: Event, ticket: Ticket) -> Keys:
    paths = departments_of(ticket, is_lead=True)
    return recipients.in_departments(event, Role.HANDLER, paths=paths)


@sees
def heads_of_lead(event: Event, ticket: Ticket) -> Keys:
    paths = departments_of(ticket, is_lead=True)
    return recipients.in_departments(event, Role.UNIT_HEAD, paths=paths)


@sees
def handlers_of_assistants(event: Event, ticket: Ticket) -> Keys:
    paths = departments_of(ticket, is_lead=False)
    return recipients.in_departments(event, Role.HANDLER, paths=paths)


@sees
def handlers_of_old_lead(event: Event, ticket: Ticket) -> Keys:
    """Of the department that led until now; its part stays as history."""
    return handlers_named(event, event.changes["lead"][0])


@sees
def handlers_of_new_part(event: Event, ticket: Ticket) -> Keys:
    """Of the department that is asked to assist from now on."""
    return handlers_named(event, event.changes["department"][1])


def handlers_named(event: Event, department: int | None) -> Keys:
    if department is None:
        return []
    paths = Department.objects.filter(pk=department).values_list("path", flat=True)
    return recipients.in_departments(event, Role.HANDLER, paths=paths)


@sees
def deciders(event: Event, ticket: Ticket) -> Keys:
    """The unit's other heads; where the only one asks himself, who leads him."""
    paths = departments_of(ticket, is_lead=True)
    heads = set(recipients.in_departments(event, Role.UNIT_HEAD, paths=paths))
    if others := heads - {event.actor_id}:
        return others
    in_charge = set(recipients.in_departments(event, Role.LEADER, paths=paths))
    return in_charge or recipients.leaders_of_region(event, ticket)


def returner(event: Event, ticket: Ticket) -> Keys:
    """Who objected: the ruling is his answer."""
    return asked_by(ticket.returns.all())


def extender(event: Event, ticket: Ticket) -> Keys:
    """Who asked for more days."""
    return asked_by(ticket.extensions.all())


def pauser(event: Event, ticket: Ticket) -> Keys:
    """Who asked that the clock stand."""
    return asked_by(ticket.pauses.all())


def asked_by(requests: "QuerySet[Any]") -> Keys:  # Any: of three models alike
    """Of the last one."""
    return requests.order_by("-pk").values_list("asked_by", flat=True)[:1]


def handler(event: Event, ticket: Ticket) -> Keys:
    """Who has it in hand; before it is signed for, nobody."""
    return [ticket.handler_id] if ticket.handler_id else []


def first_receiver(event: Event, ticket: Ticket) -> Keys:
    """首问人: stays on it to the end."""
    return [ticket.first_receiver_id] if ticket.first_receiver_id else []


def raiser(event: Event, ticket: Ticket) -> Keys:
    return [ticket.raised_by_id]


def logger(event: Event, visit: Visit) -> Keys:
    """Who was there."""
    return [visit.logged_by_id]


def asker(event: Event, request: VisitRequest) -> Keys:
    return [request.asked_by_id]


# --- What a notice opens, where that is not the event's own record ----------------


def ticket_of(event: Event, comment: Comment) -> Ticket | None:
    return Ticket.objects.filter(pk=comment.subject_id).first()


def visit_of(event: Event, comment: Comment) -> Visit | None:
    return Visit.objects.filter(pk=comment.subject_id).first()
