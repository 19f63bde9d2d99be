"""What a rule writes: the escalation, its event, the level of its subject. Once.

Everything of one batch is one transaction: after a crash all of it is there or nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm import events
from crm.events import Entry
from crm.lib.inserting import insert_new
from crm.models import User
from visits.escalation_kinds import Kind
from visits.models import Escalation, EscalationRule
from visits.models.escalation_rules import Level

from .promises import Subject


@dataclass(frozen=True)
class Fired:
    """One escalation that was raised now, for who asked."""

    escalation: Escalation
    rule: EscalationRule

    @property
    def subject(self) -> str:
        return f"{self.escalation.subject_type}:{self.escalation.subject_id}"


def write(
    drafts: Sequence[Escalation],
    kind: Kind,
    subjects: Mapping[int, Subject],
    *,
    actor: User | None,
    now: datetime,
) -> list[Escalation]:
    """Insert what nobody has raised yet, and give it back; only of that are events."""
    inserted = insert_new(drafts, Escalation.KEY)
    if not inserted:
        return []
    raised = [_entry(one, actor, now) for one in inserted]
    raised += raise_levels(inserted, kind, subjects, actor=actor, now=now)
    events.record_many(raised)
    return inserted


def level_for(rule: EscalationRule, subject: Subject) -> Level:
    """Where the rule sends it; one that climbs goes above what was reached."""
    if not rule.climbs:
        return Level(rule.level)
    return Level(min(max(rule.level, subject.level + 1), Level.TOP))


def raise_levels(
    inserted: Iterable[Escalation],
    kind: Kind,
    subjects: Mapping[int, Subject],
    *,
    actor: User | None,
    now: datetime,
) -> list[Entry]:
    """`Ticket.level` is the highest level that was ever reached; it never falls."""
    if not kind.level:
        return []
    reached: dict[int, int] = {}
    for one in inserted:
        before = subjects[one.subject_id].level
        if one.level > max(before, reached.get(one.subject_id, 0)):
            reached[one.subject_id] = one.level
    entries = [
        _level_entry(kind, subjects[pk], level, actor, now)
        for pk, level in sorted(reached.items())
    ]
    for level in sorted(set(reached.values())):
        keys = [pk for pk, height in reached.items() if height == level]
        kind.rows.filter(pk__in=keys).update(**{kind.level: level})
    for pk, level in reached.items():
        subjects[pk].level = level
    return entries


def _entry(escalation: Escalation, actor: User | None, now: datetime) -> Entry:
    return Entry(
        actor=actor,
        action="escalation.raised",
        subject=escalation,
        company=escalation.company_id,
        now=now,
        changes={
            "rule": escalation.rule_id,
            "level": escalation.level,
            "cycle": escalation.cycle,
            "of": f"{escalation.subject_type}:{escalation.subject_id}",
        },
    )


def _level_entry(
    kind: Kind, subject: Subject, level: int, actor: User | None, now: datetime
) -> Entry:
    record: Any = kind.model(pk=subject.pk)  # a subject of whatever kind
    return Entry(
        actor=actor,
        action=f"{kind.key}.level_raised",
        subject=record,
        company=subject.company,
        is_public=True,
        now=now,
        changes={"level": [subject.level, level]},
    )
