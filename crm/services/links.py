"""Links that do one thing once: first administrators, invitations, new passwords."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.auth import normal, user_named
from crm.lib.errors import DomainError
from crm.models import Company, Grant, Role, TokenLink, User
from crm.models.people import ADMIN_ROLES

from .grants import Scope, give
from .people import (
    PERSONAL,
    Profile,
    check_password_rules,
    claim_user,
    save_new,
    store_password,
)
from .sessions import cut_sessions

BYTES = 32
SETUP_LASTS = timedelta(hours=24)
INVITATION_LASTS = timedelta(days=7)
PASSWORD_LASTS = timedelta(hours=2)
FIRST_ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


class UsedLinkError(DomainError):
    """The link is unknown, used, revoked or too old: one sentence for all of them."""

    code = "used_link"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This link does not work any more: it was used, taken back or is too "
                "old. Please ask whoever gave it to you for a new one."
            )
        )


def hash_of(token: str) -> str:
    """256 random bits need no slow hash; what is stored opens nothing."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def find(purpose: TokenLink.Purpose, token: str, now: datetime) -> TokenLink:
    """The open link behind a token, or a refusal that says nothing more."""
    links = TokenLink.objects.open(now).filter(purpose=purpose)
    link = links.select_related("company", "user").filter(token_hash=hash_of(token))
    if found := link.first():
        return found
    raise UsedLinkError


def claim(purpose: TokenLink.Purpose, token: str, now: datetime) -> TokenLink:
    """Use the link up, as part of the caller's transaction; the second one loses."""
    link = find(purpose, token, now)
    if not TokenLink.objects.open(now).filter(pk=link.pk).update(used_at=now):
        raise UsedLinkError
    return link


def _make(
    purpose: TokenLink.Purpose,
    lasts: timedelta,
    now: datetime,
    *,
    actor: User | None = None,
    user: User | None = None,
    company: Company | None = None,
    name: str = "",
    phone: str = "",
) -> tuple[TokenLink, str]:
    token = secrets.token_urlsafe(BYTES)
    link = TokenLink.objects.create(
        purpose=purpose,
        token_hash=hash_of(token),
        user=user,
        company=company,
        name=name,
        phone=phone,
        created_by=actor,
        created_at=now,
        expires_at=now + lasts,
    )
    return link, token


# --- The first two administrators ---------------------------------------------


def needs_setup(now: datetime) -> bool:
    """Whether the site has nobody who could make accounts and give roles."""
    today = timezone.localdate(now)
    held = Grant.objects.current(today).filter(user__is_active=True)
    roles = held.filter(role__in=FIRST_ROLES).values_list("role", flat=True)
    return not roles.exists()


@transaction.atomic
def create_setup_link(*, now: datetime | None = None) -> str:
    """A token for the first administrators; earlier ones stop working."""
    now = now or timezone.now()
    if not needs_setup(now):
        sentence = _("There are administrators already; they make further accounts.")
        raise DomainError(sentence, code="set_up")
    setups = TokenLink.objects.open(now).filter(purpose=TokenLink.Purpose.SETUP)
    setups.update(revoked_at=now)
    link, token = _make(TokenLink.Purpose.SETUP, SETUP_LASTS, now)
    events.record(None, "link.setup_made", link, now=now)
    return token


@dataclass(frozen=True, kw_only=True)
class FirstPerson:
    """One of the two who begin."""

    login: str
    name: str
    password: str


@transaction.atomic
def make_first_administrators(
    token: str,
    *,
    system: FirstPerson,
    security: FirstPerson,
    now: datetime | None = None,
) -> tuple[User, User]:
    """Make the system and the security administrator: two people, two passwords."""
    now = now or timezone.now()
    link = claim(TokenLink.Purpose.SETUP, token, now)
    if not needs_setup(now):
        raise UsedLinkError
    if system.password == security.password:
        sentence = _("Two people, two passwords: these are the same.")
        raise DomainError(sentence, code="same_password", field="security_password")
    first = _first_person("system", system, Role.SYSTEM_ADMIN, now)
    second = _first_person("security", security, Role.SECURITY_ADMIN, now)
    events.record(None, "link.setup_used", link, now=now)
    return first, second


def _first_person(which: str, person: FirstPerson, role: Role, now: datetime) -> User:
    try:
        user = make_user(
            Profile(login=person.login, name=person.name),
            password=person.password,
            actor=None,
            now=now,
        )
    except DomainError as error:
        # The page has both people on it: say at whose field.
        field = f"{which}_{error.field or 'login'}"
        raise DomainError(error.sentence, code=error.code, field=field) from None
    give(user, actor=None, role=role, scope=Scope(), now=now)
    return user


def make_user(
    profile: Profile, *, password: str, actor: User | None, now: datetime
) -> User:
    """An account whose person chose the password himself."""
    user = User(created_at=now, password_changed_at=now)
    profile.apply(user)
    check_password_rules(password, user)
    user.set_password(password)
    save_new(user)
    personal = {name: getattr(user, name) for name in PERSONAL}
    events.record(actor, "user.created", user, personal=personal, now=now)
    return user


# --- Companies' people ---------------------------------------------------------


@transaction.atomic
def invite_owner(
    company: Company,
    *,
    actor: User,
    name: str,
    phone: str,
    now: datetime | None = None,
) -> tuple[TokenLink, str]:
    """A link that lets a person act for the company; a later one replaces it."""
    now = now or timezone.now()
    company = Company.objects.claim(company.pk, actor)
    phone = normal(phone)
    known = user_named(phone)
    if known is not None:
        _refuse_official(known)
        today = timezone.localdate(now)
        if company.pk in known.access_on(today).company_ids(Role.OWNER):
            sentence = _("This person acts for the company already.")
            raise DomainError(sentence, code="owner_already", field="phone")
    open_ones = invitations_of(company, now).filter(phone=phone)
    open_ones.update(revoked_at=now)
    link, token = _make(
        TokenLink.Purpose.INVITE,
        INVITATION_LASTS,
        now,
        actor=actor,
        company=company,
        name=name.strip(),
        phone=phone,
    )
    events.record(
        actor,
        "company.owner_invited",
        company,
        personal={"name": link.name, "phone": phone},
        now=now,
        link=link.pk,
    )
    return link, token


def invitations_of(company: Company, now: datetime) -> QuerySet[TokenLink]:
    links = TokenLink.objects.open(now)
    return links.filter(purpose=TokenLink.Purpose.INVITE, company=company)


@transaction.atomic
def revoke_invitation(
    link: TokenLink, *, actor: User, now: datetime | None = None
) -> None:
    """Take an invitation back before it is used."""
    now = now or timezone.now()
    company = Company.objects.claim(link.company_id or 0, actor)
    if not invitations_of(company, now).filter(pk=link.pk).update(revoked_at=now):
        raise UsedLinkError
    events.record(actor, "company.invitation_revoked", company, now=now, link=link.pk)


@transaction.atomic
def join_company(
    token: str, *, name: str, password: str, now: datetime | None = None
) -> User:
    """Make the invited person's account: the phone it was made for is the login."""
    now = now or timezone.now()
    link = claim(TokenLink.Purpose.INVITE, token, now)
    if user_named(link.phone):
        sentence = _("This number has an account already. Sign in to accept.")
        raise DomainError(sentence, code="has_account")
    user = make_user(
        Profile(login=link.phone, name=name, phone=link.phone),
        password=password,
        actor=None,
        now=now,
    )
    _grant_company(link, user, now)
    # Giving the role ended all sessions: the caller begins one with today's epoch.
    return claim_user(user)


@transaction.atomic
def accept_invitation(
    token: str, *, actor: User, now: datetime | None = None
) -> Company:
    """Add the company to the account of the person whose phone was invited."""
    now = now or timezone.now()
    link = claim(TokenLink.Purpose.INVITE, token, now)
    if link.phone not in {actor.login, actor.phone}:
        sentence = _("This invitation is for another phone number.")
        raise DomainError(sentence, code="other_person")
    _refuse_official(actor)
    return _grant_company(link, actor, now)


def _grant_company(link: TokenLink, user: User, now: datetime) -> Company:
    company = link.company
    if company is None or company.archived_at or company.merged_into_id:
        raise UsedLinkError
    give(
        user,
        actor=link.created_by,
        role=Role.OWNER,
        scope=Scope(company=company),
        now=now,
    )
    events.record(
        user, "company.owner_joined", company, now=now, user=user.pk, link=link.pk
    )
    return company


def _refuse_official(user: User) -> None:
    if user.department_id or user.has_role(*ADMIN_ROLES):
        sentence = _(
            "This number belongs to an official's account, which cannot stand for a "
            "company."
        )
        raise DomainError(sentence, code="official", field="phone")


# --- A new password, by the operator of the server --------------------------------


@transaction.atomic
def create_password_link(user: User, *, now: datetime | None = None) -> str:
    """A token to choose a new password; only the server's console hands it out."""
    now = now or timezone.now()
    if not user.is_active:
        raise DomainError(_("This account is closed."), code="is_closed")
    links = TokenLink.objects.open(now).filter(purpose=TokenLink.Purpose.PASSWORD)
    links.filter(user=user).update(revoked_at=now)
    link, token = _make(TokenLink.Purpose.PASSWORD, PASSWORD_LASTS, now, user=user)
    events.record(None, "link.password_made", link, now=now, user=user.pk)
    return token


@transaction.atomic
def use_password_link(
    token: str, *, password: str, now: datetime | None = None
) -> User:
    """Choose a new password with the token; every session of the person ends."""
    now = now or timezone.now()
    link = claim(TokenLink.Purpose.PASSWORD, token, now)
    if link.user is None or not link.user.is_active:
        raise UsedLinkError
    user = claim_user(link.user)
    check_password_rules(password, user)
    store_password(user, password, now=now, must_change=False)
    cut_sessions(user)
    events.record(user, "user.password_changed", user, now=now, link=link.pk)
    return user
