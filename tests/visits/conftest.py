"""What the tests of visits share: a phone that sends, and pictures to send."""

import hashlib
import io
import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.factories import NOON, CategoryFactory
from tests.kept import ground


@pytest.fixture(autouse=True)
def no_papers(monkeypatch):
    """Papers are made by `reports`, which has tests of its own."""
    for name in ("request_visit_report", "queue_first_report"):
        monkeypatch.setattr(f"reports.listeners.{name}", lambda *args, **more: None)


@pytest.fixture(autouse=True)
def no_suggestions(monkeypatch):
    """Look-alikes are sought for each new ticket; those folders have tests of it."""
    monkeypatch.setattr("visits.jobs.suggest", lambda ticket_pk: None)


@pytest.fixture
def category(db):
    with ground.laying("category"):
        return CategoryFactory()


@pytest.fixture
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def words():
    """What a phone says of a visit; tests replace what they are about."""

    def make(**changes):
        return {
            "mode": "onsite",
            "purpose": "了解用工情况",
            "starts_at": NOON.isoformat(),
            "met": [{"name": "王经理", "title": "厂长"}],
            "note": "看了一车间。",
        } | changes

    return make


@pytest.fixture
def visit_json(cast, words):
    def make(**changes):
        whole = {"uuid": str(uuid.uuid4()), "company": cast.company.pk}
        return words(**(whole | changes))

    return make


@pytest.fixture
def finding():
    def make(**changes):
        return {
            "key": str(uuid.uuid4()),
            "category": "labour",
            "symptom": "夜班招不到人",
            "cause": "宿舍不够",
            "wish": "帮忙对接职校",
            "result": "ticket",
        } | changes

    return make


@pytest.fixture
def phone(client):
    """Sends a visit as the page does; files by their SHA-256."""

    def send(user, visit, *files, **headers):
        client.force_login(user)
        parts = {"visit": visit if isinstance(visit, str) else json.dumps(visit)}
        for data in files:
            name = sha(data)
            parts[name] = SimpleUploadedFile(name, data)
        return client.post("/api/v1/visits/", parts, headers=headers)

    return send


def problems(response):
    """{path: code} of a 422; every problem has its sentence."""
    assert response.status_code == 422, response.content
    body = response.json()
    assert body["code"] == "invalid"
    assert all(one["message"] and one["code"] for one in body["errors"])
    return {one["path"]: one["code"] for one in body["errors"]}


def sha(data):
    return hashlib.sha256(data).hexdigest()


def picture(size=(320, 240), colour="teal", kind="JPEG", **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **options)
    return buffer.getvalue()


def strokes():
    buffer = io.BytesIO()
    Image.new("RGBA", (300, 120), (0, 0, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def statements(db):
    """The writing statements of a call."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def written(call):
        with CaptureQueriesContext(connection) as captured:
            call()
        return [
            one["sql"]
            for one in captured
            if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
        ]

    return written
