"""Industries and tags to start from; rows that are there already are left alone."""

import json
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"


def rows_of(name):
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))[name]


def add_industries(apps, schema_editor):
    Industry = apps.get_model("crm", "Industry")
    known = set(Industry.objects.values_list("code", flat=True))
    # Parents stand before their children in the file.
    Industry.objects.bulk_create(
        Industry(
            code=row["code"],
            name=row["name"],
            parent_id=row["parent"],
            size_method=row["method"],
        )
        for row in rows_of("industries")
        if row["code"] not in known
    )


def add_tags(apps, schema_editor):
    Tag = apps.get_model("crm", "Tag")
    known = set(Tag.objects.values_list("key", flat=True))
    Tag.objects.bulk_create(
        Tag(
            key=row["key"],
            name=row["name"],
            order=row["order"],
            is_watched=row["watched"],
        )
        for row in rows_of("tags")
        if row["key"] not in known
    )


class Migration(migrations.Migration):
    dependencies = [("crm", "0003_company_words")]
    operations = [
        migrations.RunPython(add_industries, migrations.RunPython.noop),
        migrations.RunPython(add_tags, migrations.RunPython.noop),
    ]
