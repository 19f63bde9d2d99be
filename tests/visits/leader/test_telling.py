"""Who is told of directives, of what leaders take on, and of meetings."""

import pytest
from django.apps import apps

from crm.models import Event, Notice
from crm.services.notices import telling as services
from tests.visits.leader.acts import LATER, answer, call, give, task
from visits.services import directives, meetings

pytestmark = pytest.mark.django_db


def told_of(action):
    """Who was told of the last event of this kind, and as what."""
    event = Event.objects.filter(action=action).latest("pk")
    rows = Notice.objects.filter(event=event)
    return {(one.recipient.login, one.kind) for one in rows}


def test_a_directive_reaches_its_unit_and_the_answer_the_leader(cast, ticket):
    directive = give(cast, ticket)
    unit = {("hana", "directive"), ("uma", "directive")}
    assert told_of("directive.given") == unit
    answer(directive, cast.uma)
    assert told_of("directive.answered") == {("maria", "answer")}
    directives.accept_answer(directive, actor=cast.maria, now=LATER)
    assert told_of("directive.accepted") == {("uma", "directive")}


def test_one_for_a_person_reaches_him_and_his_head(cast, ticket):
    give(cast, ticket, person=cast.hana)
    assert told_of("directive.given") == {("hana", "directive"), ("uma", "directive")}


def test_a_leaders_words_never_reach_the_company(cast, ticket):
    give(cast, ticket)
    labels = {"visits.directive", "visits.meeting"}
    own = Notice.objects.filter(recipient=cast.otto)
    assert not own.filter(about_type__in=labels).exists()


def test_all_hear_which_leader_sees_to_it(cast, ticket):
    directives.adopt(ticket, actor=cast.maria, now=LATER)
    assert told_of("ticket.adopted") == {
        ("uma", "mine"),
        ("olga", "followed"),
        ("otto", "ours"),
    }


def test_units_hear_that_they_are_invited_and_what_they_have_to_do(cast):
    meeting = call(cast)
    assert told_of("meeting.called") == {("uma", "meeting"), ("tom", "meeting")}
    given = task(cast, meeting)
    unit = {("hana", "meeting"), ("uma", "meeting")}
    assert told_of("meeting.task_given") == unit
    done = {"answer": "已办。", "now": LATER}
    meetings.answer_task(given, actor=cast.hana, **done)
    assert told_of("meeting.task_answered") == {("maria", "meeting")}


def test_they_see_what_they_are_told_of(cast, ticket, as_user):
    give(cast, ticket)
    task(cast, call(cast))
    lines = as_user(cast.uma).get("/notices/").context["lines"]
    assert {"visits.directive", "visits.meeting"} <= {
        line.notice.about_type for line in lines
    }
    assert all(line.told for line in lines)
    for one in Notice.objects.select_related("recipient"):
        record = apps.get_model(one.about_type)._default_manager.get(pk=one.about_id)
        assert services.is_visible(record, one.recipient), one
