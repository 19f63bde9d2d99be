"""The list of visits: scope, filters, pages, and what it costs."""

from datetime import timedelta

import pytest

from crm.services import search
from tests.factories import NOON, CompanyFactory, LiaisonFactory, VisitFactory
from visits.models import Visit

pytestmark = pytest.mark.usefixtures("at_noon")


def held(company, officer, days=0, **changes):
    moment = NOON - timedelta(days=days)
    said = {"held": True, "starts_at": moment, "day": moment.date()}
    return VisitFactory(company=company, logged_by=officer, **(said | changes))


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("olga", True),
        ("bela", True),
        ("dora", True),
        ("maria", True),
        ("axel", True),
        ("otto", True),
        ("oleg", False),
        ("tom", False),
        ("dirk", False),
        ("omar", False),
        ("sven", False),
    ],
)
def test_who_sees_a_visit_in_the_list(cast, as_user, who, sees):
    held(cast.company, cast.olga, purpose="标记的走访")
    search.refresh(cast.company.pk)
    client = as_user(getattr(cast, who))
    for url in ("/visits/", "/visits/?q=恒润", "/api/v1/visits/"):
        text = client.get(url).content.decode()
        assert ("标记的走访" in text) == (sees or False), url


def found(client, query):
    page = client.get(f"/api/v1/visits/?{query}")
    assert page.status_code == 200, page.content
    return [row["purpose"] for row in page.json()["results"]]


def test_the_filters(cast, as_user):
    held(cast.company, cast.olga, 1, purpose="甲")
    held(cast.company, cast.bela, 5, purpose="乙", mode="meeting")
    VisitFactory(company=cast.company, logged_by=cast.olga, purpose="丙")
    client = as_user(cast.dora)
    assert found(client, "mode=meeting") == ["乙"]
    assert found(client, "status=planned") == ["丙"]
    assert found(client, "officer=Bela") == ["乙"]
    assert found(client, "unit=服务") == ["丙", "甲", "乙"]
    assert found(client, "unit=水利") == []
    assert found(client, "first=2026-03-14&last=2026-03-17") == ["甲"]
    assert found(client, f"company={cast.foreign.pk}") == []
    assert found(as_user(cast.bela), "mine=true") == ["乙"]


def test_the_search_is_that_of_companies(cast, as_user):
    held(cast.company, cast.olga, purpose="甲")
    search.refresh(cast.company.pk)
    client = as_user(cast.olga)
    assert found(client, "q=润纺") == ["甲"]
    assert found(client, "q=没有这家") == []


@pytest.mark.parametrize(
    "query",
    ["mode=fly", "first=2026-02-30", "company=x", "company=1e400", "q=" + "长" * 61],
)
def test_a_bad_filter_is_a_sentence_not_a_traceback(cast, as_user, query):
    page = as_user(cast.olga).get(f"/visits/?{query}")
    assert page.status_code == 422
    assert "notice-error" in page.content.decode()


def test_huge_numbers_and_forged_cursors_are_harmless(cast, as_user):
    client = as_user(cast.olga)
    for query in (f"company={2**63}", "cursor=xyz", "cursor=" + "a" * 2000):
        assert client.get(f"/visits/?{query}").status_code == 200


def test_pages_go_by_key_and_meet_every_row_once(cast, as_user):
    for days in range(30):
        held(cast.company, cast.olga, days, purpose=f"第{days}次")
    client, url, seen = as_user(cast.olga), "/api/v1/visits/", []
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 30
    assert 'rel="next"' in client.get("/visits/").content.decode()


@pytest.mark.parametrize("who", ["olga", "dora", "otto"])
def test_the_list_costs_the_same_for_1_and_25(cast, as_user, queries_of, who):
    held(cast.company, cast.olga)
    client = as_user(getattr(cast, who))
    client.get("/visits/")
    cost = queries_of(lambda: client.get("/visits/"))
    for number in range(24):
        other = CompanyFactory(region=cast.town)
        LiaisonFactory(company=other, officer=cast.olga)
        held(cast.company if who == "otto" else other, cast.olga, number)
    assert queries_of(lambda: client.get("/visits/")) == cost
    # session, user, grants, rows, count
    assert cost <= 8


def test_a_page_is_small(cast, as_user):
    for days in range(25):
        held(cast.company, cast.olga, days)
    page = as_user(cast.olga).get("/visits/")
    assert len(page.content) <= 30 * 1024
    assert Visit.objects.count() == 25


def test_an_empty_list_says_what_to_do(cast, as_user):
    text = as_user(cast.olga).get("/visits/").content.decode()
    assert "记走访" in text
    assert "/visits/log/" in text
