from django.db import migrations
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """Until now a ticket was dispatched once; the events say how often it was redone."""
    Ticket = apps.get_model("visits", "Ticket")
    Event = apps.get_model("crm", "Event")
    Ticket.objects.filter(dispatched_at__isnull=False).update(dispatch_count=1)
    rejected = Event.objects.filter(
        subject_type="visits.ticket", action="ticket.rejected"
    )
    counted = (
        rejected.filter(subject_id=OuterRef("pk"))
        .order_by()
        .values("subject_id")
        .annotate(times=Count("pk"))
        .values("times")
    )
    redone = Ticket.objects.filter(pk__in=rejected.values("subject_id"))
    redone.update(redo_count=Coalesce(Subquery(counted), 0))


class Migration(migrations.Migration):

    dependencies = [("visits", "0009_closed_loop"), ("crm", "0011_pause_kinds")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
