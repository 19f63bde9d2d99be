"""Approvals lapse: warned of 90 and 30 days ahead, each time once."""

from datetime import date, timedelta

import pytest

from crm.models import Event
from projects.models import Milestone
from projects.services import expiry
from tests.factories import NOON

TODAY = NOON.date()


@pytest.fixture
def site(items, walk):
    item = walk(items.site, "prepare", "hand-in", "accept", "approve")
    Milestone.objects.filter(pk=item.pk).update(expires_on=TODAY + timedelta(days=100))
    return item


def warned(day):
    expiry.warn(today=day, now=NOON)
    rows = Event.objects.filter(action="milestone.expires_soon").order_by("pk")
    return [row.changes["warned_days"][1] for row in rows]


def test_each_warning_is_given_once(site):
    assert warned(TODAY + timedelta(days=9)) == []
    assert warned(TODAY + timedelta(days=10)) == [90]
    assert warned(TODAY + timedelta(days=10)) == [90]
    assert warned(TODAY + timedelta(days=70)) == [90, 30]
    assert warned(TODAY + timedelta(days=71)) == [90, 30]


def test_what_came_late_into_the_system_is_warned_of_once(site):
    assert warned(TODAY + timedelta(days=80)) == [30]


def test_nobody_is_warned_of_what_has_lapsed_or_ended(site, begun, walk):
    assert warned(TODAY + timedelta(days=101)) == []
    walk(site, ("revoke", 1, {"notice": "撤销"}))
    assert warned(TODAY + timedelta(days=80)) == []


@pytest.mark.slow
def test_a_new_approval_is_warned_of_anew(site, walk):
    assert warned(TODAY + timedelta(days=10)) == [90]
    again = ("revoke", 1, {"notice": "撤销"}), ("retry", 2, {}), ("hand-in", 2, {})
    item = walk(site, *again, ("accept", 2, {}), ("approve", 2, {}))
    assert item.warned_days is None
    Milestone.objects.filter(pk=item.pk).update(expires_on=date(2026, 5, 1))
    assert warned(date(2026, 3, 25)) == [90, 90]
