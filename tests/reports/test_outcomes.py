"""办结, 解决, 满意 side by side; each number opens to exactly as many tickets."""

import re
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from crm.models import Event
from reports.outcome_table import period_of, table_of
from tests.factories import (
    NOON,
    SHANGHAI,
    CategoryFactory,
    CompanyFactory,
    VisitFactory,
)
from tests.visits import ticket_stories as stories
from tests.visits.confirming.stories import LATER, in_vain, linked
from tests.visits.ticket_stories import DAY, HOUR
from visits import outcomes
from visits.models import Callback, Ticket
from visits.outcomes import CATEGORIES, LABELS, UNITS, Asked, Days
from visits.services import callbacks, confirm_links, ratings, tickets
from visits.services.ratings import Said

MARCH = Days(date(2026, 3, 1), date(2026, 3, 31))
APRIL = Days(date(2026, 4, 1), date(2026, 4, 30))
# Every promise of the past is due by then.
TODAY = date(2026, 4, 30)
EARLY = date(2026, 3, 19)
URL = "/reports/outcomes/"


def by_link(cast, outcome):
    _ticket, _link, token = linked(cast)
    confirm_links.say_by_link(token, said=outcome, words="。", now=NOON + 4 * HOUR)


def unreached(cast):
    ticket = stories.answered(cast)
    callbacks.open_callbacks(now=LATER)
    for n in range(3):
        at = LATER + n * DAY
        one = Callback.objects.get(ticket=ticket)
        callbacks.record_call(one, actor=cast.olga, call=in_vain(at), now=at)


def tell(cast):
    """One of everything, of one company; doubles of it and of another one."""
    CategoryFactory()
    unreached(cast)
    for status in ("submitted", "queued", "dispatched", "returned", "accepted"):
        stories.in_state(cast, status)
    for status in ("working", "paused", "parked", "confirming", "refused"):
        stories.in_state(cast, status)
    for outcome in ("solved", "solved", "partly", "explained"):
        tickets.confirm_ticket(
            stories.answered(cast),
            actor=cast.otto,
            outcome=outcome,
            now=NOON + 4 * HOUR,
        )
    for outcome in ("solved", "partly", "not_solved"):
        by_link(cast, outcome)
    target = stories.working(cast)
    stories.merged(cast, into=target)
    other = CompanyFactory(name="恒通织造有限公司", region=cast.town)
    stories.merged(cast, into=target, company=other, by="dora")
    return cast


@pytest.fixture(scope="session")
def kept_outcomes(keep, kept_cast):
    return keep(tell, kept_cast)


@pytest.fixture
def told(cast, kept_outcomes):
    kept_outcomes.again()
    return cast


def total_of(user, today=TODAY, days=MARCH, by=UNITS):
    return outcomes.lines_of(user, by, days, today)[1].numbers.counts


@pytest.mark.slow
def test_every_figure_of_a_told_past(told):
    counts = total_of(told.dora)
    expected = {
        # All but submitted, queued, refused and the double of the same company.
        "dispatched": 17,
        "running": 0,
        "counted": 17,
        # Four by login, two by link.
        "closed": 6,
        "answered": 8,
        "solved": 3,
        "solved_company": 2,
        "solved_link": 1,
        "solved_call": 0,
        "solved_signature": 0,
        "partly": 2,
        "explained": 1,
        "unconfirmed": 2,
        "unreached": 1,
        "parked": 1,
        # dispatched, returned, accepted, working ×2, paused, done again, merged.
        "late": 8,
        "answered_once": 9,
        "redone": 1,
        "returned": 1,
        "extended": 0,
        "refused": 1,
    }
    assert {key: counts[key] for key in expected} == expected


@pytest.mark.parametrize("today", [EARLY, TODAY])
def test_what_is_counted_and_what_runs_is_all_of_it(told, today):
    counts = total_of(told.dora, today)
    assert counts["counted"] + counts["running"] == counts["dispatched"]
    words = ("solved", "partly", "explained", "unconfirmed")
    assert sum(counts[key] for key in words) == counts["answered"]
    parts = ("closed", "unconfirmed", "parked", "late")
    assert sum(counts[key] for key in parts) == counts["counted"]
    ways = ("company", "link", "call", "signature")
    assert sum(counts[f"solved_{way}"] for way in ways) == counts["solved"]
    assert (counts["running"] > 0) == (today == EARLY)


def test_silence_is_divided_by_and_solved_nowhere(told):
    before = total_of(told.dora)
    Ticket.objects.filter(outcome="solved", sign_off="company").update(
        status="confirming", outcome="", closed_at=None
    )
    after = total_of(told.dora)
    assert before["answered"] == after["answered"]
    assert (before["solved"], after["solved"]) == (3, 1)
    assert (before["closed"], after["closed"]) == (6, 4)


def test_parking_closes_nothing(told):
    before = total_of(told.dora)
    late = Ticket.objects.filter(status="working").first()
    tickets.park_ticket(
        late,
        actor=told.uma,
        reason="等待上级批复。",
        next_on=date(2026, 5, 6),
        now=datetime(2026, 4, 30, 9, tzinfo=SHANGHAI),
    )
    after = total_of(told.dora)
    assert after["parked"] == before["parked"] + 1
    assert after["late"] == before["late"] - 1
    for key in ("counted", "closed", "solved"):
        assert after[key] == before[key]


def test_other_months_are_empty_and_a_day_is_local(told):
    assert total_of(told.dora, days=APRIL)["dispatched"] == 0
    midnight = datetime(2026, 4, 1, 0, 0, tzinfo=SHANGHAI)
    Ticket.objects.filter(status="accepted").update(dispatched_at=midnight)
    assert total_of(told.dora, days=APRIL)["dispatched"] == 1


@pytest.mark.parametrize(
    ("who", "n"), [("dora", 17), ("maria", 17), ("axel", 17), ("uma", 17), ("dirk", 0)]
)
def test_whose_figures_they_are(told, who, n):
    assert total_of(getattr(told, who))["dispatched"] == n


def test_a_unit_head_counts_what_his_unit_leads(told):
    ticket = Ticket.objects.filter(status="accepted").get()
    tickets.reassign_ticket(
        ticket,
        actor=told.dora,
        lead=told.other_bureau,
        reason="属水利局。",
        now=NOON + 5 * HOUR,
    )
    assert total_of(told.uma)["dispatched"] == 16
    assert total_of(told.dora)["dispatched"] == 17
    lines, _total = outcomes.lines_of(told.dora, UNITS, MARCH, TODAY)
    assert {line.label: line.numbers.counts["dispatched"] for line in lines} == {
        "人社局": 16,
        "水利局": 1,
    }


def test_the_median_counts_working_days(told):
    closed = list(Ticket.objects.filter(status="closed").order_by("pk"))
    ends = [(18, 0), (19, 1), (20, 2), (23, 3), (24, 4), (31, 9)]
    for ticket, (day, _n) in zip(closed, ends, strict=True):
        at = datetime(2026, 3, day, 23, 30, tzinfo=SHANGHAI)
        Ticket.objects.filter(pk=ticket.pk).update(closed_at=at)
    _lines, total = outcomes.lines_of(told.dora, UNITS, MARCH, TODAY)
    assert total.numbers.median_days == 2
    assert sorted(total.numbers.took.elements()) == [n for _day, n in ends]


def test_nothing_is_no_data(cast):
    period = period_of(date(2026, 3, 1), date(2026, 3, 1), TODAY)
    table = table_of(cast.dora, UNITS, period, TODAY)
    assert [one.text for one in table.total.three] == ["暂无数据"] * 3
    assert table.total.median_days is None


# --- Numbers and lists ------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("by", [UNITS, CATEGORIES])
@pytest.mark.parametrize("who", ["dora", "uma", "maria"])
def test_every_number_opens_to_exactly_as_many_tickets(told, by, who):
    user = getattr(told, who)
    lines, total = outcomes.lines_of(user, by, MARCH, TODAY)
    assert lines
    for line in [*lines, total]:
        narrowed = {by: line.key} if line.key else {}
        for figure in LABELS:
            if figure == "refused" and line.key:
                continue
            asked = Asked(MARCH, figure, **narrowed)
            found = outcomes.tickets_of(user, asked, TODAY)
            assert found.count() == line.numbers.counts[figure], (line.label, figure)
            visible = Ticket.objects.visible_to(user)
            assert not found.exclude(pk__in=visible.values("pk"))


def figures_in(html):
    """Address and first number of every linked figure of the page."""
    for href, text in re.findall(r'<a href="([^"]*tickets/\?[^"]*)">([^<]+)</a>', html):
        numbers = re.findall(r"（(\d+)/|^(\d+)$", text.strip())
        yield href.replace("&amp;", "&"), int(next(filter(None, numbers[0])))


@pytest.mark.slow
def test_the_pages_links_lead_there(told, as_user, time_machine):
    time_machine.move_to(datetime(2026, 4, 30, 9, tzinfo=SHANGHAI), tick=False)
    client = as_user(told.dora)
    html = client.get(f"{URL}?first=2026-03&last=2026-03").content.decode()
    # A share's numbers stand below it: no line ends inside a figure.
    html = re.sub(r'<span class="ratio">(.*?)</span>', r"\1", html)
    assert "37.5%（3/8）" in html
    assert "35.3%（6/17）" in html
    found = list(figures_in(html))
    assert len(found) > 20
    for href, number in found:
        opened = client.get(href).content.decode()
        state = re.search(r'class="page-state">([^<]+)', opened)
        assert int(state.group(1).split("·")[0]) == number, href


def test_the_three_stand_side_by_side_and_no_person_is_named(told, as_user):
    html = as_user(told.maria).get(f"{URL}?first=2026-03&last=2026-03").content.decode()
    head = html[html.index("<thead>") : html.index("</thead>")]
    assert head.index("办结") < head.index("解决") < head.index("满意")
    main = html[html.index("<main") :]
    for person in ("hana", "olga", "uma", "bela"):
        assert getattr(told, person).name not in main


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?first=2026-13&last=x", 200),
        ("?first=9999-01", 200),
        ("?first=2026-05&last=2026-01", 200),
        ("?by=person", 200),
        ("tickets/?figure=closed&unit=99999999999999999999999", 200),
        ("tickets/?figure=closed&category=abc", 200),
        ("tickets/?figure=closed&unit=-1", 200),
        ("tickets/?figure=everybody", 404),
        ("tickets/", 200),
        ("tickets/?figure=closed&cursor=%00%ff", 400),
        ("tickets/?figure=closed&cursor=999", 200),
    ],
)
def test_bad_input_is_answered(told, as_user, query, status):
    assert as_user(told.dora).get(URL + query).status_code == status


def test_a_year_at_most():
    period = period_of(date(2020, 1, 1), date(2026, 3, 1), TODAY)
    assert period.days == Days(date(2025, 4, 1), date(2026, 3, 31))
    usual = period_of(None, None, TODAY)
    assert usual.days == Days(date(2026, 2, 1), date(2026, 4, 30))


@pytest.mark.parametrize(
    ("who", "status"),
    [("dora", 200), ("maria", 200), ("axel", 200), ("uma", 200), ("hana", 403)],
)
def test_who_reads_them(cast, as_user, who, status):
    client = as_user(getattr(cast, who))
    for address in (URL, f"{URL}export/", f"{URL}tickets/?figure=closed"):
        assert client.get(address).status_code == status


@pytest.mark.slow
def test_the_page_costs_the_same_however_many_tickets(
    told, as_user, queries_of, time_machine
):
    time_machine.move_to(datetime(2026, 4, 30, 9, tzinfo=SHANGHAI), tick=False)
    client = as_user(told.dora)
    address = f"{URL}?first=2026-03&last=2026-03"
    client.get(address)
    cost = queries_of(lambda: client.get(address))
    for _ in range(5):
        stories.closed(told)
    assert queries_of(lambda: client.get(address)) == cost


def rate(cast, levels):
    """Closed tickets of the told past, rated one after the other."""
    closed = Ticket.objects.filter(status="closed").order_by("pk")
    for ticket, level in zip(closed, levels, strict=False):
        said = Said(level=level)
        ratings.rate(ticket, actor=cast.otto, said=said, now=NOON + 5 * HOUR)


@pytest.mark.parametrize("by", [UNITS, CATEGORIES])
def test_satisfied_is_what_the_ratings_of_tickets_say(told, as_user, by):
    rate(told, (5, 4, 3, 1))
    visit = VisitFactory(held=True, company=told.company, logged_by=told.olga)
    ratings.rate(visit, actor=told.otto, said=Said(level=1), now=NOON + 5 * HOUR)
    period = period_of(date(2026, 3, 1), date(2026, 3, 1), TODAY)
    table = table_of(told.dora, by, period, TODAY)
    for row in (table.total, table.rows[0]):
        # 1 + 1 + 0.9 of four: the visit is none of them.
        assert (row.satisfied.part, row.satisfied.whole) == (Decimal("2.9"), 4)
        assert row.satisfied.text == "72.5%（2.9/4）"
        opened = as_user(told.dora).get(row.satisfied.url).content.decode()
        assert opened.count("<tr") - 1 == 4


def test_without_ratings_there_is_no_data_whatever_is_solved(told):
    period = period_of(date(2026, 3, 1), date(2026, 3, 1), TODAY)
    table = table_of(told.dora, UNITS, period, TODAY)
    assert table.rows[0].satisfied.text == "暂无数据"
    assert table.rows[0].solved.text == "37.5%（3/8）"


# --- The file ------------------------------------------------------------------------


def test_the_file_has_what_the_page_shows(told, as_user):
    told.bureau.name = "=人社局"
    told.bureau.save(update_fields=["name"])
    answer = as_user(told.dora).get(f"{URL}export/?first=2026-03&last=2026-03")
    assert answer["Content-Disposition"].startswith("attachment")
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(
        0
    )
    rows = sheet.to_python()
    heading, first, total = rows[3], rows[4], rows[5]
    assert first[0] == "'=人社局"
    by_name = dict(zip(heading, total, strict=True))
    assert by_name["解决"].startswith("37.5%（3/8）")
    assert rows[1][0] == "2026-03-01 – 2026-03-31"
    event = Event.objects.get(action="outcomes.exported")
    assert (event.actor, event.changes["rows"]) == (told.dora, [None, 1])


def query_of(address):
    return dict(parse_qsl(urlsplit(address).query))


def test_addresses_keep_the_months(told):
    period = period_of(date(2026, 3, 1), date(2026, 3, 1), TODAY)
    row = table_of(told.dora, UNITS, period, TODAY).rows[0]
    assert query_of(row.solved.url) == {
        "figure": "solved",
        "first": "2026-03",
        "last": "2026-03",
        "unit": str(told.bureau.pk),
    }
    assert row.solved.url.startswith(reverse("reports:outcome-tickets"))
