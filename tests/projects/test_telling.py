"""Who is told of what happens to a project: the table, row by row."""

import pytest
from django.apps import apps

from crm import notices
from crm.models import Event, Notice
from crm.services.notices import telling as services
from projects import event_words, telling
from projects.services import life, owners, sessions
from tests.factories import NOON
from tests.projects.joint_session.acts import plan_of, record

pytestmark = pytest.mark.django_db
OFFICER, OWNER = ("olga", "progress"), ("otto", "progress")


@pytest.fixture(autouse=True)
def no_papers(monkeypatch):
    """Papers are made by `reports`, which has tests of its own."""
    monkeypatch.setattr("reports.listeners.request_minutes", lambda *a, **k: None)


def told_of(action):
    """Who was told of the last event of this kind, and as what."""
    event = Event.objects.filter(action=action).latest("pk")
    rows = Notice.objects.filter(event=event)
    return {(one.recipient.login, one.kind) for one in rows}


def test_every_event_tells_somebody_or_says_that_nobody_is_told():
    told = {action for action, *_ in telling.TABLE}
    assert set(event_words.ACTIONS) - told - set(telling.NOBODY) == set()
    assert told & set(telling.NOBODY) == set()
    assert (told | set(telling.NOBODY)) - set(event_words.ACTIONS) == set()
    assert all(why.strip() for why in telling.NOBODY.values())


def test_every_row_names_a_kind_that_its_people_can_choose_about():
    for action, kind, *who in telling.TABLE:
        assert notices.kind_of(kind.key) == kind, action
        assert who, action


def test_the_department_hears_of_what_is_handed_in(cast, items, walk):
    walk(items.filing, "prepare", "hand-in", actor=cast.olga)
    assert told_of("milestone.moved") == {("hana", "desk"), OWNER}


def test_the_company_and_its_officer_hear_whose_turn_it_is(cast, items, walk):
    walk(items.filing, "prepare", "hand-in", actor=cast.olga)
    walk(items.filing, ("correct", 0, {"notice": "缺土地证。"}))
    assert told_of("milestone.moved") == {("otto", "turn"), ("olga", "turn")}


def test_they_hear_of_a_yes_as_well(cast, items, walk):
    walk(items.filing, "prepare", "hand-in", actor=cast.olga)
    walk(items.filing, "accept", "review", "approve")
    assert told_of("milestone.moved") == {OFFICER, OWNER}


def test_the_department_hears_that_the_papers_are_ready(cast, items, walk):
    walk(items.filing, "prepare", actor=cast.olga)
    owners.tell_ready(items.filing, actor=cast.otto, now=NOON)
    assert told_of("milestone.ready_told") == {("hana", "desk"), OFFICER}


def test_who_can_remove_a_blocker_hears_of_it(cast, begun):
    values = {
        "kind": "land",
        "text": "两户未签。",
        "since": NOON.date(),
        "remover": cast.bureau,
    }
    begun.leader = cast.maria
    begun.save(update_fields=["leader"])
    life.report_blocker(begun, actor=cast.olga, values=values, now=NOON)
    assert told_of("blocker.reported") == {("hana", "blocker"), ("maria", "blocker")}


def test_a_blocker_stays_among_officials(cast, begun):
    values = {"kind": "land", "text": "两户未签。", "since": NOON.date()}
    life.report_blocker(begun, actor=cast.dora, values=values, now=NOON)
    assert told_of("blocker.reported") == {("olga", "blocker")}


def test_departments_hear_when_they_are_called_to_the_site(cast, begun):
    session = sessions.call_session(
        begun,
        actor=cast.olga,
        plan=plan_of(cast),
        departments=[cast.bureau, cast.other_bureau],
        now=NOON,
    )
    told = told_of("joint_session.called")
    assert {("hana", "session"), ("tom", "session"), ("otto", "session")} <= told
    line = session.lines.get(department=cast.bureau)
    record(line, cast.olga)
    assert told_of("joint_session.recorded") == {("hana", "session")}


def test_the_leader_hears_what_the_key_list_asks_of_him(cast, begun):
    listing = life.ask_listing(
        begun, actor=cast.dora, kind="entry", reason="省重点", now=NOON
    )
    assert told_of("project.listing_asked") == {("maria", "listing")}
    life.decide_listing(listing, actor=cast.maria, is_approved=True, now=NOON)
    assert told_of("project.listing_decided") == {
        ("dora", "listing"),
        ("olga", "listing"),
    }


def test_the_list_tells_of_all_of_it(cast, as_user, items, walk, begun):
    walk(items.filing, "prepare", "hand-in", actor=cast.olga)
    walk(items.filing, ("correct", 0, {"notice": "缺土地证。"}))
    values = {"kind": "land", "text": "两户未签。", "since": NOON.date()}
    life.report_blocker(begun, actor=cast.dora, values=values, now=NOON)
    sessions.call_session(
        begun,
        actor=cast.dora,
        plan=plan_of(cast),
        departments=[cast.bureau],
        now=NOON,
    )
    response = as_user(cast.olga).get("/notices/")
    lines = response.context["lines"]
    assert {line.notice.about_type for line in lines} >= {
        "projects.milestone",
        "projects.blocker",
        "projects.jointsession",
    }
    assert all(line.told for line in lines)
    for one in Notice.objects.select_related("recipient"):
        about = apps.get_model(one.about_type)._default_manager.get(pk=one.about_id)
        assert services.is_visible(about, one.recipient), one
