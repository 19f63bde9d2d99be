"""协调会: called, filled, written down, closed; its tasks are followed up."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Deadline, Event
from tests.factories import NOON, DepartmentFactory, ProjectFactory
from tests.visits.leader.acts import DAY, LATER, call, close, plan_of, task
from visits.models import Meeting, MeetingTask
from visits.services import meetings

WHO = [
    *("maria", "lena", "walter", "olga", "hana", "uma"),
    *("dora", "axel", "otto", "oleg", "dirk", "sven"),
]


@pytest.fixture
def meeting(cast):
    return call(cast)


@pytest.mark.parametrize("who", WHO)
def test_who_may_call_one(cast, someone, who):
    if who in {"maria", "lena", "walter"}:
        assert call(cast, actor=someone(who)).is_planned
    else:
        with pytest.raises(PermissionDenied):
            call(cast, actor=someone(who))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"day": DAY + timedelta(days=400)}, "bad_day"),
        ({"topic": " "}, "topic_missing"),
        ({"place": " "}, "place_missing"),
        ({"departments": []}, "departments"),
    ],
)
def test_a_bad_plan_is_refused(cast, more, code):
    with pytest.raises(DomainError) as refused:
        call(cast, **more)
    assert refused.value.code == code


def test_departments_and_people_of_elsewhere_are_refused(cast):
    far = DepartmentFactory(code="far", region=cast.elsewhere)
    with pytest.raises(DomainError) as refused:
        call(cast, departments=[far])
    assert refused.value.code == "department_out_of_reach"
    with pytest.raises(DomainError) as refused:
        call(cast, chair=cast.hana)
    assert (refused.value.code, refused.value.field) == ("not_a_holder", "chair")


def test_pressed_twice_it_is_called_once(cast):
    key = uuid.uuid4()
    for _ in range(2):
        meetings.call_meeting(
            actor=cast.maria, plan=plan_of(cast), client_key=key, now=NOON
        )
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("who", WHO)
def test_who_reads_it(meeting, someone, who):
    """Wide roles of the region and the departments invited; never a company."""
    may = who in {"maria", "lena", "walter", "hana", "uma", "dora", "axel"}
    assert Meeting.objects.visible_to(someone(who)).exists() == may


@pytest.mark.parametrize("who", WHO)
def test_who_holds_it(cast, meeting, someone, who):
    actor = someone(who)
    if who == "maria":
        assert meetings.cancel_meeting(meeting, actor=actor, reason="x", now=NOON)
    else:
        with pytest.raises(PermissionDenied):
            meetings.cancel_meeting(meeting, actor=actor, reason="x", now=NOON)


def test_who_writes_the_minutes_may_write_all_of_them(cast):
    meeting = call(cast, recorder=cast.dora)
    item = meetings.add_item(meeting, actor=cast.dora, title="用工", now=NOON)
    meetings.note_item(item, actor=cast.dora, note="讨论", now=NOON)
    closed = meetings.close_meeting(
        meeting, actor=cast.dora, summary="同意。", now=NOON
    )
    assert closed.is_held


def test_a_ticket_and_a_project_stand_on_the_agenda_once(cast, meeting, ticket):
    project = ProjectFactory(company=cast.company, lead_department=cast.bureau)
    for _ in range(2):
        meetings.add_item(meeting, actor=cast.maria, ticket=ticket, now=NOON)
        meetings.add_item(meeting, actor=cast.maria, project=project, now=NOON)
        meetings.add_item(meeting, actor=cast.maria, title="其他", now=NOON)
    titles = [one.title for one in meeting.items.all()]
    assert titles == [f"{ticket.title}（恒润纺织有限公司）", project.name, "其他"]
    told = Event.objects.for_subject(ticket).filter(action="ticket.on_agenda")
    assert [one.is_public for one in told] == [False]


def test_nobody_puts_on_what_he_may_not_read(cast, ticket, walter):
    own = call(cast, actor=walter, chair=walter)
    with pytest.raises(PermissionDenied):
        meetings.add_item(own, actor=walter, ticket=ticket, now=NOON)
    with pytest.raises(PermissionDenied):
        meetings.add_item(
            own, actor=walter, project=ProjectFactory(company=cast.foreign), now=NOON
        )


def test_what_was_talked_about_stays(cast, meeting):
    item = meetings.add_item(meeting, actor=cast.maria, title="用工", now=NOON)
    other = meetings.add_item(meeting, actor=cast.maria, title="用地", now=NOON)
    meetings.note_item(item, actor=cast.maria, note="讨论", version=1, now=NOON)
    with pytest.raises(StaleVersion):
        meetings.note_item(item, actor=cast.maria, note="y", version=1, now=NOON)
    meetings.remove_item(other, actor=cast.maria, now=NOON)
    with pytest.raises(DomainError) as refused:
        meetings.remove_item(item, actor=cast.maria, now=NOON)
    assert refused.value.code == "spoken_already"
    assert [one.title for one in meeting.items.all()] == ["用工"]


def test_a_task_runs_from_the_day_of_the_meeting(cast, meeting):
    given = task(cast, meeting, now=NOON + timedelta(days=2))
    assert (given.due.kind, given.due.started_on) == ("task", DAY)
    assert (given.due.due_on, given.due.department) == (date(2026, 3, 25), cast.bureau)
    assert task(cast, meeting) == given


@pytest.mark.parametrize(
    ("more", "code"),
    [({"text": " "}, "text_missing"), ({"days": 0}, "days"), ({"days": 121}, "days")],
)
def test_a_task_says_all_it_must(cast, meeting, more, code):
    with pytest.raises(DomainError) as refused:
        task(cast, meeting, **more)
    assert refused.value.code == code


def test_nothing_is_decided_before_the_day(cast):
    meeting = call(cast, day=DAY + timedelta(days=1))
    item = meetings.add_item(meeting, actor=cast.maria, title="用工", now=NOON)
    for one in (
        lambda: task(cast, meeting),
        lambda: close(cast, meeting),
        lambda: meetings.note_item(item, actor=cast.maria, note="x", now=NOON),
    ):
        with pytest.raises(DomainError) as refused:
            one()
        assert refused.value.code == "too_early"


def test_a_task_is_changed_until_it_is_reported_done(cast, meeting):
    given = task(cast, meeting)
    changed = meetings.edit_task(
        given, actor=cast.maria, department=cast.other_bureau, text="供水", days=3,
        version=1, now=NOON,
    )  # fmt: skip
    assert (changed.due.due_on, changed.due.department) == (
        date(2026, 3, 23), cast.other_bureau,
    )  # fmt: skip
    meetings.answer_task(changed, actor=cast.tom, answer="已办", now=NOON)
    with pytest.raises(DomainError) as refused:
        meetings.remove_task(changed, actor=cast.maria, now=NOON)
    assert refused.value.code == "answered_already"


def test_one_written_down_by_mistake_goes_with_its_deadline(cast, meeting):
    meetings.remove_task(task(cast, meeting), actor=cast.maria, now=NOON)
    assert not MeetingTask.objects.exists()
    assert not Deadline.objects.filter(kind="task").exists()
    kept = task(cast, meeting)
    close(cast, meeting)
    with pytest.raises(DomainError) as refused:
        meetings.remove_task(kept, actor=cast.maria, now=NOON)
    assert refused.value.code == "meeting_over"


@pytest.mark.parametrize("who", WHO)
def test_who_reports_a_task_done(cast, meeting, someone, who):
    given, actor = task(cast, meeting), someone(who)
    if who in {"hana", "uma"}:
        done = meetings.answer_task(given, actor=actor, answer="已办", now=LATER)
        assert (done.status, done.due.met_at) == ("answered", LATER)
    else:
        with pytest.raises(PermissionDenied):
            meetings.answer_task(given, actor=actor, answer="已办", now=LATER)


@pytest.mark.parametrize("who", WHO)
def test_who_says_that_it_is_done(cast, meeting, someone, who):
    given = meetings.answer_task(
        task(cast, meeting), actor=cast.hana, answer="已办", now=NOON
    )
    if who == "maria":
        assert meetings.verify_task(given, actor=cast.maria).status == "verified"
    else:
        with pytest.raises(PermissionDenied):
            meetings.verify_task(given, actor=someone(who))


def test_verified_before_it_is_reported_is_refused(cast, meeting):
    with pytest.raises(WrongStatus):
        meetings.verify_task(task(cast, meeting), actor=cast.maria)


def test_not_done_yet_it_runs_again(cast, meeting):
    given = task(cast, meeting)
    given = meetings.answer_task(given, actor=cast.hana, answer="已办", now=LATER)
    back = meetings.return_task(
        given, actor=cast.maria, remark="名单未附", days=2, now=LATER
    )
    assert (back.status, back.remark) == ("open", "名单未附")
    assert (back.due.started_on, back.due.met_at) == (LATER.date(), None)
    done = meetings.answer_task(back, actor=cast.hana, answer="已附", now=LATER)
    assert meetings.verify_task(done, actor=cast.maria, now=LATER).verified_at == LATER


def test_a_meeting_that_decided_nothing_is_not_closed(cast, meeting):
    with pytest.raises(DomainError) as refused:
        close(cast, meeting, summary=" ")
    assert refused.value.code == "nothing_decided"
    task(cast, meeting)
    assert close(cast, meeting, summary="").is_held
    with pytest.raises(WrongStatus):
        close(cast, meeting)


def test_what_has_tasks_is_not_called_off(cast, meeting):
    task(cast, meeting)
    with pytest.raises(DomainError) as refused:
        meetings.cancel_meeting(meeting, actor=cast.maria, reason="x", now=NOON)
    assert refused.value.code == "decided_already"
    with pytest.raises(DomainError) as refused:
        meetings.edit_meeting(
            meeting, actor=cast.maria, plan=plan_of(cast, day=LATER.date()), now=NOON
        )
    assert refused.value.code == "decided_already"


def test_minutes_are_corrected_but_not_before_there_are_any(cast, meeting):
    words = {"attendees": "李总", "summary": "改为下月落实。"}
    with pytest.raises(DomainError) as refused:
        meetings.correct_minutes(meeting, actor=cast.maria, now=NOON, **words)
    assert refused.value.code == "not_held"
    close(cast, meeting)
    told = meetings.correct_minutes(meeting, actor=cast.maria, now=NOON, **words)
    assert (told.attendees, told.summary) == ("李总", "改为下月落实。")
    assert task(cast, meeting).due.started_on == DAY


def test_the_next_meeting_begins_with_what_is_open(cast, meeting):
    with pytest.raises(DomainError) as refused:
        meetings.follow_up(meeting, actor=cast.maria, plan=plan_of(cast), now=NOON)
    assert refused.value.code == "not_held"
    given = task(cast, meeting)
    close(cast, meeting)
    following = meetings.follow_up(
        meeting, actor=cast.maria, plan=plan_of(cast), now=NOON
    )
    assert [(one.source, one.task) for one in following.items.all()] == [
        ("task", given)
    ]
    assert meetings.fill_agenda(following, actor=cast.maria, now=NOON) == []
    # What the second one followed up, the third one follows up too.
    close(cast, following)
    third = meetings.follow_up(
        following, actor=cast.maria, plan=plan_of(cast), now=NOON
    )
    assert [one.task for one in third.items.all()] == [given]


def test_a_department_with_a_task_reads_the_meeting(cast):
    meeting = call(cast, departments=[cast.bureau])
    assert not Meeting.objects.visible_to(cast.tom).exists()
    task(cast, meeting, department=cast.other_bureau)
    assert Meeting.objects.visible_to(cast.tom).exists()


def test_a_second_press_on_an_old_page_is_told(cast, meeting):
    meetings.edit_meeting(
        meeting, actor=cast.maria, plan=plan_of(cast, place="五楼"), version=1, now=NOON
    )
    with pytest.raises(StaleVersion):
        meetings.cancel_meeting(
            meeting, actor=cast.maria, reason="x", version=1, now=NOON
        )


def test_the_database_ties_states_to_their_fields(cast, meeting):
    given = task(cast, meeting)
    for change in ({"status": "held"}, {"status": "cancelled"}, {"held_at": NOON}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Meeting.objects.filter(pk=meeting.pk).update(**change)
    for change in (
        {"status": "answered"},
        {"status": "verified"},
        {"answered_at": NOON},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            MeetingTask.objects.filter(pk=given.pk).update(**change)
