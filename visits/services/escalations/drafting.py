"""What the rules have to say of a promise on a day, before it is known to be new."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from crm.models import DeadlinePause
from visits import escalation_kinds
from visits.escalation_kinds import Kind, Reached
from visits.models import Escalation, EscalationRule
from visits.models.escalation_rules import OF_CLOCKS

from . import cutoffs, reasons
from .firing import level_for
from .levels import Posts
from .promises import Promise, Subject, fits, is_paused

# A deadline, a rule, a round: told of already.
Told = set[tuple[int, int, int]]


@dataclass
class Drafter:
    """The rules in use, the days and the people of one sweep, each read once."""

    now: datetime
    _posts: Posts | None = None
    _of_clock: dict[str, list[EscalationRule]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.today = timezone.localdate(self.now)
        self.reading = reasons.Reading(self.today)
        rules = EscalationRule.objects.filter(is_active=True)
        self.rules = {rule.pk: rule for rule in rules}

    @property
    def posts(self) -> Posts:
        """Read when the first thing is drafted."""
        if self._posts is None:
            self._posts = Posts.on(self.today)
        return self._posts

    def rules_of(self, clock: str) -> list[EscalationRule]:
        if clock not in self._of_clock:
            kind = escalation_kinds.of_clock(clock)
            self._of_clock[clock] = [
                rule
                for rule in self.rules.values()
                if kind
                and rule.trigger in OF_CLOCKS
                and rule.subject_kind == kind.key
                and rule.clock in {clock, ""}
            ]
        return self._of_clock[clock]

    def next_look(self, promise: Promise, spans: Sequence[DeadlinePause]) -> date:
        """The next day on which a rule begins to speak of it."""
        due = promise.due_on
        if due is None:
            return cutoffs.NEVER  # it says so itself when it runs again
        if is_paused(spans, self.today):
            ends = [one.last_on for one in spans if is_paused([one], self.today)]
            known = [end + cutoffs.DAY for end in ends if end]
            return min(known, default=cutoffs.NEVER)
        days = (
            self.reading.first_day(rule.trigger, rule.threshold, due)
            for rule in self.rules_of(promise.kind)
        )
        return min((day for day in days if day > self.today), default=cutoffs.NEVER)

    def drafts(
        self,
        kind: Kind,
        subject: Subject,
        promise: Promise,
        spans: Sequence[DeadlinePause],
        told: Told,
    ) -> Iterator[Escalation]:
        """What the rules have to say of it today and have not said."""
        due = promise.due_on
        if due is None or is_paused(spans, self.today):
            return
        for rule in self.rules_of(promise.kind):
            first = self.reading.first_day(rule.trigger, rule.threshold, due)
            is_told = (promise.pk, rule.pk, promise.round) in told
            if first <= self.today and not is_told and fits(rule, subject):
                yield self.draft(kind, subject, promise, spans, rule)

    def draft(
        self,
        kind: Kind,
        subject: Subject,
        promise: Promise,
        spans: Sequence[DeadlinePause],
        rule: EscalationRule,
    ) -> Escalation:
        department = promise.department or subject.department
        if kind.clocks[promise.kind].is_of_centre:
            department = self.posts.centre_of(subject.region)
        asked = level_for(rule, subject)
        placed = self.posts.place(
            asked,
            department=department,
            region=subject.region,
            handler=promise.handler,
            is_handler_here=bool(promise.is_handler_here),
        )
        return Escalation(
            subject_type=kind.subject_type,
            subject_id=subject.pk,
            rule=rule,
            cycle=f"{promise.kind}-{promise.pk}-{promise.round}",
            trigger=rule.trigger,
            level=placed.level,
            company_id=subject.company,
            region_id=subject.region,
            department_id=department,
            deadline_id=promise.pk,
            round=promise.round,
            why=reasons.of_clock(self.reading, promise, spans, rule, asked, placed),
            raised_at=self.now,
        )

    def counted(
        self, kind: Kind, subject: Subject, rule: EscalationRule, reached: Reached
    ) -> Escalation:
        asked = level_for(rule, subject)
        placed = self.posts.place(
            asked, department=subject.department, region=subject.region
        )
        return Escalation(
            subject_type=kind.subject_type,
            subject_id=subject.pk,
            rule=rule,
            cycle=reached.cycle,
            trigger=rule.trigger,
            level=placed.level,
            company_id=subject.company,
            region_id=subject.region,
            department_id=subject.department,
            deadline_id=subject.deadline,
            why=reasons.of_count(rule, reached.count, asked, placed),
            raised_at=self.now,
        )
