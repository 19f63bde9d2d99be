from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from crm.services import search
from tests.factories import NOON, SHANGHAI, CompanyFactory
from visits.services import tickets

from .ticket_stories import accepted, answered, closed, dispatched, raised, replied

TICKETS = reverse("visits:tickets")
TODAY = datetime(2026, 3, 19, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(TODAY, tick=False)


def rows(client, **query):
    response = client.get(TICKETS, query)
    assert response.status_code == 200
    return [row.number for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("who", "tabs"),
    [
        ("olga", ["mine", "confirm", "due", "late", "all"]),
        ("hana", ["mine", "unit", "due", "late", "all"]),
        ("uma", ["mine", "unit", "due", "late", "all"]),
        ("dora", ["queue", "due", "late", "all"]),
        ("maria", ["due", "late", "all"]),
        ("axel", ["due", "late", "all"]),
        ("otto", ["confirm", "all"]),
        ("sven", []),
    ],
)
def test_everybody_has_the_tabs_of_his_day(cast, as_user, who, tabs):
    response = as_user(getattr(cast, who)).get(TICKETS)
    assert [tab.key for tab in response.context["tabs"]] == tabs


def one_of_each(cast):
    return {
        "queued": raised(cast),
        "accepted": accepted(cast),
        "answered": answered(cast),
        "closed": closed(cast),
        "foreign": raised(cast, by="omar", company=cast.foreign),
    }


@pytest.fixture(scope="module")
def kept_each(keep, kept_cast):
    return keep(one_of_each, kept_cast)


@pytest.mark.parametrize(
    ("who", "tab", "sees"),
    [
        ("olga", "mine", {"queued", "accepted", "answered"}),
        ("olga", "confirm", {"answered"}),
        ("olga", "all", {"queued", "accepted", "answered", "closed"}),
        ("hana", "mine", {"accepted", "answered"}),
        ("uma", "mine", set()),
        ("uma", "unit", {"accepted", "answered"}),
        ("hana", "all", {"accepted", "answered", "closed"}),
        ("tom", "all", set()),
        ("dora", "queue", {"queued"}),
        ("dora", "all", {"queued", "accepted", "answered", "closed"}),
        ("dirk", "all", {"foreign"}),
        ("maria", "all", {"queued", "accepted", "answered", "closed"}),
        ("otto", "confirm", {"answered"}),
        ("otto", "all", {"queued", "accepted", "answered", "closed"}),
        ("omar", "all", {"foreign"}),
    ],
)
def test_whose_tickets_a_tab_holds(cast, kept_each, as_user, who, tab, sees):
    made = kept_each.again()
    found = rows(as_user(getattr(cast, who)), tab=tab)
    assert set(found) == {made[name].number for name in sees}


def test_late_and_near_are_told_apart_by_the_day(cast, as_user, time_machine):
    ticket = replied(cast)  # due on Friday 27 March
    for day, tab in [(24, "none"), (25, "due"), (27, "due"), (28, "late")]:
        time_machine.move_to(datetime(2026, 3, day, 0, 0, tzinfo=SHANGHAI), tick=False)
        client = as_user(cast.dora)
        for one in ("due", "late"):
            assert rows(client, tab=one) == ([ticket.number] if one == tab else [])


def test_an_answered_ticket_is_not_late_until_it_is_sent_back(
    cast, as_user, time_machine
):
    ticket = answered(cast)
    time_machine.move_to(NOON + timedelta(days=30), tick=False)
    client = as_user(cast.dora)
    assert rows(client, tab="late") == []
    tickets.reject_answer(ticket, actor=cast.otto, reason="没有解决")
    assert rows(client, tab="late") == [ticket.number]


def test_what_it_can_be_narrowed_by(cast, as_user):
    first, second = replied(cast), raised(cast, title="厂区道路坑洼")
    search.write_words([cast.company.pk])
    client = as_user(cast.dora)

    def found(**query):
        return rows(client, tab="all", **query)

    both = [second.number, first.number]
    assert found(q=first.number) == [first.number]
    assert found(q="1") == [first.number]
    assert found(q="2026-") == both
    assert found(q="道路") == [second.number]
    assert found(q="恒润") == both
    assert found(q="没有的") == []
    assert found(status="queued") == [second.number]
    assert found(category="labour") == [first.number]
    assert found(department="人社") == [first.number]
    assert found(lamp="green") == [first.number]
    assert found(lamp="grey") == [second.number]
    assert found(source="company") == both
    assert found(first="2026-03-18", last="2026-03-18") == both
    assert found(last="2026-03-17") == []
    assert found(company=cast.company.pk) == both


@pytest.mark.parametrize(
    "query",
    [
        {"first": "2026-02-30"},
        {"status": "open; drop"},
        {"category": "none"},
        {"lamp": "blue"},
        {"company": "x"},
        {"company": "9" * 400},
        {"q": "x" * 500},
    ],
)
def test_a_bad_filter_is_a_sentence_and_opens_nothing(cast, as_user, query):
    raised(cast)
    response = as_user(cast.dora).get(TICKETS, {"tab": "all", **query})
    assert response.status_code in (200, 422)
    assert response.context["rows"] == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_no_trap(cast, as_user, day):
    raised(cast)
    for name in ("first", "last"):
        response = as_user(cast.dora).get(TICKETS, {"tab": "all", name: day})
        assert response.status_code == 200


def one_or_two(cast):
    answered(cast)
    dispatched(cast)
    raised(cast)


def two_dozen_more(cast, _few):
    for _ in range(24):
        dispatched(cast)
        raised(cast)


@pytest.fixture(scope="module")
def kept_few(keep, kept_cast):
    return keep(one_or_two, kept_cast)


@pytest.fixture(scope="module")
def kept_more(keep, kept_cast, kept_few):
    return keep(two_dozen_more, kept_cast, kept_few)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "tab", "after"),
    [
        ("dora", "all", 8),
        ("dora", "queue", 8),
        ("dora", "late", 12),
        ("olga", "mine", 8),
        ("hana", "unit", 8),
        ("hana", "late", 12),
        ("maria", "due", 1),
        ("otto", "all", 8),
    ],
)
def test_a_list_costs_the_same_for_1_and_25(
    cast, kept_few, kept_more, as_user, queries_of, time_machine, who, tab, after
):
    kept_few.again()
    time_machine.move_to(NOON + timedelta(days=after), tick=False)
    client, url = as_user(getattr(cast, who)), f"{TICKETS}?tab={tab}"
    client.get(url)  # what a process keeps: the calendar
    cost = queries_of(lambda: client.get(url))
    kept_more.again()
    assert queries_of(lambda: client.get(url)) == cost
    # session, person with grants; keys of the page, their rows, how many there are,
    # the categories to choose from
    assert cost == 6
    assert len(client.get(url).content) < 30_000


@pytest.mark.slow
def test_the_next_page_goes_on_where_the_first_one_ended(cast, as_user):
    for _ in range(30):
        raised(cast, company=CompanyFactory(region=cast.town), by="dora")
    client = as_user(cast.dora)
    first = client.get(TICKETS, {"tab": "queue"})
    following = client.get(TICKETS + first.context["page"]["next"])
    numbers = [row.number for row in first.context["rows"]]
    numbers += [row.number for row in following.context["rows"]]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 30


def test_whoever_has_no_tab_may_narrow_what_is_not_there(cast, as_user):
    answer = as_user(cast.sven).get("/tickets/?tab=all&q=abc")
    assert answer.status_code == 200
