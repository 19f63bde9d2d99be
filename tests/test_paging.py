"""Pages by key: every row once, in order, both ways, on nullable columns too."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.paging import BadCursor, capped_count, encode, keyset_page
from crm.models import Company
from tests.factories import CompanyFactory, RegionFactory

pytestmark = pytest.mark.django_db
RECENT = ("-updated_at", "-pk")
SEEN = ("last_visit_on", "pk")
SEEN_LAST = ("-last_visit_on", "pk")


@pytest.fixture
def companies(db):
    region = RegionFactory()
    day = date(2026, 3, 1)
    seen = [None, day, day, None, day + timedelta(1), day - timedelta(1), None]
    return [CompanyFactory(region=region, last_visit_on=one) for one in seen]


def walk(ordering, size, cursor=None, way="next"):
    found = []
    while True:
        page = keyset_page(
            Company.objects.all(), ordering, cursor, size, fields=("pk",)
        )
        chunk = [pk for (pk,) in page.rows]
        found = found + chunk if way == "next" else chunk + found
        cursor = getattr(page, way)
        if cursor is None:
            return found


def oracle(ordering):
    rows = list(Company.objects.all())
    for name in reversed(ordering):
        rows.sort(
            key=lambda one: (
                getattr(one, name.lstrip("-")) is not None,
                getattr(one, name.lstrip("-")) or 0,
            ),
            reverse=name.startswith("-"),
        )
    return [one.pk for one in rows]


@pytest.mark.parametrize("ordering", [RECENT, SEEN, SEEN_LAST, ("name", "-pk")])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
def test_walking_the_pages_meets_every_row_once_in_order(companies, ordering, size):
    assert walk(ordering, size) == oracle(ordering)


@pytest.mark.parametrize("ordering", [RECENT, SEEN, SEEN_LAST])
def test_walking_back_from_the_last_page_meets_every_row(companies, ordering):
    # Seven rows by threes: the page before the first full one is the first page.
    assert walk(ordering, 1, "last", "previous") == oracle(ordering)
    page = keyset_page(Company.objects.all(), ordering, "last", 3, fields=("pk",))
    assert [pk for (pk,) in page.rows] == oracle(ordering)[-3:]
    assert page.next is None and page.last is None and page.first == "first"


def test_the_only_page_leads_nowhere(companies):
    page = keyset_page(Company.objects.all(), RECENT)
    assert page.is_only and page.first is None and page.last is None


def test_a_page_that_has_gone_shows_the_last_one(companies):
    page = keyset_page(Company.objects.all(), ("pk",), size=5)
    Company.objects.filter(pk__gt=page.rows[-1].pk).delete()
    again = keyset_page(Company.objects.all(), ("pk",), page.next, 5)
    assert [one.pk for one in again.rows] == [one.pk for one in page.rows]


BAD = [
    "x",
    "中文",
    "A" * 2000,
    "first ",
    encode("n", ("pk",), [1]),
    encode("z", RECENT, ["2026-01-01T00:00:00+00:00", 1]),
    encode("n", RECENT, ["2026-01-01T00:00:00+00:00", 2**70]),
    encode("n", RECENT, ["2026-13-01T00:00:00+00:00", 1]),
    encode("n", RECENT, ["0000-01-01", "\ud800"]),
    encode("n", RECENT, [None, 1]),
    encode("n", RECENT, [1, None]),
    encode("n", RECENT, ["2026-01-01T00:00:00+00:00"]),
]


@pytest.mark.parametrize("cursor", BAD)
def test_a_bad_cursor_gives_the_first_page_or_is_refused(companies, cursor):
    page = keyset_page(Company.objects.all(), RECENT, cursor, 3)
    assert page.rows == keyset_page(Company.objects.all(), RECENT, None, 3).rows
    with pytest.raises(BadCursor):
        keyset_page(Company.objects.all(), RECENT, cursor, 3, strict=True)


@given(cursor=st.text(max_size=60))
def test_no_text_breaks_a_list(cursor):
    keyset_page(Company.objects.none(), RECENT, cursor, 3)


def test_a_count_stops_at_its_cap(companies):
    assert str(capped_count(Company.objects.all(), 5)) == "5+"
    assert str(capped_count(Company.objects.all(), 7)) == "7"
