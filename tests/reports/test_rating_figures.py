"""好差评 in figures: numerators, denominators, weights, scope, and the lists behind."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from crm.models import Role
from reports.rating_figures import lines_of, period_of
from tests.factories import (
    NOON,
    SHANGHAI,
    CategoryFactory,
    DepartmentFactory,
    GrantFactory,
    UserFactory,
    VisitFactory,
)
from tests.visits.ticket_stories import HOUR, closed
from visits.models import Category, Correction, Rating, RatingRule
from visits.services import ratings
from visits.services.ratings import Said

LATER = NOON + 4 * HOUR
TODAY = LATER.date()
MARCH = period_of(date(2026, 3, 1), date(2026, 3, 1), TODAY)


@pytest.fixture(autouse=True)
def after_closing(time_machine):
    time_machine.move_to(LATER, tick=False)


@pytest.fixture
def category(db):
    return CategoryFactory()


@pytest.fixture
def visit(cast):
    def hold(**more):
        more = {"company": cast.company, "logged_by": cast.olga, **more}
        return VisitFactory(held=True, **more)

    return hold


@pytest.fixture
def rate(cast):
    def give(record, level, by=None, now=LATER, **said):
        said = Said(level=level, **said)
        return ratings.rate(record, actor=by or cast.otto, said=said, now=now)

    return give


def total(user, by="unit", period=MARCH):
    return lines_of(user, by, period)[1].numbers


def by_label(user, by="unit"):
    return {line.label: line.numbers for line in lines_of(user, by, MARCH)[0]}


def test_each_level_counts_as_the_formula_says(cast, visit, rate):
    for level in (5, 4, 4, 3, 2):
        rate(visit(), level)
    visit()  # not rated
    numbers = total(cast.axel)
    assert (numbers.rated, numbers.good, numbers.bad) == (5, 4, 1)
    assert numbers.weight == Decimal("3.9")  # 1 + 1 + 1 + 0.9
    assert (numbers.ended_rated, numbers.ended) == (5, 6)


def test_a_formula_weighs_the_ratings_of_its_own_days(cast, visit, rate):
    RatingRule.objects.create(effective_on=date(2026, 3, 20), fair=Decimal("0.5"))
    rate(visit(), 3)
    rate(visit(), 3, now=NOON + timedelta(days=1))
    rate(visit(), 3, now=NOON + timedelta(days=2))
    assert total(cast.axel).weight == Decimal("2.3")  # 0.9 + 0.9 + 0.5


def test_bad_ones_are_corrected_when_the_company_says_so(cast, visit, rate):
    for outcome in ("corrected", "not_corrected", "unheard"):
        correction = rate(visit(), 1).correction
        correction.state, correction.outcome = "ended", outcome
        correction.done, correction.sent_at = "已办", LATER
        correction.ended_at = LATER
        correction.save()
    rate(visit(), 2)
    numbers = total(cast.axel)
    assert (numbers.corrected, numbers.bad) == (1, 4)
    assert Correction.objects.filter(state="fixing").count() == 1


def test_units_and_categories_stand_apart(cast, category, visit, rate):
    rate(closed(cast), 5)
    rate(visit(), 1)
    office = cast.olga.department.name
    assert {name: one.rated for name, one in by_label(cast.axel).items()} == {
        "人社局": 1,
        office: 1,
    }
    found = by_label(cast.axel, "category")
    assert found[category_name()].good == 1
    assert (found[""].rated, found[""].ended) == (1, 1)


def category_name():
    return Category.objects.get(key="labour").name


def test_rows_are_in_the_order_of_the_tree_not_of_the_figures(cast, visit, rate):
    for code in ("zz", "aa", "mm"):
        unit = DepartmentFactory(code=code, name=code, region=cast.county)
        user = UserFactory(department=unit)
        record = visit(logged_by=user, unit=unit)
        rate(record, 5 if code == "zz" else 1)
    assert [line.label for line in lines_of(cast.axel, "unit", MARCH)[0]] == [
        "aa",
        "mm",
        "zz",
    ]


def test_a_period_is_whole_months_and_at_most_a_year(cast, visit, rate):
    rate(visit(), 5)
    february = period_of(date(2026, 2, 1), date(2026, 2, 1), TODAY)
    assert total(cast.axel, period=february).rated == 0
    long = period_of(date(2001, 1, 1), date(2026, 3, 1), TODAY)
    assert (long.first, long.last) == (date(2025, 4, 1), date(2026, 3, 31))
    usual = period_of(None, None, TODAY)
    assert (usual.first, usual.last) == (date(2026, 1, 1), date(2026, 3, 31))
    turned = period_of(date(2026, 3, 1), date(2026, 1, 1), TODAY)
    assert turned.first <= turned.last


def test_what_ended_before_is_no_base_though_rated_now(cast, visit, rate):
    february = datetime(2026, 2, 20, 10, tzinfo=SHANGHAI)
    rate(visit(starts_at=february), 5)
    numbers = total(cast.axel)
    assert (numbers.rated, numbers.ended, numbers.ended_rated) == (1, 0, 0)


@pytest.mark.parametrize(
    ("who", "rated", "ended"),
    [
        ("hana", 1, 1), ("uma", 1, 1), ("tom", 0, 0), ("dora", 2, 3),
        ("maria", 2, 3), ("axel", 2, 3), ("dirk", 1, 1),
    ],
)  # fmt: skip
def test_everybody_counts_his_own_scope(cast, category, visit, rate, who, rated, ended):
    rate(closed(cast), 5)
    rate(visit(), 1)
    visit()
    far = visit(company=cast.foreign, logged_by=cast.oleg)
    rate(far, 1, by=cast.omar)
    numbers = total(getattr(cast, who))
    assert (numbers.rated, numbers.ended) == (rated, ended)


def test_a_leader_of_departments_counts_these(cast, category, visit, rate):
    rate(closed(cast), 5)
    rate(visit(), 1)
    lena = UserFactory(department=None)
    GrantFactory(user=lena, role=Role.LEADER, department=cast.bureau)
    assert set(by_label(lena)) == {"人社局"}


@pytest.mark.slow
def test_a_figure_opens_to_exactly_its_ratings(cast, category, visit, rate, as_user):
    """The number of rows in the list is the numerator, or what it was divided by."""
    rate(closed(cast), 5)
    for level in (5, 3, 2, 1):
        rate(visit(), level)
    rate(visit(company=cast.foreign, logged_by=cast.oleg), 1, by=cast.omar)
    client = as_user(cast.axel)
    page = client.get(reverse("reports:rating-figures"))
    opened = [*page.context["rows"], page.context["total"]]
    assert sorted(one.good.part for one in opened) == [1, 2, 3]
    for one in opened:
        assert listed(client, one.good.url) == one.good.part
        assert listed(client, one.satisfied.url) == one.satisfied.whole
        assert listed(client, one.rated.url) == one.rated.part
        assert listed(client, one.corrected.url) == one.corrected.part
        assert listed(client, one.excluded_url) == one.excluded


def listed(client, url):
    assert parse_qs(urlsplit(url).query)["figures"] == ["true"]
    response = client.get(url)
    assert response.status_code == 200
    return int(response.context["page"]["count"])


def test_by_category_opens_too(cast, category, visit, rate, as_user):
    rate(closed(cast), 5)
    rate(visit(), 1)
    client = as_user(cast.axel)
    page = client.get(reverse("reports:rating-figures"), {"by": "category"})
    for one in page.context["rows"]:
        assert listed(client, one.satisfied.url) == one.satisfied.whole == 1


def test_no_base_is_no_data_not_nought_percent(cast, visit, as_user):
    visit()
    body = as_user(cast.axel).get(reverse("reports:rating-figures")).content.decode()
    assert "暂无数据" in body
    assert "0.0%（0/1）" in body  # 评价率: one could have been rated
    assert "（0/0）" not in body


def test_a_share_stands_with_its_numbers(cast, visit, rate, as_user):
    for level in (5, 3):
        rate(visit(), level)
    body = as_user(cast.axel).get(reverse("reports:rating-figures")).content.decode()
    assert "100.0%（2/2）" in body
    assert "95.0%（1.9/2）" in body


def test_no_figure_is_made_of_a_person(cast, visit, rate, as_user):
    rate(visit(), 1)
    page = as_user(cast.axel).get(reverse("reports:rating-figures"))
    assert cast.olga.department.name in page.content.decode()
    assert cast.olga.name not in page.content.decode()


@pytest.mark.parametrize("who", ["olga", "bela", "otto", "sven", "selma", "alma"])
def test_whoever_answers_for_no_scope_has_no_figures(cast, as_user, who):
    client = as_user(getattr(cast, who))
    assert client.get(reverse("reports:rating-figures")).status_code == 403


@pytest.mark.parametrize(
    "query", ["first=2026-13", "first=x&last=y", "by=person", "first=9999-12"]
)
def test_bad_months_are_no_500(cast, as_user, query):
    url = f"{reverse('reports:rating-figures')}?{query}"
    assert as_user(cast.axel).get(url).status_code == 200


@pytest.mark.slow
def test_the_page_costs_the_same_for_1_and_20(cast, visit, rate, as_user, queries_of):
    rate(visit(), 1)
    client, address = as_user(cast.axel), reverse("reports:rating-figures")
    cost = queries_of(lambda: client.get(address))
    for _ in range(19):
        rate(visit(), 1)
    assert queries_of(lambda: client.get(address)) == cost
    assert Rating.objects.count() == 20
