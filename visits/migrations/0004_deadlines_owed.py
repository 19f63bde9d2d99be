"""Whose promise a running deadline is, for those that began before it was kept."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

CLOCKS = ("contact_by", "reply_by", "solve_by")


def fill(apps, schema_editor):
    Deadline = apps.get_model("crm", "Deadline")
    Ticket = apps.get_model("visits", "Ticket")
    TicketPart = apps.get_model("visits", "TicketPart")
    leads = TicketPart.objects.filter(is_lead=True, ended_on=None)
    for clock in CLOCKS:
        ticket = Ticket.objects.filter(**{clock: OuterRef("pk")})
        lead = leads.filter(**{f"ticket__{clock}": OuterRef("pk")})
        keys = Ticket.objects.filter(**{f"{clock}__isnull": False}).values(clock)
        Deadline.objects.filter(pk__in=keys).update(
            department=Subquery(lead.values("department")[:1]),
            handler=Subquery(ticket.values("handler")[:1]),
        )
    part = TicketPart.objects.filter(answer_by=OuterRef("pk"))
    keys = TicketPart.objects.filter(answer_by__isnull=False).values("answer_by")
    Deadline.objects.filter(pk__in=keys).update(
        department=Subquery(part.values("department")[:1])
    )


class Migration(migrations.Migration):

    dependencies = [
        ("crm", "0005_deadline_owed"),
        ("visits", "0003_photo_withdrawn"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
