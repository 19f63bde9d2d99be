"""A and B of handlers: set by the head of the unit, one at a time, able to work."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError
from crm.models import Event, Grant, StandIn
from crm.services import people, standing_in
from crm.services.people import Profile
from tests.crm.standing_in.conftest import NOW, colleague
from tests.factories import DepartmentFactory, GrantFactory


def set_b(cast, stand_in, handler=None, actor=None, **more):
    return standing_in.set_stand_in(
        handler or cast.hana,
        actor=actor or cast.uma,
        stand_in=stand_in,
        now=NOW,
        **more,
    )


def test_the_head_sets_a_b(cast, ben):
    pair = set_b(cast, ben)
    assert (pair.department, pair.started_on) == (cast.bureau, NOW.date())
    assert set_b(cast, ben) == pair
    event = Event.objects.get(action="stand_in.set")
    assert event.changes["stand_in"] == [None, ben.pk]


@pytest.mark.parametrize(
    "who", ["hana", "tom", "olga", "dora", "maria", "axel", "otto", "sven", "selma"]
)
def test_nobody_else_does(cast, ben, who):
    with pytest.raises(PermissionDenied):
        set_b(cast, ben, actor=getattr(cast, who))


def test_b_is_not_a(cast):
    with pytest.raises(DomainError) as refused:
        set_b(cast, cast.hana)
    assert refused.value.code == "b_is_a"
    with pytest.raises(IntegrityError), transaction.atomic():
        StandIn.objects.create(
            handler=cast.hana,
            stand_in=cast.hana,
            department=cast.bureau,
            started_on=NOW.date(),
        )


def test_one_open_b_at_a_time(cast, pair):
    carl = colleague(cast, "carl")
    with pytest.raises(IntegrityError), transaction.atomic():
        StandIn.objects.create(
            handler=cast.hana,
            stand_in=carl,
            department=cast.bureau,
            started_on=NOW.date(),
        )
    with pytest.raises(DomainError) as refused:
        set_b(cast, carl)
    assert refused.value.code == "reason_missing"
    new = set_b(cast, carl, reason="岗位调整")
    pair.refresh_from_db()
    assert pair.ended_on == NOW.date() and pair.end_reason == "岗位调整"
    assert StandIn.objects.open().get() == new


def test_b_must_be_able_to_work_for_the_unit(cast):
    with pytest.raises(DomainError) as refused:
        set_b(cast, cast.tom)
    assert refused.value.code == "not_able"
    assert cast.tom not in standing_in.able_for(cast.hana, NOW.date())
    assert cast.uma in standing_in.able_for(cast.hana, NOW.date())


def test_b_must_cover_every_unit_of_a(cast, ben):
    division = DepartmentFactory(code="x", parent=cast.bureau, region=cast.county)
    GrantFactory(user=cast.hana, role="handler", department=division)
    assert set_b(cast, ben)  # of the bureau above
    GrantFactory(user=cast.hana, role="handler", department=cast.other_bureau)
    with pytest.raises(DomainError):
        set_b(cast, colleague(cast, "carl"), reason="换人")


def test_two_stand_in_for_each_other(cast, pair, ben):
    assert set_b(cast, cast.hana, handler=ben)
    assert StandIn.objects.open().count() == 2


def test_whoever_is_away_then_is_no_b(cast, ben, away):
    away(ben, 10, 12, cover=cast.uma)
    away(cast.hana, 12, 14, cover=cast.uma)
    assert set_b(cast, ben)  # both are covered
    cast.hana.absences.update(cover=None)
    ben.absences.update(cover=None)
    StandIn.objects.all().delete()
    with pytest.raises(DomainError) as refused:
        set_b(cast, ben)
    assert refused.value.code == "both_absent"


def test_it_is_ended_with_a_reason_by_the_head(cast, pair):
    with pytest.raises(PermissionDenied):
        standing_in.end_stand_in(pair, actor=cast.hana, reason="x")
    with pytest.raises(DomainError):
        standing_in.end_stand_in(pair, actor=cast.uma, reason=" ")
    standing_in.end_stand_in(pair, actor=cast.uma, reason="借调", now=NOW)
    assert not StandIn.objects.open().exists()


@pytest.mark.parametrize("who", ["ben", "hana"])
def test_who_moves_to_another_unit_is_paired_no_more(cast, pair, ben, who):
    user = {"ben": ben, "hana": cast.hana}[who]
    profile = Profile(
        login=user.login,
        name=user.name,
        phone=user.phone,
        department=cast.other_bureau,
    )
    people.edit_user(
        user, actor=cast.sven, profile=profile, version=user.version, now=NOW
    )
    pair.refresh_from_db()
    assert pair.ended_on
    assert Event.objects.get(action="stand_in.ended").changes["reason"] == [
        None,
        "transfer",
    ]


def test_a_closed_account_is_paired_no_more(cast, pair, ben):
    people.deactivate_user(ben, actor=cast.sven, now=NOW)
    assert not StandIn.objects.open().exists()


def test_who_sees_a_pair(cast, pair, ben):
    visible = StandIn.objects.visible_to
    sees = [one for one in (cast.hana, ben, cast.uma) if visible(one).exists()]
    assert sees == [cast.hana, ben, cast.uma]
    others = (cast.tom, cast.olga, cast.dora, cast.maria, cast.otto)
    assert not any(visible(one).exists() for one in others)


def test_a_lost_role_makes_no_pair_but_no_b_either(cast, pair, ben):
    Grant.objects.filter(user=ben).update(revoked_at=NOW)
    assert ben not in standing_in.able_for(cast.hana, NOW.date())
