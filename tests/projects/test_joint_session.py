"""联合服务: departments come to the site, each says what it will do, and keeps it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Company, Deadline, Event
from crm.services import deadlines
from projects.models import JointSession, Milestone, Project, SessionLine, State
from projects.services import milestones, sessions
from projects.services.milestones import Act
from projects.services.sessions import Plan, Spoken, calling
from tests.factories import (
    NOON,
    DepartmentFactory,
    GrantFactory,
    ProjectFactory,
    UserFactory,
)

DAY = NOON.date()  # Wednesday, 18 March 2026
TAKEN = Spoken(outcome="taken", words="带回研究", days=3)
ANSWERED = Spoken(outcome="answered", words="可以并联办理", speaker="李工")


@pytest.fixture(autouse=True)
def no_papers(monkeypatch):
    """Papers are made by `reports`, which has tests of its own."""
    monkeypatch.setattr("reports.listeners.request_minutes", lambda *a, **k: None)


def plan_of(cast, **more):
    told = {"topic": "用地手续现场会", "day": DAY, "place": "项目工地"}
    return Plan(**{**told, "chair": cast.maria, **more})


@pytest.fixture
def call(cast, begun):
    def called(*departments, actor=None, **more):
        return sessions.call_session(
            begun,
            actor=actor or cast.olga,
            plan=plan_of(cast, **more),
            departments=departments or [cast.bureau, cast.other_bureau],
            now=NOON,
        )

    return called


@pytest.fixture
def session(call):
    return call()


@pytest.fixture
def lines(session):
    return list(session.lines.order_by("pk"))


def record(line, actor, spoken=TAKEN, now=NOON, **more):
    return sessions.record_line(line, actor=actor, spoken=spoken, now=now, **more)


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


def test_a_promise_runs_from_the_day_of_the_session(cast, lines):
    line = record(lines[0], cast.olga)
    assert (line.due.started_on, line.due.due_on) == (DAY, date(2026, 3, 23))
    assert line.due.department == cast.bureau
    assert line.is_owing


def test_written_down_two_days_late_it_runs_from_the_day_still(cast, lines):
    line = record(lines[0], cast.olga, now=NOON + timedelta(days=2))
    assert line.due.due_on == date(2026, 3, 23)


def test_an_answer_on_the_spot_owes_nothing(cast, lines):
    line = record(lines[0], cast.hana, ANSWERED)
    assert (line.words, line.speaker, line.due, line.days) == (
        "可以并联办理", "李工", None, None,
    )  # fmt: skip


def test_a_line_is_corrected_with_its_deadline(cast, lines):
    line = record(lines[0], cast.olga)
    line = record(line, cast.olga, Spoken(outcome="taken", days=5))
    assert (line.due.days, line.due.due_on) == (5, date(2026, 3, 25))
    assert Deadline.objects.filter(kind="joint_session").count() == 1
    line = record(line, cast.olga, ANSWERED)
    assert line.due is None
    assert not Deadline.objects.filter(kind="joint_session").exists()


@pytest.mark.parametrize(
    ("spoken", "code"),
    [
        (Spoken(outcome="answered", words=" "), "words_missing"),
        (Spoken(outcome="taken"), "days"),
        (Spoken(outcome="taken", days=0), "days"),
        (Spoken(outcome="accepted", days=61), "days"),
        (Spoken(outcome="", words="x"), "outcome_missing"),
    ],
)
def test_a_line_says_all_it_must(cast, lines, spoken, code):
    with pytest.raises(DomainError) as refused:
        record(lines[0], cast.olga, spoken)
    assert refused.value.code == code


def test_nothing_is_said_before_the_day(cast, call):
    session = call(day=DAY + timedelta(days=1))
    line = session.lines.first()
    with pytest.raises(DomainError) as refused:
        record(line, cast.olga)
    assert refused.value.code == "too_early"
    with pytest.raises(DomainError) as refused:
        sessions.close_session(session, actor=cast.olga, now=NOON)
    assert refused.value.code == "too_early"


def test_two_people_write_on_the_same_line(cast, lines):
    record(lines[0], cast.hana, version=1)
    with pytest.raises(StaleVersion) as refused:
        record(lines[0], cast.olga, ANSWERED, version=1)
    assert refused.value.current.words == "带回研究"


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", True), ("dora", True), ("maria", True), ("hana", True),
        ("uma", True), ("tom", False), ("axel", False), ("otto", False),
        ("oleg", False),
    ],
)  # fmt: skip
def test_who_writes_down_what_a_department_said(cast, lines, who, may):
    """Who holds the session, and people of the department itself."""
    own = next(one for one in lines if one.department == cast.bureau)
    if may:
        assert record(own, getattr(cast, who)).is_owing
    else:
        with pytest.raises(PermissionDenied):
            record(own, getattr(cast, who))


def test_accepted_on_site_the_item_moves_with_the_line(cast, session, items):
    line = sessions.add_line(
        session, actor=cast.olga, department=cast.bureau, matter="备案",
        milestone=items.filing, now=NOON,
    )  # fmt: skip
    line = record(line, cast.hana, Spoken(outcome="accepted", days=2))
    items.filing.refresh_from_db()
    assert items.filing.state == State.ACCEPTED
    assert items.filing.accepted_on == DAY
    moves = items.filing.moves.order_by("pk")
    assert [(one.after, one.source) for one in moves] == [
        (State.PREPARING, "session"),
        (State.RECEIVED, "session"),
        (State.ACCEPTED, "session"),
    ]


def test_an_officer_does_not_accept_for_the_department(cast, session, items):
    line = sessions.add_line(
        session, actor=cast.olga, department=cast.bureau, matter="备案",
        milestone=items.filing, now=NOON,
    )  # fmt: skip
    assert record(line, cast.olga, Spoken(outcome="accepted", days=2)).is_owing
    items.filing.refresh_from_db()
    assert items.filing.state == State.NOT_STARTED


def test_the_decision_on_the_item_keeps_the_promise(cast, session, items, walk):
    line = sessions.add_line(
        session, actor=cast.olga, department=cast.bureau, matter="备案",
        milestone=items.filing, now=NOON,
    )  # fmt: skip
    line = record(line, cast.hana, Spoken(outcome="accepted", days=2))
    items.filing.refresh_from_db()
    walk(items.filing, (Act.APPROVE, 1, {}))
    line.refresh_from_db()
    assert (line.is_owing, line.answer) == (False, "")
    assert line.due.met_at is not None
    assert Event.objects.filter(action="joint_session.kept").count() == 1


def test_an_item_of_another_department_is_refused(cast, session, items):
    with pytest.raises(DomainError) as refused:
        sessions.add_line(
            session, actor=cast.olga, department=cast.other_bureau, matter="x",
            milestone=items.filing, now=NOON,
        )  # fmt: skip
    assert refused.value.code == "unknown_item"


def test_an_item_of_another_project_is_refused(cast, session, template):
    other = ProjectFactory(company=cast.company)
    milestones.start_approvals(other, actor=cast.dora, template=template, now=NOON)
    with pytest.raises(DomainError) as refused:
        sessions.add_line(
            session, actor=cast.olga, department=cast.bureau, matter="x",
            milestone=other.milestones.get(key="filing"), now=NOON,
        )  # fmt: skip
    assert refused.value.code == "unknown_item"


def close(session, actor, **more):
    return sessions.close_session(session, actor=actor, now=NOON, **more)


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


@pytest.fixture
def closed(cast, session, lines):
    record(lines[0], cast.olga)
    record(lines[1], cast.olga, ANSWERED)
    return close(session, cast.olga)


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


def test_the_department_answers_what_it_took_back(cast, closed, lines):
    line = sessions.answer_line(
        lines[0], actor=cast.hana, answer="同意先行开工", now=NOON + timedelta(days=1)
    )
    assert (line.answer, line.answered_by) == ("同意先行开工", cast.hana)
    assert line.due.met_at == NOON + timedelta(days=1)
    assert not deadlines.was_late(line.due)
    with pytest.raises(DomainError) as refused:
        sessions.answer_line(line, actor=cast.hana, answer="再答", now=NOON)
    assert refused.value.code == "nothing_owed"


@pytest.mark.parametrize("who", ["olga", "dora", "maria", "tom", "otto", "axel"])
def test_nobody_answers_for_a_department(cast, closed, lines, who):
    with pytest.raises(PermissionDenied):
        sessions.answer_line(
            lines[0], actor=getattr(cast, who), answer="代答", now=NOON
        )


def test_an_answer_has_words_and_something_to_answer(cast, closed, lines):
    with pytest.raises(DomainError) as refused:
        sessions.answer_line(lines[0], actor=cast.hana, answer=" ", now=NOON)
    assert refused.value.code == "answer_missing"
    record_of = SessionLine.objects.get(pk=lines[1].pk)
    with pytest.raises(DomainError) as refused:
        sessions.answer_line(record_of, actor=cast.tom, answer="x", now=NOON)
    assert refused.value.code == "nothing_owed"


def test_an_answered_line_is_not_written_anew(cast, session, lines):
    record(lines[0], cast.olga)
    sessions.answer_line(lines[0], actor=cast.hana, answer="可以", now=NOON)
    with pytest.raises(DomainError) as refused:
        record(lines[0], cast.olga, ANSWERED)
    assert refused.value.code == "answered_already"


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


def test_what_was_said_is_not_taken_out(cast, session, lines):
    record(lines[0], cast.olga)
    with pytest.raises(DomainError) as refused:
        sessions.remove_line(lines[0], actor=cast.olga, now=NOON)
    assert refused.value.code == "spoken_already"


def test_nobody_speaks_for_an_archived_project(cast, session, lines):
    Project.objects.filter(pk=session.project_id).update(archived_at=NOON)
    for who in (cast.olga, cast.hana):
        with pytest.raises(PermissionDenied):
            record(lines[0], who)


def test_the_last_line_stays(cast, session, lines):
    sessions.remove_line(lines[0], actor=cast.olga, now=NOON)
    with pytest.raises(DomainError) as refused:
        sessions.remove_line(lines[1], actor=cast.olga, now=NOON)
    assert refused.value.code == "last_line"


def test_a_line_is_changed_until_somebody_spoke(cast, session, lines, items):
    line = sessions.edit_line(
        lines[0], actor=cast.olga, matter="先行用地", version=1, now=NOON
    )
    assert (line.matter, line.milestone, line.version) == ("先行用地", None, 2)
    record(line, cast.olga)
    with pytest.raises(DomainError) as refused:
        sessions.edit_line(line, actor=cast.olga, matter="x", now=NOON)
    assert refused.value.code == "spoken_already"


def test_the_database_keeps_promises_whole(cast, lines):
    line = record(lines[0], cast.olga)
    for bad in ({"days": None}, {"answer": "x"}, {"outcome": "answered", "words": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SessionLine.objects.filter(pk=line.pk).update(**bad)


def test_the_log_holds_codes_and_days_only(cast, closed):
    events = Event.objects.filter(action__startswith="joint_session.")
    assert {one.action for one in events} == {
        "joint_session.called", "joint_session.recorded", "joint_session.held",
    }  # fmt: skip
    assert all(one.is_public and one.company == cast.company for one in events)
    assert "带回研究" not in str([one.changes for one in events])
