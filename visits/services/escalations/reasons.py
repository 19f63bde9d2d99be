"""Why something was raised, as codes and values; visits.escalation_words says it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from crm.lib import workdays
from crm.models import DeadlinePause
from crm.services import calendar, deadlines
from visits.models import EscalationRule
from visits.models.escalation_rules import Level

from . import cutoffs
from .levels import Placed
from .promises import Promise

Why = dict[str, Any]  # Any: codes and values as JSON keeps them
# More is a typing error; the cache need not hold it.
KEPT: Final = 10_000


@dataclass
class Reading:
    """Dates of one sweep, each worked out once: thousands share their days."""

    today: date
    first_days: dict[tuple[str, int | None, date], date] = field(default_factory=dict)
    counts: dict[tuple[date, date, str], int] = field(default_factory=dict)

    def first_day(self, trigger: str, threshold: int | None, due_on: date) -> date:
        key = (trigger, threshold, due_on)
        if key not in self.first_days:
            self.first_days[key] = cutoffs.first_day(trigger, threshold, due_on)
        return self.first_days[key]

    def between(self, start: date, end: date, unit: str) -> int:
        key = (start, end, unit)
        if key not in self.counts:
            counted = calendar.count_between(start, end, workdays.Unit(unit))
            self.counts[key] = counted
        return self.counts[key]

    def counted(self, promise: Promise, spans: Sequence[DeadlinePause]) -> int:
        """Days that have counted since the start, without those on which it stood."""
        if not spans:
            return self.between(promise.started_on, self.today, promise.unit)
        pauses = [deadlines.pause_of(span) for span in spans]
        unit = workdays.Unit(promise.unit)
        return calendar.count_between(promise.started_on, self.today, unit, pauses)


def of_clock(
    reading: Reading,
    promise: Promise,
    spans: Sequence[DeadlinePause],
    rule: EscalationRule,
    asked: Level,
    placed: Placed,
) -> Why:
    """Since when, how many days, which was the last, how far beyond it."""
    due = promise.due_on or reading.today
    why: Why = {
        "clock": promise.kind,
        "days": promise.days,
        "unit": promise.unit,
        "started_on": promise.started_on.isoformat(),
        "due_on": due.isoformat(),
        "counted": reading.counted(promise, spans),
        # In working days, as thresholds are; negative: so many beyond it.
        "left": reading.between(reading.today, due, workdays.Unit.WORKING),
        "is_late": due < reading.today,
        **of_rule(rule, asked, placed),
    }
    if promise.is_provisional:
        why["is_provisional"] = True
    return why


def of_count(rule: EscalationRule, count: int, asked: Level, placed: Placed) -> Why:
    return {"count": count, **of_rule(rule, asked, placed)}


def of_rule(rule: EscalationRule, asked: Level, placed: Placed) -> Why:
    """What the rule said at the time, and how it came to be at this level."""
    why: Why = {}
    if rule.threshold is not None:
        why["threshold"] = rule.threshold
    if asked != rule.level:
        why["climbed_from"] = rule.level
    if placed.passed:
        why["passed"] = [list(one) for one in placed.passed]
    if placed.is_stood_in:
        why["is_stood_in"] = True
    return why
