"""The records of who serves a company get a name on screens; no column changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("crm", "0007_company_is_unserved")]
    operations = [
        migrations.AlterModelOptions(
            name="companyliaison",
            options={
                "ordering": ["ended_on", "role", "-started_on", "pk"],
                "verbose_name": "officer of a company",
                "verbose_name_plural": "officers of companies",
            },
        )
    ]
