"""Signing in and out as it is written down, ending sessions, lifting a lock."""

from collections.abc import Mapping
from datetime import datetime

from axes.models import AccessAttempt
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Role, User, UserSession

from .rights import require


@transaction.atomic
def note_login(
    user: User,
    *,
    way: str = "password",
    where: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> None:
    """Write down that the person signed in; `where` is address and device."""
    events.record(user, "session.started", user, personal=where, now=now, way=way)


@transaction.atomic
def note_refusal(
    typed: str,
    *,
    user: User | None,
    is_locked: bool = False,
    where: Mapping[str, str] | None = None,
    now: datetime | None = None,
    reason: str = "wrong_password",
) -> None:
    """Write down a failed attempt, never the password or code.

    The typed name is personal: people type their phone, or a password, into it.
    """
    reason = reason if user else "unknown_account"
    if user and not user.is_active:
        reason = "inactive"
    events.record(
        None,
        "session.locked" if is_locked else "session.refused",
        # Nobody has the number 0: an attempt on an account that does not exist.
        user or User(pk=0),
        personal={**(where or {}), "typed": typed},
        now=now,
        reason=reason,
    )


@transaction.atomic
def note_logout(user: User, *, now: datetime | None = None) -> None:
    events.record(user, "session.ended", user, now=now)


def cut_sessions(user: User) -> None:
    """Make every session of a locked user worthless, also one that is being saved."""
    user.sessions_epoch += 1
    user.save(update_fields=["sessions_epoch"])
    UserSession.objects.filter(user=user).delete()


@transaction.atomic
def end_sessions(user: User, *, actor: User, now: datetime | None = None) -> None:
    """Sign a person out everywhere."""
    if actor != user:
        require(actor, Role.SECURITY_ADMIN)
    user = User.objects.select_for_update().get(pk=user.pk)
    cut_sessions(user)
    events.record(actor, "session.all_ended", user, now=now)


@transaction.atomic
def end_session(mark: str, *, actor: User, now: datetime | None = None) -> None:
    """Sign oneself out on one other device; `mark` names it, its key stays secret."""
    for session in UserSession.objects.filter(user=actor):
        if constant_time_compare(session.mark, mark):
            session.delete()
            events.record(actor, "session.ended_elsewhere", actor, now=now)
            return
    raise DomainError(_("That device is signed out already."), code="ended_already")


@transaction.atomic
def unlock(user: User, *, actor: User, now: datetime | None = None) -> None:
    """Let a locked account try again at once."""
    require(actor, Role.SECURITY_ADMIN)
    forgotten, _rows = AccessAttempt.objects.filter(username=user.login).delete()
    if not forgotten:
        raise DomainError(_("This account is not locked any more."), code="not_locked")
    events.record(actor, "user.unlocked", user, now=now)
