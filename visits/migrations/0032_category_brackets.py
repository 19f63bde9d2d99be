"""One shipped category gets the brackets of Chinese; a name of somebody's own stays."""

from django.db import migrations

KEY = "life"
HALF, FULL = "职工生活(上学就医住房)", "职工生活（上学就医住房）"


def renamed(before, after):
    def rename(apps, schema_editor):
        categories = apps.get_model("visits", "Category")
        categories.objects.filter(key=KEY, name=before).update(name=after)

    return rename


class Migration(migrations.Migration):
    dependencies = [("visits", "0031_escalation_rule_names")]
    operations = [migrations.RunPython(renamed(HALF, FULL), renamed(FULL, HALF))]
