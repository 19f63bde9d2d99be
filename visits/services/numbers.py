"""Numbers of tickets: 2026-000123, in order within a year, never given twice."""

from django.db.models import F

from crm.events import require_transaction
from visits.models import TicketNumber


def take(year: int) -> str:
    """The next number. Ask late: who has asked makes the others of that year wait."""
    return take_many(year, 1)[0]


def take_many(year: int, count: int) -> list[str]:
    """Several numbers in a row, for bulk loading."""
    # Outside a transaction the counter would move without its ticket.
    require_transaction()
    row = TicketNumber.objects.filter(year=year)
    if not row.update(last=F("last") + count):
        # Two may come first in a new year: one inserts, both then count up.
        TicketNumber.objects.bulk_create(
            [TicketNumber(year=year)], ignore_conflicts=True
        )
        row.update(last=F("last") + count)
    last = row.values_list("last", flat=True).get()
    return [number_of(year, n) for n in range(last - count + 1, last + 1)]


def number_of(year: int, n: int) -> str:
    return f"{year}-{n:06d}"
