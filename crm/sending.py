"""The worker's side of the outbox: mails and robots' lines, a few at a turn.

What fails waits by itself; a way that is down rests for a minute, and the others go on.
"""

import logging
import time
import traceback
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from crm import letters
from crm.lib.outgoing import FailedError, failure_of
from crm.models import Delivery
from crm.services.notices import claims, hours, outbox
from crm.services.notices.claims import MAIL_SERVER

logger = logging.getLogger("crm.worker")
Channel, State = Delivery.Channel, Delivery.State
# Messages a turn: photos and papers wait in the same worker.
BATCH: Final = 20
# A robot says so many things at once, and a service takes 2,048 bytes.
LINES: Final = 6
# Seconds: of a way that is down, and between two messages of a robot, of which a
# service takes twenty a minute.
REST: Final = 60.0
PACE: Final = 4.0


class Sender:
    """Sends what is due; knows for a minute which way is down."""

    def __init__(self) -> None:
        self.resting: dict[int, float] = {}

    def turn(self, now: datetime | None = None) -> int:
        """Try what is due; say how many that were, BATCH when there may be more."""
        if not (outbox.mails() or outbox.speaks()):
            return 0
        now = now or timezone.now()
        due = claims.due(now, resting=self.now_resting(), most=BATCH)
        with translation.override(settings.LANGUAGE_CODE):
            self.mail([one for one in due if one.robot_id is None], now)
            for robot, lines in by_robot(due).items():
                self.say(robot, lines, now)
        return len(due)

    def now_resting(self) -> set[int]:
        clock = time.monotonic()
        self.resting = {key: end for key, end in self.resting.items() if end > clock}
        if not outbox.mails():
            return {*self.resting, MAIL_SERVER}
        return set(self.resting)

    def mail(self, due: Sequence[Delivery], now: datetime) -> None:
        """One after the other through one connection, as long as the server answers."""
        if not due:
            return
        connection = get_connection()
        try:
            for one in due:
                if MAIL_SERVER in self.resting:
                    break
                self.mail_one(one.pk, connection, now)
        finally:
            closed(connection)

    def mail_one(self, pk: int, connection: BaseEmailBackend, now: datetime) -> None:
        delivery = claims.claim(pk, now=now)
        if delivery is None or is_over(delivery, now):
            return
        try:
            letter = letters.letter_of(delivery)
            if letter is None:
                claims.settle(delivery, State.DROPPED, now=now, error="not_wanted")
                return
            send_mail(letter, connection)
        except DatabaseError:
            raise  # ours: the worker waits for it, and the claim runs out
        except Exception as error:
            closed(connection)
            self.failed([delivery], failed_by(error), MAIL_SERVER, now)
        else:
            claims.settle(delivery, State.SENT, now=now)

    def say(self, robot: int, due: Sequence[Delivery], now: datetime) -> None:
        """All that is due in one group, in one message."""
        claimed = [claims.claim(one.pk, now=now) for one in due[:LINES]]
        mine = [one for one in claimed if one and not is_over(one, now)]
        told = letters.lines_for(mine)
        for one in mine:
            if one.pk not in told:
                claims.settle(one, State.DROPPED, now=now, error="not_wanted")
        mine = [one for one in mine if one.pk in told]
        if not mine:
            return
        try:
            speak(mine[0], letters.said([told[one.pk] for one in mine]))
        except DatabaseError:
            raise  # as above
        except Exception as error:
            self.failed(mine, failed_by(error), robot, now)
        else:
            self.resting[robot] = time.monotonic() + PACE
            for one in mine:
                claims.settle(one, State.SENT, now=now)

    def failed(
        self, tried: Sequence[Delivery], error: FailedError, way: int, now: datetime
    ) -> None:
        if error.is_down:
            self.resting[way] = time.monotonic() + REST
        for one in tried:
            claims.fail(one, error.code, is_final=error.is_final, now=now)
        logger.warning(
            "%s %s: %s", tried[0].channel, [one.pk for one in tried], error.code
        )


def by_robot(due: Sequence[Delivery]) -> dict[int, list[Delivery]]:
    found: defaultdict[int, list[Delivery]] = defaultdict(list)
    for one in due:
        if one.robot_id is not None:
            found[one.robot_id].append(one)
    return found


def is_over(delivery: Delivery, now: datetime) -> bool:
    """Settle what nobody needs any more; put off what would come in the quiet hours."""
    if reason := letters.not_needed(delivery):
        claims.settle(delivery, State.DROPPED, now=now, error=reason)
        return True
    if not delivery.is_urgent and hours.is_quiet(now):
        # The worker was down in the morning, or the calendar has changed since.
        claims.put_off(delivery, hours.opening(now))
        return True
    return False


def send_mail(letter: EmailMessage, connection: BaseEmailBackend) -> None:
    if not connection.send_messages([letter]):
        raise FailedError("not_sent", is_final=True)


def speak(delivery: Delivery, text: str) -> None:
    """By name: only the worker loads what speaks with robots."""
    robot = delivery.robot
    assert robot is not None, "of its channel"
    send = import_string("crm.lib.robots.send")
    send(
        service=robot.service,
        host=robot.host,
        token=robot.token,
        signing_key=robot.signing_key,
        text=text,
    )


def failed_by(error: Exception) -> FailedError:
    """What we did not foresee is told by its kind alone: its words may hold a key."""
    if isinstance(error, FailedError):
        return error
    found = failure_of(error)
    if found.code == "not_sent":
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{frame.filename}:{frame.lineno}"
        logger.error("a message failed: %s at %s", type(error).__name__, where)
    return found


def closed(connection: BaseEmailBackend) -> None:
    """Whatever state the conversation is in; the next message opens another."""
    try:
        connection.close()
    except OSError as error:
        logger.info("the mail server did not say goodbye: %s", type(error).__name__)
