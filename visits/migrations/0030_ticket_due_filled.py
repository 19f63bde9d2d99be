"""Which clock of each open ticket ends first; the acts write it from now on."""

from django.db import migrations
from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When

CLOCKS = ("contact_by", "reply_by", "solve_by", "next_reply_by")
KINDS = ("contact", "first_reply", "solve", "next_reply")


def fill(apps, schema_editor):
    ticket_model = apps.get_model("visits", "Ticket")
    deadline_model = apps.get_model("crm", "Deadline")
    of_ticket = Q(pk=OuterRef(CLOCKS[0]))
    for name in CLOCKS[1:]:
        of_ticket |= Q(pk=OuterRef(name))
    on_the_way = Case(
        *(When(kind=kind, then=Value(place)) for place, kind in enumerate(KINDS)),
        output_field=IntegerField(),
    )
    running = deadline_model.objects.filter(
        of_ticket, met_at=None, due_on__isnull=False
    )
    first = running.order_by("due_on", on_the_way)
    open_ones = Q()
    for name in CLOCKS:
        open_ones |= Q(
            **{
                f"{name}__isnull": False,
                f"{name}__met_at": None,
                f"{name}__due_on__isnull": False,
            }
        )
    keys = ticket_model.objects.filter(open_ones).values("pk")
    ticket_model.objects.filter(pk__in=keys).update(
        due_on=Subquery(first.values("due_on")[:1]),
        due_kind=Subquery(first.values("kind")[:1]),
    )


def forget(apps, schema_editor):
    """The columns go with the step before."""


class Migration(migrations.Migration):
    dependencies = [("visits", "0029_ticket_due"), ("crm", "0015_stand_ins")]
    operations = [migrations.RunPython(fill, forget)]
