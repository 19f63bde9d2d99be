"""Robots of group chats, entered by the system administrator. Keys are never shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Delivery, Department, Region, Robot, Role, User
from crm.services.rights import require

from . import outbox

Service = Robot.Service
# Where each service is, for all who have no closed installation of their own.
HOSTS: Final[Mapping[str, str]] = {
    Service.WECOM: "qyapi.weixin.qq.com",
    Service.DINGTALK: "oapi.dingtalk.com",
    Service.FEISHU: "open.feishu.cn",
}
# What stands in the address that the service shows; people paste it whole.
TOKEN: Final = re.compile(r"(?:key=|access_token=|/hook/)?([0-9A-Za-z_-]{8,200})/?$")
# As the services make them; anything else would be refused in the worker only.
SIGNING_KEY: Final = re.compile(r"[0-9A-Za-z]{8,200}")
FIELDS: Final = ("service", "name", "department", "region", "host")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A robot as it is typed; an empty token leaves the one that is known."""

    service: str
    name: str
    department: Department | None = None
    region: Region | None = None
    host: str = ""
    token: str = ""
    signing_key: str = ""


@transaction.atomic
def add_robot(profile: Profile, *, actor: User, now: datetime | None = None) -> Robot:
    """Enter a robot for a unit or a region."""
    require(actor, Role.SYSTEM_ADMIN)
    if not profile.token.strip():
        sentence = _("Paste the robot's address or its key.")
        raise DomainError(sentence, code="token_missing", field="token")
    robot = Robot(**values_of(profile))
    keep_secret(robot, profile)
    save(robot, [])
    changes: dict[str, Any] = {name: [None, getattr(robot, name)] for name in FIELDS}
    events.record(actor, "robot.added", robot, now=now, **changes)
    return robot


@transaction.atomic
def edit_robot(
    robot: Robot,
    *,
    actor: User,
    profile: Profile,
    version: int,
    now: datetime | None = None,
) -> Robot:
    """Change it; who leaves the key empty keeps the one that is known."""
    robot = claim(robot, actor)
    if version != robot.version:
        sentence = _("Somebody else changed this robot meanwhile. Look at it again.")
        raise StaleVersion(sentence, current=robot)
    values, before = values_of(profile), events.snapshot(robot, *FIELDS)
    is_elsewhere = (values["service"], values["host"]) != (robot.service, robot.host)
    if is_elsewhere and not profile.token.strip():
        # Or a key could be sent to a host of the administrator's own.
        sentence = _("For another host or service paste the robot's key again.")
        raise DomainError(sentence, code="token_missing", field="token")
    for name, value in values.items():
        setattr(robot, name, value)
    is_new = keep_secret(robot, profile)
    robot.version += 1
    save(robot, [*FIELDS, "token", "signing_key", "version"])
    changes = events.changed(before, robot)
    if is_new:
        changes["is_new_key"] = True
    events.record(actor, "robot.edited", robot, now=now, **changes)
    return robot


@transaction.atomic
def close_robot(robot: Robot, *, actor: User, now: datetime | None = None) -> Robot:
    """It speaks no more; what still waits to be said is dropped by the worker."""
    return switch(robot, actor, "robot.closed", is_active=False, now=now)


@transaction.atomic
def reopen_robot(robot: Robot, *, actor: User, now: datetime | None = None) -> Robot:
    return switch(robot, actor, "robot.reopened", is_active=True, now=now)


def switch(
    robot: Robot, actor: User, action: str, *, is_active: bool, now: datetime | None
) -> Robot:
    robot = claim(robot, actor)
    if robot.is_active == is_active:
        return robot  # pressed twice
    robot.is_active = is_active
    save(robot, ["is_active"])
    events.record(actor, action, robot, now=now)
    return robot


@transaction.atomic
def try_robot(robot: Robot, *, actor: User, now: datetime | None = None) -> Delivery:
    """Have it say a word that it is there; one that still waits is not said twice."""
    now = now or timezone.now()
    robot = claim(robot, actor)
    if not robot.is_active:
        raise DomainError(_("This robot is not in use."), code="not_in_use")
    if robot.host not in settings.CRM_NOTICE_HOSTS:
        raise not_allowed(robot.host)
    waiting = Delivery.objects.open().filter(robot=robot, event=None).first()
    if waiting:
        return waiting
    return Delivery.objects.create(
        channel=Delivery.Channel.ROBOT,
        robot=robot,
        is_urgent=True,
        message_id=outbox.new_message_id(),
        next_at=now,
        created_at=now,
    )


def claim(robot: Robot, actor: User) -> Robot:
    require(actor, Role.SYSTEM_ADMIN)
    return Robot.objects.claim(robot.pk, actor)


def values_of(profile: Profile) -> dict[str, Any]:  # Any: columns of a robot
    if profile.service not in Service.values:
        raise DomainError(_("Choose the service."), field="service")
    if bool(profile.department) == bool(profile.region):
        sentence = _("Choose either a unit or a region for whose people it speaks.")
        raise DomainError(sentence, code="one_place", field="department")
    host = profile.host.strip().lower() or HOSTS[profile.service]
    if host not in settings.CRM_NOTICE_HOSTS:
        raise not_allowed(host)
    return {
        "service": profile.service,
        "name": profile.name.strip(),
        "department": profile.department,
        "region": profile.region,
        "host": host,
    }


def not_allowed(host: str) -> DomainError:
    sentence = _(
        "%(host)s is not on the list of hosts that may be called. The operator adds "
        "it to CRM_NOTICE_HOSTS."
    )
    return DomainError(sentence % {"host": host}, code="host_not_allowed", field="host")


def keep_secret(robot: Robot, profile: Profile) -> bool:
    """Take a new key over; say whether there is one."""
    token, signing_key = profile.token.strip(), profile.signing_key.strip()
    if not token:
        return False
    found = TOKEN.search(token)
    if found is None:
        sentence = _("This is neither the robot's address nor its key.")
        raise DomainError(sentence, code="bad_token", field="token")
    if signing_key and not SIGNING_KEY.fullmatch(signing_key):
        sentence = _("The signing key consists of letters and digits.")
        raise DomainError(sentence, code="bad_key", field="signing_key")
    robot.token, robot.signing_key = found[1], signing_key
    return True


def save(robot: Robot, names: list[str]) -> None:
    """One robot in use for a place, so that nobody reads the same twice."""
    try:
        with transaction.atomic():
            if robot._state.adding:
                robot.save(force_insert=True)
            else:
                robot.save(update_fields=names)
    except IntegrityError:
        sentence = _("%(place)s has a robot in use already.")
        raise DomainError(
            sentence % {"place": robot.place.name}, code="has_one", field="department"
        ) from None
