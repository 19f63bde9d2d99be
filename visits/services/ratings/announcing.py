"""Ratings without a name are told to officials in the morning, in no order."""

from datetime import datetime
from random import SystemRandom

from django.db import transaction
from django.utils import timezone

from visits.models import Rating

from .giving import announce


@transaction.atomic
def tell_nameless(*, now: datetime | None = None) -> int:
    """Announce what was given on earlier days; returns how many.

    At once the order of the log would say after whose sign-in it was given.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    waiting = Rating.objects.filter(told_on=None, rated_on__lt=today)
    ratings = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    SystemRandom().shuffle(ratings)
    for rating in ratings:
        rating.told_on = today
        rating.save(update_fields=["told_on"])
        announce(rating, actor=None, now=now)
    return len(ratings)
