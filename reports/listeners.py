"""What happens here when something changes below."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from crm.models import User
from visits.models import Visit
from visits.signals import visit_changed

from .services import queue_first_report, request_visit_report


@receiver(visit_changed)
def make_report_anew(
    sender: object,
    visit: Visit,
    actor: User | None,
    now: datetime,
    what: str,
    waits: bool = False,
    **kwargs: Any,
) -> None:
    """A held visit has its report; a change of its content makes the next version."""
    if what == "held":
        queue_first_report(visit, actor=actor, now=now, waits=waits)
    elif visit.status == Visit.Status.HELD:
        request_visit_report(visit, actor=actor, now=now)
