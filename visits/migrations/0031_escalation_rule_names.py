"""The clock of the solution is called 办结 everywhere; rules renamed by hand stay."""

from django.db import migrations

NAMES = {
    "ticket_due_soon": ("答复期限临近", "办结期限临近"),
    "ticket_late": ("答复逾期", "办结逾期"),
    "ticket_late_3": ("答复逾期超过 3 个工作日", "办结逾期超过 3 个工作日"),
    "ticket_late_10": ("答复逾期超过 10 个工作日", "办结逾期超过 10 个工作日"),
}


def rename(apps, schema_editor):
    rules = apps.get_model("visits", "EscalationRule").objects
    for key, (old, new) in NAMES.items():
        rules.filter(key=key, name=old).update(name=new)


def name_back(apps, schema_editor):
    rules = apps.get_model("visits", "EscalationRule").objects
    for key, (old, new) in NAMES.items():
        rules.filter(key=key, name=new).update(name=old)


class Migration(migrations.Migration):
    dependencies = [("visits", "0030_ticket_due_filled")]
    operations = [migrations.RunPython(rename, name_back)]
