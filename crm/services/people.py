"""Accounts: made, edited, closed, and their passwords."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.auth import normal
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Department, Grant, OldPassword, Role, User
from crm.models.people import ADMIN_ROLES
from crm.passwords import HISTORY, one_time_password

from . import standing_in
from .liaisons import note_account_of
from .rights import require
from .sessions import cut_sessions

# Erasable later; the rest of an account are codes.
PERSONAL = ("login", "name", "phone", "email", "title")

# Without these nobody could ever make an account or give a role again.
NEVER_EMPTY = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What an administrator writes about a person."""

    login: str
    name: str
    phone: str = ""
    email: str = ""
    title: str = ""
    department: Department | None = None

    def apply(self, user: User) -> list[str]:
        """Write the values onto the user; say which fields they are."""
        for field in fields(self):
            value = getattr(self, field.name)
            setattr(
                user, field.name, value.strip() if isinstance(value, str) else value
            )
        user.login, user.phone = normal(self.login), normal(self.phone)
        return [field.name for field in fields(self)]


@transaction.atomic
def create_user(
    profile: Profile,
    *,
    actor: User | None,
    is_demo: bool = False,
    has_password: bool = True,
    now: datetime | None = None,
) -> tuple[User, str]:
    """Make an account; the first password is random and shown this one time.

    Without one nobody enters until an administrator gives a link.
    """
    require(actor, Role.SYSTEM_ADMIN)
    if is_demo and not settings.DEMO:
        raise DomainError(_("Demo accounts exist only in the demo."), code="no_demo")
    now = now or timezone.now()
    user = User(is_demo=is_demo, must_change_password=not is_demo, created_at=now)
    profile.apply(user)
    # Demo people enter by a button; a password nobody knows cannot be guessed.
    password = one_time_password() if has_password and not is_demo else ""
    user.set_password(password or None)
    user.password_changed_at = now
    save_new(user)
    personal = {name: getattr(user, name) for name in PERSONAL}
    events.record(
        actor,
        "user.created",
        user,
        personal=personal,
        now=now,
        department=user.department_id,
        is_demo=is_demo,
    )
    return user, password


def save_new(user: User) -> None:
    """Insert; the account's name is nobody else's, nor another's phone."""
    check_login(user)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise login_taken() from None


def check_login(user: User) -> None:
    others = User.objects.exclude(pk=user.pk)
    if others.filter(login=user.login).exists():
        raise login_taken()
    # Who signs in by phone would suddenly meet this account instead.
    if others.filter(phone=user.login, is_active=True).exists():
        raise login_taken()


def login_taken() -> DomainError:
    sentence = _("This account name is taken. Please choose another.")
    return DomainError(sentence, code="login_taken", field="login")


@transaction.atomic
def edit_user(
    user: User,
    profile: Profile,
    *,
    actor: User,
    version: int,
    now: datetime | None = None,
) -> User:
    """Change an account; moving to another unit ends its sessions and unit roles."""
    require(actor, Role.SYSTEM_ADMIN)
    user = claim_user(user)
    if user.version != version:
        sentence = _("Somebody else changed this account meanwhile.")
        raise StaleVersion(sentence, current=user)
    before = events.snapshot(user, *PERSONAL, "department")
    names = profile.apply(user)
    check_login(user)
    user.version += 1
    user.save(update_fields=[*names, "version"])
    changes = events.changed(before, user)
    personal = {name: changes.pop(name) for name in PERSONAL if name in changes}
    if not changes and not personal:
        return user
    if "department" in changes:
        end_unit_grants(user, actor=actor, now=now)
        standing_in.end_all_of(user, actor=actor, now=now)
        cut_sessions(user)
    elif "login" in personal:
        cut_sessions(user)
    fields_changed = sorted([*personal, *changes])
    events.record(
        actor,
        "user.edited",
        user,
        personal=personal,
        now=now,
        fields=[None, fields_changed],
        **changes,
    )
    return user


def claim_user(user: User) -> User:
    """The account as it is now, locked; its own row only."""
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def end_unit_grants(user: User, *, actor: User, now: datetime | None) -> None:
    """Whoever leaves a unit no longer works or decides for it."""
    now = now or timezone.now()
    grants = Grant.objects.unended(timezone.localdate(now)).filter(
        user=user, role__in=[Role.HANDLER, Role.UNIT_HEAD]
    )
    path = user.department.path if user.department else ""
    for grant in grants.select_related("department"):
        if grant.department and path.startswith(grant.department.path):
            continue
        grant.revoked_at = now
        grant.save(update_fields=["revoked_at"])
        events.record(
            actor, "grant.ended", grant, now=now, user=user.pk, reason="transfer"
        )


@transaction.atomic
def deactivate_user(user: User, *, actor: User, now: datetime | None = None) -> User:
    """Close an account: it signs in no more and every session ends."""
    require(actor, Role.SYSTEM_ADMIN)
    now = now or timezone.now()
    if user == actor:
        raise DomainError(_("You cannot close your own account."), code="own_account")
    for role in NEVER_EMPTY:
        keep_an_administrator(role, without=user, now=now)
    user = claim_user(user)
    if not user.is_active:
        raise DomainError(_("This account is closed already."), code="is_closed")
    user.is_active = False
    user.version += 1
    user.save(update_fields=["is_active", "version"])
    cut_sessions(user)
    note_account_of(user)
    standing_in.end_all_of(user, actor=actor, now=now)
    events.record(actor, "user.deactivated", user, now=now, is_active=[True, False])
    return user


@transaction.atomic
def activate_user(user: User, *, actor: User, now: datetime | None = None) -> User:
    """Open a closed account again; its roles are as they were."""
    require(actor, Role.SYSTEM_ADMIN)
    user = claim_user(user)
    if user.is_active:
        raise DomainError(_("This account is open already."), code="is_open")
    user.is_active = True
    user.version += 1
    user.save(update_fields=["is_active", "version"])
    note_account_of(user)
    events.record(actor, "user.activated", user, now=now, is_active=[False, True])
    return user


def keep_an_administrator(role: str, *, without: User, now: datetime) -> None:
    """Refuse when nobody but this person could do the role's work for good."""
    if role not in NEVER_EMPTY:
        return
    today = timezone.localdate(now)
    held = Grant.objects.select_for_update().filter(role=role).order_by("pk")
    # All of them are locked, so that two cannot remove each other at once.
    current = [grant.pk for grant in held]
    lasting = Grant.objects.current(today).filter(pk__in=current, ends_on=None)
    if not lasting.filter(user=without).exists():
        return
    others = lasting.exclude(user=without).filter(user__is_active=True)
    if not others.exists():
        sentence = _(
            "This is the last %(role)s. Grant the role to somebody else first."
        )
        names = {"role": Role(role).label}
        raise DomainError(sentence % names, code="last_administrator")


@transaction.atomic
def reset_password(
    user: User, *, actor: User, now: datetime | None = None
) -> tuple[User, str]:
    """Give a new one-time password, shown this one time."""
    require(actor, Role.SYSTEM_ADMIN)
    now = now or timezone.now()
    if user == actor:
        raise DomainError(_("Change your own password on your own page."))
    # With a colleague's password one administrator would be two.
    if user.access_on(timezone.localdate(now)).has(*ADMIN_ROLES):
        sentence = _(
            "An administrator's password is set anew on the server only: "
            "manage.py password_link %(login)s"
        )
        raise DomainError(sentence % {"login": user.login}, code="administrator")
    user = claim_user(user)
    password = one_time_password()
    store_password(user, password, now=now, must_change=True)
    cut_sessions(user)
    events.record(actor, "user.password_reset", user, now=now)
    return user, password


@transaction.atomic
def change_password(user: User, *, password: str, now: datetime | None = None) -> User:
    """One's own new password: judged by the profile; every session ends."""
    now = now or timezone.now()
    user = claim_user(user)
    check_password_rules(password, user)
    store_password(user, password, now=now, must_change=False)
    cut_sessions(user)
    events.record(user, "user.password_changed", user, now=now)
    return user


def check_password_rules(password: str, user: User) -> None:
    """Turn what the profile refuses into a refusal at the field."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        sentence = " ".join(error.messages)
        raise DomainError(sentence, code="weak_password", field="password") from None


def store_password(
    user: User, password: str, *, now: datetime, must_change: bool
) -> None:
    """Replace the hash and remember the old one, as many as may not come back."""
    if user.has_usable_password():
        OldPassword.objects.create(user=user, password=user.password, replaced_at=now)
    kept = OldPassword.objects.filter(user=user).order_by("-pk")[:HISTORY]
    OldPassword.objects.filter(user=user).exclude(
        pk__in=list(kept.values_list("pk", flat=True))
    ).delete()
    user.set_password(password)
    user.password_changed_at = now
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
