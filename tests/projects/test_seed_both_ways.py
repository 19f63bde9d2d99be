"""Projects written as rows: they must be those that the services write."""

import pytest
import time_machine
from django.db import transaction

from crm import demo, events
from crm.demo import story
from crm.models import Event, User
from crm.notices import NEVER, only_since
from crm.services import audit
from projects.demo import make, making
from projects.models import Project
from projects.services.milestones import planning
from tests.both_ways import NOW, TINY, Picture, Undo, assert_same


def seed(monkeypatch, *, in_bulk, look):
    """Make the tiny county's projects, look at them, and take everything back."""
    monkeypatch.setattr(making, "is_written", lambda county, told: in_bulk)
    told = story.tell(TINY, 7, NOW.date())
    try:
        with transaction.atomic(), only_since(NEVER):
            county = demo.make(told, 7, lambda line: None)
            make(county)
            county.agenda.happen(events.together)
            found = look()
            raise Undo
    except Undo:
        return found


@pytest.fixture
def tiny(db, settings, monkeypatch):
    settings.DEMO = True
    with time_machine.travel(NOW, tick=False):
        yield monkeypatch


@pytest.mark.slow
def test_rows_in_bulk_are_those_of_the_services(tiny):
    served = seed(tiny, in_bulk=False, look=Picture)
    written = seed(tiny, in_bulk=True, look=Picture)
    assert_same(served, written)
    for name in ("Milestone", "Blocker", "KeyListing", "ProgressNote", "Reading"):
        assert served.tables[f"projects.{name}"], name
    assert served.tables["crm.DeadlinePause"].total() > 5


@pytest.mark.slow
def test_what_was_written_in_bulk_is_sound_and_can_be_worked_with(tiny):
    def look():
        project = Project.objects.running().first()
        actor = User.objects.get(login="dispatch1")
        values = {"name": "专项审查", "department": project.lead_department, "stage": 5}
        planning.add_item(project, actor=actor, values=values)
        assert not Event.objects.filter(pending_seal=None).exists()
        audit.seal_everything()
        return audit.verify()

    report = seed(tiny, in_bulk=True, look=look)
    assert (report.is_sound, report.unsealed) == (True, 0)
