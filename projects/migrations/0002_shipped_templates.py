"""The approval templates that every installation begins with."""

import json
from pathlib import Path

from django.db import migrations
from django.utils import timezone

PATH = Path(__file__).parent.parent / "data" / "approval_templates.json"


def add_shipped(apps, schema_editor):
    """Departments come at run time: an item names its own, a project looks for it."""
    template_model = apps.get_model("projects", "ApprovalTemplate")
    for row in json.loads(PATH.read_text("utf-8"))["templates"]:
        if template_model.objects.filter(key=row["key"]).exists():
            continue
        template = template_model.objects.create(
            key=row["key"],
            name=row["name"],
            number=row["version"],
            source=row["source"],
            state="published",
            published_at=timezone.now(),
        )
        add_items(apps, template, row["items"])


def add_items(apps, template, rows):
    item_model = apps.get_model("projects", "TemplateItem")
    need_model = apps.get_model("projects", "TemplateNeed")
    material_model = apps.get_model("projects", "TemplateMaterial")
    items = {}
    for order, row in enumerate(rows, start=1):
        items[row["key"]] = item_model.objects.create(
            template=template,
            order=order,
            key=row["key"],
            name=row["name"],
            department_name=row["department"],
            stage=row["stage"],
            track=row["track"],
            kind=row["kind"],
            statutory_days=row["statutory_days"],
            committed_days=row["committed_days"],
            unit=row["unit"],
            valid_months=row["valid_months"],
            is_deferrable=row["deferrable"],
            is_pledge=row["pledge"],
        )
    need_model.objects.bulk_create(
        need_model(item=items[row["key"]], needed=items[key])
        for row in rows
        for key in row["prerequisites"]
    )
    material_model.objects.bulk_create(
        material_model(item=items[row["key"]], order=order, name=name)
        for row in rows
        for order, name in enumerate(row["materials"], start=1)
    )


def keep(apps, schema_editor):
    """Going back leaves them: projects may hang from them."""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunPython(add_shipped, keep)]
