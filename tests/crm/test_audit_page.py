"""The audit log: the auditor reads all of it, nobody else any of it."""

import pytest
from django.db import transaction
from django.utils import timezone

from crm import events
from crm.models import Event, EventPersonal, Role
from crm.services import audit, audit_checks, grants, people, sessions
from tests import spoken
from tests.factories import CompanyFactory, UserFactory


@pytest.fixture(autouse=True)
def own_note_of_the_chains_end(tmp_path, monkeypatch):
    monkeypatch.setattr(audit, "head_file", lambda: tmp_path / "head")


@pytest.fixture
def client(cast, as_user):
    return as_user(cast.alma)


@pytest.fixture
def story(cast):
    """One reset, one new role, one change with personal values."""
    auditor = UserFactory()
    people.reset_password(cast.tom, actor=cast.sven)
    grants.add_grant(auditor, actor=cast.selma, role=Role.AUDIT_ADMIN)
    profile = people.Profile(
        login="hana", name="新姓名", phone="13512345678", department=cast.other_bureau
    )
    people.edit_user(cast.hana, profile, actor=cast.sven, version=1)
    return auditor


def found(client, query):
    page = client.get(f"/audit/?{query}")
    assert page.status_code == 200
    return [row.event.action for row in page.context["rows"]]


def test_the_newest_stands_first_with_old_and_new(cast, client, story):
    page = client.get("/audit/").content.decode()
    assert page.index("user.edited") < page.index("user.password_reset")
    assert f"<del>{cast.bureau.name}（{cast.bureau.pk}）</del>" in page
    # Personal values are shown to the auditor, and marked as such.
    assert "新姓名" in page


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("action=grant.added", {"grant.added"}),
        ("action=grant.", {"grant.added", "grant.ended"}),
        ("person=selma", {"grant.added"}),
        ("person=nobody", set()),
        ("kind=crm.grant", {"grant.added", "grant.ended"}),
        ("company=1", set()),
        ("first_day=2099-01-01", set()),
        ("last_day=2001-01-01", set()),
    ],
)
def test_filters_narrow(client, story, query, actions):
    assert set(found(client, query)) == actions


def test_filters_meet(cast, client, story):
    today = timezone.localdate()
    query = f"kind=crm.user&record={cast.tom.pk}&first_day={today}&last_day={today}"
    assert found(client, query) == ["user.password_reset"]


@pytest.mark.parametrize(
    "query",
    [
        "record=-1",
        "record=99999999999999999999",
        "company=x",
        "first_day=2026-02-30",
        "kind=no.such",
        "last_day=9999-12-31",
        "first_day=0001-01-01",
        "cursor=%7B",
    ],
)
def test_bad_filters_find_nothing_and_break_nothing(client, story, query):
    assert client.get(f"/audit/?{query}").status_code == 200


@pytest.mark.parametrize(
    "who", ["olga", "hana", "uma", "dora", "maria", "axel", "otto", "sven", "selma"]
)
def test_the_log_is_the_auditors_alone(cast, as_user, who):
    client = as_user(getattr(cast, who))
    assert client.get("/audit/").status_code == 403
    assert client.post("/audit/check/").status_code == 403


def test_erased_values_are_gone_from_the_page_and_the_log_still_fits(client, story):
    event = Event.objects.get(action="user.edited")
    EventPersonal.objects.filter(event=event).delete()
    page = client.get("/audit/?action=user.edited").content.decode()
    assert "新姓名" not in page
    audit.seal_everything()
    assert audit.verify().is_sound


def test_a_check_leaves_its_result_in_the_log(client, story):
    assert client.get("/audit/check/").status_code == 405
    assert client.post("/audit/check/").status_code == 302
    checked = Event.objects.get(action=audit_checks.ACTION)
    assert checked.changes["problems"] == [None, 0]
    assert checked.actor.login == "alma"
    page = client.get("/audit/").content.decode()
    assert "notice-ok" in page


def test_a_broken_log_is_said_loudly(client, story, monkeypatch):
    report = audit.Report(events=3, problems=["event 7: its content was changed"])
    monkeypatch.setattr(audit, "verify", lambda: report)
    audit_checks.check(actor=None)
    page = client.get("/audit/").content.decode()
    assert "notice-error" in page
    assert "event 7" in page


def test_the_list_costs_the_same_for_one_and_many(cast, client, queries_of):
    def give_roles(number):
        for _ in range(number):
            grants.add_grant(
                UserFactory(),
                actor=cast.selma,
                role=Role.HANDLER,
                scope=grants.Scope(department=cast.bureau),
            )

    give_roles(1)
    one = queries_of(lambda: client.get("/audit/"))
    give_roles(19)
    assert queries_of(lambda: client.get("/audit/")) == one
    # session, person with grants, last check, count, the entries; units and people
    # that they name
    assert one == 7


def told(client, action):
    """What the newest entry of this action says: name, old, new."""
    return client.get(f"/audit/?action={action}").context["rows"][0].changes


def test_codes_are_said_in_words(cast, client):
    sessions.note_login(cast.tom, way="demo")
    sessions.note_refusal("tom", user=cast.tom)
    assert told(client, "session.started") == [("登录方式", None, "演示按钮")]
    assert told(client, "session.refused") == [("理由", None, "密码错误")]


def test_records_are_told_by_name_and_key(cast, client, story):
    given = {name: new for name, _old, new in told(client, "grant.added")}
    assert given["用户"] == f"{story.name}（{story.pk}）"
    changes = {name: (old, new) for name, old, new in told(client, "user.edited")}
    units = [f"{one.name}（{one.pk}）" for one in (cast.bureau, cast.other_bureau)]
    assert changes["单位"] == tuple(units)


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("2026-03-18T04:00:00+00:00", "2026-03-18 12:00"),
        ("2026-03-18T04:00:00", "2026-03-18T04:00:00"),
        ("9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59+00:00"),
        ("A Thing", "A Thing"),
        ({"元旦": ["2027-01-01", "2027-01-03"]}, "元旦 2027-01-01、2027-01-03"),
        ([], "—"),
    ],
)
@transaction.atomic
def test_values_are_shown_as_people_write_them(client, kept, shown):
    events.record(None, "company.edited", CompanyFactory(), address=[None, kept])
    assert told(client, "company.edited") == [("地址", None, shown)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "changes", "wordless"),
    [
        ("company.painted", {}, "company.painted"),
        ("company.edited", {"colour": 3}, "company.edited: colour"),
        ("company.edited", {"stage": "asleep"}, "company.edited: stage=asleep"),
        ("session.started", {"way": "window"}, "session.started: way=window"),
    ],
)
def test_nothing_is_recorded_that_has_no_words(action, changes, wordless):
    """The suite records all that services record; each event passes this guard."""
    with pytest.raises(AssertionError, match=wordless), transaction.atomic():
        events.record(None, action, CompanyFactory(), **changes)


@transaction.atomic
def test_what_lost_its_words_stands_as_it_is(client, monkeypatch):
    monkeypatch.setattr(events, "event_of", spoken.event_of)
    events.record(None, "no.such", CompanyFactory(), colour="red")
    Event.objects.filter(action="no.such").latest("pk")
    assert told(client, "no.such") == [("colour", None, "red")]


def test_texts_in_the_log_are_shown_as_text(cast, client):
    with transaction.atomic():
        events.record(cast.sven, "user.edited", cast.tom, note="<img src=x onerror=1>")
    page = client.get("/audit/").content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
