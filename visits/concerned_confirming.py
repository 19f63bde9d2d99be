"""Whom call-backs and sampled calls concern."""

from crm import recipients
from crm.models import Event, Role
from crm.notices import sees
from crm.recipients import Keys
from visits.models import Callback, SampledCall, Ticket


@sees
def dispatchers_of_ticket(event: Event, ticket: Ticket) -> Keys:
    """By the ticket: the event of a sampled call names no company."""
    path = ticket.company.region_path
    return recipients.in_region(event, Role.DISPATCHER, path=path)


def caller(event: Event, ticket: Ticket) -> Keys:
    """The supervisor who asked again."""
    found = SampledCall.objects.filter(pk=event.subject_id)
    return [key for key in found.values_list("noted_by", flat=True) if key]


# --- What a notice opens, where that is not the event's own record ----------------


def ticket_called_about(event: Event, callback: Callback) -> Ticket:
    return callback.ticket


def ticket_asked_about(event: Event, call: SampledCall) -> Ticket:
    return call.ticket
