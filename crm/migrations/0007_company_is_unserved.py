"""Write down which companies nobody serves; their index comes when few are left."""

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q


def note_who_serves(apps, schema_editor):
    Company = apps.get_model("crm", "Company")
    CompanyLiaison = apps.get_model("crm", "CompanyLiaison")
    open_ones = CompanyLiaison.objects.filter(company=OuterRef("pk"), ended_on=None)
    has_a = Exists(open_ones.filter(role="A"))
    left = Exists(open_ones.filter(officer__is_active=False))
    Company.objects.update(is_unserved=~has_a | Q(left))


class Migration(migrations.Migration):
    dependencies = [("crm", "0006_pinyin_of_neighbours")]
    operations = [
        migrations.AddField(
            model_name="company",
            name="is_unserved",
            field=models.BooleanField(default=True, editable=False),
        ),
        migrations.RunPython(note_who_serves, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="company",
            index=models.Index(condition=models.Q(("is_unserved", True)), fields=["-updated_at", "-id", "last_visit_on", "region_path", "size", "stage", "industry", "archived_at", "merged_into", "is_unserved"], name="company_unserved"),
        ),
    ]
