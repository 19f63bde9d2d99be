"""The site does not start with settings that lose data or open doors."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections

from crm import checks

SAFE = {
    "CRM_ENV": "production",
    "DEBUG": False,
    "DEMO": False,
    "SECRET_KEY": "k3y-of-an-installation-" + "0123456789abcdef" * 3,
    "CRM_AUDIT_KEY": "another-key",
    "ALLOWED_HOSTS": ["crm.example.gov.cn"],
    "CRM_BASE_URL": "https://crm.example.gov.cn",
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": checks.YEAR,
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "CRM_CODE_SENDER": "none",
}


@pytest.fixture
def production(settings):
    for name, value in SAFE.items():
        setattr(settings, name, value)
    return settings


def test_production_with_safe_settings_starts(production):
    assert checks.check_production() == []


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("DEBUG", True, "DEBUG"),
        ("DEMO", True, "DEMO"),
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("SECRET_KEY", "a" * 60, "SECRET_KEY"),
        ("CRM_AUDIT_KEY", SAFE["SECRET_KEY"], "CRM_AUDIT_KEY"),
        ("CRM_AUDIT_KEY", "", "CRM_AUDIT_KEY"),
        ("ALLOWED_HOSTS", [], "ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", [".gov.cn"], "ALLOWED_HOSTS"),
        ("CRM_BASE_URL", "http://crm.example.gov.cn", "CRM_BASE_URL"),
        ("SECURE_SSL_REDIRECT", False, "HTTPS"),
        ("SECURE_HSTS_SECONDS", 3600, "HSTS"),
        ("SESSION_COOKIE_SECURE", False, "session cookie"),
        ("SESSION_COOKIE_HTTPONLY", False, "session cookie"),
        ("SESSION_COOKIE_SAMESITE", "None", "session cookie"),
        ("SESSION_COOKIE_NAME", "sessionid", "session cookie"),
        ("SESSION_COOKIE_DOMAIN", ".gov.cn", "session cookie"),
        ("CSRF_COOKIE_SECURE", False, "csrf cookie"),
        ("CSRF_COOKIE_NAME", "csrftoken", "csrf cookie"),
        ("SECURE_CONTENT_TYPE_NOSNIFF", False, "nosniff"),
        ("MIDDLEWARE", [], "content security policy"),
        ("CRM_CODE_SENDER", "", "CRM_CODE_SENDER"),
        ("CRM_CODE_SENDER", "crm.lib.code_senders.console", "CRM_CODE_SENDER"),
    ],
)
def test_production_refuses(production, name, value, word):
    setattr(production, name, value)
    [fault] = checks.check_production()
    assert word in fault.msg


def test_development_is_left_alone(settings):
    settings.CRM_ENV, settings.DEBUG = "development", True
    assert checks.check_production() == []


@pytest.mark.django_db
def test_refusing_names_every_fault(production):
    production.DEBUG = production.DEMO = True
    with pytest.raises(ImproperlyConfigured, match=r"(?s)DEBUG.*DEMO"):
        checks.refuse_unless_safe()


@pytest.mark.django_db
@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL is set up for tests"
)
def test_this_database_keeps_what_it_acknowledged():
    assert checks.check_durability(databases=list(connections)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's settings")
@pytest.mark.parametrize(
    "pragma",
    [
        "synchronous = NORMAL",
        "synchronous = OFF",
        "journal_mode = MEMORY",
        "foreign_keys = OFF",
        "recursive_triggers = OFF",
        "busy_timeout = 5000",
    ],
)
def test_a_forgetful_sqlite_is_refused(pragma):
    connection.cursor().execute(f"PRAGMA {pragma}")
    try:
        [fault] = checks.check_durability(databases=["default"])
        assert fault.id == "crm.E001"
        assert pragma.split()[0] in fault.msg
    finally:
        connection.close()


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_forgetful_postgresql_is_refused():
    connection.cursor().execute("SET LOCAL synchronous_commit = off")
    faults = checks.check_durability(databases=["default"])
    assert {fault.id for fault in faults} == {"crm.E002"}
    assert "synchronous_commit is off" in faults[-1].msg


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_each_of_postgresqls_promises_counts(monkeypatch, name):
    values = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
    monkeypatch.setattr(checks, "values_of", lambda *of: values | {name: "off"})
    [fault] = checks.postgresql_faults(None)
    assert name in fault.msg


def test_djangos_own_sqlite_is_refused(monkeypatch):
    class Plain:
        vendor = "sqlite"
        settings_dict = {"ENGINE": "django.db.backends.sqlite3"}

    monkeypatch.setattr(checks, "connections", {"default": Plain()})
    [fault] = checks.check_durability(databases=["default"])
    assert fault.id == "crm.E001"


def test_a_missing_library_for_pdf_is_refused(monkeypatch):
    assert checks.has_library("c", "libc.so.6")
    assert not checks.has_library("no-such-library", "libno-such.so.0")
    monkeypatch.setattr(checks, "has_library", lambda name, file: False)
    [fault] = checks.check_subsetter()
    assert fault.hint == "apt install libharfbuzz-subset0"


def test_a_sender_of_codes_that_is_not_there_is_refused(settings):
    assert checks.check_sender() == []
    settings.CRM_CODE_SENDER = "none"
    assert checks.check_sender() == []
    settings.CRM_CODE_SENDER = "gateway.send"
    [fault] = checks.check_sender()
    assert "gateway.send" in fault.msg
