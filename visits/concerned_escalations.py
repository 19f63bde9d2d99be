"""Whom escalations concern: what the table in telling.py names.

A sweep raises hundreds at once: what is the same for many is asked once (`once`), and
what each needs of its deadline and company is read ahead (`About.needs`).
"""

from django.utils import timezone

from crm.models import Absence, Event
from crm.notices import once, sees
from crm.recipients import Keys
from visits.models import Escalation
from visits.models.escalation_rules import Level
from visits.services.escalations import levels


def named_handler(event: Event, escalation: Escalation) -> Keys:
    """Who has the promise in hand, if it has come no further and he is here."""
    handler = escalation.deadline.handler if escalation.deadline else None
    if escalation.level != Level.HANDLER or handler is None:
        return []
    today = timezone.localdate(event.at)
    away = once(
        ("away", today),
        lambda: set(Absence.objects.on(today).values_list("officer", flat=True)),
    )
    is_here = handler.is_active and handler.pk not in away
    return [handler.pk] if is_here else []


@sees
def unit_reminded(event: Event, escalation: Escalation) -> Keys:
    """Without a handler who is here, the others of his unit."""
    is_theirs = escalation.level == Level.HANDLER
    is_named = is_theirs and named_handler(event, escalation)
    return at_level(event, escalation) if is_theirs and not is_named else []


@sees
def reached(event: Event, escalation: Escalation) -> Keys:
    """Heads and leaders to whom it has come."""
    return at_level(event, escalation) if escalation.level > Level.HANDLER else []


def at_level(event: Event, escalation: Escalation) -> Keys:
    """Everybody at the nearest place of its level who is here."""
    today, level = timezone.localdate(event.at), Level(escalation.level)
    path = levels.path_of(escalation, level)
    return once(
        ("reached", today, level, path),
        lambda: [one.pk for one in levels.people_at(level, path, today)],
    )
