"""Weights and days of ratings: set by the system administrator, for days to come."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.lib.errors import DomainError
from crm.models import Event
from visits.models import RatingRule
from visits.services import ratings

from .conftest import DAY, LATER

VALUES = {
    "very_good": Decimal(1), "good": Decimal(1), "fair": Decimal("0.6"),
    "poor": Decimal(0), "very_poor": Decimal(0),
    "fix_days": 10, "objection_days": 3, "look_days": 5,
}  # fmt: skip
TOMORROW = (LATER + DAY).date()


def set_rule(cast, effective_on=TOMORROW, actor=None, **changes):
    return ratings.set_rule(
        actor=actor or cast.sven,
        effective_on=effective_on,
        values=VALUES | changes,
        now=LATER,
    )


def test_as_shipped_basically_satisfied_counts_nine_tenths(db):
    rule = RatingRule.objects.on(LATER.date())
    assert rule.weights[3] == Decimal("0.9")
    assert (rule.fix_days, rule.objection_days) == (15, 5)


def test_rules_hold_from_their_day_on(cast):
    set_rule(cast)
    on = RatingRule.objects.on
    assert on(LATER.date()).weights[3] == Decimal("0.9")
    assert on(TOMORROW).weights[3] == Decimal("0.6")
    event = Event.objects.get(action="rating_rule.set")
    assert event.changes["fair"] == ["0.9", "0.6"]
    assert event.changes["fix_days"] == [15, 10]


@pytest.mark.parametrize("who", ["dora", "axel", "maria", "selma", "alma", "otto"])
def test_only_the_system_administrator_sets_them(cast, who):
    with pytest.raises(PermissionDenied):
        set_rule(cast, actor=getattr(cast, who))


@pytest.mark.parametrize(
    "bad",
    [
        {"effective_on": LATER.date()},
        {"effective_on": date(2020, 1, 1)},
        {"effective_on": date(2028, 1, 1)},
        {"fair": Decimal("1.5")},
        {"poor": Decimal(-1)},
        {"good": Decimal("0.5")},
        {"poor": Decimal("0.7")},
        {"fix_days": 0},
        {"fix_days": 999},
    ],
)
def test_what_is_no_rule_is_refused(cast, bad):
    with pytest.raises(DomainError):
        set_rule(cast, **bad)
    assert not RatingRule.objects.exists()


def test_a_day_has_one_rule(cast):
    set_rule(cast)
    with pytest.raises(DomainError, match="已有规则"):
        set_rule(cast, fix_days=20)


def test_the_database_keeps_the_weights_in_order(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingRule.objects.create(effective_on=TOMORROW, fair=Decimal(1), good=0)


def test_a_correction_takes_the_days_of_its_day(cast, rated, visit):
    set_rule(cast)
    assert rated(1).correction.fix_by.days == 15
    later = rated(1, record=visit, now=LATER + DAY)
    assert later.correction.fix_by.days == 10


def test_the_page_sets_and_lists(cast, as_user):
    client, address = as_user(cast.sven), reverse("visits:rating-rules")
    form = {name: str(value) for name, value in VALUES.items()}
    page = client.post(address, {**form, "effective_on": TOMORROW.isoformat()})
    assert page.url == address
    assert "2026-03-19" in client.get(address).content.decode()
    bad = client.post(address, {**form, "effective_on": "2026-02-30", "fair": "x"})
    assert bad.status_code == 422
    for word in ("effective_on", "set_by", "set_at"):
        more = {**form, "effective_on": "2026-05-01", word: "2026-05-01"}
        client.post(address, more)
    assert set(RatingRule.objects.values_list("set_by", flat=True)) == {cast.sven.pk}
