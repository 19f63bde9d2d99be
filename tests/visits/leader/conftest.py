"""A ticket with the bureau, and the leaders who may decide on it."""

from datetime import timedelta

import pytest

from crm.models import DeadlinePause
from projects.models import KeyListing
from projects.services import life
from tests.factories import NOON, GrantFactory, ProjectFactory, UserFactory
from tests.visits.escalation.stories import only
from tests.visits.leader.acts import LATER, give
from tests.visits.orders.stories import issued, make_late
from tests.visits.ticket_stories import dispatched, working
from visits.services import tickets


@pytest.fixture(autouse=True)
def no_minutes(monkeypatch):
    """Papers are made by `reports`, which has tests of its own."""
    monkeypatch.setattr(
        "reports.listeners.request_meeting_minutes", lambda *args, **more: None
    )


@pytest.fixture(autouse=True)
def no_order_papers(monkeypatch):
    monkeypatch.setattr(
        "reports.order_listener.request_order_paper", lambda *a, **k: None
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


@pytest.fixture
def extension(cast, category):
    """Asked for by the head of the bureau, who cannot grant it to himself."""
    ticket = working(cast)
    return tickets.ask_extension(
        ticket, actor=cast.uma, days=10, reason="需上级批复", now=LATER
    ).extensions.get()


@pytest.fixture
def listing(cast):
    project = ProjectFactory(company=cast.company, lead_department=cast.bureau)
    return life.ask_listing(
        project, actor=cast.dora, kind=KeyListing.Kind.ENTRY, reason="投资大", now=NOON
    )


@pytest.fixture
def late(cast, ticket):
    """A directive of the leader that nobody answered in time."""
    return give(cast, ticket, text="请到企业现场解决")


@pytest.fixture
def pause(cast, category):
    ticket = working(cast)
    tickets.pause_ticket(
        ticket,
        actor=cast.hana,
        kind=DeadlinePause.Kind.SPECIAL,
        until_on=LATER.date() + timedelta(days=20),
        reason="听证",
        now=LATER,
    )
    return ticket.pauses.get()


@pytest.fixture
def red(cast, category):
    order = issued(cast, working(cast), colour="red")
    make_late(order.answer_by, NOON.date())
    return order


@pytest.fixture
def overdue(cast, category):
    only("ticket_late_3", "ticket_late_10")
    return working(cast)
