"""Whose work it is on a day: A's, B's while A is away, the head's where he covers."""

from datetime import timedelta

import pytest

from crm.lib.errors import DomainError
from crm.models import Absence, Grant
from crm.services import absences, people, standing_in
from crm.services.people import Profile
from tests.crm.standing_in.conftest import NOW, again, colleague, day, has_work


def on_duty(user, number):
    return standing_in.on_duty(again(user), day(number)).login


def test_b_has_the_work_from_the_first_to_the_last_day(cast, pair, ben, away):
    away(cast.hana, 10, 12)
    days = {number: has_work(ben, number) for number in (9, 10, 12, 13)}
    assert days == {9: {"ben"}, 10: {"ben", "hana"}, 12: {"ben", "hana"}, 13: {"ben"}}
    assert has_work(cast.hana, 11) == set() and has_work(cast.hana, 13) == {"hana"}
    assert [on_duty(cast.hana, n) for n in (9, 10, 13)] == ["hana", "ben", "hana"]


def test_without_a_b_a_handler_does_not_leave(cast, away):
    with pytest.raises(DomainError) as refused:
        away(cast.hana, 10, 12)
    assert refused.value.code == "no_stand_in" and cast.hana.name in str(refused.value)
    assert not Absence.objects.exists()


def test_unless_the_head_covers_by_choice(cast, away):
    away(cast.hana, 10, 12, cover=cast.uma)
    assert has_work(cast.uma, 11) == {"uma", "hana"}
    assert on_duty(cast.hana, 11) == "uma"


@pytest.mark.parametrize("who", ["hana", "tom", "olga", "dora"])
def test_only_a_head_of_the_unit_covers(cast, away, who):
    with pytest.raises(DomainError):
        away(cast.hana, 10, 12, cover=getattr(cast, who))


def test_a_head_who_is_away_does_not_cover(cast, away):
    away(cast.uma, 12, 14)
    with pytest.raises(DomainError) as refused:
        away(cast.hana, 10, 12, cover=cast.uma)
    assert refused.value.field == "cover"


def test_both_away_is_refused_whoever_asks_first(cast, pair, ben, away):
    colleague(cast, "carl")
    away(cast.hana, 10, 12)
    with pytest.raises(DomainError) as refused:
        away(ben, 12, 14, cover=None)
    assert refused.value.code in {"no_stand_in", "relied_on"}
    standing_in.set_stand_in(ben, actor=cast.uma, stand_in=cast.uma, now=NOW)
    # uma takes ben's work and through him hana's.
    away(ben, 12, 14)
    assert has_work(cast.uma, 12) == {"uma", "ben", "hana"}
    assert has_work(cast.uma, 13) == {"uma", "ben"}


def test_a_handler_whose_b_is_away_does_not_leave(cast, pair, ben, away):
    away(ben, 10, 12, cover=cast.uma)
    # The head covers ben, and through him whoever relies on ben.
    away(cast.hana, 11, 13)
    assert has_work(cast.uma, 11) == {"uma", "ben", "hana"}
    assert has_work(ben, 13) == {"ben", "hana"}


def test_without_anybody_at_the_end_of_the_chain_it_is_refused(cast, pair, ben, away):
    carl = colleague(cast, "carl")
    standing_in.set_stand_in(ben, actor=cast.uma, stand_in=carl, now=NOW)
    standing_in.set_stand_in(carl, actor=cast.uma, stand_in=cast.hana, now=NOW)
    away(cast.hana, 10, 12)
    away(ben, 11, 12)  # carl has it all
    assert has_work(carl, 11) == {"carl", "ben", "hana"}
    with pytest.raises(DomainError) as refused:
        away(carl, 12, 20)
    assert refused.value.code in {"both_absent", "relied_on"}
    assert away(carl, 13, 20)


def test_somebody_who_is_relied_on_is_told_by_whom(cast, pair, ben, away):
    standing_in.set_stand_in(ben, actor=cast.uma, stand_in=cast.uma, now=NOW)
    away(cast.hana, 10, 12)
    away(cast.uma, 20, 21)
    absences.end_absence(away(ben, 22, 23), actor=ben, last_day=day(22), now=NOW)
    away(ben, 11, 11)
    with pytest.raises(DomainError) as refused:
        away(cast.uma, 11, 11)
    assert refused.value.code == "relied_on"


def test_back_early_the_work_returns_the_day_after(cast, pair, ben, away):
    absence = away(cast.hana, 10, 20)
    now = NOW.replace(month=4, day=13)
    absences.end_absence(absence, actor=cast.hana, last_day=day(12), now=now)
    assert has_work(ben, 12) == {"ben", "hana"}
    assert has_work(ben, 13) == {"ben"} and has_work(cast.hana, 13) == {"hana"}


def test_called_off_it_never_left(cast, pair, ben, away):
    absences.cancel_absence(away(cast.hana, 10, 20), actor=cast.hana, now=NOW)
    assert has_work(ben, 15) == {"ben"}


def move_away(cast, user):
    profile = Profile(
        login=user.login, name=user.name, phone="", department=cast.other_bureau
    )
    people.edit_user(
        user, actor=cast.sven, profile=profile, version=user.version, now=NOW
    )


def test_when_b_is_moved_meanwhile_the_head_has_it(cast, pair, ben, away):
    away(cast.hana, 10, 20)
    move_away(cast, ben)
    assert has_work(ben, 11) == {"ben"}
    assert has_work(cast.uma, 11) == {"uma", "hana"}
    assert on_duty(cast.hana, 11) == "uma"


def test_a_new_b_goes_on_in_the_middle(cast, pair, ben, away, time_machine):
    away(cast.hana, 10, 20)
    carl = colleague(cast, "carl")
    now = NOW.replace(month=4, day=11)
    time_machine.move_to(now, tick=False)
    standing_in.set_stand_in(
        cast.hana, actor=cast.uma, stand_in=carl, reason="调岗", now=now
    )
    assert has_work(carl, 11) == {"carl", "hana"} and has_work(ben, 11) == {"ben"}
    notes = cast.hana.absences.get().work_notes
    assert [one.stand_in for one in notes.all()] == [ben, carl]


def test_when_b_loses_the_role_the_head_has_it(cast, pair, ben, away):
    away(cast.hana, 10, 20)
    Grant.objects.filter(user=ben).update(revoked_at=NOW)
    assert has_work(cast.uma, 11) == {"uma", "hana"}


def test_when_the_head_is_away_too_nobody_is_named_falsely(cast, pair, ben, away):
    away(cast.hana, 10, 20)
    away(cast.uma, 11, 11)
    Grant.objects.filter(user=ben).update(revoked_at=NOW)
    assert has_work(cast.uma, 11) == {"uma"}
    assert on_duty(cast.hana, 11) == "hana"


def test_an_officer_needs_no_handlers_b(cast, away):
    assert away(cast.olga, 10, 12)
    assert has_work(cast.olga, 9) == {"olga"}


def test_a_ring_ends(cast, pair, ben, away):
    standing_in.set_stand_in(ben, actor=cast.uma, stand_in=cast.hana, now=NOW)
    away(cast.hana, 10, 12)
    with pytest.raises(DomainError):
        away(ben, 12, 12)
    assert away(ben, 13, 13)


def test_it_costs_one_query_while_nobody_is_away(cast, pair, queries_of):
    hana = again(cast.hana)
    assert hana.access
    assert queries_of(lambda: standing_in.duty_of(hana, day(1))) == 1
    assert queries_of(lambda: standing_in.duty_of(hana, day(1))) == 0


def test_days_between_two_absences_are_looked_at_too(cast, pair, ben, away):
    away(ben, 12, 12, cover=cast.uma)
    away(cast.uma, 20, 20)
    assert away(cast.hana, 10, 14)
    ben.absences.update(cover=None)
    cast.hana.absences.update(cancelled_at=NOW)
    with pytest.raises(DomainError) as refused:
        away(cast.hana, 10, 15)
    assert refused.value.code == "both_absent"
    assert str(day(12)) in str(refused.value)
    assert day(12) - timedelta(days=2) == day(10)
