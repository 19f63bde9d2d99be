"""A running project taken over to another version of its template, step by step."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.workdays import Unit
from crm.models import Department, User
from projects import schedule
from projects.changeover import Changeover, Fate
from projects.models import (
    ApprovalTemplate,
    Item,
    Milestone,
    MilestoneMaterial,
    MilestoneNeed,
    Project,
    TemplateItem,
)
from projects.models.milestones import shorter_if
from projects.models.states import UNBEGUN
from projects.outline import Outline, OutlineItem, OutlineMaterial
from projects.schedule import Task

from . import scheduling, upkeep
from .milestones.copying import departments_for
from .milestones.graph import cycle, needs_of
from .milestones.planning import plan
from .projects import check_version, claim_managed, save
from .templates import outline_of
from .templates.outlines import SHARED

State = MilestoneMaterial.State


@dataclass(frozen=True)
class Reading:
    """The project as it is, the version that it may take, and who decides there."""

    changeover: Changeover
    milestones: Mapping[str, Milestone]
    items: Mapping[str, TemplateItem]
    units: Mapping[str, Department]


def newer_version(project: Project) -> ApprovalTemplate | None:
    """The version in use of the project's template, where it is another one."""
    if project.template is None or project.started_on is None:
        return None
    in_use = version_in_use(project.template)
    return None if in_use == project.template else in_use


def version_in_use(template: ApprovalTemplate) -> ApprovalTemplate | None:
    return ApprovalTemplate.objects.published().filter(key=template.key).first()


def read(project: Project, template: ApprovalTemplate) -> Reading:
    """Compare the project with the version; by the departments that would decide."""
    milestones = {
        one.key: one
        for one in Milestone.objects.living()
        .filter(project=project)
        .select_related("department")
    }
    items = {
        one.key: one for one in template.items.select_related("department__region")
    }
    found = departments_for(items.values(), project.region)
    units = {key: found[one.pk] for key, one in items.items()}
    return Reading(
        changeover=Changeover(
            current=outline_of_project(project, milestones),
            target=with_units(outline_of(template), units),
            begun=frozenset(key for key, one in milestones.items() if has_begun(one)),
            own=frozenset(key for key, one in milestones.items() if not one.item_id),
        ),
        milestones=milestones,
        items=items,
        units=units,
    )


def has_begun(one: Milestone) -> bool:
    return one.state not in UNBEGUN or one.attempt > 1


def with_units(outline: Outline, units: Mapping[str, Department]) -> Outline:
    """A name is whose it is here, whether the template ties it or not."""
    items = tuple(
        replace(one, department_name=units[one.key].name, department_code="")
        for one in outline.items
    )
    return replace(outline, items=items)


def outline_of_project(
    project: Project, milestones: Mapping[str, Milestone]
) -> Outline:
    needs = needs_of(milestones.values())
    materials: dict[int, list[OutlineMaterial]] = defaultdict(list)
    rows = MilestoneMaterial.objects.filter(milestone__in=milestones.values())
    for row in rows:
        one = OutlineMaterial(row.name, row.where, row.is_key, row.sample_id)
        materials[row.milestone_id].append(one)
    names = [name for name in SHARED if name != "department_name"]
    items = tuple(
        OutlineItem(
            department_name=one.department.name,
            needs=tuple(needs.get(one.pk, ())),
            materials=tuple(materials[one.pk]),
            **{name: getattr(one, name) for name in names},
        )
        for one in milestones.values()
    )
    return Outline(key="", name=project.name, items=items)


def finish_if(
    project: Project, reading: Reading, take: Collection[str], *, today: date
) -> tuple[date | None, date | None]:
    """When the approvals would be through as things stand, and with what is taken."""
    known = scheduling.plan_of(project, today=today)
    result = ordered(reading.changeover.result(take))
    is_green = project.is_green(today)
    tasks = [task_of(one, known.tasks.get(one.key), is_green) for one in result.items]
    return known.schedule.finish, known.what_if(tasks).finish


def task_of(item: OutlineItem, task: Task | None, is_green: bool) -> Task:
    """What has begun runs as it does; only what it waited for may be gone."""
    if task and task.started_on:
        return replace(task, needs=item.needs)
    days = shorter_if(is_green, item.committed_days, item.green_days)
    return Task(item.key, item.needs, days, Unit(item.unit))


def ordered(outline: Outline) -> Outline:
    """The outline if it has an order, or the names of those that have none."""
    try:
        schedule.order({one.key: one.needs for one in outline.items})
    except schedule.Cycle as error:
        raise cycle(outline.by_key[key].name for key in error.keys) from None
    return outline


@transaction.atomic
def change_template(
    project: Project,
    *,
    actor: User,
    template: ApprovalTemplate,
    take: Collection[str],
    version: int | None = None,
    now: datetime | None = None,
) -> Project:
    """Take over what was chosen of the version; what has begun stays as it is."""
    now = now or timezone.now()
    project = claim_managed(project, actor)
    check_version(project, version)
    check_target(project, template)
    reading = read(project, template)
    changeover = reading.changeover
    if not_offered := sorted(set(take) - changeover.choices()):
        sentence = _("“%(key)s” cannot be taken over: look at the preview again.")
        raise DomainError(sentence % {"key": not_offered[0]}, code="not_offered")
    result = ordered(changeover.result(take))
    old = project.template_id
    if not take and old == template.pk:
        sentence = _("Nothing was chosen, so nothing was changed.")
        raise DomainError(sentence, code="nothing_chosen")
    apply(project, reading, take, result, now)
    project.template = template
    plan(project)
    save(project, "template", now=now)
    upkeep.set_parts(project)
    upkeep.settle(project, now=now)
    names = {fate: names_of(changeover, take, fate) for fate in Fate}
    events.record(
        actor,
        "project.template_changed",
        project,
        is_public=True,
        now=now,
        template=[old, template.pk],
        items_added=[None, names[Fate.ADDED]],
        items_changed=[None, names[Fate.CHANGED]],
        items_removed=[None, names[Fate.REMOVED]],
    )
    return project


def check_target(project: Project, template: ApprovalTemplate) -> None:
    if project.started_on is None or project.template is None:
        sentence = _("The approvals of this project have not begun yet.")
        raise DomainError(sentence, code="not_begun")
    is_in_use = template.state == ApprovalTemplate.State.PUBLISHED
    if not is_in_use or template.key != project.template.key:
        sentence = _("Only the version in use of the project's own template fits.")
        raise DomainError(sentence, code="template_not_in_use", field="template")


def names_of(changeover: Changeover, take: Collection[str], fate: Fate) -> list[str]:
    steps = [one for one in changeover.steps() if one.fate is fate]
    return [one.name for one in steps if one.key in take]


def apply(
    project: Project,
    reading: Reading,
    take: Collection[str],
    result: Outline,
    now: datetime,
) -> None:
    """Write the result: rows first, then what waits for what."""
    milestones = dict(reading.milestones)
    for step in reading.changeover.steps():
        one = milestones.get(step.key)
        if step.fate is Fate.SAME and one and not has_begun(one):
            one.item = reading.items[step.key]
            one.save(update_fields=["item"])
        if step.key not in take:
            continue
        if one is None:
            milestones[step.key] = enter(project, reading, step.key, now)
        elif step.fate is Fate.REMOVED:
            one.removed_at = now
            one.version += 1
            one.save(update_fields=["removed_at", "version"])
        else:
            rewrite(one, reading, step.key)
    write_needs(reading.changeover.current, result, milestones)


def enter(project: Project, reading: Reading, key: str, now: datetime) -> Milestone:
    item = reading.items[key]
    made = Milestone.objects.create(
        project=project,
        item=item,
        department=reading.units[key],
        attempt_from=timezone.localdate(now),
        **{name: getattr(item, name) for name in Item.COPIED},
    )
    add_materials(made, reading.changeover.target.by_key[key].materials)
    return made


def rewrite(one: Milestone, reading: Reading, key: str) -> None:
    """The facts of the new version; a material that is here already stays so."""
    item = reading.items[key]
    values = {name: getattr(item, name) for name in Item.COPIED}
    values |= {"item": item, "department": reading.units[key]}
    for name, value in values.items():
        setattr(one, name, value)
    one.version += 1
    one.save(update_fields=[*values, "version"])
    wanted = reading.changeover.target.by_key[key].materials
    known = {row.name: row for row in one.materials.all()}
    gone = known.keys() - {material.name for material in wanted}
    one.materials.filter(name__in=gone, state=State.NEEDED).delete()
    for order, material in enumerate(wanted, start=1):
        if row := known.get(material.name):
            row.order, row.where, row.is_key = order, material.where, material.is_key
            row.sample_id = material.sample
            row.save(update_fields=["order", "where", "is_key", "sample"])
    new = [material for material in wanted if material.name not in known]
    add_materials(one, new, start=len(known) + 1)


def add_materials(
    one: Milestone, materials: Collection[OutlineMaterial], start: int = 1
) -> None:
    MilestoneMaterial.objects.bulk_create(
        MilestoneMaterial(
            milestone=one,
            order=order,
            name=material.name,
            where=material.where,
            is_key=material.is_key,
            sample_id=material.sample,
        )
        for order, material in enumerate(materials, start=start)
    )


def write_needs(
    current: Outline, result: Outline, milestones: Mapping[str, Milestone]
) -> None:
    """Only of the items whose needs are others now."""
    for item in result.items:
        known = current.by_key.get(item.key)
        if known and set(known.needs) == set(item.needs):
            continue
        one = milestones[item.key]
        one.needs.all().delete()
        MilestoneNeed.objects.bulk_create(
            MilestoneNeed(milestone=one, needed=milestones[need]) for need in item.needs
        )
