"""Every change leaves an event, and nobody takes one back."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy

from crm import events, triggers
from crm.models import Company, Event, EventPersonal, PendingSeal
from tests.cast import make_cast
from tests.factories import NOON, CompanyFactory, UserFactory

pytestmark = pytest.mark.django_db


@transaction.atomic
def recorded(actor=None, action="company.edited", subject=None, **more):
    return events.record(actor, action, subject or CompanyFactory(), now=NOON, **more)


def test_an_event_says_who_did_what_to_which_record_and_what_changed():
    olga, company = UserFactory(), CompanyFactory()
    event = recorded(olga, subject=company, name=["old", "new"], is_public=True)
    event.refresh_from_db()
    assert (event.actor, event.at, event.is_public) == (olga, NOON, True)
    assert (event.subject_type, event.subject_id) == ("crm.company", company.pk)
    assert event.company == company
    assert event.changes == {"name": ["old", "new"]}
    assert PendingSeal.objects.get().event == event


def test_an_event_outside_a_transaction_is_refused():
    company = CompanyFactory()
    with pytest.raises(transaction.TransactionManagementError):
        events.record(None, "company.edited", company)
    with pytest.raises(transaction.TransactionManagementError):
        events.record_many([])
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_vanishes_with_the_change_that_failed():
    company = CompanyFactory()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.record(None, "company.edited", company, count=1 // 0)
    with pytest.raises(ZeroDivisionError):
        fail_after_event(company)
    assert not Event.objects.exists()


@transaction.atomic
def fail_after_event(company):
    events.record(None, "company.edited", company)
    raise ZeroDivisionError


def test_the_company_comes_from_the_subject_unless_it_is_named():
    company, other = CompanyFactory.create_batch(2)
    contact = company.contacts.create(name="赵䶮", phone="13900000000")
    assert recorded(subject=contact).company == company
    assert recorded(subject=contact, company=other.pk).company == other
    assert recorded(subject=UserFactory()).company is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (date(2026, 3, 18), "2026-03-18"),
        (datetime(2026, 3, 18, 4, 0, tzinfo=UTC), "2026-03-18T04:00:00+00:00"),
        (NOON, "2026-03-18T04:00:00+00:00"),
        (Decimal("12.50"), "12.50"),
        (0.1, "0.1"),
        (Company.Size.LARGE, "large"),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        ({"b", "a"}, ["a", "b"]),
        ({"k": (1, None)}, {"k": [1, None]}),
        ("𠮷䶮", "𠮷䶮"),
    ],
)
def test_values_are_kept_as_codes(value, kept):
    event = recorded(address=[None, value])
    event.refresh_from_db()
    assert event.changes == {"address": [None, kept]}
    assert events.digest_of(event) == event.digest


def test_a_record_is_kept_as_its_key():
    olga = UserFactory()
    assert recorded(leader=[None, olga]).changes == {"leader": [None, olga.pk]}


def test_sentences_and_shapeless_changes_are_refused():
    with pytest.raises(TypeError):
        recorded(note=gettext_lazy("company"))
    with pytest.raises(ValueError, match="old, new"):
        recorded(tags=["a", "b", "c"])


def test_what_did_not_change_is_left_out_and_a_lone_value_is_new():
    event = recorded(name=["same", "same"], stage="growing")
    assert event.changes == {"stage": [None, "growing"]}


def test_a_snapshot_tells_what_a_form_changed():
    company = CompanyFactory(name="old", short_name="s")
    before = events.snapshot(company, "name", "short_name", "region")
    company.name = "new"
    assert events.changed(before, company) == {"name": ["old", "new"]}


def test_personal_values_can_be_erased_without_touching_the_event():
    event = recorded(personal={"name": "赵䶮", "phone": "13900000000"})
    row = EventPersonal.objects.get(event=event)
    assert "赵䶮" not in str(event.changes)
    assert events.personal_digest(row) == event.personal_digest
    row.delete()
    event.refresh_from_db()
    assert events.digest_of(event) == event.digest
    assert not hasattr(event, "personal")


def test_equal_personal_values_have_different_digests():
    one, two = (recorded(personal={"name": "赵䶮"}) for _ in range(2))
    assert one.personal_digest != two.personal_digest


def test_many_events_are_the_same_rows_as_one_by_one():
    olga, company = UserFactory(), CompanyFactory()
    said = {"is_public": True, "personal": {"name": "赵䶮"}, "now": NOON}
    with transaction.atomic():
        size = ["micro", "small"]
        one = events.record(olga, "company.edited", company, **said, size=size)
        entry = events.Entry(
            actor=olga,
            action="company.edited",
            subject=company,
            changes={"size": size},
            **said,
        )
        [many] = events.record_many([entry])
    many.refresh_from_db()
    skipped = {"id", "personal_digest", "digest"}
    same = [f.attname for f in Event._meta.fields if f.name not in skipped]
    assert [getattr(many, f) for f in same] == [getattr(one, f) for f in same]
    assert events.digest_of(many) == many.digest
    assert events.personal_digest(many.personal) == many.personal_digest
    assert PendingSeal.objects.count() == 2


def test_one_event_costs_two_queries(django_assert_num_queries):
    company = CompanyFactory()
    with transaction.atomic(), django_assert_num_queries(2):
        # the event, and its place in the sealer's queue
        events.record(None, "company.edited", company, name=["a", "b"])


# --- The stream


def test_who_reads_the_stream_of_a_company():
    cast = make_cast()
    public = recorded(subject=cast.company, is_public=True)
    internal = recorded(subject=cast.company)
    foreign = recorded(subject=cast.foreign, is_public=True)
    grant = recorded(subject=cast.tom)
    both = {public, internal}
    expected = {
        "olga": both,
        "bela": both,
        "oleg": {foreign},
        "tom": set(),
        "dora": both,
        "dirk": {foreign},
        "maria": both,
        "axel": both,
        "otto": {public},
        "sven": set(),
        "alma": {public, internal, foreign, grant},
    }
    reads = {
        name: set(Event.objects.visible_to(getattr(cast, name))) for name in expected
    }
    assert reads == expected


def test_streams_of_a_record_are_newest_first():
    company = CompanyFactory()
    first, second = recorded(subject=company), recorded(subject=company)
    recorded()
    assert list(Event.objects.for_subject(company).for_list()) == [second, first]
    assert list(Event.objects.for_company(company).newest_first()) == [second, first]


# --- What the database refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE crm_event SET action = 'x'",
        "DELETE FROM crm_event",
        "UPDATE crm_seal SET hash = 'x'",
        "DELETE FROM crm_seal",
        "UPDATE crm_eventpersonal SET salt = 'x'",
    ],
)
def test_the_database_refuses_to_change_or_delete(statement):
    from crm.services import audit

    recorded(personal={"name": "赵䶮"})
    audit.seal_everything()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own statement")
def test_replacing_a_row_is_deleting_it():
    event = recorded()
    columns = "actor_id, company_id, at, action, subject_type, subject_id, is_public"
    statement = (
        f"INSERT OR REPLACE INTO crm_event (id, {columns}, changes, personal_digest,"
        f" digest) SELECT id, {columns}, changes, personal_digest, 'x' FROM crm_event"
    )
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    event.refresh_from_db()
    assert event.digest != "x"


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["crm_event", "crm_seal"])
def test_truncate_is_refused(table):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")


def test_triggers_come_back_after_a_migration():
    triggers.lift()
    event = recorded()
    connection.check_constraints()
    Event.objects.filter(pk=event.pk).update(action="changed.freely")
    connection.check_constraints()
    triggers.install()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(action="x")


def test_migrate_installs_them():
    triggers.lift()
    call_command("migrate", verbosity=0)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        recorded() and Event.objects.update(action="x")
