import pytest
from django.db import transaction


@pytest.fixture
def atomic(db):
    """The deadlines' own services want a transaction around them."""
    with transaction.atomic():
        yield
