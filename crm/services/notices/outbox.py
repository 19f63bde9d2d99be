"""What is to leave the house, written in the transaction of the notices themselves.

Each message is one row, unique for event, recipient and way, with one Message-ID.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count

from crm.lib import trees
from crm.models import Delivery, Mail, Notice, NoticeChoices, Robot, User
from crm.notices import Kind

from . import hours
from .choices import Choices

Channel = Delivery.Channel
# Mails at once to one person; beyond that, what is not urgent waits for the summary.
MOST_AN_HOUR: Final = 10
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class News:
    """A notice that was written, its kind, and whom it is for."""

    notice: Notice
    kind: Kind
    person: User


def mails() -> bool:
    """Whether there is a mail server."""
    return bool(settings.EMAIL_HOST)


def speaks() -> bool:
    """Whether there is a host on which a robot may speak."""
    return bool(settings.CRM_NOTICE_HOSTS)


def write(news: Sequence[News]) -> None:
    """Leave the mails and robots' lines that these notices bring with them."""
    if not news or not (mails() or speaks()):
        return
    people = {one.person.pk for one in news}
    chosen = NoticeChoices.objects.in_bulk(people)
    choices = {pk: Choices.of(chosen.get(pk)) for pk in people}
    rows = mails_of(news, choices) if mails() else []
    if speaks():
        rows += lines_of(news, choices)
    Delivery.objects.bulk_create(rows)


def mails_of(news: Sequence[News], choices: dict[int, Choices]) -> list[Delivery]:
    """To who has an address and wants this kind at once; a flood stops by itself."""
    wanted = [
        one
        for one in news
        if one.person.email and choices[one.person.pk].mail(one.kind) == Mail.NOW
    ]
    if not wanted:
        return []
    people = {one.person.pk for one in wanted}
    counts = mailed_lately(people, wanted[0].notice.created_at)
    rows = []
    for one in wanted:
        counts[one.person.pk] += 1
        if one.kind.is_urgent or counts[one.person.pk] <= MOST_AN_HOUR:
            at_night = choices[one.person.pk].has_urgent_at_night
            is_urgent = one.kind.is_urgent and at_night
            row = row_of(one.notice, Channel.MAIL, is_urgent, recipient=one.person)
            rows.append(row)
    return rows


def mailed_lately(people: Collection[int], now: datetime) -> Counter[int]:
    """How many mails each had within the hour."""
    mails = Delivery.objects.filter(channel=Channel.MAIL, recipient__in=people)
    lately = mails.filter(created_at__gt=now - HOUR, created_at__lte=now)
    counted = lately.order_by().values("recipient").annotate(count=Count("pk"))
    return Counter(dict(counted.values_list("recipient", "count")))


def lines_of(news: Iterable[News], choices: dict[int, Choices]) -> list[Delivery]:
    """A line for each event and group, if one of its people wants it said there."""
    by_place = robots_by_place()
    found: dict[tuple[int, int], Delivery] = {}
    for one in news if by_place else ():
        robot = robot_for(one.person, by_place)
        if robot and choices[one.person.pk].robot(one.kind):
            line = row_of(one.notice, Channel.ROBOT, one.kind.is_urgent, robot=robot)
            found.setdefault((one.notice.event_id, robot.pk), line)
    return list(found.values())


def robots_by_place() -> dict[tuple[type, str], Robot]:
    robots = Robot.objects.active().select_related("department", "region")
    return {(type(one.place), one.place.path): one for one in robots}


def robot_of(person: User) -> Robot | None:
    """The one in whose group the person's unit reads, if robots speak here at all."""
    return robot_for(person, robots_by_place()) if speaks() else None


def robot_for(person: User, by_place: dict[tuple[type, str], Robot]) -> Robot | None:
    """Of the unit or the nearest one above it, else of the region likewise."""
    unit = person.department
    for place in (unit, unit.region) if unit else ():
        for path in reversed(trees.path_and_above(place.path)):
            if robot := by_place.get((type(place), path)):
                return robot
    return None


def row_of(
    notice: Notice,
    channel: Channel,
    is_urgent: bool,
    *,
    recipient: User | None = None,
    robot: Robot | None = None,
) -> Delivery:
    at = notice.created_at
    return Delivery(
        channel=channel,
        event_id=notice.event_id,
        notice=notice,
        recipient=recipient,
        robot=robot,
        kind=notice.kind,
        is_urgent=is_urgent,
        message_id=new_message_id(),
        next_at=hours.send_at(at, is_urgent=is_urgent),
        created_at=at,
    )


def new_message_id() -> str:
    host = urlsplit(settings.CRM_BASE_URL).hostname or "localhost"
    return f"<{uuid.uuid4()}@{host}>"
