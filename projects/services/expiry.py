"""Approvals lapse: a warning 90 and 30 days ahead, each given once."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crm import events
from projects.models import Milestone
from projects.models.states import APPROVED

# Days ahead, the nearest first: what is told then is not told of the other.
STEPS: Final = (30, 90)


def warn(*, today: date, now: datetime | None = None) -> int:
    """Write a warning for each approval that has come so near; how many there were.

    The condition of the update is the proof: of two who run at once one finds none.
    """
    now, count = now or timezone.now(), 0
    for days in STEPS:
        near = Milestone.objects.living().filter(
            not_warned(days),
            state__in=APPROVED,
            expires_on__gte=today,
            expires_on__lte=today + timedelta(days=days),
            project__archived_at=None,
            project__finished_on=None,
        )
        for pk in list(near.values_list("pk", flat=True)):
            count += warn_of(pk, days, now)
    return count


def not_warned(days: int) -> Q:
    return Q(warned_days=None) | Q(warned_days__gt=days)


@transaction.atomic
def warn_of(pk: int, days: int, now: datetime) -> int:
    rows = Milestone.objects.filter(not_warned(days), pk=pk)
    if not rows.update(warned_days=days):
        return 0
    milestone = Milestone.objects.select_related("project").get(pk=pk)
    events.record(
        None,
        "milestone.expires_soon",
        milestone,
        company=milestone.project.company_id,
        is_public=True,
        now=now,
        expires_on=milestone.expires_on,
        warned_days=days,
    )
    return 1
