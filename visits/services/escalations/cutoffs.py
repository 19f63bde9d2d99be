"""From when on a rule speaks of a deadline. Pure arithmetic in working days.

Due soon, N: at most N working days are left after today. Late, without a threshold:
from the day after the last one, whatever day that is. Late, K: more than K working days
have passed since the last one.
"""

from datetime import date, timedelta

from crm.services import calendar
from visits.models.escalation_rules import Trigger

DAY = timedelta(days=1)
NEVER = date.max


def last_due(trigger: str, threshold: int | None, today: date) -> date:
    """The latest last day of which the rule speaks today."""
    if trigger == Trigger.DUE_SOON:
        after = calendar.add(today, (threshold or 0) + 1).due
        return (after or NEVER) - DAY
    if not threshold:
        return today - DAY
    return calendar.back(today, threshold + 1) - DAY


def first_day(trigger: str, threshold: int | None, due_on: date) -> date:
    """The first day on which the rule speaks of this last day."""
    if trigger == Trigger.DUE_SOON:
        return calendar.back(due_on, (threshold or 0) + 1)
    if not threshold:
        return due_on + DAY
    return calendar.add(due_on, threshold + 1).due or NEVER
