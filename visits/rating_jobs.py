"""What happens to ratings at night, without anybody's press."""

from django.utils import timezone

from visits.services import public_tries, ratings


def tell_and_end() -> None:
    """Tell of nameless ratings; end corrections whose second look never came."""
    now = timezone.now()
    ratings.tell_nameless(now=now)
    ratings.end_unheard(now=now)
    public_tries.forget_tries(now=now)
