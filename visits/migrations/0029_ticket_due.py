
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0015_stand_ins'),
        ('projects', '0013_joint_session'),
        ('visits', '0028_ticket_merged'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='due_kind',
            field=models.CharField(blank=True, editable=False, max_length=20),
        ),
        migrations.AddField(
            model_name='ticket',
            name='due_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('due_on__isnull', False)), fields=['due_on', 'id', 'company'], name='ticket_by_due'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_kind', ''), ('due_on__isnull', True)), models.Q(('due_on__isnull', False), models.Q(('due_kind', ''), _negated=True)), _connector='OR'), name='ticket_due_on_has_kind'),
        ),
    ]
