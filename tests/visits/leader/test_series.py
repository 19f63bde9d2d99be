"""A regular meeting: its days by the working calendar, and the next one planned."""

from datetime import date, timedelta
from itertools import islice

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from tests.factories import NOON
from tests.visits.leader.acts import DAY, begin, close, rule_of, task
from visits import series_days
from visits.models import Meeting, MeetingSeries
from visits.services import meetings


def days_of(first_on, count, **rule):
    told = {"rhythm": "weekly", "weekday": 2, "every": 1, "nth": None} | rule
    series = MeetingSeries(first_on=first_on, **told)
    return [f"{day:%m-%d}" for day in islice(series_days.days(series, first_on), count)]


@pytest.mark.parametrize(
    ("first_on", "rule", "days"),
    [
        (date(2026, 3, 18), {}, ["03-18", "03-25", "04-01"]),
        # The week of the first day says which weeks.
        (date(2026, 3, 18), {"every": 2}, ["03-18", "04-01", "04-15"]),
        (date(2026, 3, 18), {"weekday": 0}, ["03-23", "03-30", "04-07"]),
        # 国庆 2026: Thursday the 1st to the 7th; Thursday the 8th comes anyway.
        (date(2026, 9, 24), {"weekday": 3}, ["09-24", "10-08", "10-15"]),
        (date(2026, 9, 30), {}, ["09-30", "10-08", "10-14"]),
        # 春节 2026: from Sunday 15 to Monday 23 February.
        (date(2026, 2, 9), {"weekday": 0}, ["02-09", "02-24", "03-02"]),
    ],
)
def test_a_weekday_moves_to_the_next_working_day(db, first_on, rule, days):
    assert days_of(first_on, 3, **rule) == days


@pytest.mark.parametrize(
    ("first_on", "nth", "days"),
    [
        (date(2026, 3, 1), 3, ["03-04", "04-03", "05-08"]),
        (
            date(2026, 1, 1),
            1,
            ["01-04", "02-02", "03-02"],
        ),  # Sunday 4 January is worked
        (date(2026, 9, 10), 1, ["10-08", "11-02", "12-01"]),
    ],
)
def test_the_nth_working_day_of_each_month(db, first_on, nth, days):
    rule = {"rhythm": "monthly", "weekday": None, "nth": nth}
    assert days_of(first_on, 3, **rule) == days


def test_every_day_of_a_series_is_worked_and_later_than_the_last(db):
    from crm.services import calendar

    for weekday in range(5):
        series = MeetingSeries(
            first_on=date(2025, 1, 1), rhythm="weekly", weekday=weekday, every=1
        )
        days = list(islice(series_days.days(series, date(2025, 1, 1)), 100))
        assert all(calendar.current().is_workday(day) for day in days)
        assert days == sorted(set(days))
        for day in days[1:-1]:
            assert series_days.next_day(series, day - timedelta(days=1)) == day


def test_the_first_meeting_is_planned_at_once(cast):
    series = begin(cast)
    first = series.meetings.get()
    assert (first.day, first.topic) == (DAY, "企业诉求周调度会")
    assert set(first.departments.all()) == {cast.bureau, cast.other_bureau}
    assert (first.chair, first.region) == (cast.maria, cast.county)


def test_the_next_is_planned_when_one_is_held(cast):
    series = begin(cast)
    first = series.meetings.get()
    close(cast, first)
    following = series.meetings.get(status="planned")
    assert (following.day, following.previous) == (DAY + timedelta(days=7), first)
    assert meetings.plan_next(series, actor=cast.maria, now=NOON) == following
    assert series.meetings.count() == 2


def test_one_called_off_is_skipped(cast):
    series = begin(cast)
    first = series.meetings.get()
    meetings.cancel_meeting(first, actor=cast.maria, reason="外出", now=NOON)
    following = series.meetings.get(status="planned")
    assert (following.day, following.previous) == (DAY + timedelta(days=7), None)


def test_what_is_not_done_is_first_on_the_next_agenda(cast):
    series = begin(cast)
    first = series.meetings.get()
    open_one = task(cast, first)
    done = task(cast, first, text="补发补贴")
    close(cast, first)
    done = meetings.answer_task(done, actor=cast.hana, answer="已补发", now=NOON)
    meetings.verify_task(done, actor=cast.maria, now=NOON)
    second = series.meetings.get(status="planned")
    assert [one.task for one in second.items.all()] == [open_one, done]
    later = NOON + timedelta(days=7)
    close(cast, second, now=later)
    third = series.meetings.get(status="planned")
    # Verified since; the other one is followed up until it is done.
    assert [one.task for one in third.items.all()] == [open_one]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"weekday": None}, "weekday"),
        ({"weekday": 5}, "weekday"),
        ({"every": 0}, "every"),
        ({"every": 13}, "every"),
        ({"rhythm": "monthly", "nth": None}, "nth"),
        ({"rhythm": "monthly", "nth": 16}, "nth"),
        ({"rhythm": "daily"}, "nth"),
        ({"name": " "}, "name_missing"),
        ({"place": " "}, "place_missing"),
        ({"departments": []}, "departments"),
        ({"first_on": DAY + timedelta(days=400)}, "bad_day"),
    ],
)
def test_a_bad_rule_is_refused(cast, more, code):
    with pytest.raises(DomainError) as refused:
        begin(cast, **more)
    assert refused.value.code == code
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("who", ["hana", "dora", "axel", "otto", "olga"])
def test_only_a_leader_sets_one_up(cast, who):
    with pytest.raises(PermissionDenied):
        begin(cast, actor=getattr(cast, who))


def test_another_rule_moves_the_meeting_that_is_to_come(cast):
    series = begin(cast, first_on=DAY + timedelta(days=1))
    assert series.meetings.get().day == DAY + timedelta(days=7)
    rule = rule_of(cast, first_on=DAY, weekday=4, departments=[cast.bureau])
    meetings.edit_series(series, actor=cast.maria, rule=rule, version=1, now=NOON)
    moved = series.meetings.get()
    assert moved.day == DAY + timedelta(days=2)
    assert list(moved.departments.all()) == [cast.bureau]
    with pytest.raises(StaleVersion):
        meetings.edit_series(series, actor=cast.maria, rule=rule, version=1, now=NOON)


def test_ended_the_planned_one_is_called_off(cast):
    series = begin(cast)
    with pytest.raises(DomainError) as refused:
        meetings.end_series(series, actor=cast.maria, reason=" ", now=NOON)
    assert refused.value.code == "reason_missing"
    meetings.end_series(series, actor=cast.maria, reason="改为专班", now=NOON)
    assert [one.status for one in series.meetings.all()] == ["cancelled"]
    rule = rule_of(cast)
    with pytest.raises(DomainError) as refused:
        meetings.edit_series(series, actor=cast.maria, rule=rule, now=NOON)
    assert refused.value.code == "series_over"
    series.refresh_from_db()
    assert meetings.plan_next(series, actor=cast.maria, now=NOON) is None
    with pytest.raises(WrongStatus):
        close(cast, series.meetings.get())


def test_the_database_keeps_one_planned_and_a_whole_rule(cast):
    series = begin(cast)
    for change in ({"weekday": None}, {"nth": 3}, {"every": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MeetingSeries.objects.filter(pk=series.pk).update(**change)
    planned = series.meetings.get()
    planned.pk, planned.client_key = None, "11111111-1111-4111-8111-111111111111"
    with pytest.raises(IntegrityError), transaction.atomic():
        planned.save(force_insert=True)


def test_a_leader_of_departments_has_one_of_their_region(cast, lena):
    series = begin(cast, actor=lena, chair=lena)
    assert series.region == cast.county
    meetings.end_series(series, actor=lena, reason="x", now=NOON)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("maria", True), ("dora", True), ("axel", True), ("hana", True), ("tom", True),
        ("lena", True), ("dirk", False), ("olga", False), ("otto", False),
        ("sven", False),
    ],
)  # fmt: skip
def test_who_sees_a_series_and_its_meetings(cast, someone, who, sees):
    begin(cast)
    user = someone(who)
    assert MeetingSeries.objects.visible_to(user).exists() == sees
    assert Meeting.objects.visible_to(user).exists() == sees


def test_the_page_says_which_fields_the_rhythm_needs(cast, as_user):
    page = as_user(cast.maria).get("/meetings/series/new/").content.decode()
    for name, hint in (
        ("weekday", "按星期召开时必填"),
        ("nth", "按每月工作日召开时必填"),
    ):
        label = page.partition(f'for="id_{name}"')[2].partition("</label>")[0]
        assert "选填" not in label
        assert hint in page
