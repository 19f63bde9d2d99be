"""Whom supervision orders and records of responsibility concern."""

from crm import recipients
from crm.models import Event, Role
from crm.recipients import Keys
from visits.models import AccountabilityRecord, SupervisionOrder


def unit_ordered(event: Event, order: SupervisionOrder) -> Keys:
    """The person named and the heads of the unit; its handlers if nobody is named."""
    named = [order.person_id] if order.person_id else []
    roles = [Role.UNIT_HEAD] if named else [Role.UNIT_HEAD, Role.HANDLER]
    path = order.department.path
    return {*named, *recipients.in_department(event, *roles, path=path)}


def issuer(event: Event, order: SupervisionOrder) -> Keys:
    return [order.issued_by_id]


def heads_concerned(event: Event, record: AccountabilityRecord) -> Keys:
    path = record.department.path
    return recipients.in_department(event, Role.UNIT_HEAD, path=path)


def reviewers(event: Event, record: AccountabilityRecord) -> Keys:
    """Supervisors of the scope who neither decided nor recorded it."""
    every = recipients.in_region(event, Role.SUPERVISOR, path=record.place_path)
    return set(every) - {record.decided_by_id, record.recorded_by_id}
