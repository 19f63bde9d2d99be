"""Each department says what it will do, and keeps its word."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Deadline, Event
from crm.services import deadlines
from projects.models import Project, SessionLine, State
from projects.services import milestones, sessions
from projects.services.milestones import Act
from projects.services.sessions import Spoken
from tests.factories import (
    NOON,
    ProjectFactory,
)
from tests.projects.joint_session.acts import (
    ANSWERED,
    DAY,
    record,
)


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
