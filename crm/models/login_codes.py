"""Codes that companies' people sign in with instead of a password."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

TRIES = 4


class LoginCodeQuerySet(models.QuerySet["LoginCode"]):
    def open(self, now: datetime) -> Self:
        """Those that can still be used."""
        return self.filter(used_at=None, expires_at__gt=now, tries__lt=TRIES)


class LoginCode(models.Model):
    """A code for a phone, whether anybody here has that phone or not.

    Only whoever asked for it knows the key, so nobody else can use up its tries.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    phone = models.CharField(max_length=20)
    # Where it was asked for, against one who asks for many phones.
    address = models.CharField(max_length=45)
    # Empty until the worker has made the code, and for phones that nobody here has.
    code_hash = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    # Of the epoch. Two at once would both find none before them.
    minute = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    objects = LoginCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="login_code_one_a_minute", fields=["phone", "minute"]
            ),
            models.CheckConstraint(
                name="login_code_tries", condition=Q(tries__lte=TRIES)
            ),
        ]
        indexes = [
            models.Index(name="login_code_by_address", fields=["address", "asked_at"]),
            models.Index(name="login_code_by_age", fields=["asked_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.asked_at:%Y-%m-%d %H:%M}"
