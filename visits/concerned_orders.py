"""Whom supervision orders and records of responsibility concern."""

from crm import recipients
from crm.models import Event, Role
from crm.notices import sees
from crm.recipients import Keys
from visits.models import AccountabilityRecord, OrderProposal, SupervisionOrder


def unit_ordered(event: Event, order: SupervisionOrder) -> Keys:
    """The person named and the heads of the unit; its handlers if nobody is named."""
    named = [order.person_id] if order.person_id else []
    roles = [Role.UNIT_HEAD] if named else [Role.UNIT_HEAD, Role.HANDLER]
    path = order.department.path
    return {*named, *recipients.in_department(event, *roles, path=path)}


@sees
def unit_ordered_red(event: Event, order: SupervisionOrder) -> Keys:
    """The same people, whom a red one does not let wait."""
    is_red = order.colour == SupervisionOrder.Colour.RED
    return unit_ordered(event, order) if is_red else []


def issuer(event: Event, order: SupervisionOrder) -> Keys:
    return [order.issued_by_id]


@sees
def may_issue(event: Event, proposal: OrderProposal) -> Keys:
    """The supervisors of the scope."""
    return recipients.in_region(event, Role.SUPERVISOR, path=proposal.place_path)


def heads_concerned(event: Event, record: AccountabilityRecord) -> Keys:
    path = record.department.path
    return recipients.in_department(event, Role.UNIT_HEAD, path=path)


def reviewers(event: Event, record: AccountabilityRecord) -> Keys:
    """Supervisors of the scope who neither decided nor recorded it."""
    every = recipients.in_region(event, Role.SUPERVISOR, path=record.place_path)
    return set(every) - {record.decided_by_id, record.recorded_by_id}
