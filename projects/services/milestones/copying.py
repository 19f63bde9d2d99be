"""What a project takes over from its template, built and not saved."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.lib import trees
from crm.lib.errors import DomainError
from crm.models import Department, Region
from projects.models import (
    ApprovalTemplate,
    Item,
    Milestone,
    MilestoneMaterial,
    MilestoneNeed,
    Project,
    TemplateItem,
)

# Of the material, what a project takes over.
MATERIAL: Final = ("order", "name", "where", "is_key", "sample_id")
NAMED: Final = 5


def items_of(template: ApprovalTemplate) -> list[TemplateItem]:
    """With all that a project takes over of them."""
    items = template.items.select_related("department__region")
    return list(items.prefetch_related("needs", "materials"))


def copies(
    project: Project, items: Iterable[TemplateItem], units: Mapping[int, Department]
) -> list[Milestone]:
    """The template's items as those of a project, not saved yet."""
    return [
        Milestone(
            project=project,
            item=item,
            department=units[item.pk],
            attempt_from=project.started_on,
            **{name: getattr(item, name) for name in Item.COPIED},
        )
        for item in items
    ]


def hung(
    items: Iterable[TemplateItem], made: Iterable[Milestone]
) -> tuple[list[MilestoneNeed], list[MilestoneMaterial]]:
    """What hangs from the copies, which have their keys by now."""
    by_item = {one.item_id: one for one in made}
    needs, materials = [], []
    for item in items:
        own = by_item[item.pk]
        needs += [
            MilestoneNeed(milestone=own, needed=by_item[need.needed_id])
            for need in item.needs.all()
        ]
        for material in item.materials.all():
            facts = {name: getattr(material, name) for name in MATERIAL}
            materials.append(MilestoneMaterial(milestone=own, **facts))
    return needs, materials


def departments_for(
    items: Iterable[TemplateItem], region: Region
) -> dict[int, Department]:
    """Who decides on each item where the project lies, or a sentence who is missing."""
    items = list(items)
    above = trees.path_and_above(region.path)
    names = {item.department_name for item in items}
    near = Department.objects.filter(
        name__in=names, is_active=True, region__path__in=above
    ).order_by("region__path", "-path")
    # The nearest comes last and wins.
    by_name = {unit.name: unit for unit in near}
    found: dict[int, Department] = {}
    missing = []
    for item in items:
        named = item.department
        fits = named and named.is_active and named.region.path in above
        unit = named if fits else by_name.get(item.department_name)
        if unit is None:
            missing.append(f"{item.name} ({item.department_name})")
        else:
            found[item.pk] = unit
    if missing:
        between = pgettext("between names", ", ")
        raise DomainError(
            _("No department is known here for: %(items)s. Have it entered first.")
            % {"items": between.join(missing[:NAMED])},
            code="department_missing",
            field="template",
        )
    return found
