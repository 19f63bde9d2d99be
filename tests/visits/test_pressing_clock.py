"""A ticket's lamp, its place in lists and in filters: its most pressing clock."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from crm.jobs import recompute_deadlines
from crm.models import Lamp, WorkYear
from crm.services import deadlines
from tests.crm.test_deadlines import NOTICE, fresh_calendar  # noqa: F401
from tests.factories import NOON, SHANGHAI
from visits.filters.tickets import TicketFilter
from visits.lamps import lamp_of_ticket
from visits.models import Ticket
from visits.models.ticket_codes import CLOCKS
from visits.services import tickets
from visits.services.tickets import pressing

from .ticket_stories import (
    HOUR,
    TELL,
    Status,
    answered,
    closed,
    contacted,
    dispatched,
    in_state,
    merged,
    parked,
    paused,
    replied,
    working,
)

TICKETS = reverse("visits:tickets")


def on(day, month=3, hour=9):
    return datetime(2026, month, day, hour, 0, tzinfo=SHANGHAI)


def due(ticket):
    ticket = Ticket.objects.select_related(*CLOCKS).get(pk=ticket.pk)
    first = pressing.first_of(getattr(ticket, name) for name in CLOCKS)
    noted = (ticket.due_on, ticket.due_kind)
    assert noted == ((first.due_on, first.kind) if first else (None, ""))
    return noted


def test_each_promise_that_is_kept_leaves_the_next_one(cast):
    assert due(dispatched(cast)) == (date(2026, 3, 19), "contact")
    assert due(contacted(cast)) == (date(2026, 3, 23), "first_reply")
    assert due(replied(cast)) == (date(2026, 3, 27), "solve")
    assert due(answered(cast)) == (None, "")


@pytest.mark.parametrize("status", TELL)
def test_in_every_state_the_ticket_knows_its_clock(cast, status):
    due(in_state(cast, status))


@pytest.mark.slow
def test_after_a_side_way_the_ticket_knows_its_clock(cast):
    ticket = tickets.reject_answer(answered(cast), actor=cast.otto, reason="没有解决")
    assert due(ticket) == (date(2026, 3, 27), "solve")
    ticket = tickets.reopen_ticket(
        closed(cast), actor=cast.otto, reason="又缺工了", now=NOON + timedelta(days=2)
    )
    assert due(ticket) == (date(2026, 3, 31), "solve")
    ticket = tickets.resume_ticket(paused(cast), actor=cast.hana, now=NOON + 3 * HOUR)
    assert due(ticket)[1] == "first_reply"
    assert due(parked(cast))[1] == "next_reply"
    ticket = tickets.unpark_ticket(parked(cast), actor=cast.hana, now=NOON + 3 * HOUR)
    assert due(ticket)[1] == "contact"
    ticket = tickets.reassign_ticket(
        replied(cast),
        actor=cast.dora,
        lead=cast.other_bureau,
        reason="职责",
        now=on(26),
    )
    assert due(ticket) == (date(2026, 3, 27), "contact")
    ticket = tickets.unmerge_ticket(
        merged(cast), actor=cast.dora, reason="不是一件", now=NOON + 3 * HOUR
    )
    assert due(ticket) == (date(2026, 3, 19), "contact")


def test_a_notice_that_moves_a_clock_moves_the_ticket(cast):
    ticket = replied(cast)
    with transaction.atomic():
        deadlines.change_days(ticket.solve_by, 200)
    pressing.settle([ticket.pk])
    before = due(ticket)
    assert before[0].year == 2027
    WorkYear.objects.create(year=2027, **NOTICE)
    recompute_deadlines()
    assert due(ticket) != before


@pytest.mark.parametrize(
    ("day", "word"),
    [(19, "联系企业"), (20, "联系企业"), (24, "联系企业")],
)
def test_a_list_says_which_promise_is_late(cast, as_user, time_machine, day, word):
    dispatched(cast)
    time_machine.move_to(on(day), tick=False)
    row = as_user(cast.hana).get(TICKETS, {"tab": "unit"})
    assert word in row.content.decode()
    (shown,) = row.context["rows"]
    assert shown.lamp == (Lamp.YELLOW if day == 19 else Lamp.RED)


@pytest.mark.slow
def test_a_late_first_reply_is_late_everywhere(cast, as_user, time_machine):
    ticket = contacted(cast)
    time_machine.move_to(on(25), tick=False)
    client = as_user(cast.hana)
    (row,) = client.get(TICKETS, {"tab": "late"}).context["rows"]
    assert (row.number, row.lamp, row.clock_word) == (ticket.number, "red", "首次答复")
    for address in (TICKETS + "?tab=late", ticket.get_absolute_url(), "/"):
        page = client.get(address).content.decode()
        assert "首次答复" in page and "逾期 2 个工作日" in page
    head = client.get(ticket.get_absolute_url()).context["page"]
    assert (head.lamp, head.pressing.kind) == (Lamp.RED, "first_reply")


@pytest.mark.slow
def test_the_home_and_the_list_count_the_same(cast, as_user, time_machine):
    for tell in (dispatched, contacted, replied, paused, parked, answered):
        tell(cast)
    time_machine.move_to(on(25), tick=False)
    client = as_user(cast.dora)
    listed = client.get(TICKETS, {"tab": "late"}).context["rows"]
    sections = client.get("/").context["sections"]
    (late,) = [one for one in sections if one.title == "逾期问题"]
    assert [row.pk for row in late.rows] == [row.pk for row in listed]
    assert len(listed) == 2


def every_state(cast):
    for status in TELL:
        in_state(cast, status)


@pytest.fixture(scope="module")
def kept_states(keep, kept_cast):
    return keep(every_state, kept_cast)


@pytest.mark.parametrize("day", [18, 19, 20, 24, 25, 27, 31])
def test_the_filter_finds_each_lamp_that_the_rows_show(
    cast, kept_states, time_machine, day
):
    kept_states.again()
    time_machine.move_to(on(day), tick=False)
    today = date(2026, 3, day)
    near = deadlines.yellow_from(today)
    found = {}
    for lamp in Lamp:
        chosen = TicketFilter({"lamp": lamp.value}, Ticket.objects.all()).qs
        for one in chosen:
            assert one.pk not in found
            found[one.pk] = lamp
    assert found == {
        one.pk: lamp_of_ticket(one.status, one.due_on, today, near)
        for one in Ticket.objects.all()
    }


def test_a_parked_ticket_is_grey_until_its_reply_is_near(cast, as_user, time_machine):
    ticket = parked(cast)  # the next reply by Friday 27 March
    shown = {}
    for day in (19, 26, 28):
        time_machine.move_to(on(day), tick=False)
        page = as_user(cast.hana).get(ticket.get_absolute_url()).context["page"]
        shown[day] = page.lamp
    assert shown == {19: Lamp.GREY, 26: Lamp.YELLOW, 28: Lamp.RED}
    assert ticket.status == Status.PARKED


def test_what_is_worked_on_is_ordered_by_the_clock_that_presses(
    cast, as_user, time_machine
):
    easy, pressing_one = replied(cast), working(cast)
    time_machine.move_to(on(18, hour=15), tick=False)
    rows = as_user(cast.hana).get(TICKETS, {"tab": "mine"}).context["rows"]
    assert [row.number for row in rows] == [pressing_one.number, easy.number]
