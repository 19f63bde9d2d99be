"""`manage.py seed_demo`: a county that looks lived in, and never over real data."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm.demo import story
from crm.lib.phones import mobile_from, problem_of
from crm.models import Company, Event, User
from crm.services import audit, calendar, deadlines
from crm.views.demo import buttons
from reports.home import sections_for
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
    owners = {one.phone for one in told.people if one.department is None}
    assert {mobile_from(phone)[:3] for phone in owners} == {"100"}
    names = [company.name for company in told.companies]
    assert (len({*names}), len({*phones})) == (2_000, len(phones))
    # No exchange puts through a landline whose own digits begin with 0.
    assert {(phone[:6], problem_of(phone)) for phone in phones} == {("0871-0", "")}


# An afternoon, a Saturday, the National Day, before work on a Monday, and the first
# minutes of a year whose notice is not published.
MOMENTS = [
    NOW,
    NOW.replace(day=21, hour=10),
    NOW.replace(month=10, day=3, hour=11),
    NOW.replace(day=23, hour=7),
    datetime(2027, 1, 1, 0, 20, tzinfo=NOW.tzinfo),
]


@pytest.fixture(params=MOMENTS, ids="{:%a-%d-%b}".format)
def county(request, db, settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setitem(story.SCALES, "small", TINY)
    monkeypatch.setattr(making, "PICTURED", 0)
    monkeypatch.setattr("reports.demo.REPORTED", 0)
    for paper in ("minutes", "agency_paper"):
        monkeypatch.setattr(f"reports.listeners.request_{paper}", lambda *a, **k: None)
    with time_machine.travel(request.param, tick=False):
        call_command("seed_demo", verbosity=0)
        yield timezone.localdate()


@pytest.mark.slow
def test_the_demo_is_lived_in_whenever_it_is_made(county):
    """One county for all of it: making it takes seconds."""
    every_demo_person_finds_work()
    tickets_stand_in_every_state(county)
    nobody_acts_at_night_or_on_a_day_off()
    audit.seal_everything()
    assert audit.verify().is_sound
    # Pinyin is there without the worker.
    assert Company.objects.search("qx").exists()


def every_demo_person_finds_work():
    """Whoever has a button on the login page; each question has an answer."""
    logins = [one.login for one in buttons()]
    others = [f"handler{number}" for number in range(2, 6)]
    assert len(logins) == len({one.role for one in buttons()}) == 10
    today, empty = timezone.localdate(), []
    for user in User.objects.filter(login__in=[*logins, "leader2", *others]):
        sections = sections_for(user, today)
        wanted = [one for one in sections if one.is_counted]
        if user.login not in logins:
            wanted = [one for one in sections if one.rows] or wanted
        empty += [(user.login, one.title) for one in wanted if not one.rows]
    assert empty == []


def tickets_stand_in_every_state(today):
    users = {one.login: one for one in User.objects.filter(is_demo=True)}
    assert {*Ticket.objects.values_list("status", flat=True)} >= {*Ticket.OPEN}
    head = Ticket.objects.visible_to(users["head1"])
    assert head.late(today).exists()
    assert head.due_within(today, deadlines.yellow_from(today)).exists()
    queue = Ticket.objects.visible_to(users["dispatch1"]).waiting_for_dispatch()
    assert {*queue.values_list("status", flat=True)} == {"submitted", "queued"}
    plans = Visit.objects.planned().filter(logged_by=users["officer1"])
    days = [*plans.values_list("day", flat=True)]
    assert min(days) < today < max(days)
    assert [day for day in days if not calendar.current().is_workday(day)] == []


def nobody_acts_at_night_or_on_a_day_off():
    now, is_workday = timezone.now(), calendar.current().is_workday
    # What the system does, as making a paper, it does at any hour.
    by_people = Event.objects.exclude(actor=None).values_list("at", flat=True)
    when = [*map(timezone.localtime, by_people)]
    assert [one for one in when if not 8 <= one.hour < 19] == []
    assert [one for one in when if not is_workday(one.date()) or one > now] == []
