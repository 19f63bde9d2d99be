"""Deadlines: start, meet, recompute and explain. Nobody else writes one.

The arithmetic is in crm.lib.workdays, the published years in crm.services.calendar.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crm.events import Entry, record_many, require_transaction
from crm.lib import workdays
from crm.models import Deadline, DeadlinePause, Department, Unit, User
from crm.models.deadlines import DeadlineQuerySet
from crm.signals import Moved, deadlines_moved

from . import calendar

BATCH = 500
# Earlier than any day: at the next look.
NOW = date.min
# What is written when it was computed where a deadline ends.
LANDED = ["due_on", "is_provisional", "round", "look_on"]


@dataclass(frozen=True)
class Wanted:
    """One deadline to be, for start_many()."""

    kind: str
    days: int
    started_on: date
    unit: str = Unit.WORKING
    department: Department | None = None


def start(
    kind: str, days: int, unit: str = Unit.WORKING, *, started_on: date
) -> Deadline:
    """Begin a deadline; the start day itself is not counted."""
    return start_many([Wanted(kind, days, started_on, unit)])[0]


def start_many(wanted: Iterable[Wanted]) -> list[Deadline]:
    """Begin several deadlines in one statement."""
    require_transaction()
    return Deadline.objects.bulk_create([planned(one) for one in wanted])


def planned(wanted: Wanted) -> Deadline:
    """The deadline as it would be, not saved: for previews and for bulk loading."""
    end = calendar.add(wanted.started_on, wanted.days, workdays.Unit(wanted.unit))
    return Deadline(
        kind=wanted.kind,
        unit=wanted.unit,
        days=wanted.days,
        started_on=wanted.started_on,
        due_on=end.due,
        is_provisional=end.provisional,
        department=wanted.department,
    )


def change_days(deadline: Deadline, days: int) -> None:
    """The promise was another one: the same start, other days."""
    require_transaction()
    deadline.days = days
    deadline.save(update_fields=["days"])
    _land(deadline)


def drop(deadline: Deadline) -> None:
    """There was no promise after all: it was written down by mistake."""
    require_transaction()
    deadline.delete()


def hand(clocks: Iterable[Deadline | None], handler: User) -> None:
    """From now on this person has these in hand."""
    keys = [one.pk for one in clocks if one is not None]
    Deadline.objects.filter(pk__in=keys).update(handler=handler)


def give(deadline: Deadline | None, department: Department) -> None:
    """From now on it is this department's promise, in nobody's hands yet."""
    if deadline is None:
        return
    require_transaction()
    deadline.department, deadline.handler = department, None
    _begin_round(deadline)
    deadline.save(update_fields=["department", "handler", "round", "look_on"])


def meet(deadline: Deadline | None, *, now: datetime) -> bool:
    """The promise was kept, in time or late; the first time counts."""
    if deadline is None or deadline.met_at is not None:
        return False
    deadline.met_at, deadline.look_on = now, NOW
    deadline.save(update_fields=["met_at", "look_on"])
    return True


def meet_all(running: DeadlineQuerySet, *, now: datetime) -> int:
    """Nobody waits for these any more."""
    return running.running().update(met_at=now, look_on=NOW)


def unmeet(deadline: Deadline | None) -> bool:
    """The act turned out not to be one: the clock goes on as if it had never stood."""
    if deadline is None or deadline.met_at is None:
        return False
    deadline.met_at = None
    _begin_round(deadline)
    deadline.save(update_fields=["met_at", "round", "look_on"])
    return True


def pause(
    deadline: Deadline,
    *,
    kind: str,
    first_on: date,
    reason: str,
    actor: User,
    last_on: date | None = None,
) -> DeadlinePause:
    """From this day on no day counts, until resume(); who and why is kept.

    With a last day the clock goes on by itself after it.
    """
    require_transaction()
    row = DeadlinePause.objects.create(
        deadline=deadline,
        kind=kind,
        first_on=first_on,
        last_on=last_on,
        reason=reason[:200],
        paused_by=actor,
    )
    _land(deadline)
    return row


def resume(deadline: Deadline, *, last_on: date) -> None:
    """The running pause ends with this day; the days after it count again.

    One that was to last longer is cut short; one that is over stays as it is.
    """
    require_transaction()
    running = Q(last_on=None) | Q(last_on__gt=last_on)
    deadline.pauses.filter(running).update(last_on=last_on)
    _land(deadline)


def _land(deadline: Deadline) -> None:
    """Compute anew where it ends, and write that."""
    _put(deadline, _end_of(deadline))
    deadline.save(update_fields=LANDED)


def _put(deadline: Deadline, end: workdays.Deadline) -> None:
    """Where it ends now; another day is another promise."""
    if end.due != deadline.due_on:
        _begin_round(deadline)
    deadline.due_on, deadline.is_provisional = end.due, end.provisional
    deadline.look_on = NOW


def _begin_round(deadline: Deadline) -> None:
    deadline.round += 1
    deadline.look_on = NOW


def look_again() -> int:
    """Rules or the calendar changed: what was seen is to be looked at once more."""
    seen = Deadline.objects.running().exclude(look_on=None)
    return seen.update(look_on=NOW)


def _end_of(deadline: Deadline) -> workdays.Deadline:
    return calendar.add(
        deadline.started_on,
        deadline.days,
        workdays.Unit(deadline.unit),
        pauses=pauses_of(deadline),
    )


def yellow_from(today: date) -> date:
    """The last day that counts as near, seen from today."""
    near = calendar.add(today, settings.CRM_YELLOW_DAYS).due
    return near or today


def days_left(deadline: Deadline, today: date) -> int | None:
    """In the deadline's own measure: 0 on the last day, negative when late."""
    if deadline.due_on is None:
        return None
    unit = workdays.Unit(deadline.unit)
    return calendar.count_between(today, deadline.due_on, unit)


def was_late(deadline: Deadline) -> bool:
    """Whether it was met after its last day."""
    if deadline.met_at is None or deadline.due_on is None:
        return False
    return timezone.localdate(deadline.met_at) > deadline.due_on


def explain(deadline: Deadline) -> workdays.Explanation:
    """Every day from the start to the end, and what it did."""
    return calendar.explain(
        deadline.started_on,
        deadline.days,
        workdays.Unit(deadline.unit),
        pauses=pauses_of(deadline),
    )


def pauses_of(deadline: Deadline) -> list[workdays.Pause]:
    return [pause_of(row) for row in deadline.pauses.all()]


def pause_of(row: DeadlinePause) -> workdays.Pause:
    return workdays.Pause(row.first_on, row.last_on, row.kind)


@transaction.atomic
def recompute(
    *, actor: User | None = None, now: datetime | None = None, everything: bool = False
) -> int:
    """A notice came in: compute running deadlines anew, and log each that changed.

    Provisional ones unless `everything` is asked for, which a corrected notice needs.
    Returns how many moved or became certain.
    """
    now, count = now or timezone.now(), 0
    calendar.refresh()
    for batch in _batches(everything=everything):
        moved = [one for one in map(_recomputed, batch) if one is not None]
        Deadline.objects.bulk_update([one.deadline for one in moved], LANDED)
        record_many(_entry(one, actor, now) for one in moved)
        deadlines_moved.send(sender=Deadline, moved=moved, actor=actor, now=now)
        count += len(moved)
    return count


def _batches(*, everything: bool) -> Iterator[list[Deadline]]:
    """By key, so that memory stays flat however many run."""
    running = Deadline.objects.running()
    if not everything:
        running = running.filter(is_provisional=True)
    last = 0
    while True:
        batch = list(
            running.filter(pk__gt=last)
            .order_by("pk")
            .prefetch_related("pauses")
            .select_for_update(of=("self",))[:BATCH]
        )
        if not batch:
            return
        yield batch
        last = batch[-1].pk


def _recomputed(deadline: Deadline) -> Moved | None:
    before, end = (deadline.due_on, deadline.is_provisional), _end_of(deadline)
    if (end.due, end.provisional) == before:
        return None
    _put(deadline, end)
    return Moved(deadline, *before)


def _entry(one: Moved, actor: User | None, now: datetime) -> Entry:
    deadline = one.deadline
    return Entry(
        actor=actor,
        action="deadline.recomputed",
        subject=deadline,
        now=now,
        changes={
            "due_on": [one.due_on, deadline.due_on],
            "is_provisional": [one.was_provisional, deadline.is_provisional],
        },
    )
