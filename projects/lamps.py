"""灯 of projects: how a rule's numbers and a project's standing make a lamp.

Pure: the rules are data (LampRule), the standing is read by projects.services.lamps. A
lamp says which rules lit it, with the numbers, and is never stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crm.lib.months import months_later
from crm.models import Lamp
from projects.models import LampRule

Kind = LampRule.Kind
WORST = (Lamp.RED, Lamp.YELLOW, Lamp.GREEN, Lamp.GREY)


@dataclass(frozen=True, slots=True)
class Points:
    """Percent of the committed days whose items should be done, and are."""

    planned: int
    actual: int

    @property
    def behind(self) -> int:
        return self.planned - self.actual


@dataclass(frozen=True, slots=True)
class Step:
    """The next step of a project's life and the day it is planned for."""

    stage: str
    planned_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one project today; `readings` are of months in a row, newest
    first."""

    points: Points | None = None
    step: Step | None = None
    readings: Sequence[Points] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that lit the lamp, the limit it has, and what it saw."""

    kind: str
    lamp: Lamp
    limit: int
    points: Points | None = None
    step: Step | None = None
    count: int = 0  # months: late, or yellow in a row


@dataclass(frozen=True, slots=True)
class ProjectLamp:
    """The worst of what the rules say. Grey: nothing is under way or planned."""

    lamp: Lamp
    reasons: tuple[Reason, ...] = ()


Rules = Mapping[str, LampRule]


def lamp_of(standing: Standing, rules: Rules, today: date) -> ProjectLamp:
    found = [*_behind(standing, rules), *_in_a_row(standing, rules)]
    found += _late(standing, rules, today)
    if found:
        found.sort(key=lambda one: WORST.index(one.lamp))
        return ProjectLamp(found[0].lamp, tuple(found))
    is_idle = standing.points is None and standing.step is None
    return ProjectLamp(Lamp.GREY if is_idle else Lamp.GREEN)


def months_late(planned_on: date, today: date) -> int:
    """Whole months since that day."""
    months = (today.year - planned_on.year) * 12 + today.month - planned_on.month
    return months - (months_later(planned_on, months) > today)


def _behind(standing: Standing, rules: Rules) -> Iterable[Reason]:
    rule, points = rules.get(Kind.BEHIND), standing.points
    if rule is None or points is None:
        return
    if rule.red is not None and points.behind > rule.red:
        yield Reason(Kind.BEHIND, Lamp.RED, rule.red, points)
    elif rule.yellow is not None and points.behind >= rule.yellow:
        yield Reason(Kind.BEHIND, Lamp.YELLOW, rule.yellow, points)


def _in_a_row(standing: Standing, rules: Rules) -> Iterable[Reason]:
    """Only while it is still behind: who has caught up is not red for the past."""
    rule = rules.get(Kind.IN_A_ROW)
    if rule is None or rule.red is None or not any(_behind(standing, rules)):
        return
    count = 0
    for points in standing.readings:
        if not any(_behind(Standing(points), rules)):
            break
        count += 1
    if count >= rule.red:
        yield Reason(Kind.IN_A_ROW, Lamp.RED, rule.red, standing.points, count=count)


def _late(standing: Standing, rules: Rules, today: date) -> Iterable[Reason]:
    rule, step = rules.get(Kind.STEP), standing.step
    if rule is None or step is None or step.planned_on >= today:
        return
    count = months_late(step.planned_on, today)
    if rule.red is not None and count >= rule.red:
        yield Reason(Kind.STEP, Lamp.RED, rule.red, step=step, count=count)
    elif rule.yellow is not None and count >= rule.yellow:
        yield Reason(Kind.STEP, Lamp.YELLOW, rule.yellow, step=step, count=count)
