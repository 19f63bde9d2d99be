"""What the sweep reads: promises as they stand, and their subjects, locked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Case, Value, When

from crm.models import Deadline, DeadlinePause
from visits.escalation_kinds import Kind
from visits.models import EscalationRule


@dataclass(frozen=True, slots=True)
class Promise:
    """A deadline as it stands, read after its subject was locked."""

    pk: int
    kind: str
    unit: str
    days: int
    started_on: date
    due_on: date | None
    met_at: datetime | None
    is_provisional: bool
    department: int | None
    handler: int | None
    is_handler_here: bool | None
    round: int
    look_on: date | None


@dataclass(slots=True)
class Subject:
    """What has to be known of a subject to raise something of it."""

    pk: int
    is_alive: bool
    company: int | None
    region: int | None
    department: int | None
    deadline: int | None
    category: int | None
    urgency: str
    level: int


# Deadline columns in the order of Promise.
FIELDS: Final = (
    *("pk", "kind", "unit", "days", "started_on", "due_on", "met_at"),
    *("is_provisional", "department_id", "handler_id", "handler__is_active"),
    *("round", "look_on"),
)


def promises_of(keys: Iterable[int]) -> list[Promise]:
    rows = Deadline.objects.filter(pk__in=list(keys)).order_by("pk")
    return [Promise(*values) for values in rows.values_list(*FIELDS)]


def locked(kind: Kind, path: str, keys: Sequence[int]) -> dict[int, Subject]:
    """The subjects to which a path leads these keys, without those in other hands."""
    rows = kind.rows.filter(**{f"{path}__in": keys}).order_by("pk")
    # Without the key's own lock: others may go on to refer to them.
    pairs = rows.select_for_update(skip_locked=True, no_key=True)
    found = dict(pairs.values_list(path, "pk"))
    subjects = facts(kind, found.values())
    return {key: subjects[pk] for key, pk in found.items()}


def facts(kind: Kind, keys: Iterable[int]) -> dict[int, Subject]:
    """What is known of these subjects now, by key."""
    is_alive = Case(When(kind.alive, then=Value(True)), default=Value(False))
    rows = kind.rows.filter(pk__in=list(keys)).annotate(is_alive=is_alive).order_by()
    main = kind.clocks[kind.main_clock].path if kind.main_clock else ""
    paths = (kind.company, kind.region, kind.department, main)
    extras = (kind.category, kind.urgency, kind.level)
    chosen = [path for path in (*paths, *extras) if path]
    found = {}
    for pk, alive, *values in rows.values_list("pk", "is_alive", *chosen):
        known = dict(zip(chosen, values, strict=True))
        found[pk] = Subject(
            pk=pk,
            is_alive=alive,
            company=known.get(kind.company),
            region=known.get(kind.region),
            department=known.get(kind.department),
            deadline=known.get(main),
            category=known.get(kind.category),
            urgency=known.get(kind.urgency, ""),
            level=known.get(kind.level, 0),
        )
    return found


def orphans(
    kind: Kind, path: str, keys: Sequence[int], held: dict[int, Subject]
) -> list[int]:
    """Deadlines that no subject has any more: not one that is only in other hands."""
    missing = [key for key in keys if key not in held]
    if not missing:
        return []
    rows = kind.rows.filter(**{f"{path}__in": missing})
    in_use = set(rows.values_list(path, flat=True))
    return [key for key in missing if key not in in_use]


def pauses_of(keys: Sequence[int]) -> dict[int, list[DeadlinePause]]:
    found: dict[int, list[DeadlinePause]] = defaultdict(list)
    for row in DeadlinePause.objects.filter(deadline__in=keys).order_by("pk"):
        found[row.deadline_id].append(row)
    return found


def is_paused(spans: Iterable[DeadlinePause], today: date) -> bool:
    """On a day that does not count no rule speaks."""
    return any(
        span.first_on <= today and (span.last_on is None or today <= span.last_on)
        for span in spans
    )


def fits(rule: EscalationRule, subject: Subject) -> bool:
    """Whether the rule is for such a category and urgency."""
    return (rule.category_id is None or rule.category_id == subject.category) and (
        not rule.urgency or rule.urgency == subject.urgency
    )
