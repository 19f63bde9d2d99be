"""A ticket to order about, and people beside the cast."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.services.attaching import received
from tests.factories import (
    CategoryFactory,
    DepartmentFactory,
    GrantFactory,
    UserFactory,
)
from tests.visits import ticket_stories

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def no_order_papers(monkeypatch):
    """Papers are made by `reports`, which has tests of its own."""
    monkeypatch.setattr(
        "reports.order_listener.request_order_paper", lambda *a, **k: None
    )


@pytest.fixture
def ticket(cast):
    CategoryFactory()
    return ticket_stories.working(cast)


@pytest.fixture
def xena(cast):
    """A second supervisor of the county."""
    office = DepartmentFactory(code="watch", name="督查室", region=cast.county)
    user = UserFactory(login="xena", department=office)
    GrantFactory(user=user, role="supervisor", region=cast.county)
    return user


@pytest.fixture
def lena(cast):
    """Leader in charge of the bureau, without a region."""
    user = UserFactory(login="lena", department=cast.olga.department)
    GrantFactory(user=user, role="leader", department=cast.bureau)
    return user


@pytest.fixture
def uploaded():
    """`with uploaded("x.pdf") as sent`: a paper that is safe in quarantine."""

    def sent(name):
        return received([SimpleUploadedFile(name, PDF, "application/pdf")])

    return sent
