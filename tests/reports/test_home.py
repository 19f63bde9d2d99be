"""What each person finds on the first page: what is late, whose turn, what to press."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.visits import ticket_stories as stories

SUNDAY = datetime(2026, 4, 12, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def home(as_user, who):
    return as_user(who).get("/").content.decode()


@pytest.fixture
def late(cast, time_machine):
    """A ticket that the bureau has not answered in time; today is a Sunday."""
    ticket = stories.working(cast)
    time_machine.move_to(SUNDAY, tick=False)
    return ticket


def test_home_and_list_count_the_same_working_days(cast, as_user, late):
    listed = as_user(cast.maria).get("/tickets/?tab=late").content.decode()
    told = listed.split("逾期 ")[-1].split("</time>")[0]
    assert told.endswith("个工作日")
    assert told in home(as_user, cast.maria)


def test_a_leader_reads_first_what_is_late_and_with_whom(cast, as_user, late):
    page = home(as_user, cast.maria)
    assert page.index(late.title) < page.index("久未走访")
    row = page[page.index(late.title) :].split("</li>")[0]
    assert cast.bureau.name in row and cast.hana.name in row


def test_an_officer_confirms_from_home(cast, as_user):
    ticket = stories.answered(cast)
    assert f"/tickets/{ticket.pk}/confirm/" in home(as_user, cast.olga)
    assert f"/tickets/{ticket.pk}/confirm/" not in home(as_user, cast.oleg)


def test_an_owner_reads_first_whether_it_is_his_turn(cast, as_user):
    ticket = stories.answered(cast)
    page = home(as_user, cast.otto)
    assert page.index("轮到您") < page.index(ticket.title) < page.index("您的联络员")


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
