"""When messages may leave the house: in working hours of working days."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from crm.services import calendar


def works_on(day: date) -> bool:
    return calendar.add(day, 0).due == day


def is_quiet(now: datetime) -> bool:
    return opening(now) > now


def opening(now: datetime) -> datetime:
    """Now if it is working time, else when that begins again."""
    local = timezone.localtime(now)
    today, clock = local.date(), local.time()
    # The start day itself, or the next working day.
    first = calendar.add(today, 0).due
    if first == today and clock >= settings.CRM_QUIET_FROM:
        first = calendar.add(today, 1).due
    assert first is not None, "no pause is open"
    if first > today:
        return begin(datetime.combine(first, settings.CRM_QUIET_UNTIL))
    return max(now, begin(datetime.combine(today, settings.CRM_QUIET_UNTIL)))


def begin(naive: datetime) -> datetime:
    return timezone.make_aware(naive)


def send_at(now: datetime, *, is_urgent: bool) -> datetime:
    """When a message that is written now goes out."""
    return now if is_urgent else opening(now)
