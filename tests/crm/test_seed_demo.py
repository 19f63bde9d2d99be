"""`manage.py seed_demo`: a county that looks lived in, and never over real data."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm.demo import story
from crm.lib.phones import problem_of
from crm.models import Company, Event, User
from crm.services import audit, calendar
from tests.factories import CompanyFactory
from visits.demo import making
from visits.models import Ticket, Visit

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
TINY = story.Scale(companies=62, users=20, visits=30, days=120)


def test_it_refuses_a_database_that_is_not_empty(db, settings):
    settings.DEMO = True
    CompanyFactory()
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo")


def test_it_refuses_where_demo_people_are_not_wanted(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")


def test_the_same_seed_and_day_tell_the_same_story(db):
    assert story.tell(TINY, 5, NOW.date()) == story.tell(TINY, 5, NOW.date())
    assert story.tell(TINY, 5, NOW.date()) != story.tell(TINY, 6, NOW.date())


def test_no_two_companies_share_a_name_and_no_two_people_a_number(db):
    told = story.tell(replace(TINY, companies=2_000, users=60), 5, NOW.date())
    phones = [one.phone for company in told.companies for one in company.contacts]
    phones += [one.phone for one in told.people if one.department]
    names = [company.name for company in told.companies]
    assert (len({*names}), len({*phones})) == (2_000, len(phones))
    # No exchange puts through a landline whose own digits begin with 0.
    assert {(phone[:6], problem_of(phone)) for phone in phones} == {("0871-0", "")}


@pytest.fixture
def county(db, settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setitem(story.SCALES, "small", TINY)
    monkeypatch.setattr(making, "PICTURED", 0)
    monkeypatch.setattr("reports.demo.REPORTED", 0)
    with time_machine.travel(NOW, tick=False):
        call_command("seed_demo", verbosity=0)
        yield


@pytest.mark.slow
def test_every_demo_person_finds_work(county):
    """One county for all of it: making it takes seconds."""
    today = timezone.localdate()
    people = {one.login: one for one in User.objects.filter(is_demo=True)}
    seen = {login: Ticket.objects.visible_to(one) for login, one in people.items()}
    assert {*Ticket.objects.values_list("status", flat=True)} >= {*Ticket.OPEN}
    assert seen["officer1"].filter(status="confirming").exists()
    assert seen["officer1"].late(today).exists()
    assert seen["handler1"].filter(status="dispatched").exists()
    assert seen["head1"].late(today).exists()
    assert seen["head1"].due_within(today, today + timedelta(days=4)).exists()
    queue = seen["dispatch1"].waiting_for_dispatch()
    assert {*queue.values_list("status", flat=True)} == {"submitted", "queued"}
    owner = User.objects.get(grants__company=Company.objects.order_by("pk")[0])
    assert Ticket.objects.visible_to(owner).filter(status="confirming").exists()
    plans = Visit.objects.planned().filter(logged_by=people["officer1"])
    assert {day > today for day in plans.values_list("day", flat=True)} == {True, False}


@pytest.mark.slow
def test_nobody_acts_at_night_or_on_a_day_off_and_the_trail_is_sound(county):
    when = [
        timezone.localtime(one) for one in Event.objects.values_list("at", flat=True)
    ]
    assert [one for one in when if not 8 <= one.hour < 19] == []
    assert [one for one in when if not calendar.current().is_workday(one.date())] == []
    assert not Ticket.objects.filter(raised_at__gt=NOW).exists()
    audit.seal_everything()
    assert audit.verify().is_sound
    # Pinyin is there without the worker.
    assert Company.objects.search("qx").exists()
