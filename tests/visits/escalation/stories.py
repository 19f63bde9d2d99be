"""What the tests of escalations begin with: days of 2026, and a sweep told shortly."""

from datetime import date, datetime, timedelta

from crm.services import deadlines
from tests.factories import SHANGHAI, GrantFactory, UserFactory
from tests.visits.ticket_stories import accepted
from visits.models import Escalation, EscalationRule
from visits.services import escalations

DAY = timedelta(days=1)
# The ticket of the stories: dispatched on Wednesday 18 March; contact is due on the
# 19th, the first reply on Monday 23rd, the answer on Friday 27th.
DUE = date(2026, 3, 27)


def at(month, day, hour=9, minute=0, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def on(day, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def sweep(*when, **more):
    """What was raised, as (rule, level), in the order of the rules' keys."""
    return told(escalations.sweep(now=at(*when), **more))


def told(fired):
    return sorted((one.rule.key, int(one.escalation.level)) for one in fired)


def only(*keys):
    """These rules are in use and no others, as if an administrator had seen to it."""
    chosen = [*keys, "by_hand"]
    EscalationRule.objects.exclude(key__in=chosen).update(is_active=False)
    EscalationRule.objects.filter(key__in=chosen).update(is_active=True)
    deadlines.look_again()


def late_ticket(cast, **more):
    """A ticket of which contact and first reply are not what is watched."""
    only("ticket_due_soon", "ticket_late", "ticket_late_3", "ticket_late_10")
    return accepted(cast, **more)


def leader_of(cast, department, login="lena"):
    """分管领导: a leader with the department in charge."""
    user = UserFactory(login=login, department=cast.bureau)
    GrantFactory(user=user, role="leader", department=department)
    return user


def open_ones():
    return Escalation.objects.filter(decided_at=None)
