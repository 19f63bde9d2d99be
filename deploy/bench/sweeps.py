"""200,000 open tickets with their clocks, swept as each minute does, and taken back.

All in one transaction that is rolled back: what it costs to make the batches durable,
some milliseconds each, is not in the figures.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from crm.demo.rows import Rows, row_of
from crm.models import Company, Deadline, DeadlinePause, Department, Grant, Role, User
from crm.services import calendar
from visits.demo.bulk_tickets import plan_of
from visits.models import Category, Ticket, TicketPart
from visits.services import escalations, numbers
from visits.services.tickets.dispatching import clocks_of, part_clock

TICKETS = 200_000
TRIES = 3
# Numbers of a year in which nobody works, so that none is taken.
YEAR = 2001
# Dispatched within so many working days; some of them are late by now.
WORKDAYS = 22
ASSISTED, STANDING, ANSWERED = 0.15, 0.03, 0.2
# Of those that had their day: the share that was not kept.
LATE = {"contact": 0.01, "first_reply": 0.02, "solve": 0.05, "part": 0.02}
Status = Ticket.Status
Found = dict[str, Any]  # Any: what JSON holds


def measured() -> Found:
    """Seconds of the clock and of the processor; nothing of it stays."""
    today = calendar.add(timezone.localdate(), 1).due or timezone.localdate()
    yesterday = calendar.back(today, 2)
    with transaction.atomic():
        filled(yesterday)
        backlog = Timed.of(sweep_at(moment(yesterday, 9)))
        dry = middle(undone(sweep_at(moment(today), dry_run=True)))
        first = middle(undone(sweep_at(moment(today))))
        sweep_at(moment(today))()
        again = middle(sweep_at(moment(today, 9)))
        transaction.set_rollback(True)
    return {
        "backlog": backlog.told(),
        "dry": dry.told(),
        "first": first.told(),
        "again": again.told(),
    }


def moment(day: date, hour: int = 0) -> datetime:
    zone = timezone.get_current_timezone()
    return datetime.combine(day, clock_time(hour, 1), tzinfo=zone)


def sweep_at(now: datetime, *, dry_run: bool = False) -> Callable[[], int]:
    if dry_run:
        return lambda: len(escalations.sweep(now=now, dry_run=True))
    return lambda: escalations.raise_due(now=now)


def undone(work: Callable[[], int]) -> Callable[[], int]:
    """The work, and everything as it was before."""

    def done() -> int:
        with transaction.atomic():
            found = work()
            transaction.set_rollback(True)
        return found

    return done


@dataclass(frozen=True)
class Timed:
    """One sweep: how many it raised, how long it took, by how much memory grew."""

    seconds: float
    cpu: float
    fired: int
    mib: float

    @classmethod
    def of(cls, work: Callable[[], int]) -> Timed:
        before = forget_peak()
        started, used = time.perf_counter(), time.process_time()
        fired = work()
        taken, used = time.perf_counter() - started, time.process_time() - used
        return cls(taken, used, fired, memory("VmHWM") - before)

    def told(self) -> Found:
        return dict(vars(self))


def middle(work: Callable[[], int]) -> Timed:
    """Of several tries, by the processor, whatever else runs here."""
    tries = [Timed.of(work) for _ in range(TRIES)]
    return sorted(tries, key=lambda one: one.cpu)[TRIES // 2]


def forget_peak() -> float:
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


# --- The tickets -------------------------------------------------------------------


def filled(today: date) -> None:
    """As they stand on the evening of a day, after its sweeps or before the first."""
    maker = Maker.on(today)
    for number in range(1, TICKETS + 1):
        maker.make(number)
        maker.rows.flush_if_full()
    maker.rows.pause()
    with connection.cursor() as cursor:
        for model in (Deadline, Ticket, TicketPart):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


@dataclass
class Maker:
    """Makes one ticket after the other, with what the sweep reads of it."""

    dice: Random
    rows: Rows
    today: date
    days: Sequence[date]
    categories: Sequence[Category]
    companies: Sequence[int]
    # Departments, each with those who handle its matters.
    desks: Sequence[tuple[Department, list[int]]]
    raiser: int

    @classmethod
    def on(cls, today: date) -> Maker:
        rows = Rows()
        rows.follow(Deadline, DeadlinePause, Ticket, TicketPart, keeping=True)
        companies = Company.objects.living().order_by("pk")
        return cls(
            dice=Random(1),
            rows=rows,
            today=today,
            days=[calendar.back(today, number) for number in range(1, WORKDAYS + 1)],
            categories=list(Category.objects.all()),
            companies=list(companies.values_list("pk", flat=True)[:20_000]),
            desks=list(desks()),
            raiser=User.objects.order_by("pk").values_list("pk", flat=True)[0],
        )

    def make(self, number: int) -> None:
        dice = self.dice
        category, (unit, hands) = dice.choice(self.categories), dice.choice(self.desks)
        started, handler = dice.choice(self.days), dice.choice(hands)
        is_answered = dice.random() < ANSWERED
        is_standing = not is_answered and dice.random() < STANDING
        wanted = clocks_of(category, started, unit)
        if assisted := dice.random() < ASSISTED:
            wanted.append(part_clock(category, started, unit))
        clocks = [self.clock(one, handler, is_answered) for one in wanted]
        contact, reply, solve, *_part = clocks
        if is_standing and solve.met_at is None:
            self.rows.add(self.pause(solve))
        status = Status.PAUSED if is_standing else Status.WORKING
        ticket = row_of(
            Ticket,
            id=self.rows.next_key(Ticket),
            number=numbers.number_of(YEAR, number),
            client_key=UUID(int=number),
            company_id=dice.choice(self.companies),
            source=Ticket.Source.COMPANY.value,
            category_id=category.pk,
            title="用电增容未批",
            text="用电增容未批。",
            status=(Status.CONFIRMING if is_answered else status).value,
            raised_by_id=self.raiser,
            raised_at=moment(started, 9),
            dispatched_at=moment(started, 10),
            dispatch_count=1 + (dice.random() < LATE["contact"]),
            contact_by_id=contact.pk,
            reply_by_id=reply.pk,
            solve_by_id=solve.pk,
            handler_id=handler,
        )
        self.rows.add(*clocks, ticket, *self.parts(ticket, unit, clocks, assisted))

    def clock(self, wanted: Any, handler: int, is_answered: bool) -> Deadline:
        """Kept, unless its day is still ahead or this is one of the late ones."""
        planned = plan_of(wanted)
        due = planned["due_on"]
        is_kept = wanted.kind == "solve" and is_answered
        if due <= self.today and wanted.kind in LATE:
            is_kept = is_kept or self.dice.random() >= LATE[wanted.kind]
        elif wanted.kind in ("contact", "first_reply"):
            is_kept = self.dice.random() < 0.5
        met_at = moment(min(due, self.today), 11) if is_kept else None
        key = self.rows.next_key(Deadline)
        changed = {"id": key, "handler_id": handler, "met_at": met_at}
        return row_of(Deadline, **{**planned, **changed})

    def pause(self, clock: Deadline) -> DeadlinePause:
        return row_of(
            DeadlinePause,
            deadline_id=clock.pk,
            kind=DeadlinePause.Kind.COMPANY.value,
            first_on=clock.started_on,
            last_on=self.today + timedelta(days=self.dice.randrange(9)),
            reason="-",
            paused_by_id=self.raiser,
        )

    def parts(
        self, ticket: Ticket, unit: Department, clocks: list[Deadline], assisted: bool
    ) -> Iterator[TicketPart]:
        values = {"ticket_id": ticket.pk, "started_on": clocks[0].started_on}
        yield row_of(TicketPart, department_id=unit.pk, is_lead=True, **values)
        if assisted:
            others = [one for one, _hands in self.desks if one.pk != unit.pk]
            other = self.dice.choice(others)
            clocks[-1].department_id = other.pk
            yield row_of(
                TicketPart,
                department_id=other.pk,
                is_lead=False,
                answer_by_id=clocks[-1].pk,
                **values,
            )


def desks() -> Iterator[tuple[Department, list[int]]]:
    grants = Grant.objects.current(timezone.localdate()).filter(role=Role.HANDLER)
    hands: dict[int, list[int]] = {}
    for key, user in grants.values_list("department", "user").order_by("pk"):
        hands.setdefault(key, []).append(user)
    for unit in Department.objects.filter(pk__in=list(hands)).order_by("pk"):
        yield unit, hands[unit.pk]
