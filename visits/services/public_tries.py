"""How often one network may be at the pages that ask for no login."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from crm.lib.devices import network_of
from crm.lib.errors import DomainError
from visits.models import PublicTry

HOUR: Final = 3600
KEPT_HOURS: Final = 24


class TooManyTriesError(DomainError):
    """This network has had its share of this hour."""

    code = "too_many_tries"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This page was asked for very often from your network. Please try "
                "again in an hour; nothing is lost, your link stays good."
            )
        )


@transaction.atomic
def count_try(address: str, *, most: int, now: datetime | None = None) -> None:
    """One more of this hour; refused beyond `most`."""
    now = now or timezone.now()
    hour = int(now.timestamp()) // HOUR
    key: dict[str, Any] = {"network": key_of(address, hour), "hour": hour}
    PublicTry.objects.get_or_create(**key)
    # The condition and the count in one statement: many at once cannot pass it.
    if not PublicTry.objects.filter(**key, count__lt=most).update(count=F("count") + 1):
        raise TooManyTriesError


def key_of(address: str, hour: int) -> str:
    """Of this hour only: the same network has another key in the next one."""
    text = f"{network_of(address)} {hour}"
    return salted_hmac("visits.public_try", text, algorithm="sha256").hexdigest()


def forget_tries(*, now: datetime) -> None:
    last = int(now.timestamp()) // HOUR - KEPT_HOURS
    PublicTry.objects.filter(hour__lt=last).delete()
