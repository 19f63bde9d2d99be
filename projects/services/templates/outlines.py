"""Between the tables of a template and its outline."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.db.models import Max
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import Department
from projects.models import (
    ApprovalTemplate,
    Item,
    TemplateItem,
    TemplateMaterial,
    TemplateNeed,
)
from projects.outline import Outline, OutlineItem, OutlineMaterial

# Columns that both have under the same name; their place in the list is the order.
SHARED: Final = (*[name for name in Item.COPIED if name != "order"], "department_name")
Materials = Mapping[int, list[OutlineMaterial]]


def outline_of(template: ApprovalTemplate) -> Outline:
    """Read a template whole: three queries, however long it is."""
    items = list(template.items.select_related("department"))
    needs, materials = needs_of(items), materials_of(items)
    return Outline(
        key=template.key,
        name=template.name,
        source=template.source,
        items=tuple(outlined(one, needs, materials) for one in items),
    )


def outline_of_item(item: TemplateItem) -> OutlineItem:
    return outlined(item, needs_of([item]), materials_of([item]))


def outlined(
    item: TemplateItem, needs: Mapping[int, list[str]], materials: Materials
) -> OutlineItem:
    return OutlineItem(
        department_code=item.department.code if item.department else "",
        needs=tuple(needs.get(item.pk, ())),
        materials=tuple(materials.get(item.pk, ())),
        **{name: getattr(item, name) for name in SHARED},
    )


def needs_of(items: Collection[TemplateItem]) -> Mapping[int, list[str]]:
    """What each waits for, in the order of the template."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = TemplateNeed.objects.filter(item__in=items)
    in_order = rows.order_by("needed__order", "needed__pk")
    for pk, key in in_order.values_list("item_id", "needed__key"):
        found[pk].append(key)
    return found


def materials_of(items: Collection[TemplateItem]) -> Materials:
    found: dict[int, list[OutlineMaterial]] = defaultdict(list)
    rows = TemplateMaterial.objects.filter(item__in=items)
    columns = ("item_id", "name", "where", "is_key", "sample_id")
    for pk, name, where, is_key, sample in rows.values_list(*columns):
        found[pk].append(OutlineMaterial(name, where, is_key, sample))
    return found


def write_items(template: ApprovalTemplate, outline: Outline) -> None:
    """Fill an empty draft with checked items, in five statements."""
    units = departments_by_code(one.department_code for one in outline.items)
    made = TemplateItem.objects.bulk_create(
        TemplateItem(template=template, order=order, **columns_of(one, units))
        for order, one in enumerate(outline.items, start=1)
    )
    by_key = {one.key: one for one in made}
    TemplateNeed.objects.bulk_create(
        TemplateNeed(item=by_key[one.key], needed=by_key[need])
        for one in outline.items
        for need in one.needs
    )
    TemplateMaterial.objects.bulk_create(
        material
        for one in outline.items
        for material in material_rows(by_key[one.key], one.materials)
    )


def columns_of(item: OutlineItem, units: Mapping[str, Department]) -> dict[str, object]:
    values = {name: getattr(item, name) for name in SHARED}
    return {**values, "department": units.get(item.department_code)}


def material_rows(
    item: TemplateItem, materials: Iterable[OutlineMaterial]
) -> list[TemplateMaterial]:
    return [
        TemplateMaterial(
            item=item,
            order=order,
            name=one.name,
            where=one.where,
            is_key=one.is_key,
            sample_id=one.sample,
        )
        for order, one in enumerate(materials, start=1)
    ]


def departments_by_code(codes: Iterable[str]) -> dict[str, Department]:
    """The departments that items are tied to; a code nobody knows is refused."""
    wanted = set(codes) - {""}
    found = {one.code: one for one in Department.objects.filter(code__in=wanted)}
    if missing := sorted(wanted - found.keys()):
        sentence = _("There is no department with the code “%(code)s”.")
        raise DomainError(
            sentence % {"code": missing[0]},
            code="unknown_department",
            field="department_code",
        )
    return found


def next_number(key: str) -> int:
    versions = ApprovalTemplate.objects.filter(key=key)
    last: int = versions.aggregate(last=Max("number"))["last"] or 0
    return last + 1
