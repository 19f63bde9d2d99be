"""Away: the work goes to B by itself and comes back by itself."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from crm import handover
from crm.lib.errors import DomainError
from crm.models import (
    Absence,
    Company,
    CompanyLiaison,
    Event,
    HandoverNote,
)
from crm.services import absences, liaisons
from tests.factories import SHANGHAI, CompanyFactory, LiaisonFactory

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=SHANGHAI)


def day(number):
    return date(2026, 4, number)


def enter(officer, first, last, *, actor=None, **values):
    given = {"kind": "leave", "now": NOW, **values}
    return absences.enter_absence(
        officer, actor=actor, starts_on=day(first), ends_on=day(last), **given
    )


def acting(company, number):
    """Who has the work of this company on this day."""
    served = [
        one.officer.login
        for one in CompanyLiaison.objects.filter(company=company)
        if Company.objects.served_by(one.officer, day(number)).filter(pk=company.pk)
    ]
    return sorted(set(served))


def test_b_has_the_work_from_the_first_to_the_last_day(cast, company):
    enter(cast.olga, 10, 12)
    days = {number: acting(company, number) for number in range(8, 15)}
    assert days == {
        8: ["olga"],
        9: ["olga"],
        10: ["bela"],
        11: ["bela"],
        12: ["bela"],
        13: ["olga"],
        14: ["olga"],
    }


def test_the_absence_of_b_leaves_the_work_with_a(cast, company):
    enter(cast.bela, 10, 12)
    assert acting(company, 11) == ["olga"]


def test_a_former_officer_has_no_work_even_while_a_is_away(cast, company):
    liaisons.assign_officer(
        company, actor=cast.dora, role="A", officer=cast.oleg, reason="x", now=NOW
    )
    LiaisonFactory(company=cast.foreign, officer=cast.bela, role="B")
    enter(cast.oleg, 10, 12)
    assert acting(company, 11) == ["bela"]
    assert acting(company, 13) == ["oleg"]


def test_back_early_the_work_returns_the_day_after(cast, company):
    absence = enter(cast.olga, 10, 20)
    now = datetime(2026, 4, 13, 9, 0, tzinfo=SHANGHAI)
    absences.end_absence(absence, actor=cast.olga, last_day=day(12), now=now)
    assert acting(company, 12) == ["bela"]
    assert acting(company, 13) == ["olga"]
    with pytest.raises(DomainError):
        absences.end_absence(absence, actor=cast.olga, last_day=day(11), now=now)


def test_called_off_before_it_began_changes_nothing(cast, company):
    absence = enter(cast.olga, 10, 20)
    absences.cancel_absence(absence, actor=cast.olga, now=NOW)
    assert acting(company, 15) == ["olga"]
    with pytest.raises(PermissionDenied):
        absences.cancel_absence(absence, actor=cast.olga, now=NOW)


def test_what_has_begun_is_not_called_off(cast):
    absence = enter(cast.olga, 10, 20)
    now = datetime(2026, 4, 11, 0, 0, tzinfo=SHANGHAI)
    with pytest.raises(DomainError) as caught:
        absences.cancel_absence(absence, actor=cast.olga, now=now)
    assert caught.value.code == "begun_already"


@pytest.mark.parametrize(("first", "last"), [(12, 14), (8, 10), (11, 11), (1, 28)])
def test_both_away_is_refused_and_says_who_and_when(cast, first, last):
    enter(cast.olga, 10, 12)
    with pytest.raises(DomainError) as caught:
        enter(cast.bela, first, last)
    assert caught.value.code == "both_absent"
    for part in (cast.olga.name, "2026-04-10", "2026-04-12", cast.company.name):
        assert part in caught.value.sentence


@pytest.mark.parametrize(("first", "last"), [(13, 14), (8, 9)])
def test_one_after_the_other_is_fine(cast, first, last):
    enter(cast.olga, 10, 12)
    assert enter(cast.bela, first, last)


def test_without_a_b_nobody_leaves_and_the_companies_are_named(cast):
    for _ in range(7):
        LiaisonFactory(
            company=CompanyFactory(region=cast.town), officer=cast.olga, role="A"
        )
    with pytest.raises(DomainError) as caught:
        enter(cast.olga, 10, 12)
    assert caught.value.code == "no_stand_in"
    assert "2" in caught.value.sentence
    assert not Absence.objects.exists()


def test_archived_companies_need_no_stand_in(cast):
    LiaisonFactory(
        company=CompanyFactory(region=cast.town, archived_at=NOW),
        officer=cast.olga,
        role="A",
    )
    assert enter(cast.olga, 10, 12)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (12, 10, "ends_before_start"),
        (10, 12, "away_already"),
    ],
)
def test_days_that_make_no_sense(cast, first, last, code):
    enter(cast.olga, 11, 15)
    with pytest.raises(DomainError) as caught:
        enter(cast.olga, first, last)
    assert caught.value.code == code


def test_days_that_are_over_are_refused(cast):
    with pytest.raises(DomainError) as caught:
        absences.enter_absence(
            cast.olga,
            actor=None,
            kind="leave",
            starts_on=date(2026, 3, 10),
            ends_on=date(2026, 3, 17),
            now=NOW,
        )
    assert caught.value.code == "over_already"


def test_the_same_absence_again_is_the_same(cast):
    assert enter(cast.olga, 10, 12).pk == enter(cast.olga, 10, 12).pk
    assert Event.objects.filter(action="absence.entered").count() == 1


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("olga", True),
        ("dora", True),
        ("uma", False),
        ("bela", False),
        ("maria", False),
        ("dirk", False),
    ],
)
def test_who_may_enter_an_absence(cast, who, allowed):
    actor = getattr(cast, who)
    if allowed:
        assert enter(cast.olga, 10, 12, actor=actor)
    else:
        with pytest.raises(PermissionDenied):
            enter(cast.olga, 10, 12, actor=actor)


def test_the_note_says_what_is_open(cast, company, monkeypatch):
    monkeypatch.setattr(handover, "_providers", {})
    item = {"kind": "ticket", "id": 7, "number": "T-7", "title": "用工", "due_on": None}
    handover.register("tickets", lambda companies, today: {company.pk: [item]})
    enter(cast.olga, 10, 12)
    note = HandoverNote.objects.get()
    assert (note.company, note.stand_in) == (company, cast.bela)
    assert note.items == [item]
    # The foreign company is not hers.
    enter(cast.bela, 20, 21)
    assert HandoverNote.objects.count() == 1
