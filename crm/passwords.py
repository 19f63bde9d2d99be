"""What a password must be: 等保 (composition, rotation) or ASVS (length)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.lib.guessing import SHORTEST_WORD, is_listed, own_part
from crm.lib.readings import syllables
from crm.models import Department, OldPassword, Region, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Sentence

# The last five: the one in use and the four before.
HISTORY = 5
MAX_LENGTH = 128
# Characters left after taking out words, runs, dates and the person's own data.
OWN_PART = 6
# Without what is easily misread: these are read out and typed.
ALPHABET = "abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
COUNTIES = 50


@dataclass(frozen=True)
class Profile:
    """One set of rules. Days and classes of 0 mean: not asked for."""

    min_length: int
    classes: int
    max_age_days: int


PROFILES = {
    # GB/T 22239 as it is audited: 3 of 4 kinds of characters, changed every 90 days.
    "djbh": Profile(min_length=10, classes=3, max_age_days=90),
    # OWASP ASVS: long, no composition, no rotation.
    "asvs": Profile(min_length=15, classes=0, max_age_days=0),
}


def profile() -> Profile:
    name = settings.CRM_PASSWORD_PROFILE
    if name not in PROFILES:
        raise ImproperlyConfigured(
            f"CRM_PASSWORD_PROFILE must be djbh or asvs, not {name!r}."
        )
    return PROFILES[name]


def must_change(user: User, now: datetime) -> bool:
    """A first password, or one that is older than the profile allows."""
    if user.must_change_password:
        return True
    days, changed_at = profile().max_age_days, user.password_changed_at
    if not days or not user.has_usable_password():
        return False
    return changed_at is None or now - changed_at > timedelta(days=days)


def one_time_password() -> str:
    """Four groups to be typed once: 95 bits, every kind of character."""
    letters = "".join(ALPHABET)
    while True:
        groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(4)]
        password = "-".join(groups)
        if kinds(password) == 4 and own_part(password) >= 12:
            return password


def kinds(password: str) -> int:
    """How many of: small letters, capitals, digits, anything else."""
    return sum(
        (
            any(char.islower() for char in password),
            any(char.isupper() for char in password),
            any(char.isdigit() for char in password),
            any(not char.isalnum() for char in password),
        )
    )


class ProfileValidator:
    """The one place that judges a new password."""

    def validate(self, password: str, user: User | None = None) -> None:
        errors = [*self._shape(password)]
        if not errors:
            errors = [*self._guessing(password, user), *self._reuse(password, user)]
        if errors:
            raise ValidationError(errors)

    def get_help_text(self) -> str:
        rules = profile()
        if rules.classes:
            sentence = _(
                "At least %(length)s characters, with three of: small letters, "
                "capitals, digits, signs. Not your name, account or phone, no common "
                "words or rows of keys, none of your last %(history)s passwords."
            )
        else:
            sentence = _(
                "At least %(length)s characters, for example four words that have "
                "nothing to do with each other. Not your name, account or phone, no "
                "common words, none of your last %(history)s passwords."
            )
        return str(sentence % {"length": rules.min_length, "history": HISTORY})

    def _shape(self, password: str) -> list[ValidationError]:
        rules = profile()
        errors = []
        if len(password) < rules.min_length:
            text = _("The password needs at least %(length)s characters.")
            errors.append(_error(text, "short", length=rules.min_length))
        if len(password) > MAX_LENGTH:
            text = _("The password may have at most %(length)s characters.")
            errors.append(_error(text, "long", length=MAX_LENGTH))
        if kinds(password) < rules.classes:
            text = _(
                "The password needs three of: small letters, capitals, digits, signs."
            )
            errors.append(_error(text, "kinds"))
        return errors

    def _guessing(self, password: str, user: User | None) -> list[ValidationError]:
        known = [*words_of(user), *local_words(user)]
        if own_part(password, known) >= OWN_PART and not is_listed(password):
            return []
        text = _(
            "This password is easy to guess: common words, rows of keys, dates, the "
            "county's name or your own name, account or phone. Please choose another."
        )
        return [_error(text, "guessable")]

    def _reuse(self, password: str, user: User | None) -> list[ValidationError]:
        if user is None or user.pk is None:
            return []
        old = OldPassword.objects.filter(user=user).order_by("-pk")
        hashes = [user.password, *old.values_list("password", flat=True)[: HISTORY - 1]]
        if not any(check_password(password, one) for one in hashes):
            return []
        text = _("This is one of your last %(history)s passwords.")
        return [_error(text, "reused", history=HISTORY)]


def _error(text: "Sentence", code: str, **params: int) -> ValidationError:
    return ValidationError(text, code=code, params=params)


def words_of(user: User | None) -> list[str]:
    """The person's own data, in characters and as it is read."""
    if user is None:
        return []
    words = [user.name, user.login, user.email.partition("@")[0], *readings(user.name)]
    for number in (user.phone, user.login):
        if number.isdigit():
            words += [number[-8:], number[-6:], number[-4:], number[:7]]
    return words


def local_words(user: User | None) -> list[str]:
    """Names of the counties here and of the person's own unit."""
    counties = Region.objects.filter(
        kind__in=[Region.Kind.CITY, Region.Kind.COUNTY]
    ).values_list("name", flat=True)[:COUNTIES]
    names = list(counties)
    if user is not None and user.department_id:
        unit = Department.objects.filter(pk=user.department_id)
        names += unit.values_list("name", flat=True)
    words = []
    for name in names:
        # 云州县 is typed as 云州 more often than in full.
        words += [name, name[:-1], *readings(name), *readings(name[:-1])]
    return words


def readings(name: str) -> list[str]:
    """zhangsanfeng, zhang, sanfeng for 张三丰; words for a Latin name."""
    parts = name.split() if name.isascii() else syllables(name)
    if not parts:
        return []
    whole = ["".join(parts), parts[0], "".join(parts[1:]), "".join(parts[2:])]
    return [word for word in whole if len(word) >= SHORTEST_WORD]


def runs_out_at(user: User) -> datetime | None:
    """The day the password runs out, or None."""
    days, changed_at = profile().max_age_days, user.password_changed_at
    if not days or changed_at is None:
        return None
    return timezone.localtime(changed_at + timedelta(days=days))
