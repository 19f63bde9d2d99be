"""Rules for supervision orders and for bad ratings; editable afterwards."""

import json
from pathlib import Path

from django.db import migrations
from django.db.models import Max

PATH = Path(__file__).parent.parent / "data" / "escalation_rules_more.json"


def add_shipped(apps, schema_editor):
    rule_model = apps.get_model("visits", "EscalationRule")
    data = json.loads(PATH.read_text("utf-8"))
    last = rule_model.objects.aggregate(last=Max("order"))["last"] or 0
    for order, row in enumerate(data["rules"], start=last + 1):
        known = rule_model.objects.filter(key=row["key"])
        if not known.exists():
            rule_model.objects.create(order=order, **row)
        elif row["trigger"] == "bad_rating":
            # What take_back() made silent.
            known.filter(trigger="overdue").update(
                trigger="bad_rating", threshold=row["threshold"], is_active=True
            )


def take_back(apps, schema_editor):
    """They stay, for escalations may hang from them, in words the old schema knows."""
    rules = apps.get_model("visits", "EscalationRule").objects
    rules.filter(trigger="bad_rating").update(trigger="overdue", is_active=False)


class Migration(migrations.Migration):
    dependencies = [("visits", "0021_more_escalation")]
    operations = [migrations.RunPython(add_shipped, take_back)]
