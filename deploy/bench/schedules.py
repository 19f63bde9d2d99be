"""1,000 projects of 40 items: schedules and forecasts, made and taken back again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.models import Deadline, DeadlinePause, Department, User
from crm.services import calendar, deadlines
from crm.services.deadlines import Wanted
from projects.models import (
    Milestone,
    MilestoneMove,
    MilestoneNeed,
    Project,
    State,
)
from projects.services import forecasting, lamps, scheduling

PROJECTS, ITEMS = 1000, 40
TRIES = 5
# An item begins every so many days, and is decided after so many.
APART, TAKES = 4, 8
# What becomes of an item that has been through, day by day of its life.
WAY = (
    (State.NOT_STARTED, State.PREPARING, 0),
    (State.PREPARING, State.RECEIVED, 1),
    (State.RECEIVED, State.ACCEPTED, 1),
    (State.ACCEPTED, State.SPECIAL, 3),
    (State.SPECIAL, State.SPECIAL_ENDED, 5),
    (State.SPECIAL_ENDED, State.APPROVED, TAKES),
)


def measured() -> dict[str, float]:
    """Seconds for all, milliseconds for one; nothing of it stays."""
    today = timezone.localdate()
    with transaction.atomic():
        projects = Project.objects.filter(pk__in=filled(today))
        calendar.refresh()
        one = projects.order_by("pk")[PROJECTS // 2]
        found = {
            "schedules_s": seconds(lambda: all_plans(projects, today), 1),
            "schedule_ms": 1000
            * seconds(lambda: scheduling.plan_of(one, today=today), TRIES),
            "forecast_ms": 1000
            * seconds(lambda: forecasting.refresh(one, today=today), TRIES),
            "forecasts_s": seconds(
                lambda: forecasting.refresh_all(projects, today=today), 1
            ),
            "lamps_s": seconds(lambda: lamps.lamps(projects, today=today), 1),
        }
        transaction.set_rollback(True)
    return found


def all_plans(projects: Any, today: date) -> None:  # Any: a queryset
    for _ in scheduling.plans(projects, today=today, with_clocks=True):
        pass


def seconds(work: Callable[[], object], tries: int) -> float:
    """Of processor, whatever else runs here: the middle one of several tries."""
    taken = []
    for _ in range(tries):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return sorted(taken)[tries // 2]


def filled(today: date) -> list[int]:
    """The keys of projects in all stages of their lives."""
    dice, unit = Random(1), Department.objects.order_by("pk")[:1].get()
    actor = User.objects.order_by("pk")[:1].get()
    projects = Project.objects.bulk_create(
        Project(
            name=f"{number}",
            region=unit.region,
            region_path=unit.region.path,
            kind=Project.Kind.OTHER,
            lead_department=unit,
            started_on=today - timedelta(days=dice.randrange(30, 200)),
        )
        for number in range(PROJECTS)
    )
    items = [one for project in projects for one in items_of(project, unit, dice)]
    clocks = [begun(one, unit) for one in items if one.accepted_on]
    Deadline.objects.bulk_create([clock for _, clock in clocks], batch_size=2000)
    for item, clock in clocks:
        item.decide_by = clock
    Milestone.objects.bulk_create(items, batch_size=2000)
    hang(items, actor, dice)
    return [project.pk for project in projects]


def items_of(project: Project, unit: Department, dice: Random) -> Iterator[Milestone]:
    start = project.started_on or timezone.localdate()
    today = timezone.localdate()
    for number in range(ITEMS):
        item = Milestone(
            project=project,
            key=f"bench-{number}",
            name=f"{number}",
            stage=1,
            order=number,
            department=unit,
            committed_days=dice.randrange(1, 15),
            attempt_from=start,
            planned_finish_on=start + timedelta(days=APART * number + TAKES),
        )
        begins = start + timedelta(days=APART * number)
        if begins + timedelta(days=TAKES) <= today:
            item.state, item.accepted_on = State.APPROVED, begins
            item.ended_on = begins + timedelta(days=TAKES)
            item.duration = dice.randrange(2, 20)
        elif begins <= today:
            item.state, item.accepted_on = State.ACCEPTED, begins
        yield item


def begun(item: Milestone, unit: Department) -> tuple[Milestone, Deadline]:
    started_on = item.accepted_on or timezone.localdate()
    wanted = Wanted("decide", item.committed_days, started_on, department=unit)
    return item, deadlines.planned(wanted)


def hang(items: list[Milestone], actor: User, dice: Random) -> None:
    """What they wait for, how they came here, and where their clocks stood still."""
    needs, moves, pauses = [], [], []
    for place, item in enumerate(items):
        before = items[place - place % ITEMS : place]
        chosen = dice.sample(before, min(len(before), dice.randrange(1, 4)))
        needs += [MilestoneNeed(milestone=item, needed=one) for one in chosen]
        if item.accepted_on is None:
            continue
        way = WAY if item.ended_on else WAY[:3]
        for old, new, days in way:
            on = item.accepted_on + timedelta(days=days)
            move = MilestoneMove(
                milestone=item, attempt=1, before=old, after=new, on=on, actor=actor
            )
            moves.append(move)
        if item.ended_on:
            pauses.append(paused(item, actor))
    MilestoneNeed.objects.bulk_create(needs, batch_size=5000)
    MilestoneMove.objects.bulk_create(moves, batch_size=5000)
    DeadlinePause.objects.bulk_create(pauses, batch_size=5000)


def paused(item: Milestone, actor: User) -> DeadlinePause:
    first = (item.accepted_on or timezone.localdate()) + timedelta(days=3)
    return DeadlinePause(
        deadline=item.decide_by,
        kind=DeadlinePause.Kind.SPECIAL,
        first_on=first,
        last_on=first + timedelta(days=2),
        reason="-",
        paused_by=actor,
    )
