"""What each person finds on the first page: what is late, whose turn, what to press."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.visits import ticket_stories as stories
from visits.services import tickets

SUNDAY = datetime(2026, 4, 12, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def home(as_user, who):
    return as_user(who).get("/").content.decode()


def overview(as_user, who):
    return as_user(who).get("/overview/").content.decode()


@pytest.fixture
def late(cast, time_machine):
    """A ticket that the bureau has not answered in time; today is a Sunday."""
    ticket = stories.working(cast)
    time_machine.move_to(SUNDAY, tick=False)
    return ticket


@pytest.mark.slow
def test_home_and_list_count_the_same_working_days(cast, as_user, late):
    listed = as_user(cast.maria).get("/tickets/?tab=late").content.decode()
    told = listed.split("逾期 ")[-1].split("</time>")[0]
    assert told.endswith("个工作日")
    assert told in overview(as_user, cast.maria)


def test_a_leader_looks_up_what_is_late_and_with_whom(cast, as_user, late):
    """On a page of its own: his first page has only what he decides."""
    assert late.title not in home(as_user, cast.maria)
    page = overview(as_user, cast.maria)
    assert page.index(late.title) < page.index("久未走访")
    row = page[page.index(late.title) :].split("</li>")[0]
    assert cast.bureau.name in row and cast.hana.name in row


def test_a_part_is_shown_with_its_own_day(cast, as_user, time_machine):
    ticket = stories.dispatched(cast, [(cast.other_bureau, "核实用水")])
    time_machine.move_to(stories.TODAY, tick=False)
    # The part is due on the 23rd, two working days ahead; the ticket on the 27th.
    row = home(as_user, cast.tom).split(ticket.title)[-1].split("</li>")[0]
    assert "还剩 2 个工作日" in row and cast.bureau.name in row


def test_who_heads_a_unit_reads_who_has_how_much(cast, as_user, late):
    later = tickets.raise_ticket(actor=cast.olga, company=cast.company, text="用电。")
    tickets.dispatch_ticket(later, actor=cast.dora, lead=cast.bureau)
    tickets.accept_ticket(later, actor=cast.uma, handler=cast.hana)
    page = home(as_user, cast.uma)
    assert page.index("逾期和将到期") < page.index(late.title)
    cells = re.findall(r"<td[^>]*>(?:<[^>]+>)?([^<]+)", page[page.index("<tbody>") :])
    assert cells == [cast.hana.name, "2", "1"]


@pytest.mark.slow
def test_an_officer_confirms_from_home(cast, as_user):
    ticket = stories.answered(cast)
    assert f"/tickets/{ticket.pk}/confirm/" in home(as_user, cast.olga)
    assert f"/tickets/{ticket.pk}/confirm/" not in home(as_user, cast.oleg)


def test_an_owner_reads_first_whether_it_is_his_turn(cast, as_user):
    ticket = stories.answered(cast)
    page = home(as_user, cast.otto)
    assert page.index("轮到您") < page.index(ticket.title) < page.index("您的联络员")


@pytest.mark.slow
def test_what_is_closed_keeps_no_deadline(cast, as_user):
    ticket = stories.closed(cast)
    row = home(as_user, cast.otto).split(ticket.title)[-1].split("</li>")[0]
    assert "还剩" not in row and "逾期" not in row


@pytest.mark.parametrize("who", ["olga", "hana", "dora", "maria", "otto", "sven"])
def test_home_is_the_first_entry_and_says_where_one_is(cast, as_user, who):
    page = home(as_user, getattr(cast, who))
    entry = page.split('class="rail-link"')[1].split("</a>")[0]
    assert "首页" in entry and 'aria-current="page"' in entry


def test_desks_are_not_counted_as_work(cast, as_user):
    assert 'class="n"' not in home(as_user, cast.sven)
