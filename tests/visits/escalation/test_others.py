"""Directives, tasks of meetings and bad ratings go up as tickets do."""

from datetime import timedelta

import pytest
from django.urls import reverse

from crm.models import Deadline, Event
from tests.factories import NOON
from tests.visits.escalation.stories import at, leader_of, only, sweep
from tests.visits.leader.acts import answer, call, give, task
from tests.visits.ticket_stories import closed, dispatched
from visits.models import Escalation
from visits.services import directives, escalations, meetings, ratings
from visits.services.ratings import Said

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_the_time(time_machine):
    time_machine.move_to(at(3, 18, 16), tick=False)


@pytest.fixture(autouse=True)
def no_minutes(monkeypatch):
    """Papers are made by `reports`, which has tests of its own."""
    monkeypatch.setattr(
        "reports.listeners.request_meeting_minutes", lambda *args, **more: None
    )


def reads(as_user, user, one):
    return as_user(user).get(one.get_absolute_url()).status_code


# --- Directives ---------------------------------------------------------------------


@pytest.fixture
def directive(cast, category):
    ticket = dispatched(cast)
    only("directive_due_soon", "directive_late", "directive_late_3")
    return give(cast, ticket)  # to be answered by Monday 23 March


@pytest.mark.slow
def test_a_directive_that_nobody_answers_goes_up(cast, directive):
    leader_of(cast, cast.bureau)
    assert sweep(3, 19) == []
    assert sweep(3, 20) == [("directive_due_soon", 0)]
    assert sweep(3, 24) == [("directive_late", 1)]
    assert sweep(3, 27) == [("directive_late_3", 2)]


def test_with_the_answer_it_is_settled(cast, directive):
    sweep(3, 24)
    answer(directive, cast.uma, now=at(3, 24))
    assert sweep(3, 30) == []
    assert set(Escalation.objects.values_list("decision", flat=True)) == {"met"}


def test_a_directive_taken_back_takes_its_escalation_along(cast, directive):
    """Its deadline is deleted; the escalation stays as what was once raised."""
    sweep(3, 24)
    directives.withdraw_directive(
        directive, actor=cast.maria, reason="另有安排", now=at(3, 24)
    )
    assert not Deadline.objects.filter(kind="directive").exists()
    assert sweep(3, 30) == []
    assert set(Escalation.objects.values_list("decision", flat=True)) == {"moved"}


def test_officers_do_not_read_what_leaders_instruct(cast, as_user, directive):
    sweep(3, 24)
    one = Escalation.objects.get(rule__key="directive_late")
    assert one.company is None
    assert reads(as_user, cast.olga, one) == 404
    for user in (cast.uma, cast.hana, cast.dora, cast.maria, cast.axel):
        assert reads(as_user, user, one) == 200
    page = as_user(cast.uma).get(one.get_absolute_url()).content.decode()
    assert reverse("visits:directive", args=[directive.pk]) in page
    assert "仍未答复批示" in page


# --- Tasks of meetings --------------------------------------------------------------


def test_a_task_of_a_meeting_goes_up(cast, as_user):
    only("meeting_task_late", "meeting_task_late_3")
    meeting = call(cast)
    given = task(cast, meeting)  # five days: by Wednesday 25 March
    assert sweep(3, 25) == []
    assert sweep(3, 26) == [("meeting_task_late", 1)]
    assert sweep(3, 31) == [("meeting_task_late_3", 3)]
    one = Escalation.objects.get(rule__key="meeting_task_late")
    page = as_user(cast.uma).get(one.get_absolute_url()).content.decode()
    assert "组织专场招聘" in page
    meetings.remove_task(given, actor=cast.maria, now=at(3, 31))
    assert sweep(4, 1) == []
    assert set(Escalation.objects.values_list("decision", flat=True)) == {"moved"}
    # What it was about is gone; the page says so by its kind.
    assert reads(as_user, cast.uma, one) == 200


# --- Bad ratings --------------------------------------------------------------------


@pytest.fixture
def rated(cast, category):
    only("rating_bad", "rating_very_bad", "correction_late")

    def give_level(level, **said):
        said = Said(level=level, words="推来推去", **said)
        return ratings.rate(closed(cast), actor=cast.otto, said=said, now=at(3, 18, 17))

    return give_level


def test_a_bad_rating_goes_to_the_head_at_once(cast, rated):
    rated(2)
    assert sweep(3, 18, 18) == [("rating_bad", 1)]
    assert sweep(3, 18, 18) == []


def test_a_very_bad_one_goes_to_the_leader_too(cast, rated):
    leader_of(cast, cast.bureau)
    rated(1)
    assert sweep(3, 18, 18) == [("rating_bad", 1), ("rating_very_bad", 2)]


@pytest.mark.parametrize("level", [3, 4, 5])
def test_other_ratings_go_nowhere(cast, rated, level):
    rated(level)
    assert sweep(3, 18, 18) == []


def test_a_correction_that_does_not_come_goes_up_and_settles_all(cast, rated):
    rating = rated(2)
    assert sweep(4, 9) == [("rating_bad", 1)]
    assert sweep(4, 10) == [("correction_late", 1)]
    ratings.send_correction(
        rating.correction, actor=cast.hana, done="已上门道歉。", now=at(4, 10)
    )
    sweep(4, 10)
    late = Escalation.objects.get(rule__key="correction_late")
    assert late.decision == "met"


@pytest.mark.slow
def test_a_nameless_one_is_told_the_day_after_and_tells_nobody_by_whom(
    cast, rated, as_user
):
    rated(1, is_anonymous=True)
    assert sweep(3, 18, 18) == []
    ratings.tell_nameless(now=NOON + DAY)
    found = sweep(3, 19, 18)
    assert ("rating_bad", 1) in found
    one = Escalation.objects.get(rule__key="rating_bad")
    assert (one.company, one.region) == (None, cast.county)
    event = Event.objects.get(action="escalation.raised", subject_id=one.pk)
    assert event.company is None
    page = as_user(cast.uma).get(one.get_absolute_url()).content.decode()
    assert "恒润" not in page and "招不到" not in page
    assert "非常不满意" in page and "人社局" in page
    assert reads(as_user, cast.olga, one) == 404
    listed = as_user(cast.uma).get(reverse("visits:escalations")).content.decode()
    assert "恒润" not in listed


# --- The first page -----------------------------------------------------------------


def test_the_first_page_shows_what_has_come_to_a_person(cast, as_user):
    only("meeting_task_late")
    task(cast, call(cast))
    client = as_user(cast.uma)
    assert "提级待处理" not in client.get("/").content.decode()
    assert sweep(3, 26) == [("meeting_task_late", 1)]
    assert "提级待处理" in client.get("/").content.decode()


@pytest.mark.parametrize("who", ["uma", "hana"])
def test_a_directive_stands_there_once(cast, as_user, directive, who):
    sweep(3, 24)
    page = as_user(getattr(cast, who)).get("/").content.decode()
    assert page.count(reverse("visits:directive", args=[directive.pk])) == 1
    assert "提级待处理" not in page


def test_a_ticket_that_was_raised_stands_on_the_first_page_once(
    cast, as_user, category, time_machine
):
    ticket = dispatched(cast)
    only("ticket_contact_late", "ticket_reply_late")
    assert len(sweep(3, 27)) == 2
    time_machine.move_to(at(3, 27, 16), tick=False)
    page = as_user(cast.uma).get("/").content.decode()
    # Its row in the day's work says why it came; no second section repeats it.
    assert page.count(ticket.title) == 1
    assert "提级待处理" not in page
    assert page.count(Escalation.objects.first().get_absolute_url()[:13]) == 1


def test_a_leader_finds_it_on_the_desk(cast, as_user, directive):
    ticket = directive.ticket
    client = as_user(cast.maria)
    assert ticket.title not in client.get("/").content.decode()
    escalations.raise_by_hand(ticket, actor=cast.dora, level=3, reason="无人牵头")
    page = client.get("/").content.decode()
    assert ticket.title in page and "无人牵头" in page
