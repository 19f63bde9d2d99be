"""Signing in with account or phone; unknown names cost the same time as known ones."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from crm.models import User

MAX_LOGIN = 100


def normal(text: str) -> str:
    """As accounts are stored: no spaces, small letters, no full-width digits."""
    return unicodedata.normalize("NFKC", text).strip().lower()[:MAX_LOGIN]


def user_named(typed: str) -> User | None:
    """Whose account or phone this is; a phone of two people is nobody's."""
    name = normal(typed)
    if not name:
        return None
    if user := User.objects.filter(login=name).first():
        return user
    by_phone = User.objects.filter(phone=name, is_active=True)[:2]
    return by_phone[0] if len(by_phone) == 1 else None


def lock_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Under which name axes counts: one per account, however it was typed.

    Otherwise account and phone would each have their own twenty guesses an hour.
    """
    typed = str((credentials or {}).get("username") or "")
    known: dict[str, str] = request.__dict__.setdefault("lock_names", {})
    if typed not in known:
        user = user_named(typed)
        known[typed] = user.login if user else normal(typed)
    return known[typed]


def locked_until(name: str, now: datetime) -> datetime | None:
    """When this account may try again, or None if it may now."""
    pause = get_cool_off() or timedelta()
    rows = AccessAttempt.objects.filter(username=name, attempt_time__gte=now - pause)
    failures = list(
        rows.order_by("attempt_time").values_list(
            "attempt_time", "failures_since_start"
        )
    )
    left = sum(count for _, count in failures)
    until = None
    for at, count in failures:
        if left < settings.AXES_FAILURE_LIMIT:
            break
        left, until = left - count, at + pause
    return until


def checked(request: HttpRequest, username: str, password: str) -> User | None:
    """Whose password this is, counted by axes, which keeps nothing of what was sent.

    It would store the whole form, new passwords and kept text included.
    """
    sent, asked = request.POST, request.GET
    request.POST, request.GET = QueryDict(), QueryDict()
    try:
        user = authenticate(request, username=username, password=password)
    finally:
        request.POST, request.GET = sent, asked
    return user if isinstance(user, User) else None


class LoginNameBackend(BaseBackend):
    """Passwords of our own users. Axes stands before it and counts."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,  # any: Django passes whatever authenticate() was given
    ) -> User | None:
        if username is None or password is None:
            return None
        user = user_named(username)
        if user is None:
            # The same work as for a wrong password, so that time tells nothing.
            make_password(password)
            return None
        is_right = user.check_password(password)
        return user if is_right and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.with_access(user_id, timezone.localdate())
        return user if user and user.is_active else None
