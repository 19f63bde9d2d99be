"""What is to run again and again. Apps say so in ready(); the worker enqueues it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.utils import timezone


@dataclass(frozen=True)
class Periodic:
    """A task by name, every so many seconds or once a day at a local time."""

    name: str
    seconds: int = 0
    at: time | None = None

    def slot(self, now: datetime) -> datetime:
        """The start of the period in which now lies: the same for every worker."""
        if self.at is None:
            return now - timedelta(seconds=now.timestamp() % self.seconds)
        local = timezone.localtime(now)
        start = local.replace(
            hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0
        )
        return start if start <= local else start - timedelta(days=1)


REGISTRY: Final[dict[str, Periodic]] = {}


def every(seconds: int, name: str) -> None:
    """Run the task every so many seconds, counted from the epoch."""
    if seconds < 1:
        raise ValueError(f"{name}: expected at least one second, got {seconds}")
    REGISTRY[name] = Periodic(name, seconds=seconds)


def daily(at: time, name: str) -> None:
    """Run the task once a day, or as soon as a worker is up again after that time."""
    REGISTRY[name] = Periodic(name, at=at)
