"""Exactly one A and one B, with a history that says why."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError
from crm.models import Company, CompanyLiaison, Event, Grant
from crm.services import absences, liaisons, people
from tests.factories import SHANGHAI, GrantFactory, UserFactory

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=SHANGHAI)


def assign(cast, role, officer, **values):
    given = {"actor": cast.dora, "now": NOW, "reason": "轮岗", **values}
    return liaisons.assign_officer(cast.company, role=role, officer=officer, **given)


def open_pair(company):
    rows = CompanyLiaison.objects.open().filter(company=company)
    return {one.role: one.officer for one in rows}


def test_the_one_before_steps_down_on_that_day(cast):
    assign(cast, "A", cast.oleg)
    assert open_pair(cast.company) == {"A": cast.oleg, "B": cast.bela}
    before = CompanyLiaison.objects.get(company=cast.company, officer=cast.olga)
    assert (before.ended_on, before.end_reason) == (date(2026, 3, 18), "轮岗")
    event = Event.objects.get(action="liaison.assigned")
    assert event.changes["officer"] == [cast.olga.pk, cast.oleg.pk]
    assert event.company_id == cast.company.pk


def test_the_same_again_changes_nothing(cast):
    assign(cast, "A", cast.oleg)
    assign(cast, "A", cast.oleg)
    assert Event.objects.filter(action="liaison.assigned").count() == 1


@pytest.mark.parametrize(
    ("role", "who", "values", "code"),
    [
        ("A", "bela", {}, "b_is_a"),
        ("B", "olga", {}, "b_is_a"),
        ("A", "tom", {}, "not_an_officer"),
        ("A", "oleg", {"reason": " "}, "reason_missing"),
        ("A", "oleg", {"started_on": date(2026, 3, 19)}, "starts_later"),
        ("A", "oleg", {"started_on": date(2026, 1, 4)}, "starts_too_early"),
    ],
)
def test_what_is_refused(cast, role, who, values, code):
    with pytest.raises(DomainError) as caught:
        assign(cast, role, getattr(cast, who), **values)
    assert caught.value.code == code
    assert open_pair(cast.company) == {"A": cast.olga, "B": cast.bela}


def test_who_is_no_longer_an_officer_is_refused(cast):
    Grant.objects.filter(user=cast.oleg).update(ends_on=date(2026, 3, 17))
    with pytest.raises(DomainError):
        assign(cast, "A", cast.oleg)
    Grant.objects.filter(user=cast.oleg).update(ends_on=date(2026, 3, 18))
    assert assign(cast, "A", cast.oleg)


@pytest.mark.parametrize("who", ["olga", "maria", "dirk", "uma", "tom"])
def test_only_the_regions_dispatcher_assigns(cast, who):
    with pytest.raises(PermissionDenied):
        assign(cast, "A", cast.oleg, actor=getattr(cast, who))


def test_a_and_b_are_swapped_on_one_day(cast):
    liaisons.swap_officers(cast.company, actor=cast.dora, reason="对调", now=NOW)
    assert open_pair(cast.company) == {"A": cast.bela, "B": cast.olga}
    assert CompanyLiaison.objects.filter(company=cast.company).count() == 4


def test_a_company_whose_a_left_stands_in_the_list(cast):
    with pytest.raises(DomainError):
        liaisons.end_officer(cast.company, actor=cast.dora, role="A", reason="")
    liaisons.end_officer(
        cast.company, actor=cast.dora, role="A", reason="调离", now=NOW
    )
    assert list(Company.objects.without_officer()) == [cast.company]
    assert not Company.objects.visible_to(cast.olga).filter(pk=cast.company.pk)
    assign(cast, "A", cast.oleg, reason="")
    assert not Company.objects.without_officer().exists()


@pytest.mark.parametrize("who", ["olga", "bela"])
def test_a_company_whose_officer_left_is_listed_as_without_one(cast, who):
    assert cast.company not in Company.objects.without_officer()
    people.deactivate_user(getattr(cast, who), actor=cast.sven)
    assert cast.company in Company.objects.without_officer()


def test_a_pair_that_is_away_on_the_same_day_is_not_made(cast):
    nora = UserFactory(login="nora", department=cast.olga.department)
    GrantFactory(user=nora, role="officer", department=nora.department)
    for officer, first, last in [(cast.olga, 3, 5), (nora, 1, 3)]:
        absences.enter_absence(
            officer,
            actor=None,
            kind="leave",
            starts_on=date(2026, 4, first),
            ends_on=date(2026, 4, last),
            now=NOW,
        )
    with pytest.raises(DomainError) as caught:
        assign(cast, "B", nora)
    assert caught.value.code == "both_absent"
    assert open_pair(cast.company)["B"] == cast.bela
