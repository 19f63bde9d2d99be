"""The sweep: which promises rules speak of now, each told once, however many sweep.

It looks at deadlines whose day has come and at those that changed, and at nothing else:
what it has looked at says itself when to look again (`Deadline.look_on`). Subjects are
locked before their deadlines are read, as every act does; one that somebody else holds
is left for the next sweep. What is raised is proved new by UNIQUE alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crm import notices
from crm.lib import garbage
from crm.models import Deadline
from visits import escalation_kinds
from visits.escalation_kinds import Kind, Reached
from visits.models import Escalation, EscalationRule
from visits.models.escalation_rules import COUNTED, OF_CLOCKS

from . import cutoffs, settling
from .drafting import Drafter, Told
from .firing import Fired, write
from .promises import (
    Promise,
    Subject,
    fits,
    locked,
    orphans,
    pauses_of,
    promises_of,
)

# Deadlines looked at in one transaction.
BATCH: Final = 1000
# The last row of a batch, by its day and key; a day here is never empty.
Place = tuple[date | None, int] | None


def sweep(*, now: datetime | None = None, dry_run: bool = False) -> list[Fired]:
    """Raise what is due to be raised, settle what has lost its ground."""
    one = Sweep(now or timezone.now())
    if not dry_run:
        return one.run()
    with transaction.atomic():
        fired = one.run()
        transaction.set_rollback(True)
    return fired


def raise_due(*, now: datetime | None = None) -> int:
    """The minute's sweep: how many it raised. It keeps none of them in memory."""
    one = Sweep(now or timezone.now(), keeps=False)
    one.run()
    return one.count


@dataclass
class Sweep:
    now: datetime
    keeps: bool = True
    count: int = 0
    fired: list[Fired] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.drafter = Drafter(self.now)
        self.today = self.drafter.today

    def run(self) -> list[Fired]:
        # Who is at which level is asked once for the whole sweep.
        with notices.remembering(), garbage.seldom_sought():
            self.look_at_all()
        return self.fired

    def look_at_all(self) -> None:
        for clock, keys in self.changed():
            self.look_at(clock, keys)
        for kind in escalation_kinds.every():
            for clock in kind.clocks:
                for keys in self.unseen(clock):
                    self.look_at(clock, keys)
            self.look_at_counts(kind)
            settling.settle_ended(kind, now=self.now)

    # --- Which deadlines -------------------------------------------------------

    def changed(self) -> Iterator[tuple[str, list[int]]]:
        """Seen ones that are to be looked at again, in batches of one clock."""
        rows = Deadline.objects.to_look_at(self.today)
        last: Place = None
        while batch := list(
            rows.filter(_beyond("look_on", last))
            .order_by("look_on", "pk")
            .values_list("look_on", "pk", "kind")[:BATCH]
        ):
            last = batch[-1][:2]
            by_clock = defaultdict(list)
            for _, pk, clock in batch:
                by_clock[clock].append(pk)
            yield from by_clock.items()

    def unseen(self, clock: str) -> Iterator[list[int]]:
        """Those of which a rule speaks now for the first time."""
        rules = self.drafter.rules_of(clock)
        if not rules:
            return
        latest = max(
            cutoffs.last_due(rule.trigger, rule.threshold, self.today) for rule in rules
        )
        rows = Deadline.objects.unseen(clock, latest)
        last: Place = None
        while batch := list(
            rows.filter(_beyond("due_on", last))
            .order_by("due_on", "pk")
            .values_list("due_on", "pk")[:BATCH]
        ):
            last = batch[-1]
            yield [pk for _, pk in batch]

    # --- One batch -------------------------------------------------------------

    @transaction.atomic
    def look_at(self, clock: str, keys: Sequence[int]) -> None:
        kind = escalation_kinds.of_clock(clock)
        if kind is None:  # nobody's business any more
            Deadline.objects.filter(pk__in=keys).update(look_on=None)
            return
        path = kind.clocks[clock].path
        held = locked(kind, path, keys)
        promises = promises_of([*held, *orphans(kind, path, keys, held)])
        seen = [one.pk for one in promises if one.look_on is not None]
        settling.settle_changed(seen, promises, held, now=self.now)
        pauses = pauses_of([one.pk for one in promises if one.met_at is None])
        told = told_of(seen)
        drafts: list[Escalation] = []
        looks: dict[int, date | None] = {}
        for one in promises:
            subject, spans = held.get(one.pk), pauses.get(one.pk, [])
            if one.met_at is not None:
                looks[one.pk] = None
            elif subject is None or not subject.is_alive:
                looks[one.pk] = cutoffs.NEVER
            else:
                looks[one.pk] = self.drafter.next_look(one, spans)
                drafts += self.drafter.drafts(kind, subject, one, spans, told)
        self.write(drafts, kind, held.values())
        note_looks(promises, looks)

    def write(
        self, drafts: Sequence[Escalation], kind: Kind, subjects: Iterable[Subject]
    ) -> None:
        by_pk = {one.pk: one for one in subjects}
        rules = self.drafter.rules
        new = write(drafts, kind, by_pk, actor=None, now=self.now)
        self.count += len(new)
        if self.keeps:
            self.fired += [Fired(one, rules[one.rule_id]) for one in new]

    # --- What is counted on the subject itself ---------------------------------

    def look_at_counts(self, kind: Kind) -> None:
        for rule in self.drafter.rules.values():
            if rule.trigger in COUNTED and rule.subject_kind == kind.key:
                self.count_by(kind, rule)

    def count_by(self, kind: Kind, rule: EscalationRule) -> None:
        """Subjects that have come to the rule's number, a batch at a time."""
        counted = kind.counts.get(rule.trigger)
        if counted is None:
            return
        reached = {one.pk: one for one in counted(rule.threshold or 1, self.today)}
        keys = sorted(reached)
        for first in range(0, len(keys), BATCH):
            batch = keys[first : first + BATCH]
            told = set(
                Escalation.objects.filter(
                    subject_type=kind.subject_type, subject_id__in=batch, rule=rule
                ).values_list("subject_id", "cycle")
            )
            new = [pk for pk in batch if (pk, reached[pk].cycle) not in told]
            if new:
                self.raise_counted(kind, rule, [reached[pk] for pk in new])

    @transaction.atomic
    def raise_counted(
        self, kind: Kind, rule: EscalationRule, reached: Sequence[Reached]
    ) -> None:
        held = locked(kind, "pk", [one.pk for one in reached])
        drafts = [
            self.drafter.counted(kind, held[one.pk], rule, one)
            for one in reached
            if one.pk in held and held[one.pk].is_alive and fits(rule, held[one.pk])
        ]
        self.write(drafts, kind, held.values())


def _beyond(column: str, last: Place) -> Q:
    """After the last row of the batch before, in the order of column and key."""
    if last is None:
        return Q()
    day, pk = last
    same = Q(**{column: day, "pk__gt": pk})
    return Q(**{f"{column}__gte": day}) & (Q(**{f"{column}__gt": day}) | same)


def told_of(seen: Sequence[int]) -> Told:
    """Spares attempts; that nothing is told twice does not rest on it."""
    rows = Escalation.objects.filter(deadline__in=seen, trigger__in=OF_CLOCKS)
    return set(rows.values_list("deadline_id", "rule_id", "round")) if seen else set()


def note_looks(promises: Sequence[Promise], looks: dict[int, date | None]) -> None:
    by_day: dict[date | None, list[int]] = defaultdict(list)
    for one in promises:
        if one.look_on != looks[one.pk]:
            by_day[looks[one.pk]].append(one.pk)
    for day, keys in by_day.items():
        Deadline.objects.filter(pk__in=keys).update(look_on=day)
