"""Which items a project has: from its template, added to it alone, taken out again."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.workdays import Unit
from crm.models import User
from crm.services import calendar
from projects import schedule
from projects.models import (
    ApprovalTemplate,
    Milestone,
    MilestoneMaterial,
    MilestoneNeed,
    Project,
    State,
)
from projects.models.states import UNBEGUN
from projects.services import upkeep
from projects.services.numbers import check_numbers
from projects.services.projects import check_version, claim_managed, save

from .copying import copies, departments_for, hung, items_of
from .graph import (
    bridge,
    check_no_cycle,
    check_same_project,
    check_unbegun,
    link,
    needs_of,
)


@transaction.atomic
def start_approvals(
    project: Project,
    *,
    actor: User | None,
    template: ApprovalTemplate,
    started_on: date | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Project:
    """Take the template's items over and plan them from this day on."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    project = claim_managed(project, actor)
    check_version(project, version)
    if project.started_on:
        raise DomainError(
            _("The approvals of this project have begun already."), code="begun_already"
        )
    if template.state != ApprovalTemplate.State.PUBLISHED:
        sentence = _("Only the version of a template that is in use can be taken.")
        raise DomainError(sentence, code="template_not_in_use", field="template")
    day = started_on or today
    if day > today:
        sentence = _("The approvals cannot begin in the future.")
        raise DomainError(sentence, code="future_day", field="started_on")
    project.template, project.started_on = template, day
    take_over(project, template)
    plan(project)
    save(project, "template", "started_on", now=now)
    upkeep.set_parts(project)
    upkeep.settle(project, now=now)
    events.record(
        actor,
        "project.approvals_begun",
        project,
        is_public=True,
        now=now,
        template=template.pk,
        started_on=day,
    )
    return project


def take_over(project: Project, template: ApprovalTemplate) -> list[Milestone]:
    """Copy items, prerequisites and materials; nothing of it points back to a draft."""
    items = items_of(template)
    made = Milestone.objects.bulk_create(
        copies(project, items, departments_for(items, project.region))
    )
    needs, materials = hung(items, made)
    MilestoneNeed.objects.bulk_create(needs)
    MilestoneMaterial.objects.bulk_create(materials)
    return made


def plan(project: Project) -> None:
    """Write the plan that later days are compared with: as if all began on time."""
    start = project.started_on
    if start is None:
        return
    milestones = list(Milestone.objects.living().filter(project=project))
    set_plan(milestones, needs_of(milestones), start)
    Milestone.objects.bulk_update(
        milestones, ["planned_start_on", "planned_finish_on"], batch_size=200
    )


def set_plan(
    milestones: Collection[Milestone], needs: Mapping[int, list[str]], start: date
) -> None:
    """The days on which each begins and ends if nothing comes in between."""
    tasks = planned_tasks(milestones, needs, start)
    found = schedule.compute(
        tasks, start=start, today=start, calendar=calendar.current()
    )
    for one in milestones:
        slot = found.slots[one.key]
        one.planned_start_on = slot.earliest_start
        one.planned_finish_on = slot.earliest_finish


def planned_tasks(
    milestones: Iterable[Milestone],
    needs: Mapping[int, list[str]],
    start: date,
) -> list[schedule.Task]:
    """The items as if none had begun, each with some days for preparing it."""
    return [
        schedule.Task(
            key=one.key,
            needs=tuple(needs.get(one.pk, ())),
            days=one.days_on(start),
            unit=Unit(one.unit),
            delay=settings.CRM_PREPARE_DAYS,
        )
        for one in milestones
    ]


@transaction.atomic
def add_item(
    project: Project,
    *,
    actor: User,
    values: Mapping[str, Any],  # Any: of each field's own type
    needs: Collection[Milestone] = (),
    needed_by: Collection[Milestone] = (),
    materials: Collection[str] = (),
    now: datetime | None = None,
) -> Milestone:
    """An item that this project alone needs, placed between the others."""
    now = now or timezone.now()
    project = claim_managed(project, actor)
    if project.started_on is None:
        sentence = _("Begin the approvals first; then single items can be added.")
        raise DomainError(sentence, code="not_begun")
    check_numbers(values.get)
    key = values.get("key") or free_key(project)
    milestones = Milestone.objects.living().filter(project=project)
    if milestones.filter(key=key).exists():
        sentence = _("This project has an item with the key “%(key)s” already.")
        raise DomainError(sentence % {"key": key}, code="key_taken", field="key")
    check_same_project(project, [*needs, *needed_by])
    check_unbegun(needed_by)
    last = max(milestones.values_list("order", flat=True), default=0)
    made = Milestone.objects.create(
        project=project,
        attempt_from=timezone.localdate(now),
        **{"order": last + 1, **values, "key": key},
    )
    link(made, needs, needed_by)
    MilestoneMaterial.objects.bulk_create(
        MilestoneMaterial(milestone=made, order=order, name=name)
        for order, name in enumerate(materials, start=1)
    )
    check_no_cycle(project)
    after_planning(project, now)
    events.record(
        actor,
        "milestone.added",
        made,
        company=project.company_id,
        is_public=True,
        now=now,
        **events.snapshot(made, "key", "name", "department"),
        needs=[[], [one.name for one in needs]],
    )
    return made


def free_key(project: Project) -> str:
    keys = set(project.milestones.values_list("key", flat=True))
    return next(
        f"extra-{n}" for n in range(1, len(keys) + 2) if f"extra-{n}" not in keys
    )


@transaction.atomic
def set_needs(
    milestone: Milestone,
    *,
    actor: User,
    needs: Collection[Milestone],
    now: datetime | None = None,
) -> Milestone:
    """Change what an item that has not begun waits for."""
    now = now or timezone.now()
    project = claim_managed(milestone.project, actor)
    milestone = Milestone.objects.living().get(pk=milestone.pk)
    if milestone.state not in UNBEGUN:
        raise DomainError(
            _("“%(item)s” has begun; what it waited for stays as it was.")
            % {"item": milestone.name},
            code="begun_already",
        )
    check_same_project(project, needs)
    old = [row.needed.name for row in milestone.needs.select_related("needed")]
    MilestoneNeed.objects.filter(milestone=milestone).delete()
    MilestoneNeed.objects.bulk_create(
        MilestoneNeed(milestone=milestone, needed=one) for one in needs
    )
    check_no_cycle(project)
    after_planning(project, now)
    events.record(
        actor,
        "milestone.needs_set",
        milestone,
        company=project.company_id,
        is_public=True,
        now=now,
        needs=[old, [one.name for one in needs]],
    )
    return milestone


@transaction.atomic
def remove_item(
    milestone: Milestone,
    *,
    actor: User,
    reason: str,
    now: datetime | None = None,
) -> Milestone:
    """Take out an item that has not begun; what waited for it waits for its needs."""
    now = now or timezone.now()
    project = claim_managed(milestone.project, actor)
    milestone = Milestone.objects.living().get(pk=milestone.pk)
    if milestone.state not in UNBEGUN or milestone.attempt > 1:
        raise DomainError(
            _("“%(item)s” has begun; it can be withdrawn, not taken out.")
            % {"item": milestone.name},
            code="begun_already",
        )
    if not reason.strip():
        sentence = _("Say why the item is taken out.")
        raise DomainError(sentence, code="reason_missing", field="reason")
    bridge(milestone)
    milestone.removed_at = now
    milestone.version += 1
    milestone.save(update_fields=["removed_at", "version"])
    after_planning(project, now)
    events.record(
        actor,
        "milestone.removed",
        milestone,
        company=project.company_id,
        is_public=True,
        now=now,
        reason=reason.strip(),
    )
    return milestone


def after_planning(project: Project, now: datetime) -> None:
    """The plan is made anew; what is compared with it says so by its own event."""
    plan(project)
    upkeep.set_parts(project)
    upkeep.settle(project, now=now)
    save(project, now=now)


def choices_for(project: Project) -> QuerySet[Milestone]:
    """Items of this project, as prerequisites of another."""
    return Milestone.objects.living().filter(project=project).order_by("order", "pk")


def unbegun(project: Project) -> QuerySet[Milestone]:
    return choices_for(project).filter(state__in=[State.NOT_STARTED, State.PREPARING])
