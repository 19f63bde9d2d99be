"""What was raised comes onto the agenda of the next meeting, once."""

from datetime import timedelta

from tests.visits.escalation.stories import sweep
from tests.visits.leader.acts import FOUR, begin, call, moment, task
from visits.services import meetings


def test_an_agenda_takes_in_what_was_raised_after_the_last_tasks(cast, overdue):
    series = begin(cast)
    first = series.meetings.get()
    open_one = task(cast, first)
    sweep(*FOUR)
    now = moment(*FOUR)
    meetings.close_meeting(first, actor=cast.maria, summary="x", now=now)
    following = series.meetings.get(status="planned")
    told = [(one.source, one.task, one.ticket) for one in following.items.all()]
    assert told == [("task", open_one, None), ("escalation", None, overdue)]
    assert meetings.fill_agenda(following, actor=cast.maria, now=now) == []


def test_a_matter_that_stands_there_already_is_not_taken_twice(cast, overdue):
    sweep(*FOUR)
    now = moment(*FOUR)
    meeting = call(cast, now=now, day=now.date())
    assert [one.source for one in meeting.items.all()] == ["escalation"]
    meetings.add_item(meeting, actor=cast.maria, ticket=overdue, now=now)
    assert meeting.items.count() == 1


def test_each_morning_agendas_of_the_next_days_are_filled(cast, overdue):
    now = moment(*FOUR)
    near = call(cast, now=now, day=now.date() + timedelta(days=1))
    far = call(cast, now=now, day=now.date() + timedelta(days=9), topic="远")
    sweep(*FOUR)
    assert meetings.fill_all(now=now) == 1
    assert (near.items.count(), far.items.count()) == (1, 0)
    assert meetings.fill_all(now=now) == 0
