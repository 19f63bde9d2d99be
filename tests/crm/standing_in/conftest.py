"""The bureau's people: hana handles, ben is her B, uma heads both."""

from datetime import date, datetime

import pytest

from crm.services import absences, standing_in
from tests.factories import SHANGHAI, GrantFactory, UserFactory

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=SHANGHAI)


def colleague(cast, login, role="handler", unit=None):
    unit = unit or cast.bureau
    user = UserFactory(login=login, department=unit)
    GrantFactory(user=user, role=role, department=unit)
    return user


@pytest.fixture
def ben(cast):
    return colleague(cast, "ben")


@pytest.fixture
def pair(cast, ben):
    return standing_in.set_stand_in(cast.hana, actor=cast.uma, stand_in=ben, now=NOW)


@pytest.fixture
def away():
    """`away(hana, 10, 12)`: in April, entered by the person's own hand."""

    def enter(user, first, last, *, actor=None, **values):
        days = {"starts_on": date(2026, 4, first), "ends_on": date(2026, 4, last)}
        given = {"kind": "leave", "now": NOW, **days, **values}
        return absences.enter_absence(user, actor=actor or user, **given)

    return enter


def day(number):
    return date(2026, 4, number)


def again(user):
    """As the next request reads the person."""
    return type(user).objects.get(pk=user.pk)


def has_work(user, number):
    """Of whom this person has the work on that day of April, by login."""
    from crm.models import User

    keys = standing_in.duty_of(again(user), day(number)).handlers
    return set(User.objects.filter(pk__in=keys).values_list("login", flat=True))
