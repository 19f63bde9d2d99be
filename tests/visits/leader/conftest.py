"""A ticket with the bureau, and the leaders who may decide on it."""

import pytest

from tests.factories import GrantFactory, UserFactory
from tests.visits.ticket_stories import dispatched


@pytest.fixture(autouse=True)
def no_minutes(monkeypatch):
    """Papers are made by `reports`, which has tests of its own."""
    monkeypatch.setattr(
        "reports.listeners.request_meeting_minutes", lambda *args, **more: None
    )


@pytest.fixture
def ticket(cast, category):
    return dispatched(cast)


@pytest.fixture
def lena(cast):
    """In charge of the bureau: 分管领导."""
    user = UserFactory(login="lena", department=cast.bureau)
    GrantFactory(user=user, role="leader", department=cast.bureau)
    return user


@pytest.fixture
def walter(cast):
    """In charge of the bureau that has nothing to do with the ticket."""
    user = UserFactory(login="walter", department=cast.other_bureau)
    GrantFactory(user=user, role="leader", department=cast.other_bureau)
    return user


@pytest.fixture
def someone(cast, lena, walter):
    """By name, whoever it is."""

    def named(name):
        return {"lena": lena, "walter": walter}.get(name) or getattr(cast, name)

    return named
