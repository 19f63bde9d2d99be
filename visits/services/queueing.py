"""How long a ticket waits for the dispatch centre, in working hours."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from crm.lib import workhours
from crm.lib.workhours import Hours
from crm.services import calendar
from visits.models import FirstDispatch, Ticket

MINUTE = timedelta(minutes=1)


def hours() -> Hours:
    return Hours(*settings.CRM_WORK_HOURS)


def target() -> timedelta:
    return timedelta(hours=settings.CRM_DISPATCH_HOURS)


def waited(since: datetime, until: datetime) -> timedelta:
    """The working hours between two moments."""
    return workhours.waited(
        timezone.localtime(since),
        timezone.localtime(until),
        hours=hours(),
        calendar=calendar.current(),
    )


def over_target_before(now: datetime) -> datetime:
    """Whatever was raised before this moment has waited longer than it should."""
    return workhours.moment_before(
        timezone.localtime(now), target(), hours=hours(), calendar=calendar.current()
    )


def measured(raised_at: datetime, at: datetime) -> dict[str, Any]:  # Any: as columns
    """What is noted of a ticket that leaves the queue; bulk loading writes it too."""
    long = waited(raised_at, at)
    return {
        "at": at,
        "waited_minutes": long // MINUTE,
        "is_in_time": long <= target(),
    }


def note_dispatch(ticket: Ticket, *, at: datetime) -> None:
    """The first one counts; what follows on a return is another matter."""
    row = FirstDispatch(
        ticket=ticket,
        region_path=ticket.company.region_path,
        **measured(ticket.raised_at, at),
    )
    FirstDispatch.objects.bulk_create([row], ignore_conflicts=True)
