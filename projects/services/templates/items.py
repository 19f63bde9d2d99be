"""Items of a draft: entered, changed, taken out; examples of their materials."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import User
from crm.services import attaching
from crm.services.attaching import Sent
from projects.models import (
    ApprovalTemplate,
    TemplateItem,
    TemplateMaterial,
    TemplateNeed,
)
from projects.outline import OutlineItem

from .checks import MOST_ITEMS, problems_of_graph, problems_of_item
from .outlines import (
    columns_of,
    departments_by_code,
    material_rows,
    outline_of,
    outline_of_item,
)
from .versions import claim_draft, refuse_first, save

# Any: what Django knows of the upload; by the place of its material.
Uploads = Mapping[int, "UploadedFile[Any]"]
Facts = Mapping[str, Any]


def save_item(
    template: ApprovalTemplate,
    wanted: OutlineItem,
    *,
    actor: User,
    pk: int | None = None,
    version: int | None = None,
    order: int | None = None,
    uploads: Uploads | None = None,
    now: datetime | None = None,
) -> TemplateItem:
    """Put an item into a draft, or change one; examples come with their materials."""
    now = now or timezone.now()
    uploads = uploads or {}
    with attaching.received(list(uploads.values())) as sent, transaction.atomic():
        template = claim_draft(template, actor)
        examples = dict(zip(uploads, sent, strict=True))
        wanted = with_examples(wanted, examples, actor, now)
        if pk is None:
            return add(template, wanted, actor, order, now)
        item = known_item(template, pk)
        return change(template, item, wanted, actor, version, order, now)


def with_examples(
    wanted: OutlineItem, examples: Mapping[int, Sent], actor: User, now: datetime
) -> OutlineItem:
    """Hang each file on its material."""
    materials = list(wanted.materials)
    for place, sent in examples.items():
        file = attaching.keep(sent, company=None, actor=actor, now=now)
        materials[place] = replace(materials[place], sample=file.pk)
    return replace(wanted, materials=tuple(materials))


def known_item(template: ApprovalTemplate, pk: int) -> TemplateItem:
    """The item, or a sentence that it is gone."""
    found = template.items.select_related("department").filter(pk=pk).first()
    if found is None:
        sentence = _("This item was taken out of the draft meanwhile.")
        raise DomainError(sentence, code="item_gone")
    return found


def add(
    template: ApprovalTemplate,
    wanted: OutlineItem,
    actor: User,
    order: int | None,
    now: datetime,
) -> TemplateItem:
    if not wanted.key:
        wanted = replace(wanted, key=free_key(template))
    if template.items.count() >= MOST_ITEMS:
        sentence = _("At most %(most)s items in one template.")
        raise DomainError(sentence % {"most": MOST_ITEMS}, code="too_many_items")
    if template.items.filter(key=wanted.key).exists():
        sentence = _("Another item has this key already.")
        raise DomainError(sentence, code="key_taken", field="key")
    check(template, wanted)
    last = template.items.aggregate(last=Max("order"))["last"] or 0
    units = departments_by_code([wanted.department_code])
    item = TemplateItem.objects.create(
        template=template,
        order=last + 1 if order is None else order,
        **columns_of(wanted, units),
    )
    hang(item, wanted)
    save(template)
    after = told(item, wanted, names_in(template))
    record(actor, "template.item_added", item, {}, after, now)
    return item


def free_key(template: ApprovalTemplate) -> str:
    keys = set(template.items.values_list("key", flat=True))
    numbers = range(1, len(keys) + 2)
    return next(f"item-{n}" for n in numbers if f"item-{n}" not in keys)


def change(
    template: ApprovalTemplate,
    item: TemplateItem,
    wanted: OutlineItem,
    actor: User,
    version: int | None,
    order: int | None,
    now: datetime,
) -> TemplateItem:
    """The key stays: by it versions are compared and projects moved."""
    if version is not None and version != item.version:
        sentence = _(
            "Somebody else changed “%(item)s” meanwhile. Compare both before you save; "
            "what you typed is kept."
        )
        raise StaleVersion(sentence % {"item": item.name}, current=item)
    old, wanted = outline_of_item(item), replace(wanted, key=item.key)
    is_moved = order is not None and order != item.order
    if wanted == old and not is_moved and samples(wanted) == samples(old):
        return item
    check(template, wanted)
    units = departments_by_code([wanted.department_code])
    names = names_in(template)
    before = told(item, old, names)
    values = columns_of(wanted, units)
    if order is not None:
        values["order"] = order
    for name, value in values.items():
        setattr(item, name, value)
    item.version += 1
    item.save(update_fields=[*values, "version"])
    hang(item, wanted)
    save(template)
    after = told(item, wanted, names)
    record(actor, "template.item_edited", item, before, after, now)
    return item


def samples(item: OutlineItem) -> list[int | None]:
    return [one.sample for one in item.materials]


def check(template: ApprovalTemplate, wanted: OutlineItem) -> None:
    """By itself, and among the others."""
    refuse_first(list(problems_of_item(wanted)))
    all_items = {**outline_of(template).by_key, wanted.key: wanted}
    refuse_first(list(problems_of_graph(all_items.values())))


def hang(item: TemplateItem, wanted: OutlineItem) -> None:
    """What it waits for and what is to be brought, written anew."""
    needed = item.template.items.filter(key__in=wanted.needs)
    item.needs.all().delete()
    TemplateNeed.objects.bulk_create(
        TemplateNeed(item=item, needed=one) for one in needed
    )
    item.materials.all().delete()
    TemplateMaterial.objects.bulk_create(material_rows(item, wanted.materials))


def names_in(template: ApprovalTemplate) -> dict[str, str]:
    return dict(template.items.values_list("key", "name"))


def told(item: TemplateItem, outline: OutlineItem, names: Mapping[str, str]) -> Facts:
    """An item as the log keeps it: departments by key, what it waits for by name."""
    columns = [one for one in OutlineItem.__slots__ if one != "department_code"]
    return {
        **{name: getattr(outline, name) for name in columns},
        "department": item.department_id,
        "order": item.order,
        "needs": [names.get(key, key) for key in outline.needs],
        "materials": [one.name for one in outline.materials],
    }


def record(
    actor: User,
    action: str,
    item: TemplateItem,
    before: Facts,
    after: Facts,
    now: datetime,
) -> None:
    names = before.keys() | after.keys()
    changes: dict[str, Any] = {
        name: [before.get(name), after.get(name)] for name in names
    }
    events.record(actor, action, item, now=now, **changes)


@transaction.atomic
def remove_item(
    template: ApprovalTemplate,
    *,
    actor: User,
    pk: int,
    version: int,
    now: datetime | None = None,
) -> None:
    """Take an item out of a draft; what waited for it waits for its needs."""
    now = now or timezone.now()
    template = claim_draft(template, actor)
    item = known_item(template, pk)
    if version != item.version:
        sentence = _("Somebody else changed “%(item)s” meanwhile. Look at it again.")
        raise StaleVersion(sentence % {"item": item.name}, current=item)
    needed = [row.needed_id for row in item.needs.all()]
    waiting = [row.item_id for row in item.needed_by.all()]
    before = told(item, outline_of_item(item), names_in(template))
    record(actor, "template.item_removed", item, before, {}, now)
    item.delete()
    TemplateNeed.objects.bulk_create(
        [
            TemplateNeed(item_id=after, needed_id=before)
            for after in waiting
            for before in needed
        ],
        ignore_conflicts=True,
    )
    save(template)
