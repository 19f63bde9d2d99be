"""What stands open without a login is counted per line, and the line not kept."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.devices import network_of
from crm.lib.errors import DomainError
from crm.models import User
from visits.models import ComplaintTry

from .codes import digest_of

HOUR: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=2)
Door = ComplaintTry.Door


class TooManyTriesError(DomainError):
    """This line has had its share of the hour."""

    code = "too_many_tries"


def line_of(address: str) -> str:
    return digest_of("visits.complaint.line", network_of(address))


def line_of_user(user: User) -> str:
    return digest_of("visits.complaint.line", f"user {user.pk}")


@transaction.atomic
def pass_door(door: str, line: str, *, now: datetime | None = None) -> None:
    """Count one use, or refuse it. What is refused is not counted on: it is undone."""
    now = now or timezone.now()
    most = {
        Door.FILE: settings.CRM_COMPLAINTS_PER_HOUR,
        Door.LOOK: settings.CRM_COMPLAINT_LOOKS_PER_HOUR,
    }[Door(door)]
    ComplaintTry.objects.create(door=door, line_hash=line, at=now)
    used = ComplaintTry.objects.filter(door=door, line_hash=line, at__gt=now - HOUR)
    if used.count() > most:
        raise TooManyTriesError(
            _("Too many attempts from this network. Please try again in an hour.")
        )


def forget_tries(*, now: datetime) -> None:
    """Remove what no limit looks at any more."""
    ComplaintTry.objects.filter(at__lt=now - KEPT).delete()
