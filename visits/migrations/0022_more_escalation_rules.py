"""Rules for supervision orders and for bad ratings; editable afterwards."""

import json
from pathlib import Path

from django.db import migrations
from django.db.models import Max

PATH = Path(__file__).parent.parent / "data" / "escalation_rules_more.json"


def add_shipped(apps, schema_editor):
    rule_model = apps.get_model("visits", "EscalationRule")
    data = json.loads(PATH.read_text("utf-8"))
    known = set(rule_model.objects.values_list("key", flat=True))
    last = rule_model.objects.aggregate(last=Max("order"))["last"] or 0
    rule_model.objects.bulk_create(
        rule_model(order=order, **row)
        for order, row in enumerate(data["rules"], start=last + 1)
        if row["key"] not in known
    )


def keep(apps, schema_editor):
    """Going back leaves them: escalations may hang from them."""


class Migration(migrations.Migration):
    dependencies = [("visits", "0021_more_escalation")]
    operations = [migrations.RunPython(add_shipped, keep)]
