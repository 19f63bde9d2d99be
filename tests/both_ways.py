"""A large county is written as rows: every table compared, whoever has written it."""

from collections import Counter
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models

from crm.demo import story
from crm.models import Company, Department, Document, Region, User
from projects.models import ApprovalTemplate, Forecast, Project, ProjectLink
from visits.models import (
    CaseProposal,
    Category,
    ConfirmLink,
    KindCount,
    PieceCount,
    SketchPiece,
    Suggestion,
    TicketSketch,
    Visit,
)

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
TINY = story.Scale(companies=30, users=20, visits=60, days=200)
APPS = ("crm", "projects", "visits", "reports")
# Random by intent, or a digest of something that holds a key.
PRIVATE = {
    *("uuid", "client_key", "password", "salt", "number_public"),
    *("digest", "personal_digest", "content_hash", "token_hash"),
    # Of whoever watches deadlines: when to look again, how often it was another one.
    *("look_on", "round"),
}
POINTS_TO = {
    **dict.fromkeys(("officer", "handler", "user", "leader", "agent"), User),
    **dict.fromkeys(("stand_in", "cover"), User),
    **dict.fromkeys(("lead", "department", "assistants", "default_lead"), Department),
    **dict.fromkeys(("lead_department", "remover"), Department),
    "owner": Company,
    "region": Region,
    "template": ApprovalTemplate,
    "category": Category,
    "project": Project,
    "link": ProjectLink,
    "confirm_link": ConfirmLink,
}


# By one service in both ways, from dice that the key throws or with a random number.
COMPUTED = {
    *(Document, Forecast),
    *(CaseProposal, KindCount, PieceCount, SketchPiece, Suggestion, TicketSketch),
}
# What an involvement refers to.
INVOLVED = {"ticket": "visits.ticket", "milestone": "projects.project"}


# What a line of a handover note is about.
LISTED = {
    **dict.fromkeys(("ticket", "part", "ticket_return", "extension"), "visits.ticket"),
    "pause": "visits.ticket",
    "milestone": "projects.milestone",
    "directive": "visits.directive",
    "correction": "visits.rating",
}


class Undo(Exception):
    pass


class Picture:
    """Every table as a bag of rows in which keys are replaced by what they mean."""

    def __init__(self):
        self.known = {}
        self.about_projects = Visit.objects.exclude(project=None).count()
        self.tables = {
            model._meta.label: Counter(self.identity(row) for row in rows_of(model))
            for label in APPS
            for model in apps.get_app_config(label).get_models()
            if model not in COMPUTED
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
            if field.name == "sign_off_link":
                value = value is not None  # which one, the link says of its ticket
            elif field.is_relation and value is not None:
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
        if not label:
            return None  # an order about a matter in words
        row = apps.get_model(label)._base_manager.filter(pk=pk).first()
        return self.identity(row) if row else None

    def item(self, item):
        """What a handover note lists, each row by what it is."""
        return {**item, "id": self.subject(LISTED[item["kind"]], item["id"])}

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


def assert_same(served, written):
    for label, rows in served.tables.items():
        missing = [served.words_of(one) for one in rows - written.tables[label]]
        added = [written.words_of(one) for one in written.tables[label] - rows]
        told = f"{label}: {len(missing)} missing, {len(added)} added"
        assert not missing + added, f"{told}: {missing[:2]} {added[:2]}"
