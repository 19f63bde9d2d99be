"""Once a night: late complaints are told of, silent ones closed, counters emptied."""

from datetime import datetime

from django.utils import timezone

from visits.services import complaints


def tend(now: datetime | None = None) -> None:
    now = now or timezone.now()
    complaints.note_late(now=now)
    complaints.close_unspoken(now=now)
    complaints.forget_tries(now=now)
