"""Months in a row that projects were behind their plan, from what was written down."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, F, Q

from crm.lib.months import months_later
from crm.models import Lamp
from projects.models import LampRule, Reading

from . import lamps

# Further back nobody looks for the beginning.
MOST_MONTHS: Final = 60


@dataclass(frozen=True)
class Run:
    """So many months in a row, to the last one, each of them behind."""

    project: int
    first: date
    count: int


def runs_behind(months: int, *, today: date) -> list[Run]:
    """Of living projects that are behind still: at least so many months."""
    behind = _behind()
    if behind is None:
        return []
    last = months_later(today.replace(day=1), -1)
    wanted = [months_later(last, -back) for back in range(months)]
    readings = Reading.objects.filter(behind, project__archived_at=None)
    rows = (
        readings.filter(month__in=wanted)
        .order_by()
        .values("project")
        .annotate(count=Count("pk"))
        .filter(count=months)
    )
    keys = sorted(rows.values_list("project", flat=True))
    lit = lamps.lamps_of(keys, today=today)
    still = [pk for pk in keys if pk in lit and lit[pk].lamp in {Lamp.YELLOW, Lamp.RED}]
    begun: dict[int, set[date]] = {pk: set() for pk in still}
    for project, month in readings.filter(project__in=still).values_list(
        "project", "month"
    ):
        begun[project].add(month)
    return [_run_of(pk, months, last) for pk, months in begun.items()]


def _run_of(project: int, months: set[date], last: date) -> Run:
    count = 0
    while count < MOST_MONTHS and months_later(last, -count) in months:
        count += 1
    return Run(project, months_later(last, 1 - count), count)


def _behind() -> Q | None:
    """As the rule of the lamps says it: yellow from, red above."""
    rule = lamps.rules_in_use().get(LampRule.Kind.BEHIND)
    if rule is None or (rule.yellow is None and rule.red is None):
        return None
    condition = Q(pk__in=[])
    if rule.yellow is not None:
        condition |= Q(planned__gte=F("actual") + rule.yellow)
    if rule.red is not None:
        condition |= Q(planned__gt=F("actual") + rule.red)
    return condition
