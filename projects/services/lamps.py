"""Lamps of projects: how each stands, the month's readings, and what rules may become.

Lamps of any number of projects cost five queries.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.lib.months import months_later
from crm.models import Lamp, Role, User
from crm.services.rights import require
from projects.lamps import Points, ProjectLamp, Rules, Standing, Step, lamp_of
from projects.models import LampRule, LifeStep, Milestone, Project, Reading
from projects.models.projects import ProjectQuerySet
from projects.models.states import APPROVED

EDITABLE: Final = ("yellow", "red", "is_active")
MOST: Final = {LampRule.Kind.BEHIND: 100, LampRule.Kind.IN_A_ROW: 12}
MOST_MONTHS: Final = 36


def lamps(projects: ProjectQuerySet, *, today: date) -> dict[int, ProjectLamp]:
    """The lamp of each of these that lives, by key."""
    rules = rules_in_use()
    found = points(projects, today)
    steps, readings = _steps(projects), _readings(projects, today, rules)
    lit = {}
    for pk in projects.living().order_by("pk").values_list("pk", flat=True):
        standing = Standing(found.get(pk), steps.get(pk), readings.get(pk, ()))
        lit[pk] = lamp_of(standing, rules, today)
    return lit


def lamp(project: Project, *, today: date) -> ProjectLamp:
    """Of one project that is loaded already; nothing is due of an archived one."""
    if project.archived_at:
        return ProjectLamp(Lamp.GREY)
    rules, own = rules_in_use(), Project.objects.filter(pk=project.pk)
    standing = Standing(
        points(own, today).get(project.pk),
        _steps(own).get(project.pk),
        _readings(own, today, rules).get(project.pk, ()),
    )
    return lamp_of(standing, rules, today)


def rules_in_use() -> Rules:
    return {rule.kind: rule for rule in LampRule.objects.filter(is_active=True)}


def points(projects: ProjectQuerySet, day: date) -> dict[int, Points]:
    """Of committed days, at least one an item: due before that day, done by it.

    Projects that are through or have no items have none.
    """
    weight = Greatest(F("committed_days"), 1)
    done = Q(state__in=APPROVED, ended_on__lte=day)
    rows = (
        Milestone.objects.living()
        .filter(project__in=projects.values("pk"))
        .order_by()
        .values("project")
        .annotate(
            whole=Sum(weight),
            planned=Sum(weight, filter=Q(planned_finish_on__lt=day), default=0),
            actual=Sum(weight, filter=done, default=0),
        )
    )
    return {
        row["project"]: Points(
            percent(row["planned"], row["whole"]), percent(row["actual"], row["whole"])
        )
        for row in rows
        if row["actual"] < row["whole"]
    }


def percent(part: int, whole: int) -> int:
    """In whole points, halves up."""
    return (200 * part + whole) // (2 * whole)


def _steps(projects: ProjectQuerySet) -> dict[int, Step]:
    """The planned step that is due first of those not reached."""
    rows = LifeStep.objects.filter(
        project__in=projects.values("pk"), reached_on=None, planned_on__isnull=False
    ).order_by("-planned_on", "-pk")
    columns = rows.values_list("project_id", "stage", "planned_on")
    return {pk: Step(stage, day) for pk, stage, day in columns if day}


def _readings(
    projects: ProjectQuerySet, today: date, rules: Rules
) -> dict[int, list[Points]]:
    """Of as many months back as the rule asks for, newest first; a gap is too few."""
    rule = rules.get(LampRule.Kind.IN_A_ROW)
    this = today.replace(day=1)
    count = (rule.red if rule else None) or 0
    rows = Reading.objects.filter(
        project__in=projects.values("pk"),
        month__in=[months_later(this, -back) for back in range(1, count + 1)],
    ).order_by("-month")
    found: dict[int, list[Points]] = defaultdict(list)
    for pk, planned, actual in rows.values_list("project_id", "planned", "actual"):
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
