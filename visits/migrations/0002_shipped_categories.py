"""The categories that every installation begins with; editable afterwards."""

import json
from pathlib import Path

from django.db import migrations

PATH = Path(__file__).parent.parent / "data" / "categories.json"


def add_shipped(apps, schema_editor):
    """Departments come at run time: their leads are linked later, by code or name."""
    category_model = apps.get_model("visits", "Category")
    data = json.loads(PATH.read_text("utf-8"))
    days = data["days"]
    known = set(category_model.objects.values_list("key", flat=True))
    category_model.objects.bulk_create(
        category_model(
            key=row["key"],
            name=row["name"],
            kind=row["kind"],
            lead_rule="town" if row["lead"] == "town" else "department",
            contact_days=days["contact"],
            first_reply_days=days["first_reply"],
            solve_days=days["solve"][row["kind"]],
            order=order,
        )
        for order, row in enumerate(data["categories"], start=1)
        if row["key"] not in known
    )


def keep(apps, schema_editor):
    """Going back leaves them: tickets may hang from them."""


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial")]
    operations = [migrations.RunPython(add_shipped, keep)]
