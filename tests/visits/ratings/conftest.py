"""What the tests of ratings share: things that have ended, and ratings of them."""

from datetime import timedelta

import pytest

from crm.models import Role
from tests.factories import (
    NOON,
    DepartmentFactory,
    GrantFactory,
    UserFactory,
    VisitFactory,
)
from tests.visits.ticket_stories import HOUR, closed
from visits.services import ratings
from visits.services.ratings import Said

DAY = timedelta(days=1)
# After the ticket of the stories is closed.
LATER = NOON + 4 * HOUR


@pytest.fixture(autouse=True)
def after_closing(time_machine):
    time_machine.move_to(LATER, tick=False)


@pytest.fixture
def ticket(cast, category):
    return closed(cast)


@pytest.fixture
def visit(cast):
    return VisitFactory(held=True, company=cast.company, logged_by=cast.olga)


@pytest.fixture
def rated(cast, ticket):
    """`rated(1)` is a rating of the ticket by otto, with its name unless said."""

    def give(level=1, record=None, now=LATER, **said):
        said.setdefault("words", "推来推去")
        said = Said(level=level, **said)
        record = record or ticket
        return ratings.rate(record, actor=cast.otto, said=said, now=now)

    return give


@pytest.fixture
def nameless(rated):
    """A rating without a name that officials have been told of."""

    def give(level=1, **more):
        rating = rated(level, is_anonymous=True, **more)
        ratings.tell_nameless(now=LATER + DAY)
        rating.refresh_from_db()
        return rating

    return give


@pytest.fixture
def sent(rated, cast):
    """A bad rating whose unit has reported what it did."""

    def give(**more):
        rating = rated(1, **more)
        correction = rating.correction
        ratings.send_correction(
            correction, actor=cast.hana, done="已上门道歉并重新办理。", now=LATER + DAY
        )
        rating.refresh_from_db()
        return rating

    return give


@pytest.fixture
def called(sent, cast):
    """And whose company was asked back."""

    def give(call="corrected", **more):
        rating = sent(**more)
        ratings.record_call_back(
            rating.correction,
            actor=cast.dora,
            call=call,
            person="王经理",
            note="说已解决",
            now=LATER + 2 * DAY,
        )
        rating.refresh_from_db()
        return rating

    return give


@pytest.fixture
def sonja(cast):
    """A supervisor of the county who works in no unit that is rated."""
    office = DepartmentFactory(code="watch", name="督查室", region=cast.county)
    sonja = UserFactory(login="sonja", name="督查员孙", department=office)
    GrantFactory(user=sonja, role=Role.SUPERVISOR, region=cast.county)
    return sonja
