"""What must be right before the site starts. `manage.py check` runs the same.

Gunicorn runs no checks by itself: wsgi.py calls refuse_unless_safe().
"""

import ctypes
import ctypes.util
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import import_string

from crm.lib.code_senders import CONSOLE, is_offered
from crm.lib.sqlite.base import TIMEOUT, durable_settings

# Only where PDFs are made: the web processes do not need the library.
WORKER: Final = "worker"
YEAR: Final = 31_536_000


def register() -> None:
    """Make Django's own commands run the checks as well."""
    checks.register(check_durability, "crm", checks.Tags.database)
    checks.register(check_subsetter, WORKER)
    checks.register(check_sender, WORKER)
    checks.register(check_production, "crm")


def refuse_unless_safe(*, tags: Sequence[str] = ("crm",)) -> None:
    """Stop with a sentence per fault instead of serving anybody."""
    found = checks.run_checks(tags=list(tags), databases=list(connections))
    faults = [message for message in found if message.is_serious()]
    if faults:
        lines = [f"{fault.id}: {fault.msg} {fault.hint or ''}" for fault in faults]
        raise ImproperlyConfigured("\n".join(["Not started.", *lines]))


# --- The database keeps what it acknowledged


def check_durability(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a database that may forget a commit when the power fails."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            if connection.vendor == "sqlite":
                messages += sqlite_faults(connection)
            elif connection.vendor == "postgresql":
                messages += postgresql_faults(connection)
        except DatabaseError:
            continue  # not there yet: whoever needs it will say so
    return messages


def sqlite_faults(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    if connection.settings_dict["ENGINE"] != "crm.lib.sqlite":
        return [Error("The SQLite backend must be crm.lib.sqlite.", id="crm.E001")]
    if getattr(connection, "is_in_memory_db", bool)():
        return []
    journal, _level, number = durable_settings()
    wanted = {
        "journal_mode": journal,
        "synchronous": number,
        "foreign_keys": 1,
        "recursive_triggers": 1,
    }
    faults = [
        Error(f"SQLite: {name} is {value}, expected {wanted[name]}.", id="crm.E001")
        for name, value in values_of(connection, "PRAGMA", wanted).items()
        if value != wanted[name]
    ]
    timeout = int(values_of(connection, "PRAGMA", ["busy_timeout"])["busy_timeout"])
    if timeout < TIMEOUT * 1000:
        faults.append(
            Error(f"SQLite: busy_timeout is {timeout} ms, too short.", id="crm.E001")
        )
    if getattr(connection, "transaction_mode", None) != "IMMEDIATE":
        faults.append(Error("SQLite: transaction_mode IMMEDIATE.", id="crm.E001"))
    return list(faults)


def postgresql_faults(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    names = ["fsync", "full_page_writes", "synchronous_commit"]
    return [
        Error(
            f"PostgreSQL: {name} is off.",
            hint="A commit that was acknowledged could be lost; turn it on.",
            id="crm.E002",
        )
        for name, value in values_of(connection, "SHOW", names).items()
        if value == "off"
    ]


def values_of(
    connection: BaseDatabaseWrapper, ask: str, names: Any
) -> dict[str, Any]:  # whatever the database answers
    with connection.cursor() as cursor:
        values = {}
        for name in names:
            cursor.execute(f"{ask} {name}")
            values[name] = cursor.fetchone()[0]
    return values


# --- The worker can make a PDF in time


def check_subsetter(**kwargs: Any) -> list[CheckMessage]:
    """Without it one report takes 10 s instead of 0.2 s of CPU."""
    if has_library("harfbuzz-subset", "libharfbuzz-subset.so.0"):
        return []
    return [
        Error(
            "The library harfbuzz-subset is missing.",
            hint="apt install libharfbuzz-subset0",
            id="crm.E003",
        )
    ]


def has_library(name: str, file: str) -> bool:
    if ctypes.util.find_library(name):
        return True
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


# --- The worker can send a code


def check_sender(**kwargs: Any) -> list[CheckMessage]:
    """Only here: what a gateway's sender imports is not for the web processes."""
    try:
        is_there = not is_offered() or callable(import_string(settings.CRM_CODE_SENDER))
    except ImportError:
        is_there = False
    if is_there:
        return []
    sentence = f"CRM_CODE_SENDER: there is no function {settings.CRM_CODE_SENDER!r}."
    return [Error(sentence, id="crm.E004")]


# --- Production is closed


def check_production(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to serve a county with a developer's settings."""
    if settings.CRM_ENV != "production":
        return []
    return [
        Error(f"CRM_ENV=production: {sentence}", id="crm.E010")
        for is_fine, sentence in production_rules()
        if not is_fine
    ]


def production_rules() -> list[tuple[bool, str]]:
    """What must hold, and what to say when it does not."""
    key = settings.SECRET_KEY
    hosts = settings.ALLOWED_HOSTS
    return [
        (not settings.DEBUG, "DEBUG must be off."),
        (not settings.DEMO, "DEMO must be off."),
        (
            len(key) >= 50 and len(set(key)) >= 5 and "insecure" not in key,
            "SECRET_KEY must be random and at least 50 characters long.",
        ),
        (
            settings.CRM_AUDIT_KEY not in {"", key},
            "CRM_AUDIT_KEY must be set, and be another one than SECRET_KEY.",
        ),
        (
            bool(hosts) and not any(host.startswith(("*", ".")) for host in hosts),
            "ALLOWED_HOSTS must name the hosts.",
        ),
        (
            settings.CRM_BASE_URL.startswith("https://"),
            "CRM_BASE_URL must begin with https://.",
        ),
        (settings.SECURE_SSL_REDIRECT, "HTTP must be redirected to HTTPS."),
        (settings.SECURE_HSTS_SECONDS >= YEAR, "HSTS must last a year."),
        *cookie_rules(),
        (settings.SECURE_CONTENT_TYPE_NOSNIFF, "nosniff must be on."),
        (
            "csp.middleware.CSPMiddleware" in settings.MIDDLEWARE,
            "The content security policy must be on.",
        ),
        (
            settings.CRM_CODE_SENDER not in {"", CONSOLE},
            "CRM_CODE_SENDER must name the function that sends a code to a phone; "
            "or be none, and companies' people sign in with passwords only.",
        ),
    ]


def cookie_rules() -> list[tuple[bool, str]]:
    return [
        (
            all(
                (
                    getattr(settings, f"{kind}_COOKIE_SECURE"),
                    getattr(settings, f"{kind}_COOKIE_HTTPONLY"),
                    getattr(settings, f"{kind}_COOKIE_SAMESITE") in {"Lax", "Strict"},
                    getattr(settings, f"{kind}_COOKIE_NAME").startswith("__Host-"),
                    getattr(settings, f"{kind}_COOKIE_DOMAIN") is None,
                )
            ),
            f"The {kind.lower()} cookie must be __Host-, Secure, HttpOnly, SameSite.",
        )
        for kind in ("SESSION", "CSRF")
    ]
