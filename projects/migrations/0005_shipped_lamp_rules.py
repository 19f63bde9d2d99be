"""The rules that light the lamps of projects, as cities have published them."""

from django.db import migrations

# Kind, yellow, red: 10 to 30 points yellow and more than 30 red; two yellow months in a
# row red; a step not reached in its month yellow, after three months red.
SHIPPED = [("behind", 10, 30), ("in_a_row", None, 2), ("step", 0, 3)]


def add_shipped(apps, schema_editor):
    rule_model = apps.get_model("projects", "LampRule")
    for order, (kind, yellow, red) in enumerate(SHIPPED, start=1):
        rule_model.objects.get_or_create(
            kind=kind, defaults={"yellow": yellow, "red": red, "order": order}
        )


def keep(apps, schema_editor):
    """Going back leaves them: they may have been edited."""


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_lamp_rules")]
    operations = [migrations.RunPython(add_shipped, keep)]
