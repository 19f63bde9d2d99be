"""Pinyin of contacts; what is stored gets its own from `rebuild_search`."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0008_liaison_named")]
    operations = [
        migrations.AddField(
            model_name="companysearch",
            name="people_pinyin",
            field=models.TextField(blank=True, default=""),
        )
    ]
