"""Numbers of orders: in order within a region's year, without gaps, never twice."""

from django.db.models import F

from crm.events import require_transaction
from crm.models import Region
from visits.models import OrderNumber


def take(region: Region, year: int) -> int:
    """The next one. Ask last: who has asked makes the region's others wait.

    What is rolled back gives its number back: there is no gap.
    """
    require_transaction()
    row = OrderNumber.objects.filter(region=region, year=year)
    if not row.update(last=F("last") + 1):
        # Two may come first in a new year: one inserts, both then count up.
        OrderNumber.objects.bulk_create(
            [OrderNumber(region=region, year=year)], ignore_conflicts=True
        )
        row.update(last=F("last") + 1)
    return row.values_list("last", flat=True).get()
