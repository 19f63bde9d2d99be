"""A large county is written as rows: they must be those that the services write."""

from collections import Counter
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.db import connection, models, transaction

from crm import demo
from crm.demo import story
from crm.models import Department, Event, Region, User
from crm.services import audit
from projects.models import Project
from reports import demo as reports
from tests.factories import ProjectFactory
from visits import demo as visits
from visits.demo import making
from visits.models import Category, Visit
from visits.services.visits import cancel_plan

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
TINY = story.Scale(companies=30, users=20, visits=60, days=200)
# Random by intent, or a digest of something that holds a key.
PRIVATE = {
    *("uuid", "client_key", "password", "salt", "number_public"),
    *("digest", "personal_digest", "content_hash", "token_hash"),
}
POINTS_TO = {
    **dict.fromkeys(("officer", "handler", "user", "leader"), User),
    **dict.fromkeys(("lead", "department", "assistants", "default_lead"), Department),
    "region": Region,
    "category": Category,
    "project": Project,
}


# What an involvement refers to.
INVOLVED = {"ticket": "visits.ticket", "milestone": "projects.project"}


class Undo(Exception):
    pass


class Picture:
    """Every table as a bag of rows in which keys are replaced by what they mean."""

    def __init__(self):
        self.known = {}
        self.about_projects = Visit.objects.exclude(project=None).count()
        self.tables = {
            model._meta.label: Counter(self.identity(row) for row in rows_of(model))
            for label in ("crm", "visits", "reports")
            for model in apps.get_app_config(label).get_models()
        }

    def identity(self, row):
        key = (type(row), row.pk)
        if key not in self.known:
            values = dict(self.values_of(row))
            digest = sha256(repr(sorted(values.items())).encode()).hexdigest()[:12]
            self.known[key] = (digest, values)
        return self.known[key][0]

    def values_of(self, row):
        for field in row._meta.local_concrete_fields:
            value = getattr(row, field.attname)
            if field.name in PRIVATE or isinstance(field, models.AutoField):
                continue
            if field.is_relation and value is not None:
                value = self.identity(getattr(row, field.name))
            elif field.name == "subject_id":
                value = self.subject(row.subject_type, value)
            elif field.name == "reference":
                value = self.subject(INVOLVED[row.kind], value)
            elif field.name == "items":
                value = [self.item(one) for one in value]
            elif field.name == "changes":
                value = {key: self.told(key, one) for key, one in value.items()}
            yield field.name, str(value)

    def subject(self, label, pk):
        row = apps.get_model(label)._base_manager.filter(pk=pk).first()
        return self.identity(row) if row else None

    def item(self, item):
        """What a handover note lists, each row by what it is."""
        return {**item, "id": self.subject(f"visits.{item['kind']}", item["id"])}

    def told(self, key, value):
        if isinstance(value, list):
            return [self.told(key, one) for one in value]
        if key in POINTS_TO and isinstance(value, int) and value is not True:
            return self.identity(POINTS_TO[key]._base_manager.get(pk=value))
        return value

    def words_of(self, digest):
        return next(words for known, words in self.known.values() if known == digest)


def rows_of(model):
    return model._base_manager.order_by("pk")


def seed(monkeypatch, *, in_bulk, look):
    """Make the tiny county, look at it, and take everything back."""
    monkeypatch.setattr(story.Scale, "is_large", in_bulk)
    told = story.tell(TINY, 7, NOW.date())
    try:
        with transaction.atomic(), reports.prepared():
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
    for label, rows in served.tables.items():
        missing = [served.words_of(one) for one in rows - written.tables[label]]
        added = [written.words_of(one) for one in written.tables[label] - rows]
        assert (label, missing[:2], len(missing)) == (label, added[:2], len(added))
    assert served.tables["visits.Answer"].total() > 10
    assert served.about_projects > 5


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
