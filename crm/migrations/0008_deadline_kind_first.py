from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0007_company_orders")]

    operations = [
        migrations.RemoveIndex(model_name="deadline", name="deadline_running"),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("met_at__isnull", True)),
                fields=["kind", "due_on"],
                name="deadline_running",
            ),
        ),
    ]
