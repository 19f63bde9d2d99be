"""Signing in with a phone: a code is asked for, sent by the worker, and used once.

Companies' people only: officials keep their password. Whoever asks is answered alike
whether anybody has that phone or not.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from crm import events
from crm.lib.devices import network_of
from crm.lib.errors import DomainError
from crm.lib.tasks import enqueue
from crm.models import Grant, LoginCode, Role, User

from .sessions import note_refusal

MINUTES: Final = 5
PAUSE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
# With four tries each, twenty guesses an hour: as many as for a password.
PER_HOUR: Final = 5
KEPT: Final = timedelta(days=1)


class TooManyCodesError(DomainError):
    """The next code has to wait; until when is in the sentence."""

    code = "too_many_codes"

    def __init__(self, until: datetime) -> None:
        sentence = _(
            "A code was asked for a moment ago, or several in the last hour. You can "
            "ask for another at %(time)s; the one you have may still be valid."
        )
        super().__init__(sentence % {"time": f"{timezone.localtime(until):%H:%M:%S}"})


def people_with(phone: str, now: datetime) -> list[User]:
    """The accounts that this phone opens: of companies' people and nobody else."""
    held = Grant.objects.current(timezone.localdate(now))
    others = held.exclude(role=Role.OWNER).values("user")
    owners = held.filter(role=Role.OWNER).values("user")
    people = User.objects.active().filter(phone=phone, department=None)
    return list(people.filter(pk__in=owners).exclude(pk__in=others).order_by("pk"))


def accounts_of(people: list[User], now: datetime) -> dict[int, str]:
    """Each account by its key, named by its person and companies."""
    held = Grant.objects.current(timezone.localdate(now)).filter(user__in=people)
    rows = held.order_by("pk").values_list("user", "company__name")
    return {
        user.pk: " · ".join([user.name, *(name for pk, name in rows if pk == user.pk)])
        for user in people
    }


@transaction.atomic
def ask_for_code(phone: str, *, address: str, now: datetime | None = None) -> LoginCode:
    """Leave a code to be made and sent, at most one a minute and five an hour."""
    now = now or timezone.now()
    network = network_of(address)
    refuse_too_many(phone, network, now)
    asked = LoginCode(
        phone=phone,
        address=network,
        asked_at=now,
        minute=int(now.timestamp()) // 60,
        expires_at=now + timedelta(minutes=MINUTES),
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError:
        raise TooManyCodesError(now + PAUSE) from None
    enqueue("crm.jobs.send_login_code", asked.pk)
    return asked


def refuse_too_many(phone: str, network: str, now: datetime) -> None:
    """Raise if phone or network has had its share."""
    asked = LoginCode.objects.filter(asked_at__gt=now - HOUR).order_by("-asked_at")
    limits = [
        (Q(phone=phone), 1, PAUSE),
        (Q(phone=phone), PER_HOUR, HOUR),
        (Q(address=network), settings.CRM_CODES_PER_ADDRESS, HOUR),
    ]
    for whose, most, span in limits:
        times = asked.filter(whose, asked_at__gt=now - span)
        earlier = times.values_list("asked_at", flat=True)[most - 1 : most]
        for at in earlier:
            raise TooManyCodesError(at + span)


@transaction.atomic
def make_code(pk: int, *, now: datetime | None = None) -> tuple[str, str] | None:
    """Phone and code to be sent; None if nobody here has that phone.

    Made by who sends it: in clear it stands in no table, not even in the queue.
    """
    now = now or timezone.now()
    asked = LoginCode.objects.open(now).select_for_update().filter(pk=pk).first()
    people = people_with(asked.phone, now) if asked else []
    if asked is None or not people:
        return None
    code = f"{secrets.randbelow(10**6):06}"
    asked.code_hash = hash_of(asked.key, code)
    asked.save(update_fields=["code_hash"])
    for user in people:
        events.record(None, "session.code_sent", user, now=now)
    return asked.phone, code


def hash_of(key: UUID, code: str) -> str:
    """Under our key: a million codes are tried in a second by who has the table."""
    keyed = salted_hmac("crm.login_code", f"{key} {code}", algorithm="sha256")
    return keyed.hexdigest()


def find_code(key: UUID, now: datetime) -> LoginCode | None:
    """What was asked for under this key, as long as it can be used."""
    return LoginCode.objects.open(now).filter(key=key).first()


@dataclass(frozen=True)
class Checked:
    """What a typed code came to: a person, some to choose from, or neither."""

    user: User | None = None
    accounts: Mapping[int, str] = field(default_factory=dict)
    # Used, too old, or tried too often: there is no point in typing again.
    is_over: bool = False


@transaction.atomic
def use_code(
    key: UUID,
    *,
    code: str,
    account: int | None = None,
    where: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Checked:
    """Use the code up and say whose account it opens.

    Whoever has several is asked first; the code then stays good for the next try.
    """
    now = now or timezone.now()
    codes = LoginCode.objects.open(now).filter(key=key)
    if not codes.update(tries=F("tries") + 1):
        return Checked(is_over=True)
    asked = LoginCode.objects.get(key=key)
    people = people_with(asked.phone, now)
    # A phone that nobody has is compared as well, so that time tells nothing.
    is_right = constant_time_compare(asked.code_hash or "-", hash_of(key, code))
    if not is_right or not people:
        user = people[0] if people else None
        note_refusal(asked.phone, user=user, where=where, now=now, reason="wrong_code")
        return Checked(is_over=not codes.exists())
    chosen = [user for user in people if account in {None, user.pk}]
    if len(chosen) != 1:
        return Checked(accounts=accounts_of(people, now))
    asked.used_at = now
    asked.save(update_fields=["used_at"])
    return Checked(user=chosen[0])


def forget_codes(*, now: datetime) -> None:
    """Remove what no limit looks at any more."""
    LoginCode.objects.filter(asked_at__lt=now - KEPT).delete()
