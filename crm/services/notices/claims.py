"""A worker takes a message, sends it, and says what became of it.

It claims the row by an update before it sends and settles it afterwards. A claim that
was never settled runs out; then the message is sent again under the same Message-ID.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Delivery, Notice, Role, User
from crm.services.rights import require

from . import hours

State = Delivery.State
# Where the keys of robots stand, it stands for the way that is none.
MAIL_SERVER: Final = 0
# Longer than the slowest conversation with a mail server or a robot.
LEASE: Final = timedelta(minutes=5)
# Minutes to the next try; after that, some two days on, it is given up.
PAUSES: Final = (1, 5, 15, 60, 180, 480, 720, 1440)


def claim(pk: int, *, now: datetime) -> Delivery | None:
    """Take one that is due; None if another worker was first."""
    mine = uuid.uuid4()
    taken = Delivery.objects.open().filter(pk=pk, next_at__lte=now)
    if not taken.update(
        state=State.SENDING, claim=mine, next_at=now + LEASE, tries=F("tries") + 1
    ):
        return None
    found = Delivery.objects.select_related(
        "recipient", "robot", "notice__event__actor"
    )
    return found.filter(pk=pk, claim=mine).first()


def settle(
    delivery: Delivery, state: Delivery.State, *, now: datetime, error: str = ""
) -> bool:
    """Note the end; False if the claim had run out and another has it now."""
    return _note(delivery, state=state, error=error, settled_at=now, next_at=now)


def put_off(delivery: Delivery, until: datetime) -> bool:
    """Not now: this was no try."""
    return _note(
        delivery, state=State.WAITING, next_at=until, tries=max(delivery.tries - 1, 0)
    )


@transaction.atomic
def fail(delivery: Delivery, error: str, *, is_final: bool, now: datetime) -> bool:
    """Wait longer from try to try, and then give it up and say so."""
    tries = delivery.tries
    if not is_final and tries <= len(PAUSES):
        until = now + timedelta(minutes=PAUSES[tries - 1])
        return _note(delivery, state=State.WAITING, error=error, next_at=until)
    if not settle(delivery, State.DEAD, now=now, error=error):
        return False
    events.record(
        None,
        "delivery.failed",
        delivery,
        now=now,
        channel=delivery.channel,
        error=error,
    )
    return True


def _note(delivery: Delivery, **changes: object) -> bool:
    mine = Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim)
    return mine.update(claim=None, **changes) == 1


@transaction.atomic
def retry(delivery: Delivery, *, actor: User, now: datetime | None = None) -> Delivery:
    """Try a failed one again, from the beginning and under the same Message-ID."""
    require(actor, Role.SYSTEM_ADMIN)
    now = now or timezone.now()
    delivery = Delivery.objects.claim(delivery.pk, actor)
    if delivery.state in Delivery.OPEN:
        return delivery  # pressed twice
    if delivery.state != State.DEAD:
        sentence = _("Only a message that failed is sent again.")
        raise DomainError(sentence, code="not_failed")
    delivery.state, delivery.settled_at = State.WAITING, None
    delivery.tries, delivery.error = 0, ""
    delivery.next_at = hours.send_at(now, is_urgent=delivery.is_urgent)
    names = ["state", "settled_at", "tries", "error", "next_at"]
    delivery.save(update_fields=names)
    events.record(actor, "delivery.retried", delivery, now=now)
    return delivery


def due(now: datetime, *, resting: Collection[int], most: int) -> list[Delivery]:
    """The first whose time has come; of robots that are given a rest none.

    MAIL_SERVER among the resting stands for all mails and summaries.
    """
    rows = Delivery.objects.due(now)
    if MAIL_SERVER in resting:
        rows = rows.filter(robot__isnull=False)
    if robots := [pk for pk in resting if pk != MAIL_SERVER]:
        rows = rows.exclude(robot__in=robots)
    return list(rows[:most])


def forget(*, now: datetime) -> None:
    """Clear away old notices with their messages; what they tell of stays."""
    before = now - timedelta(days=settings.CRM_NOTICE_DAYS)
    Notice.objects.filter(created_at__lt=before).delete()
    settled = Delivery.objects.exclude(state__in=Delivery.OPEN)
    settled.filter(created_at__lt=before).delete()
