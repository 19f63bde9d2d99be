"""The chain over all events shows whoever changes, inserts or removes one."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from crm import events, triggers
from crm.models import Event, EventPersonal, PendingSeal, Seal
from crm.services import audit
from tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def head_file(tmp_path, monkeypatch):
    """The note of the chain's end, in a folder of this test alone."""
    path = tmp_path / "audit-head"
    monkeypatch.setattr(audit, "head_file", lambda: path)
    return path


@pytest.fixture
def company():
    return CompanyFactory()


@pytest.fixture
def chained(company):
    """Five events, sealed three and two."""
    add(company, 3)
    audit.seal_pending()
    add(company, 2)
    audit.seal_pending()


@transaction.atomic
def add(company, number, **more):
    for _ in range(number):
        events.record(None, "company.edited", company, **more)


@pytest.fixture
def tamper():
    """Change what no program may: as somebody with the database's password would."""

    def run(statement, *params):
        # PostgreSQL alters no table while checks of its keys are put off.
        connection.check_constraints()
        triggers.lift()
        connection.cursor().execute(statement, params)
        connection.check_constraints()
        triggers.install()

    return run


def first_problem():
    return (audit.verify().problems or [None])[0]


def test_sealing_chains_what_waits_and_empties_the_queue(chained):
    assert list(Seal.objects.order_by("pk").values_list("pk", flat=True)) == [
        *range(1, 6)
    ]
    assert not PendingSeal.objects.exists()
    report = audit.verify()
    assert report.is_sound
    assert (report.events, report.seals, report.unsealed) == (5, 5, 0)


def test_sealing_goes_on_where_it_ended_and_in_batches(company):
    add(company, 5)
    assert [audit.seal_pending(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert audit.verify().is_sound


def test_the_order_is_that_of_sealing_not_of_the_ids(company):
    add(company, 2)
    early, late = Event.objects.order_by("pk")
    # The event with the smaller id was committed later.
    PendingSeal.objects.filter(event=early).delete()
    audit.seal_pending()
    PendingSeal.objects.create(event=early)
    audit.seal_pending()
    assert list(Seal.objects.order_by("pk").values_list("event", flat=True)) == [
        late.pk,
        early.pk,
    ]
    assert audit.verify().is_sound


def test_unsealed_events_are_counted_and_sound(chained, company):
    add(company, 2)
    report = audit.verify()
    assert report.is_sound
    assert (report.events, report.seals, report.unsealed) == (7, 5, 2)


def test_erasing_personal_values_leaves_the_chain_sound(company):
    add(company, 1, personal={"name": "赵䶮"})
    audit.seal_pending()
    EventPersonal.objects.all().delete()
    report = audit.verify()
    assert report.is_sound
    assert report.erased == 1


@pytest.mark.parametrize(
    "column",
    [
        "action = 'x.y'",
        "changes = '{\"a\": [1, 2]}'",
        "is_public = NOT is_public",
        "subject_id = 999",
        "at = '2020-01-01 00:00:00+00:00'",
        "company_id = NULL",
        "personal_digest = 'x'",
    ],
)
def test_a_changed_event_is_named(chained, tamper, column):
    third = Event.objects.order_by("pk")[2]
    tamper(f"UPDATE crm_event SET {column} WHERE id = %s", third.pk)
    assert first_problem() == f"event {third.pk}: its content was changed"


def test_a_changed_event_with_a_digest_copied_from_another_is_named(chained, tamper):
    one, other = Event.objects.order_by("pk")[:2]
    tamper("UPDATE crm_event SET digest = %s WHERE id = %s", other.digest, one.pk)
    assert first_problem() == "position 1: does not follow from the one before"


def test_changed_personal_values_are_named(company, tamper):
    add(company, 1, personal={"name": "赵䶮"})
    event = Event.objects.get()
    changed = json.dumps({"name": "somebody"})
    tamper("UPDATE crm_eventpersonal SET " + '"values" = %s', changed)
    assert first_problem() == f"event {event.pk}: its personal values were changed"


def test_a_removed_event_leaves_a_gap(chained, tamper):
    tamper("DELETE FROM crm_seal WHERE position = 3")
    assert first_problem() == "position 3: missing, the next is 4"


def test_a_seal_whose_event_is_gone_is_named(chained):
    event = Seal.objects.get(pk=2).event_id
    with transaction.atomic():
        connection.check_constraints()
        triggers.lift()
        connection.cursor().execute("DELETE FROM crm_event WHERE id = %s", [event])
        assert first_problem() == f"position 2: its event {event} is gone"
        transaction.set_rollback(True)


def test_each_seal_depends_on_the_one_before():
    seal = {"position": 2, "event_id": 7, "digest": "d"}
    one, other = (events.seal_hash(previous=hash_, **seal) for hash_ in "ab")
    assert one != other


def test_an_event_that_lost_its_seal_and_its_place_is_named(chained, tamper):
    event = Seal.objects.get(pk=5).event
    tamper("DELETE FROM crm_seal WHERE position = 5")
    problems = audit.verify().problems
    assert f"event {event.pk}: neither sealed nor waiting for it" in problems


def test_swapped_seals_are_named(chained, tamper):
    tamper("UPDATE crm_seal SET hash = 'x' WHERE position = 2")
    assert first_problem() == "position 2: does not follow from the one before"


def test_a_tail_that_was_cut_off_is_known_from_the_note(chained, tamper, head_file):
    audit.note_head(audit.current_head())
    assert json.loads(head_file.read_text())[0] == 5
    tamper("DELETE FROM crm_seal WHERE position > 3")
    tamper("DELETE FROM crm_event WHERE id > %s", Seal.objects.get(pk=3).event_id)
    assert first_problem() == (
        "position 4: missing with all that follow, 2 of 5 that were noted"
    )
    # Sealing new events must not cover it up.
    add(CompanyFactory(), 1)
    audit.seal_pending()
    assert json.loads(head_file.read_text())[0] == 5
    assert not audit.verify().is_sound
    # After a restore the operator accepts what there is.
    audit.accept_head()
    assert audit.verify().is_sound


def test_a_cut_tail_that_grew_again_differs_from_the_note(chained, tamper):
    audit.note_head(audit.current_head())
    tamper("DELETE FROM crm_seal WHERE position = 5")
    tamper("DELETE FROM crm_event WHERE id > %s", Seal.objects.get(pk=4).event_id)
    add(CompanyFactory(), 2)
    audit.seal_pending()
    assert first_problem() == "position 5: not the one that was noted"


def test_a_forged_note_is_named(chained, head_file):
    audit.note_head(audit.current_head())
    head_file.write_text(json.dumps([3, Seal.objects.get(pk=3).hash, "x"]))
    assert first_problem() == (
        "the note of the chain's end was changed or has another key"
    )


def test_another_key_proves_nothing(chained, settings):
    settings.CRM_AUDIT_KEY = "another"
    assert not audit.verify().is_sound


def test_an_end_written_down_elsewhere_is_checked(chained):
    noted = audit.current_head()
    assert audit.verify(known=noted).is_sound
    wrong = audit.Head(noted.position, "0" * 64)
    assert audit.verify(known=wrong).problems == [
        "position 5: not the one that was noted"
    ]
    beyond = audit.Head(9, "0" * 64)
    assert not audit.verify(known=beyond).is_sound


def test_the_command_says_how_many_it_read(chained, company):
    add(company, 1)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "6 events read, 5 of them sealed, 1 not yet" in out.getvalue()


def test_the_command_ends_with_1_and_names_the_first(chained, tamper):
    tamper("DELETE FROM crm_seal WHERE position = 2")
    with pytest.raises(CommandError, match="position 2: missing") as error:
        call_command("verify_audit")
    assert error.value.returncode == 1


def test_reading_goes_in_short_queries(company, monkeypatch, django_assert_num_queries):
    add(company, 5)
    audit.seal_everything()
    monkeypatch.setattr(audit, "BATCH", 2)
    # the end, 3 batches of seals, 3 of events and an empty one
    with django_assert_num_queries(8):
        assert audit.verify().is_sound


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_only_one_sealer_at_a_time(company):
    from tests.second import second_connection

    add(company, 1)
    with second_connection() as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [audit.SEALER_LOCK])
        assert audit.seal_pending() == 0
        cursor.execute("ROLLBACK")
    assert audit.seal_pending() == 1
