"""A database that had no turn for us answers 503 in words, wherever it was asked."""

import pytest
from django.db import OperationalError
from django.urls import reverse

from crm.session_store import SessionStore

pytestmark = pytest.mark.django_db
LOCKED = OperationalError("database is locked")


@pytest.fixture
def visitor(client, settings):
    """Somebody with a session, whose request meets an error as in life."""
    client.raise_request_exception = False
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    return client


def break_with(error):
    def act(*args, **kwargs):
        raise error

    return act


def test_a_lock_in_the_middle_of_the_middleware_is_503_in_words(visitor, monkeypatch):
    monkeypatch.setattr(SessionStore, "load", break_with(LOCKED))
    response = visitor.get(reverse("crm:login"))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Traceback" not in response.text


def test_a_lock_in_a_view_is_503(visitor, monkeypatch):
    monkeypatch.setattr("crm.views.session.render", break_with(LOCKED), raising=False)
    response = visitor.get(reverse("crm:login"))
    assert response.status_code == 503


def test_any_other_failure_stays_500(visitor, monkeypatch):
    error = OperationalError("disk I/O error")
    monkeypatch.setattr(SessionStore, "load", break_with(error))
    assert visitor.get(reverse("crm:login")).status_code == 500
