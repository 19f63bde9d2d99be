"""A session that was called, its lines, and the same when it is over."""

import pytest

from projects.services import sessions
from tests.factories import NOON
from tests.projects.joint_session.acts import (
    ANSWERED,
    close,
    plan_of,
    record,
)


@pytest.fixture(autouse=True)
def no_papers(monkeypatch):
    """Papers are made by `reports`, which has tests of its own."""
    monkeypatch.setattr("reports.listeners.request_minutes", lambda *a, **k: None)


@pytest.fixture
def call(cast, begun):
    def called(*departments, actor=None, **more):
        return sessions.call_session(
            begun,
            actor=actor or cast.olga,
            plan=plan_of(cast, **more),
            departments=departments or [cast.bureau, cast.other_bureau],
            now=NOON,
        )

    return called


@pytest.fixture
def session(call):
    return call()


@pytest.fixture
def lines(session):
    return list(session.lines.order_by("pk"))


@pytest.fixture
def closed(cast, session, lines):
    record(lines[0], cast.olga)
    record(lines[1], cast.olga, ANSWERED)
    return close(session, cast.olga)
