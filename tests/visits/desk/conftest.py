"""What the tests of the dispatch desk share: a category, and tickets that wait."""

import pytest

from tests.factories import NOON, CategoryFactory
from visits.services import tickets

LABOUR = "车间夜班招不到挡车工，用工缺口二十人"


@pytest.fixture(autouse=True)
def no_suggestions():
    """Here they are sought."""


@pytest.fixture
def labour(cast):
    """Whose usual lead is the bureau."""
    category = CategoryFactory()
    category.default_lead = cast.bureau
    category.save()
    return category


@pytest.fixture
def queued(cast, labour):
    """`queued(3)` tickets of the company that wait since noon."""

    def make(count=1, *, category=labour, text=LABOUR, company=None, now=NOON):
        return [
            tickets.raise_ticket(
                actor=cast.dora,
                company=company or cast.company,
                text=text,
                category=category,
                now=now,
            )
            for _ in range(count)
        ]

    return make
