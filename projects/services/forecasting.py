"""Forecasts of running projects: computed from records, kept so that boards can list.

Recomputed after every change of a project, and every night as days pass.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from crm.services import calendar
from projects.forecast import ENOUGH, Estimate, Known, Lapse, Outlook, simulate
from projects.models import Forecast, Milestone, Project
from projects.models.projects import ProjectQuerySet
from projects.services import scheduling
from projects.services.scheduling import Plan

# How a department worked longer ago says little about how it works now.
RECENT: Final = timedelta(days=3 * 365)
BATCH: Final = 100

# An item of a department, whatever project it belongs to.
Kind = tuple[str, int]
# The days that were committed, and the days that it took.
Record = tuple[int, int]


def refresh(project: Project, *, today: date) -> Forecast:
    """Compute one project's forecast anew."""
    (forecast,) = _refresh(Project.objects.filter(pk=project.pk), today)
    return forecast


def refresh_running(*, today: date) -> int:
    """Compute anew what every running project says, and how many there are."""
    return refresh_all(Project.objects.running(), today=today)


def refresh_all(projects: ProjectQuerySet, *, today: date) -> int:
    """Some at a time, however many they are."""
    keys = list(projects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), BATCH):
        _refresh(Project.objects.filter(pk__in=keys[first : first + BATCH]), today)
    return len(keys)


def _refresh(projects: ProjectQuerySet, today: date) -> list[Forecast]:
    """An act that comes in between may be overwritten; the next one mends that."""
    plans = list(scheduling.plans(projects, today=today))
    records = records_of(map(kinds_of, plans), until=today)
    fields = [field.name for field in Forecast._meta.fields if not field.primary_key]
    return Forecast.objects.bulk_create(
        [_row(plan, outlook_of(plan, records)) for plan in plans],
        update_conflicts=True,
        unique_fields=["project"],
        update_fields=fields,
    )


def outlook_of(plan: Plan, records: Mapping[Kind, Sequence[Record]]) -> Outlook:
    """The forecast of a project as it stands in its plan."""
    own = {
        key: alike(records.get((key, row.department), ()), row.committed_days)
        for key, row in plan.rows.items()
    }
    expiries = {key: row.expires_on for key, row in plan.rows.items() if row.expires_on}
    known = Known(
        tasks=list(plan.tasks.values()),
        schedule=plan.schedule,
        start=plan.start,
        records=own,
        expiries=expiries,
        seed=str(plan.project),
    )
    return simulate(known, today=plan.today, calendar=calendar.current())


def alike(records: Sequence[Record], committed: int) -> list[int]:
    """Of those with the same promise if they are enough, else of all: in order."""
    same = sorted(days for promised, days in records if promised == committed)
    return same if len(same) >= ENOUGH else sorted(days for _promised, days in records)


def kinds_of(plan: Plan) -> Iterator[Kind]:
    """Of what is still open."""
    for key, row in plan.rows.items():
        if not plan.tasks[key].finished_on:
            yield key, row.department


def records_of(
    kinds: Iterable[Iterable[Kind]], *, until: date
) -> dict[Kind, list[Record]]:
    """What was recorded up to that day."""
    wanted = {kind for some in kinds for kind in some}
    rows = Milestone.objects.filter(
        duration__isnull=False,
        key__in={key for key, _department in wanted},
        department__in={department for _key, department in wanted},
        ended_on__gt=until - RECENT,
        ended_on__lte=until,
    )
    found: dict[Kind, list[Record]] = defaultdict(list)
    columns = ("key", "department", "committed_days", "duration")
    for key, department, committed, days in rows.order_by().values_list(*columns):
        found[key, department].append((committed, days or 0))
    return found


def _row(plan: Plan, outlook: Outlook) -> Forecast:
    first = outlook.next
    return Forecast(
        project_id=plan.project,
        computed_on=plan.today,
        p50_on=outlook.p50_on,
        p80_on=outlook.p80_on,
        next_id=plan.rows[first.key].pk if first else None,
        next_p50_on=first.p50_on if first else None,
        next_p80_on=first.p80_on if first else None,
        open_count=len(outlook.items),
        recorded_count=sum(one.record_count > 0 for one in outlook.items.values()),
        items={key: _plain(one) for key, one in outlook.items.items()},
        lapses=[_lapse(plan, one) for one in outlook.lapses],
        lapse_count=len(outlook.lapses),
    )


def _plain(one: Estimate) -> list[str | int]:
    days = (one.start_on, one.p50_on, one.p80_on)
    return [*(day.isoformat() for day in days), one.record_count]


def _lapse(plan: Plan, one: Lapse) -> dict[str, str | int]:
    return {
        "approval": plan.rows[one.key].pk,
        "name": plan.rows[one.key].name,
        "expires_on": one.expires_on.isoformat(),
        "before": plan.rows[one.before].name,
        "start_on": one.start_on.isoformat(),
    }
