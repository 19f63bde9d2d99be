"""Whom cases of a kind concern: what the table in telling.py names."""

from crm import recipients
from crm.models import Event, Role
from crm.recipients import Keys
from visits.models import Case, Improvement


def unit_of_improvement(event: Event, case: Case) -> Keys:
    """Heads and handlers of the department that is to change something."""
    tasks = Improvement.objects.running().filter(case=case)
    path = tasks.values_list("department__path", flat=True).first()
    if path is None:
        return []
    return recipients.in_department(event, Role.UNIT_HEAD, Role.HANDLER, path=path)
