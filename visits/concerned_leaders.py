"""Whom directives and meetings concern: what the table in telling.py names."""

from crm import recipients
from crm.models import Department, Event, Role
from crm.notices import sees
from crm.recipients import Keys
from visits.models import AgendaItem, Directive, Meeting, MeetingTask

# --- Directives -------------------------------------------------------------------


def addressee(event: Event, directive: Directive) -> Keys:
    """The person named and the heads of the unit; its handlers if nobody is named."""
    named = [directive.person_id] if directive.person_id else []
    roles = [Role.UNIT_HEAD] if named else [Role.UNIT_HEAD, Role.HANDLER]
    path = directive.department.path
    return {*named, *recipients.in_department(event, *roles, path=path)}


def leader_of_it(event: Event, directive: Directive) -> Keys:
    return [directive.leader_id]


def answerers(event: Event, directive: Directive) -> Keys:
    """Who answered it last."""
    answers = directive.answers.order_by("-pk")
    return answers.values_list("answered_by", flat=True)[:1]


# --- Meetings ---------------------------------------------------------------------


@sees
def units_invited(event: Event, meeting: Meeting) -> Keys:
    """Heads of the departments invited; where there is none, the handlers."""
    found: set[int] = set()
    for path in meeting.departments.values_list("path", flat=True):
        heads = set(recipients.in_department(event, Role.UNIT_HEAD, path=path))
        found |= heads or set(recipients.in_department(event, Role.HANDLER, path=path))
    return found


def meeting_holders(event: Event, meeting: Meeting) -> Keys:
    """Who leads it and who writes its minutes."""
    return [pk for pk in (meeting.chair_id, meeting.recorder_id) if pk]


def unit_of_task(event: Event, meeting: Meeting) -> Keys:
    """The department that carries the decision out."""
    tasks = MeetingTask.objects.filter(pk=event.subject_id)
    keys = list(tasks.values_list("department", flat=True))
    # Of one that was taken out, the event alone still says whose it was.
    keys += event.changes.get("department", [])
    units = Department.objects.filter(pk__in=[pk for pk in keys if pk])
    paths = units.values_list("path", flat=True)
    return recipients.in_departments(event, Role.UNIT_HEAD, Role.HANDLER, paths=paths)


# --- What a notice opens, where that is not the event's own record ----------------


def meeting_of(event: Event, record: AgendaItem | MeetingTask) -> Meeting:
    return record.meeting
