"""Joint sessions through the pages people use: called, written down, closed, read."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from projects.models import JointSession, SessionLine
from projects.services import sessions
from projects.services.sessions import Plan, Spoken
from tests.factories import NOON

DAY = NOON.date()


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel(NOON, tick=False):
        yield


def make(cast, project, topic="用地手续现场会", day=DAY, departments=None):
    plan = Plan(topic=topic, day=day, place="项目工地", chair=cast.maria)
    called = departments or [cast.bureau, cast.other_bureau]
    return sessions.call_session(
        project, actor=cast.olga, plan=plan, departments=called, now=NOON
    )


@pytest.fixture
def session(cast, begun):
    return make(cast, begun)


@pytest.fixture
def line(session, cast):
    return session.lines.get(department=cast.bureau)


def url(name, pk):
    return reverse(f"projects:{name}", args=[pk])


def text(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_an_officer_calls_a_session_on_the_phone(cast, begun, as_user):
    client, address = as_user(cast.olga), url("session-new", begun.pk)
    form = {
        "topic": "用地手续现场会", "day": "2026-03-20", "at": "09:30",
        "place": "项目工地", "chair": cast.maria.pk,
        "departments": [cast.bureau.pk, cast.other_bureau.pk],
    }  # fmt: skip
    assert "人社局" in text(client, address)
    response = client.post(address, form)
    called = JointSession.objects.get()
    assert response.url == called.get_absolute_url()
    page = text(client, response.url)
    assert "召开当天" in page
    assert "水利局" in page
    # A second press says so, and what was typed comes back.
    again = client.post(address, form)
    assert again.status_code == 422
    assert "请勿重复发起" in again.content.decode()
    assert "项目工地" in again.content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"day": "2026-02-30"}, {"day": ""}, {"at": "25:99"}, {"chair": "9999999"},
        {"chair": "x"}, {"departments": ["9999999"]}, {"departments": []},
        {"departments": ["9" * 30]},
        {"topic": ""}, {"topic": "长" * 201}, {"place": ""}, {"day": "1999-01-01"},
        {"day": "2029-01-01"},
    ],
)  # fmt: skip
def test_bad_input_is_said_at_its_field(cast, begun, as_user, bad):
    form = {
        "topic": "现场会", "day": "2026-03-20", "place": "工地",
        "chair": cast.maria.pk, "departments": [cast.bureau.pk], **bad,
    }  # fmt: skip
    response = as_user(cast.olga).post(url("session-new", begun.pk), form)
    assert response.status_code == 422
    assert not JointSession.objects.exists()


def test_departments_with_work_on_their_desk_are_chosen(
    cast, begun, items, as_user, walk
):
    walk(items.filing, "prepare", "hand-in")
    page = as_user(cast.olga).get(url("session-new", begun.pk))
    chosen = page.context["form"]["departments"].initial
    assert chosen == {cast.bureau.pk}


def test_one_press_chooses_what_came_of_it(cast, session, line, as_user):
    client = as_user(cast.olga)
    assert f"{url('session-line-record', line.pk)}?outcome=taken" in text(
        client, session.get_absolute_url()
    )
    page = client.get(url("session-line-record", line.pk) + "?outcome=taken")
    assert page.context["form"]["outcome"].value() == "taken"
    form = {"outcome": "taken", "days": "3", "words": "带回研究", "version": 1}
    response = client.post(url("session-line-record", line.pk), form)
    assert response.url == f"{session.get_absolute_url()}#line-{line.pk}"
    assert "03-23" in text(client, session.get_absolute_url())


def test_who_came_second_sees_what_was_written(cast, session, line, as_user):
    form = {"outcome": "taken", "days": "3", "words": "带回研究", "version": 1}
    address = url("session-line-record", line.pk)
    as_user(cast.hana).post(address, form)
    late = {"outcome": "answered", "words": "当场同意", "version": 1}
    response = as_user(cast.olga).post(address, late)
    assert response.status_code == 409
    body = response.content.decode()
    assert "当场同意" in body
    assert "带回研究" in body


def say_all(cast, session):
    for one in session.lines.all():
        sessions.record_line(
            one, actor=cast.olga, spoken=Spoken(outcome="taken", days=3), now=NOON
        )


def test_closed_and_answered_by_its_department(cast, session, line, as_user):
    say_all(cast, session)
    client = as_user(cast.olga)
    closed = client.post(
        url("session-close", session.pk), {"summary": "两周内办结", "version": 1}
    )
    assert closed.url == session.get_absolute_url()
    hana = as_user(cast.hana)
    assert url("session-line-answer", line.pk) in text(hana, closed.url)
    assert url("session-line-answer", line.pk) not in text(client, closed.url)
    hana.post(url("session-line-answer", line.pk), {"answer": "同意", "version": 2})
    line.refresh_from_db()
    assert (line.answer, line.answered_by) == ("同意", cast.hana)


def test_the_last_line_stays_with_a_sentence(cast, session, as_user):
    client = as_user(cast.olga)
    first, last = session.lines.all()
    client.post(url("session-line-remove", first.pk))
    response = client.post(url("session-line-remove", last.pk), follow=True)
    assert "至少要有一个单位" in response.content.decode()
    assert SessionLine.objects.get() == last


def test_the_company_reads_what_was_said_and_writes_nothing(cast, session, as_user):
    say_all(cast, session)
    client = as_user(cast.otto)
    page = text(client, session.get_absolute_url())
    assert "人社局" in page
    assert "带回" in page
    for name in ("session-line-record", "session-edit", "session-close", "milestone"):
        assert url(name, 1).split("1")[0] + "1/" not in page.replace(
            session.get_absolute_url(), ""
        )
    assert session.get_absolute_url() in text(
        client, url("progress", session.project_id)
    )


@pytest.mark.slow
def test_what_is_called_and_promised_is_on_first_pages(cast, session, as_user):
    home = reverse("reports:home")
    for who in (cast.olga, cast.hana, cast.otto):
        assert "用地手续现场会" in text(as_user(who), home)
    say_all(cast, session)
    sessions.close_session(session, actor=cast.olga, now=NOON)
    page = text(as_user(cast.hana), home)
    assert "联合服务待答复事项" in page
    assert "用地手续现场会" not in page
    looked_up = reverse("reports:overview")
    assert "联合服务逾期未答复" not in text(as_user(cast.maria), looked_up)
    with time_machine.travel(NOON + timedelta(days=9), tick=False):
        assert "联合服务逾期未答复" in text(as_user(cast.maria), looked_up)


def test_the_session_stands_on_the_timeline(cast, session, as_user):
    page = text(as_user(cast.olga), url("timeline", session.project_id))
    assert session.get_absolute_url() in page


def test_one_that_was_called_off_stands_on_no_timeline(cast, session, as_user):
    sessions.cancel_session(session, actor=cast.olga, reason="改期", now=NOON)
    page = text(as_user(cast.olga), url("timeline", session.project_id))
    assert session.get_absolute_url() not in page


@pytest.mark.parametrize(
    ("tab", "shown"), [("called", True), ("owing", False), ("all", True)]
)
def test_lists_hold_what_their_tab_says(cast, session, as_user, tab, shown):
    page = text(as_user(cast.axel), reverse("projects:sessions") + f"?tab={tab}")
    assert ("用地手续现场会" in page) == shown
    assert "用地手续现场会" not in text(
        as_user(cast.dirk), reverse("projects:sessions")
    )


def test_a_session_that_was_held_is_called_no_longer(cast, session, as_user):
    say_all(cast, session)
    sessions.close_session(session, actor=cast.olga, now=NOON)
    listed = reverse("projects:sessions")
    assert "用地手续现场会" not in text(as_user(cast.olga), listed)
    assert "用地手续现场会" in text(as_user(cast.olga), f"{listed}?tab=owing")


def test_a_department_is_offered_its_own_acts_only(cast, session, line, as_user):
    other = session.lines.get(department=cast.other_bureau)
    page = text(as_user(cast.hana), session.get_absolute_url())
    assert url("session-line-record", line.pk) in page
    assert url("session-line-record", other.pk) not in page
    for name in ("session-line-edit", "session-line-remove"):
        assert url(name, line.pk) not in page
        assert url(name, line.pk) in text(
            as_user(cast.olga), session.get_absolute_url()
        )


@pytest.mark.slow
def test_a_list_costs_the_same_for_1_and_20(cast, session, as_user, queries_of):
    client, address = as_user(cast.olga), reverse("projects:sessions")
    cost = queries_of(lambda: client.get(address))
    for number in range(19):
        make(cast, session.project, topic=f"第{number}次")
    assert queries_of(lambda: client.get(address)) == cost


@pytest.mark.slow
def test_a_session_costs_the_same_for_1_line_and_20(cast, begun, as_user, queries_of):
    session = make(cast, begun, departments=[cast.bureau])
    client, address = as_user(cast.hana), session.get_absolute_url()
    cost = queries_of(lambda: client.get(address))
    for number in range(19):
        sessions.add_line(
            session, actor=cast.olga, department=cast.bureau, matter=f"事{number}",
            now=NOON,
        )  # fmt: skip
    assert queries_of(lambda: client.get(address)) == cost
