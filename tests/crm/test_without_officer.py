"""Who is without an officer is written down, and true after whatever happens."""

from contextlib import suppress
from datetime import datetime, timedelta
from importlib import import_module
from random import Random

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Exists, F, OuterRef, Q
from django.test.utils import CaptureQueriesContext

from crm.lib.errors import DomainError
from crm.models import Company, CompanyLiaison
from crm.services import companies, liaisons, people
from reports import queries
from tests.factories import (
    SHANGHAI,
    CompanyFactory,
    LiaisonFactory,
    UserFactory,
)
from tests.second import second_connection

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=SHANGHAI)


def by_the_rule():
    """Asked of the pairs and the accounts themselves, archived companies too."""
    open_ones = CompanyLiaison.objects.filter(ended_on=None)
    with_a = open_ones.filter(role="A", company=OuterRef("pk"))
    left = open_ones.filter(officer__is_active=False)
    rows = Company.objects.filter(~Exists(with_a) | Q(pk__in=left.values("company")))
    return {*rows.values_list("pk", flat=True)}


def written():
    rows = Company.objects.filter(is_unserved=True)
    return {*rows.values_list("pk", flat=True)}


class Story:
    """Acts in any order, as dispatchers and administrators may press the buttons."""

    def __init__(self, cast, seed):
        self.cast, self.random, self.now = cast, Random(seed), NOW
        self.companies = [cast.company, cast.foreign]
        self.officers = [cast.olga, cast.bela, cast.oleg]

    def enter(self):
        profile = companies.Profile(
            name=f"新{len(self.companies)}号公司", region=self.cast.town
        )
        officers = self.random.sample(self.officers, self.random.randint(0, 2))
        with transaction.atomic(), liaisons.NewPairs(None, self.now) as pairs:
            company = companies.create_company(profile, actor=None, now=self.now)
            pairs.enter(company, dict(zip("AB", officers, strict=False)))
        self.companies.append(company)

    def assign(self):
        self.at_one(
            liaisons.assign_officer,
            role=self.random.choice("AB"),
            officer=self.random.choice(self.officers),
        )

    def end(self):
        self.at_one(liaisons.end_officer, role=self.random.choice("AB"))

    def swap(self):
        self.at_one(liaisons.swap_officers)

    def archive(self):
        self.at_one(companies.archive_company)

    def restore(self):
        company = self.random.choice(self.companies)
        companies.restore_company(company, actor=None, now=self.now)

    def close(self):
        officer = self.random.choice(self.officers)
        people.deactivate_user(officer, actor=self.cast.sven, now=self.now)

    def reopen(self):
        officer = self.random.choice(self.officers)
        people.activate_user(officer, actor=self.cast.sven, now=self.now)

    def at_one(self, act, **values):
        company = self.random.choice(self.companies)
        act(company, actor=None, reason="轮岗", now=self.now, **values)

    def go_on(self):
        """One act more; what the rules refuse is refused."""
        acts = [self.enter, self.assign, self.assign, self.end, self.swap]
        acts += [self.archive, self.restore, self.close, self.reopen, self.reopen]
        act = self.random.choice(acts)
        self.now += timedelta(hours=1)
        with suppress(DomainError, PermissionDenied):
            act()
        return act.__name__


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_it_is_true_after_every_act_of_any_story(cast, seed):
    story, told, changes = Story(cast, seed), [], 0
    for _ in range(60):
        before = written()
        told.append(story.go_on())
        assert (told, written()) == (told, by_the_rule())
        changes += written() != before
    assert changes > 5


def test_a_pair_that_is_swapped_serves_on(cast):
    LiaisonFactory(company=cast.foreign, officer=cast.bela, role="B")
    liaisons.swap_officers(cast.foreign, actor=None, reason="对调")
    assert written() == by_the_rule() == set()


def test_only_who_is_a_serves_a_company(cast):
    company = CompanyFactory()
    give = {"actor": None, "officer": cast.bela, "reason": ""}
    liaisons.assign_officer(company, role="B", **give)
    assert written() == by_the_rule() == {company.pk}
    liaisons.end_officer(company, actor=None, role="B", reason="轮岗")
    liaisons.assign_officer(company, role="A", **give)
    assert written() == by_the_rule() == set()


def test_an_account_that_is_opened_again_serves_again(cast):
    for officer in (cast.olga, cast.bela):
        people.deactivate_user(officer, actor=cast.sven)
    people.activate_user(cast.olga, actor=cast.sven)
    assert written() == by_the_rule() == {cast.company.pk}
    people.activate_user(cast.bela, actor=cast.sven)
    assert written() == by_the_rule() == set()


def test_what_is_there_already_is_asked_by_the_migration(cast):
    people.deactivate_user(cast.bela, actor=cast.sven)
    CompanyFactory()
    Company.objects.update(is_unserved=~F("is_unserved"))
    migration = import_module("crm.migrations.0007_company_is_unserved")
    migration.note_who_serves(apps, None)
    assert written() == by_the_rule()
    assert len(written()) == 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_field_goes_and_comes_back_with_what_was_written():
    olga = UserFactory()
    LiaisonFactory(officer=olga)
    alone = CompanyFactory()
    try:
        call_command("migrate", "crm", "0006", verbosity=0)
    finally:
        # As the operator's guide says of going back behind a squash.
        noted = MigrationRecorder.Migration.objects
        noted.filter(name__contains="_squashed_").delete()
        call_command("migrate", verbosity=0)
    assert written() == by_the_rule() == {alone.pk}


def test_home_begins_as_the_list_does(cast):
    changed = CompanyFactory(region=cast.town, updated_at=NOW + timedelta(days=1))
    others = [CompanyFactory(region=cast.town) for _ in range(2)]
    shown = [row["pk"] for row in queries.without_officer(cast.dora, 2)]
    assert shown == [changed.pk, others[1].pk]


def test_lists_home_and_workload_read_one_index(cast, as_user):
    among_many(cast.town)
    client = as_user(cast.dora)
    with CaptureQueriesContext(connection) as captured:
        client.get("/companies/?unassigned=true")
        client.get("/companies/?unassigned=true&region=530101&size=small")
        client.get("/workload/")
        queries.without_officer(cast.dora, 6)
    asked = [one["sql"] for one in captured if "is_unserved" in one["sql"]]
    assert len(asked) == 6  # keys and count of each list, the two others
    assert [one for one in asked if "company_unserved" not in plan_of(one)] == []


def among_many(town):
    """PostgreSQL reads a table of few rows whole, and needs figures to know."""
    Company.objects.bulk_create(
        Company(name=f"{n}", region=town, region_path=town.path, is_unserved=n % 99 < 1)
        for n in range(1_000)
    )
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE crm_company")


def plan_of(sql):
    kind = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{kind} {sql}")
        return str(cursor.fetchall())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_companies_are_held_before_it_is_asked_who_serves_them():
    """Else the pair that somebody is writing would be overlooked."""
    company = LiaisonFactory().company
    with second_connection() as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT id FROM crm_company FOR UPDATE")
        officer = company.liaisons.get().officer
        asked = CaptureQueriesContext(connection)
        with asked, pytest.raises(OperationalError), transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = 50")
            liaisons.note_account_of(officer)
        cursor.execute("ROLLBACK")
    assert [one for one in asked if one["sql"].startswith("UPDATE")] == []
