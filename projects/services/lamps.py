"""Lamps of projects: how each stands, the month's readings, and what rules may become.

Lamps of any number of projects cost five queries.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.lib.months import months_later
from crm.lib.prepared import Prepared, places
from crm.models import Lamp, Role, User
from crm.services.rights import require
from projects.lamps import Points, ProjectLamp, Rules, Standing, Step, lamp_of
from projects.models import LampRule, LifeStep, Milestone, Project, Reading
from projects.models.projects import ProjectQuerySet
from projects.models.states import APPROVED

EDITABLE: Final = ("yellow", "red", "is_active")
MOST: Final = {LampRule.Kind.BEHIND: 100, LampRule.Kind.IN_A_ROW: 12}
MOST_MONTHS: Final = 36
# Keys of a query that is written once: as many as a board has cards.
AT_ONCE: Final = 60
Months = tuple[date, ...]


# A query about these projects, on a day and the starts of some months before it.
Ask = Callable[[ProjectQuerySet, date, Months], QuerySet[Any, tuple[Any, ...]]]
Read = Callable[[Ask], Iterable[tuple[Any, ...]]]


def lamps(projects: ProjectQuerySet, *, today: date) -> dict[int, ProjectLamp]:
    """The lamp of each of these that lives, by key."""
    rules = rules_in_use()
    months = months_back(rules, today)
    return _lit(lambda ask: ask(projects, today, months), rules, today)


def lamps_of(keys: Sequence[int], *, today: date) -> dict[int, ProjectLamp]:
    """The same for the few of a page: their queries are written once a day."""
    rules = rules_in_use()
    lit: dict[int, ProjectLamp] = {}
    for first in range(0, len(keys), AT_ONCE):
        lit |= _lit(_reader(keys[first : first + AT_ONCE], rules, today), rules, today)
    return lit


def lamp(project: Project, *, today: date) -> ProjectLamp:
    """Of one project that is loaded already; nothing is due of an archived one."""
    if project.archived_at:
        return ProjectLamp(Lamp.GREY)
    rules = rules_in_use()
    standing = _standings(_reader([project.pk], rules, today))
    return lamp_of(standing(project.pk), rules, today)


def _reader(keys: Sequence[int], rules: Rules, today: date) -> Read:
    months = months_back(rules, today)
    return lambda ask: _by_keys(ask, today, months).rows(keys)


@lru_cache(maxsize=16)
def _by_keys(ask: Ask, today: date, months: Months) -> Prepared:
    chosen = places(AT_ONCE)
    return Prepared(lambda: ask(Project.objects.filter(pk__in=chosen), today, months))


def _lit(read: Read, rules: Rules, today: date) -> dict[int, ProjectLamp]:
    standing = _standings(read)
    return {pk: lamp_of(standing(pk), rules, today) for (pk,) in read(_living)}


def _standings(read: Read) -> Callable[[int], Standing]:
    found, steps = _points_from(read(_sums)), _steps_from(read(_steps))
    readings = _readings_from(read(_readings))
    return lambda pk: Standing(found.get(pk), steps.get(pk), readings.get(pk, ()))


def rules_in_use() -> Rules:
    return {rule.kind: rule for rule in LampRule.objects.filter(is_active=True)}


def months_back(rules: Rules, today: date) -> Months:
    """As many as the rule asks for, the newest first; a gap is too few."""
    rule = rules.get(LampRule.Kind.IN_A_ROW)
    count, this = (rule.red if rule else None) or 0, today.replace(day=1)
    return tuple(months_later(this, -back) for back in range(1, count + 1))


def points(projects: ProjectQuerySet, day: date) -> dict[int, Points]:
    """Of committed days, at least one an item: due before that day, done by it.

    Projects that are through or have no items have none.
    """
    return _points_from(_sums(projects, day, ()))


def _points_from(rows: Iterable[tuple[Any, ...]]) -> dict[int, Points]:
    return {
        pk: Points(percent(planned, whole), percent(actual, whole))
        for pk, whole, planned, actual in rows
        if actual < whole
    }


def _living(
    projects: ProjectQuerySet, today: date, months: Months
) -> QuerySet[Any, tuple[Any, ...]]:
    return projects.living().order_by("pk").values_list("pk")


def _sums(
    projects: ProjectQuerySet, today: date, months: Months
) -> QuerySet[Any, tuple[Any, ...]]:
    weight = Greatest(F("committed_days"), 1)
    done = Q(state__in=APPROVED, ended_on__lte=today)
    return (
        Milestone.objects.living()
        .filter(project__in=projects.values("pk"))
        .order_by()
        .values("project")
        .annotate(
            whole=Sum(weight),
            planned=Sum(weight, filter=Q(planned_finish_on__lt=today), default=0),
            actual=Sum(weight, filter=done, default=0),
        )
        .values_list("project", "whole", "planned", "actual")
    )


def percent(part: int, whole: int) -> int:
    """In whole points, halves up."""
    return (200 * part + whole) // (2 * whole)


def _steps(
    projects: ProjectQuerySet, today: date, months: Months
) -> QuerySet[Any, tuple[Any, ...]]:
    rows = LifeStep.objects.filter(
        project__in=projects.values("pk"), reached_on=None, planned_on__isnull=False
    ).order_by("-planned_on", "-pk")
    return rows.values_list("project_id", "stage", "planned_on")


def _steps_from(rows: Iterable[tuple[Any, ...]]) -> dict[int, Step]:
    """The planned step that is due first of those not reached."""
    return {pk: Step(stage, day) for pk, stage, day in rows}


def _readings(
    projects: ProjectQuerySet, today: date, months: Months
) -> QuerySet[Any, tuple[Any, ...]]:
    rows = Reading.objects.filter(project__in=projects.values("pk"), month__in=months)
    return rows.order_by("-month").values_list("project_id", "planned", "actual")


def _readings_from(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Points]]:
    found: dict[int, list[Points]] = defaultdict(list)
    for pk, planned, actual in rows:
        found[pk].append(Points(planned, actual))
    return found


def take_readings(month: date) -> int:
    """Write down how every project stood on the last day of this month; once."""
    first = month.replace(day=1)
    last = months_later(first, 1) - timedelta(days=1)
    begun = Project.objects.living().filter(started_on__lte=last)
    going = begun.filter(Q(finished_on=None) | Q(finished_on__gt=last))
    found = points(going.exclude(readings__month=first), last)
    made = Reading.objects.bulk_create(
        [
            Reading(project_id=pk, month=first, planned=one.planned, actual=one.actual)
            for pk, one in found.items()
        ],
        ignore_conflicts=True,  # two workers may meet
    )
    return len(made)


@transaction.atomic
def edit_rule(
    rule: LampRule,
    *,
    actor: User,
    version: int,
    values: Mapping[str, Any],  # Any: of each field's own type
) -> LampRule:
    """Change what lights a lamp; every lamp follows at once."""
    require(actor, Role.SYSTEM_ADMIN)
    rule = LampRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if version != rule.version:
        sentence = _("Somebody else changed this rule meanwhile. Look at it again.")
        raise StaleVersion(sentence, current=rule)
    before = events.snapshot(rule, *EDITABLE)
    for name in EDITABLE:
        if name in values:
            setattr(rule, name, values[name])
    _check(rule)
    if changes := events.changed(before, rule):
        rule.version += 1
        rule.save(update_fields=[*changes, "version"])
        events.record(actor, "lamp_rule.edited", rule, **changes)
    return rule


def _check(rule: LampRule) -> None:
    most = MOST.get(LampRule.Kind(rule.kind), MOST_MONTHS)
    for name in ("yellow", "red"):
        number = getattr(rule, name)
        if number is not None and number > most:
            sentence = _("At most %(most)s.") % {"most": most}
            raise DomainError(sentence, code="too_large", field=name)
    if rule.yellow is not None and rule.red is not None and rule.red < rule.yellow:
        sentence = _("Red must not come before yellow.")
        raise DomainError(sentence, code="out_of_order", field="red")
