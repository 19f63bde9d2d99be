"""Queries that are written once give what the queryset itself gives."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm import company_page
from crm.lib.prepared import HIGHEST, Prepared, place, places
from crm.models import Company, Grant, User
from crm.models.people import anybody_with
from tests.factories import CompanyFactory, LiaisonFactory

pytestmark = pytest.mark.django_db


def test_rows_are_those_of_the_queryset(cast):
    made = [CompanyFactory(region=cast.town) for _ in range(3)]
    prepared = Prepared(
        lambda: Company.objects.filter(pk__in=places(5)).values_list("pk", "created_at")
    )
    for keys in ([made[0].pk], [one.pk for one in made]):
        plain = Company.objects.filter(pk__in=keys)
        assert set(prepared.rows(keys)) == set(plain.values_list("pk", "created_at"))


def test_objects_come_with_what_they_hang_from_and_new_each_time(cast, queries_of):
    company = CompanyFactory(region=cast.town)
    prepared = Prepared(
        lambda: Company.objects.filter(pk=place()).select_related("region").with_tags()
    )
    first, again = prepared.first(company.pk), prepared.first(company.pk)
    assert first == company
    assert first is not again
    assert queries_of(lambda: (first.region.name, first.tag_words)) == 0


def test_each_query_is_logged_with_its_values(cast):
    company = CompanyFactory(region=cast.town)
    prepared = Prepared(lambda: Company.objects.filter(pk=place()))
    for _ in range(2):
        with CaptureQueriesContext(connection) as logged:
            prepared.rows([company.pk])
        (one,) = logged
        assert str(company.pk) in one["sql"]


def test_what_never_changes_may_hold_any_sign(cast):
    names = ["100%s 棉", "%", "O'Neill \\"]
    made = [CompanyFactory(region=cast.town, name=name) for name in names]
    for one in made:
        prepared = Prepared(
            lambda name=one.name: Company.objects.filter(name=name, pk__in=places(3))
        )
        assert prepared.rows([other.pk for other in made]) == [one]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="only PostgreSQL does this")
def test_a_plan_is_kept_whatever_the_size_of_the_key(cast):
    company = CompanyFactory(region=cast.town)
    prepared = Prepared(lambda: Company.objects.filter(pk=place(), name="一家"))
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%一家%'"
    for key in (1, 40_000, 2**40, company.pk):
        prepared.rows([key])
    with connection.cursor() as cursor:
        cursor.execute(kept)
        # Django's own queries are not kept: they carry their values.
        assert cursor.fetchone() == (1,)
    with suppress(IntegrityError), transaction.atomic():
        Company.objects.create(pk=company.pk, name="二", region=cast.town)
    assert prepared.rows([company.pk]) == []


def test_no_values_nobodys_rows_and_keys_too_large_are_no_rows():
    prepared = Prepared(lambda: User.objects.filter(pk=place()))
    assert prepared.rows([]) == []
    assert prepared.first(HIGHEST + 1) is None
    assert Prepared(User.objects.none).rows([1]) == []


def test_a_prepared_scope_is_each_persons_own(cast):
    """Olga and another officer of the same unit share the SQL, not the companies."""
    company = CompanyFactory(region=cast.town)
    LiaisonFactory(company=company, officer=cast.olga)
    other = User.objects.create(
        login="oda", name="Oda", department=cast.olga.department
    )
    for grant in Grant.objects.filter(user=cast.olga):
        grant.pk, grant.user = None, other
        grant.save()
    assert other.access == cast.olga.access
    assert company_page.company_for(cast.olga, company.pk) == company
    assert company_page.company_for(other, company.pk) is None


def test_anybody_is_nobody(cast):
    anybody = anybody_with(cast.olga.access)
    assert not Company.objects.visible_to(anybody).exists()


def test_a_person_comes_with_the_grants_in_force(cast, queries_of):
    today = timezone.localdate()
    olga = User.objects.with_access(cast.olga.pk, today)
    assert queries_of(lambda: olga.access.roles) == 0
    assert olga.access == cast.olga.access_on(today)
    Grant.objects.filter(user=olga).update(revoked_at=timezone.now())
    assert User.objects.with_access(olga.pk, today).access.held == ()


def test_grants_that_begin_tomorrow_are_not_in_force(cast):
    tomorrow = timezone.localdate() + timedelta(days=1)
    Grant.objects.filter(user=cast.olga).update(starts_on=tomorrow)
    assert not User.objects.with_access(cast.olga.pk, timezone.localdate()).access.held
