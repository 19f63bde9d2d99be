"""A large county is written as rows: they must be those that the services write."""

from datetime import date, datetime

import pytest
import time_machine
from django.db import connection, transaction

from crm import demo
from crm.demo import story
from crm.models import Event
from crm.notices import NEVER, only_since
from crm.services import audit
from reports import demo as reports
from tests.both_ways import NOW, TINY, Picture, Undo, assert_same
from tests.factories import ProjectFactory
from visits import demo as visits
from visits.demo import making, ratings
from visits.models import Correction, Objection, Visit
from visits.services.visits import cancel_plan


def seed(monkeypatch, *, in_bulk, look):
    """Make the tiny county, look at it, and take everything back."""
    monkeypatch.setattr(story.Scale, "is_large", in_bulk)
    told = story.tell(TINY, 7, NOW.date())
    try:
        with transaction.atomic(), reports.prepared(), only_since(NEVER):
            county = demo.make(told, 7, lambda line: None)
            begin_projects(county)
            visits.make(county)
            found = look()
            raise Undo
    except Undo:
        return found


def begin_projects(county):
    """Of some companies; a third runs on, the others are through on a day between."""
    unit = next(iter(county.departments.values()))
    for number in range(12):
        through = date(2026, 1, 20) if number % 3 else None
        ProjectFactory(
            name=f"项目 {number}",
            lead_department=unit,
            company=county.company(number),
            started_on=date(2025, 11, 3),
            finished_on=through,
            created_at=datetime(2025, 11, 3, 9, tzinfo=NOW.tzinfo),
        )


def indexes_and_keys():
    """Of every table by name: what loading drops must be there again."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            get = connection.introspection.get_constraints
            for name, told in get(cursor, table).items():
                # SQLite numbers its nameless ones as they come.
                found[table, name.rstrip("0123456789")] = told
    return found


@pytest.fixture
def tiny(db, settings, monkeypatch, tmp_path):
    settings.DEMO = True
    monkeypatch.setattr(making, "PICTURED", 0)
    with time_machine.travel(NOW, tick=False):
        yield monkeypatch


@pytest.mark.slow
def test_rows_in_bulk_are_those_of_the_services(tiny):
    served = seed(tiny, in_bulk=False, look=Picture)
    written = seed(tiny, in_bulk=True, look=Picture)
    assert_same(served, written)
    assert served.tables["visits.Answer"].total() > 10
    assert served.about_projects > 5


@pytest.mark.slow
def test_ratings_and_all_that_follows_are_the_same_both_ways(tiny):
    """Everything is rated, and half of it badly: all ways of a correction are there."""
    for name, value in (("TICKETS", 1.0), ("VISITS", 1.0), ("OBJECTED", 0.4)):
        tiny.setattr(ratings, name, value)
    tiny.setattr(ratings, "WEIGHTS", (1, 1, 1, 2, 2))
    both = seed(tiny, in_bulk=False, look=lambda: (Picture(), states_of_corrections()))
    served, states = both
    written = seed(tiny, in_bulk=True, look=Picture)
    assert_same(served, written)
    assert served.tables["visits.Rating"].total() > 50
    assert states == {
        *("fixing", "sent", "asked", "ended corrected", "ended not_corrected"),
        *("ended unheard", "void", "upheld", "rejected"),
    }


def states_of_corrections():
    rows = Correction.objects.values_list("state", "outcome")
    rulings = Objection.objects.exclude(decision="").values_list("decision", flat=True)
    return {" ".join(row).strip() for row in rows} | set(rulings)


@pytest.mark.slow
def test_what_was_written_in_bulk_is_sound_and_can_be_worked_with(tiny):
    before = indexes_and_keys()

    def look():
        assert indexes_and_keys() == before
        plan = Visit.objects.planned().first()
        cancel_plan(plan, actor=plan.logged_by, reason="另约时间")
        assert not Event.objects.filter(pending_seal=None).exists()
        audit.seal_everything()
        return audit.verify()

    report = seed(tiny, in_bulk=True, look=look)
    assert (report.is_sound, report.unsealed) == (True, 0)
