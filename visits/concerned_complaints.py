"""Whom complaints concern. Never the complainant: who that is stands in one row alone.

Whoever is found here is asked for what he may see: a supervisor who is concerned
himself, or whose unit is, does not see it and is not told.
"""

from crm import recipients
from crm.models import Event, Role
from crm.recipients import Keys
from visits.models import Complaint, StatementRequest


def supervisors(event: Event, complaint: Complaint) -> Keys:
    return recipients.in_region(event, Role.SUPERVISOR, path=complaint.region_path)


def supervisor_in_hand(event: Event, complaint: Complaint) -> Keys:
    """Who has taken it; until somebody has, all of them."""
    taken = complaint.taken_by_id
    return [taken] if taken else supervisors(event, complaint)


def asked_head(event: Event, request: StatementRequest) -> Keys:
    return [request.asked_of_id]


# --- What a notice opens, where that is not the event's own record ----------------


def complaint_of(event: Event, request: StatementRequest) -> Complaint:
    return request.complaint
