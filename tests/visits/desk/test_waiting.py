"""How long a ticket waited for the centre is noted when it leaves the queue."""

from datetime import datetime

import pytest

from crm.models import Company
from tests.factories import SHANGHAI
from visits import dispatch_desk
from visits.models import FirstDispatch, Ticket
from visits.services import queueing, tickets


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def dispatch(cast, ticket, now, lead=None):
    return tickets.dispatch_ticket(
        ticket, actor=cast.dora, lead=lead or cast.bureau, now=now
    )


@pytest.mark.parametrize(
    ("raised", "dispatched", "minutes", "is_in_time"),
    [
        ("2026-03-18 09:00", "2026-03-18 17:00", 480, True),
        ("2026-03-18 09:00", "2026-03-18 17:01", 481, False),
        ("2026-03-20 17:00", "2026-03-23 09:30", 60, True),  # over a weekend
        ("2026-10-10 16:30", "2026-10-12 09:00", 60, True),  # a Saturday is worked
    ],
)
def test_the_wait_counts_in_working_hours(
    cast, queued, raised, dispatched, minutes, is_in_time
):
    (ticket,) = queued(now=at(raised))
    dispatch(cast, ticket, at(dispatched))
    noted = FirstDispatch.objects.get(ticket=ticket)
    assert (noted.waited_minutes, noted.is_in_time) == (minutes, is_in_time)
    assert noted.region_path == cast.company.region_path


def test_other_hours_do_not_change_what_was_noted(cast, queued, settings):
    (ticket,) = queued(now=at("2026-03-18 09:00"))
    dispatch(cast, ticket, at("2026-03-18 17:00"))
    settings.CRM_DISPATCH_HOURS = 1
    assert FirstDispatch.objects.get(ticket=ticket).is_in_time


def test_only_the_first_dispatch_counts(cast, queued):
    (ticket,) = queued(now=at("2026-03-18 09:00"))
    dispatch(cast, ticket, at("2026-03-18 10:00"))
    tickets.return_ticket(
        ticket, actor=cast.hana, reason="不是", now=at("2026-03-18 11:00")
    )
    tickets.rule_on_return(
        ticket,
        actor=cast.dora,
        is_upheld=True,
        note="改",
        lead=cast.other_bureau,
        now=at("2026-03-18 12:00"),
    )
    assert FirstDispatch.objects.get().waited_minutes == 60


def test_one_moment_parts_the_queue_as_each_ticket_says_itself(cast, queued):
    now = at("2026-03-20 10:00")
    old, new = queued(now=at("2026-03-19 10:29")), queued(now=at("2026-03-19 10:31"))
    over = dispatch_desk.over_target(Ticket.objects.all(), now)
    assert list(over) == old
    assert queueing.waited(old[0].raised_at, now) > queueing.target()
    assert queueing.waited(new[0].raised_at, now) < queueing.target()


def test_the_figure_says_in_time_of_all_of_today_and_the_month(cast, queued):
    now = at("2026-03-20 16:00")
    for raised, dispatched in (
        ("2026-03-20 09:00", "2026-03-20 10:00"),
        ("2026-03-18 09:00", "2026-03-20 10:00"),
        ("2026-03-02 09:00", "2026-03-02 10:00"),
        ("2026-02-27 16:00", "2026-02-27 17:00"),  # of the month before
    ):
        dispatch(cast, *queued(now=at(raised)), at(dispatched))
    today, month = dispatch_desk.figures_of(cast.dora, now)
    assert (today.in_time, today.total) == (1, 2)
    assert (month.in_time, month.total) == (2, 3)
    for one in (today, month):
        for which, count in (("in-time", one.in_time), ("all", one.total)):
            rows = dispatch_desk.dispatched(cast.dora, one.key, which, now)
            assert rows.count() == count


def test_a_figure_is_of_ones_own_region(cast, queued):
    now = at("2026-03-20 16:00")
    dispatch(cast, *queued(now=at("2026-03-20 09:00")), now)
    for who, total in (("maria", 1), ("axel", 1), ("dirk", 0), ("olga", 0)):
        assert dispatch_desk.figures_of(getattr(cast, who), now)[0].total == total
        rows = dispatch_desk.dispatched(getattr(cast, who), "today", "all", now)
        assert rows.count() == total


def test_where_the_company_lay_then_stays_noted(cast, queued):
    (ticket,) = queued(now=at("2026-03-20 09:00"))
    dispatch(cast, ticket, at("2026-03-20 10:00"))
    Company.objects.filter(pk=cast.company.pk).update(
        region=cast.elsewhere, region_path=cast.elsewhere.path
    )
    now = at("2026-03-20 16:00")
    assert dispatch_desk.figures_of(cast.dora, now)[0].total == 1
    # But what is no longer hers she does not read.
    assert dispatch_desk.dispatched(cast.dora, "today", "all", now).count() == 0
