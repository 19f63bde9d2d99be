"""The counters that numbers are taken from."""

from django.db import models


class TicketNumber(models.Model):
    """The last ticket number given in a year; its row lock is the queue."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}-{self.last:06d}"
