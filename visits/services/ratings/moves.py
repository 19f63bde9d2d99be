"""The clock of a correction moved by itself: say so on the correction."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from crm.models import Deadline, User
from crm.signals import Moved, deadlines_moved
from visits.models import Correction

from .correcting import tell


@receiver(deadlines_moved, sender=Deadline)
def tell_moved(
    moved: list[Moved], actor: User | None, now: datetime, **kwargs: Any
) -> None:
    by_key = {one.deadline.pk: one for one in moved}
    found = Correction.objects.filter(fix_by__in=by_key).select_related("rating")
    for correction in found:
        one = by_key[correction.fix_by_id]
        due_on = [one.due_on, one.deadline.due_on]
        tell(correction, "due_moved", actor, now, due_on=due_on)
