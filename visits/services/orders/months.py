"""The month that a list of orders hangs from, and who took it out as a file."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from crm import events
from crm.models import Region, User
from visits.models import OrderMonth


def month_of(region: Region, first_on: date) -> OrderMonth:
    """The row of this region's month, made when it is first asked for."""
    row, _made = OrderMonth.objects.get_or_create(
        region=region, first_on=first_on.replace(day=1)
    )
    return row


@transaction.atomic
def note_export(
    month: OrderMonth, *, actor: User, count: int, now: datetime | None = None
) -> None:
    """Who took which list out stands in the audit trail."""
    now = now or timezone.now()
    events.record(
        actor,
        "order_month.exported",
        month,
        now=now,
        first_on=month.first_on,
        row_count=count,
    )
