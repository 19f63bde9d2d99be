"""What every test gets. The people are in cast.py, the records in factories.py."""

import gc
import ipaddress
import os
import shutil
import socket
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings

from crm.lib import garbage
from crm.services import calendar
from crm.session_store import SessionStore
from tests import kept_schema, spoken
from tests.cast import cast_again, make_cast
from tests.commits import leave_and_commit
from tests.kept import Kept, ground
from tests.settings import DATA

# A busy machine is no reason to fail.
settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

LOCAL_NAMES = {"localhost", ""}
connect = socket.socket.connect


def is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket in the file system
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] in LOCAL_NAMES


def connect_locally(self: socket.socket, address: object) -> None:
    if not is_local(address):
        raise AssertionError(f"A test wanted the network: {address}")
    connect(self, address)


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Fail a test that talks to anything but this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        yield


@pytest.fixture(scope="session", autouse=True)
def commits_happen():
    """Run what waits for a commit although the test's own transaction never ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction.Atomic, "__exit__", leave_and_commit)
        yield


@pytest.fixture(scope="session", autouse=True)
def events_have_words():
    """Fail a test that records what the audit log could only show as a code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm.events.event_of", spoken.spoken_event_of)
        yield


@pytest.fixture(autouse=True)
def calendar_is_checked_again():
    """Years that a test imported are rolled back with it; the next one must notice."""
    yield
    calendar.recheck()


@pytest.fixture(autouse=True)
def on_bare_ground(request):
    """What is patched for a folder's tests may change the stories told there."""
    ground.begin(request.path.parent)
    yield
    ground.end()


@pytest.fixture(scope="session", autouse=True)
def no_head_file():
    """Seals of a test are rolled back; a note outside the database would stay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm.services.audit.head_file", lambda: None)
        yield


def pytest_collection_finish():
    """What the suite itself is made of is no garbage: a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(garbage.SELDOM)


def pytest_unconfigure():
    """Take the process's folder away: parallel workers end without saying goodbye."""
    shutil.rmtree(DATA, ignore_errors=True)


def pytest_collection_modifyitems(items):
    """Mark what lies in tests/browser, and skip row-lock tests where rows have none."""
    on_postgres = "postgres" in os.environ.get("CRM_TEST_DATABASE", "")
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="only PostgreSQL does this"))


@pytest.fixture(scope="session")
def django_db_keepdb():
    """A process's database is its own, and goes with its folder."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings, django_db_keepdb, django_db_blocker, pytestconfig
):
    """Begin with a migrated file; pytest's cache keeps it from run to run."""
    if django_db_keepdb:
        cache = getattr(pytestconfig, "cache", None)
        folder = cache.mkdir("schema") if cache else Path(DATA)
        with django_db_blocker.unblock():
            kept_schema.place(folder)


@pytest.fixture(scope="session")
def keep(django_db_setup, django_db_blocker):
    """`keep(tell, kept_cast)` is what was told of the cast, to be put back by tests."""

    def kept(tell, *earlier):
        with django_db_blocker.unblock():
            return Kept(tell, *earlier)

    return kept


@pytest.fixture(scope="session")
def kept_cast(keep):
    return keep(make_cast)


@pytest.fixture
def cast(db, kept_cast):
    with ground.laying("cast"):
        return cast_again(kept_cast)


@pytest.fixture
def company(cast):
    return cast.company


@pytest.fixture
def as_user():
    """`as_user(olga)` is a client signed in as olga: `force_login` in one statement."""

    def signed_in(user):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "crm.auth.LoginNameBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        client = Client()
        client.cookies[site.SESSION_COOKIE_NAME] = session.session_key
        return client

    return signed_in


@pytest.fixture
def queries_of(db):
    """How many queries a call costs."""

    def count(call):
        calendar.refresh()  # asked for once a minute, not by the call
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    return count
