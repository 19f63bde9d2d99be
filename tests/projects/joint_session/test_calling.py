"""联合服务: departments are called to the site; what was said there is closed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Company
from projects.models import JointSession, Milestone, Project
from projects.services import sessions
from projects.services.sessions import calling
from tests.factories import (
    NOON,
    DepartmentFactory,
    GrantFactory,
    UserFactory,
)
from tests.projects.joint_session.acts import ANSWERED, DAY, close, plan_of, record


@pytest.mark.slow
def test_each_department_gets_a_line_with_its_open_items(cast, lines):
    told = {one.department: (one.matter, one.milestone) for one in lines}
    eia = Milestone.objects.get(key="eia")
    assert told[cast.other_bureau] == ("事项 eia", eia)
    assert told[cast.bureau] == ("事项 filing、事项 site、事项 permit", None)


def test_a_department_without_items_gets_the_topic(cast, call):
    session = call(cast.olga.department)
    assert [one.matter for one in session.lines.all()] == ["用地手续现场会"]


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", True), ("bela", True), ("dora", True), ("maria", True),
        ("hana", False), ("axel", False), ("otto", False), ("oleg", False),
        ("dirk", False), ("sven", False),
    ],
)  # fmt: skip
def test_who_may_call_one(cast, call, who, may):
    if may:
        assert call(actor=getattr(cast, who)).is_planned
    else:
        with pytest.raises(PermissionDenied):
            call(actor=getattr(cast, who))


def test_the_same_session_is_called_once(call, session):
    with pytest.raises(DomainError) as refused:
        call()
    assert refused.value.code == "called_already"
    assert JointSession.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"day": DAY + timedelta(days=400)}, "bad_day"),
        ({"day": DAY - timedelta(days=400)}, "bad_day"),
        ({"topic": "  "}, "topic_missing"),
        ({"place": " "}, "place_missing"),
    ],
)
def test_a_bad_plan_is_refused(call, more, code):
    with pytest.raises(DomainError) as refused:
        call(**more)
    assert refused.value.code == code
    assert not JointSession.objects.exists()


def test_nobody_is_called_to_an_empty_session(cast, begun):
    with pytest.raises(DomainError, match="至少 1 个"):
        sessions.call_session(
            begun, actor=cast.olga, plan=plan_of(cast), departments=[], now=NOON
        )


@pytest.fixture
def gus(cast):
    """Handler of a department without an item of the project."""
    grid = DepartmentFactory(code="grid", name="供电公司", region=cast.county)
    user = UserFactory(login="gus", department=grid)
    GrantFactory(user=user, role="handler", department=grid)
    return user


def test_not_more_departments_than_can_be_heard(cast, call, monkeypatch):
    monkeypatch.setattr(calling, "MOST_DEPARTMENTS", 1)
    with pytest.raises(DomainError) as refused:
        call()
    assert refused.value.code == "departments"


def test_who_is_called_sees_the_project_and_its_company(cast, session, gus):
    """With a line a department reads what it is about."""

    def sees():
        return (
            Project.objects.visible_to(gus).exists(),
            Company.objects.visible_to(gus).filter(pk=cast.company.pk).exists(),
        )

    assert sees() == (False, False)
    line = sessions.add_line(
        session, actor=cast.olga, department=gus.department, matter="用电",
        now=NOON,
    )  # fmt: skip
    assert sees() == (True, True)
    sessions.remove_line(line, actor=cast.olga, now=NOON)
    assert sees() == (False, False)


def test_a_session_called_off_says_why_and_lets_go(cast, session, gus):
    sessions.add_line(
        session, actor=cast.olga, department=gus.department, matter="用电",
        now=NOON,
    )  # fmt: skip
    off = sessions.cancel_session(session, actor=cast.olga, reason="改期", now=NOON)
    assert (off.status, off.reason) == ("cancelled", "改期")
    assert not Project.objects.visible_to(gus).exists()
    with pytest.raises(WrongStatus):
        sessions.cancel_session(session, actor=cast.olga, reason="改期", now=NOON)


def test_after_calling_off_the_same_can_be_called_again(cast, call, session):
    sessions.cancel_session(session, actor=cast.olga, reason="改期", now=NOON)
    assert call().is_planned


def test_closed_only_when_everybody_has_spoken(cast, session, lines):
    record(lines[0], cast.olga)
    with pytest.raises(DomainError) as refused:
        close(session, cast.olga)
    assert lines[1].department.name in str(refused.value.sentence)
    record(lines[1], cast.olga, ANSWERED)
    closed = close(session, cast.olga, summary="两周内办结", attendees="王总")
    assert (closed.is_held, closed.held_at) == (True, NOON)
    assert closed.project.last_visit_on is None
    closed.project.refresh_from_db()
    assert closed.project.last_visit_on == DAY


def test_a_closed_session_stays_as_it_was(cast, closed, lines):
    calls = [
        lambda: record(lines[0], cast.olga),
        lambda: sessions.remove_line(lines[0], actor=cast.olga),
        lambda: sessions.add_line(
            closed, actor=cast.olga, department=cast.bureau, matter="又一项"
        ),
        lambda: sessions.edit_session(closed, actor=cast.olga, plan=plan_of(cast)),
        lambda: close(closed, cast.olga),
    ]
    for one in calls:
        with pytest.raises(DomainError):
            one()


def test_the_day_stays_once_somebody_has_spoken(cast, session, lines):
    later = plan_of(cast, day=DAY + timedelta(days=1))
    moved = sessions.edit_session(session, actor=cast.olga, plan=later, now=NOON)
    assert moved.day == DAY + timedelta(days=1)
    back = sessions.edit_session(moved, actor=cast.olga, plan=plan_of(cast), now=NOON)
    record(lines[0], cast.olga)
    with pytest.raises(DomainError) as refused:
        sessions.edit_session(back, actor=cast.olga, plan=later, now=NOON)
    assert refused.value.code == "spoken_already"
    with pytest.raises(DomainError) as refused:
        sessions.cancel_session(back, actor=cast.olga, reason="改期", now=NOON)
    assert refused.value.code == "spoken_already"


def test_two_people_change_the_same_session(cast, session):
    sessions.edit_session(
        session, actor=cast.dora, plan=plan_of(cast, place="三楼"), version=1, now=NOON
    )
    with pytest.raises(StaleVersion) as refused:
        sessions.edit_session(
            session, actor=cast.olga, plan=plan_of(cast), version=1, now=NOON
        )
    assert refused.value.current.place == "三楼"
