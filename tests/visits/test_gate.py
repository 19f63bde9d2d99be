"""无事不扰: which visits count, in which windows, and what others may know of them."""

from datetime import timedelta

import pytest

from tests.factories import NOON, CompanyFactory, VisitFactory
from visits.services import gate

TODAY = NOON.date()


def ago(days, company, **changes):
    moment = NOON - timedelta(days=days)
    options = {"held": True, "starts_at": moment, "day": moment.date()} | changes
    return VisitFactory(company=company, **options)


@pytest.mark.parametrize(
    ("days", "in_30", "in_90"),
    [(0, 1, 1), (30, 1, 1), (31, 0, 1), (90, 0, 1), (91, 0, 0)],
)
def test_the_windows_are_30_and_90_days(company, days, in_30, in_90):
    ago(days, company)
    burden = gate.burden_on(company, day=TODAY, today=TODAY)
    assert (burden.in_30, burden.in_90) == (in_30, in_90)


@pytest.mark.parametrize(
    ("days", "needed"),
    [([5], False), ([5, 6], True), ([40, 50, 60], False), ([40, 50, 60, 70], True)],
)
def test_two_in_30_or_four_in_90_ask_for_a_reason(company, days, needed):
    for one in days:
        ago(one, company)
    assert gate.burden_on(company, day=TODAY, today=TODAY).needs_reason == needed


def test_the_limits_are_settings(company, settings):
    settings.CRM_VISITS_IN_30_DAYS = 1
    ago(5, company)
    assert gate.burden_on(company, day=TODAY, today=TODAY).needs_reason


@pytest.mark.parametrize(
    "changes",
    [
        {"asked_by_company": True},
        {"held": False, "status": "cancelled", "cancelled_at": NOON},
        {"held": False},  # a plan whose day passed unused
    ],
)
def test_what_disturbed_nobody_does_not_count(company, changes):
    ago(5, company, **changes)
    assert gate.burden_on(company, day=TODAY, today=TODAY).in_90 == 0


def test_plans_ahead_are_shown_and_count_up_to_the_new_day(company):
    ago(-3, company, held=False)
    ago(-10, company, held=False)
    burden = gate.burden_on(company, day=TODAY + timedelta(days=5), today=TODAY)
    assert burden.in_30 == 1
    assert [(one.day - TODAY).days for one in burden.ahead] == [3, 10]


def test_visits_of_other_companies_and_the_plan_itself_do_not_count(company):
    ago(5, CompanyFactory())
    plan = ago(-1, company, held=False)
    burden = gate.burden_on(company, day=plan.day, today=TODAY, without=plan)
    assert burden.in_90 == 0


def test_one_query_tells_it_all(company, queries_of):
    ago(5, company)
    one = queries_of(lambda: gate.burden_on(company, day=TODAY, today=TODAY))
    for days in range(1, 25):
        ago(days, company)
    assert queries_of(lambda: gate.burden_on(company, day=TODAY, today=TODAY)) == one
    assert one == 1


def test_everybody_who_plans_sees_who_unit_day_and_mode(cast, as_user, at_noon):
    ago(4, cast.company, logged_by=cast.tom, purpose="内部用途", for_unit=True)
    page = as_user(cast.olga).get(f"/visits/plan/?company={cast.company.pk}")
    text = page.content.decode()
    assert cast.tom.name in text
    assert cast.other_bureau.name in text
    assert "内部用途" not in text


def test_a_unit_learns_days_and_units_only(cast, as_user, at_noon):
    ago(4, cast.company, logged_by=cast.bela)
    answer = as_user(cast.tom).get(f"/api/v1/visits/companies/{cast.company.pk}/")
    facts = answer.json()
    assert facts["contacts"] == []
    assert facts["past"] == [
        {
            "day": "2026-03-14",
            "unit": "服务中心",
            "mode": "",
            "officer": "",
            "asked_by_company": False,
        }
    ]
