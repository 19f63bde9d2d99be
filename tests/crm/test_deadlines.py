"""Deadlines as the rest of the site uses them; the arithmetic has its own oracle."""

from datetime import date, datetime

import pytest
from django.db import transaction

from crm.models import Deadline, DeadlinePause, Event, WorkYear
from crm.services import calendar, deadlines
from crm.services.deadlines import Wanted
from tests.factories import NOON, SHANGHAI, UserFactory

pytestmark = pytest.mark.django_db
# The notice for 2027 is not among those that come with the program.
LATE_IN_YEAR = date(2026, 12, 28)
NOTICE = {
    "days_off": {"元旦": ["2027-01-01", "2027-01-04"]},
    "makeup_days": {},
    "source": "test",
    "published_on": date(2026, 11, 5),
    "imported_at": NOON,
}


@pytest.fixture(autouse=True)
def fresh_calendar():
    yield
    calendar._memory.checked_at = 0.0
    calendar._memory.calendar = None


def start(days=7, started_on=date(2026, 9, 28), unit="working"):
    with transaction.atomic():
        return deadlines.start("solve", days, unit, started_on=started_on)


def test_it_lands_after_the_holiday_and_counts_the_make_up_day():
    # 国庆 1 to 7 October, work on 10 October.
    assert start(days=4).due_on == date(2026, 10, 9)
    assert start(days=5).due_on == date(2026, 10, 10)


def test_it_explains_every_day_and_why():
    told = calendar.days_told(deadlines.explain(start(days=5)))
    by_day = {one["date"]: one for one in told}
    assert len(told) == 12
    assert by_day[date(2026, 10, 1)]["is"] == "skipped"
    assert by_day[date(2026, 10, 10)]["is"] == "counted"
    assert by_day[date(2026, 10, 10)]["why"]
    assert sum(one["is"] == "counted" for one in told) == 5


def test_a_pause_is_explained_as_such():
    deadline = start(days=3, started_on=date(2026, 3, 16))
    DeadlinePause.objects.create(
        deadline=deadline,
        kind="company",
        first_on=date(2026, 3, 17),
        last_on=date(2026, 3, 18),
        reason="待补材料",
        paused_by=UserFactory(),
    )
    told = calendar.days_told(deadlines.explain(deadline))
    assert [one["is"] for one in told][:2] == ["paused", "paused"]


def test_meeting_counts_the_first_time_and_can_be_taken_back():
    deadline = start()
    assert deadlines.meet(deadline, now=NOON)
    assert not deadlines.meet(deadline, now=NOON.replace(hour=20))
    assert Deadline.objects.get().met_at == NOON
    assert deadlines.unmeet(deadline)
    assert Deadline.objects.get().met_at is None
    assert not deadlines.meet(None, now=NOON)


def test_late_is_late_from_the_first_minute_of_the_next_day():
    deadline = start(days=1, started_on=date(2026, 3, 18))
    deadline.met_at = datetime(2026, 3, 19, 23, 59, tzinfo=SHANGHAI)
    assert not deadlines.was_late(deadline)
    deadline.met_at = datetime(2026, 3, 20, 0, 0, tzinfo=SHANGHAI)
    assert deadlines.was_late(deadline)


def test_near_is_counted_in_working_days():
    assert deadlines.yellow_from(date(2026, 9, 30)) == date(2026, 10, 9)
    friday = date(2026, 3, 20)
    assert deadlines.yellow_from(friday) == date(2026, 3, 24)


def test_starting_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        deadlines.start("solve", 3, started_on=date(2026, 3, 18))


def test_a_notice_moves_provisional_deadlines_and_logs_each():
    crossing = start(days=5, started_on=LATE_IN_YEAR)
    certain = start(days=5)
    met = start(days=5, started_on=LATE_IN_YEAR)
    deadlines.meet(met, now=NOON)
    assert (crossing.due_on, crossing.is_provisional) == (date(2027, 1, 4), True)
    assert not certain.is_provisional
    WorkYear.objects.create(year=2027, **NOTICE)
    assert deadlines.recompute(now=NOON) == 1
    crossing.refresh_from_db()
    assert (crossing.due_on, crossing.is_provisional) == (date(2027, 1, 6), False)
    event = Event.objects.get(action="deadline.recomputed")
    assert event.changes["is_provisional"] == [True, False]
    met.refresh_from_db()
    assert met.is_provisional
    assert deadlines.recompute(now=NOON) == 0


def test_a_corrected_notice_moves_certain_ones_too():
    certain = start(days=5, started_on=date(2026, 3, 16))
    calendar.refresh()
    year = WorkYear.objects.get(year=2026)
    year.days_off = {**year.days_off, "临时放假": ["2026-03-18", "2026-03-18"]}
    year.imported_at = NOON
    year.save(update_fields=["days_off", "imported_at"])
    assert deadlines.recompute(now=NOON) == 0
    assert deadlines.recompute(now=NOON, everything=True) == 1
    certain.refresh_from_db()
    assert certain.due_on == date(2026, 3, 24)


def test_many_are_planned_without_a_query(django_assert_num_queries):
    calendar.current()
    with django_assert_num_queries(0):
        rows = [
            deadlines.planned(Wanted("solve", n, date(2026, 3, 18))) for n in range(30)
        ]
    assert rows[7].due_on == date(2026, 3, 27)
