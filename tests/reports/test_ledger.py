"""台账: what happened on the way, and the same as a table."""

import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from crm.models import Event
from reports import ledger
from tests.factories import NOON
from tests.visits import ticket_stories as stories
from visits.services import tickets

pytestmark = pytest.mark.django_db
URL, EXPORT = reverse("reports:ledger"), reverse("reports:ledger-export")


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(stories.TODAY, tick=False)


@pytest.fixture
def past(cast):
    """One ticket for each thing that can happen on the way."""
    extended = tickets.ask_extension(
        stories.working(cast), actor=cast.hana, days=20, reason="跨市。", now=NOON
    )
    return {
        "returned": stories.returned(cast),
        "extended": tickets.decide_extension(
            extended, actor=cast.uma, is_granted=True, now=NOON
        ),
        "parked": stories.parked(cast),
        "redone": tickets.reject_answer(
            stories.answered(cast), actor=cast.otto, reason="还差。", now=NOON
        ),
        "struck": stories.closed(cast),
    }


def listed(client, **query):
    rows = client.get(URL, query).context["rows"]
    return {row.number for row, _cells in rows}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["returned", "extended", "parked", "redone", "struck"])
def test_each_way_is_a_filter(cast, as_user, past, way):
    client = as_user(cast.dora)
    everything = {one.number for one in past.values()}
    assert listed(client) == everything
    assert listed(client, **{way: "true"}) == {past[way].number}
    assert listed(client, **{way: "false"}) == everything - {past[way].number}


@pytest.mark.slow
def test_a_parked_ticket_is_not_struck_off(cast, as_user, past):
    page = as_user(cast.dora).get(URL)
    by_number = {row.number: row for row, _cells in page.context["rows"]}
    assert by_number[past["struck"].number].is_struck_off
    assert not by_number[past["parked"].number].is_struck_off


@pytest.mark.slow
def test_the_table_is_what_the_list_shows(cast, as_user, past):
    client = as_user(cast.dora)
    query = {"returned": "true", "column": ["number", "returned", "lead"]}
    shown = client.get(URL, query).context
    response = client.get(EXPORT, query)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert rows[0] == [str(column.label) for column in shown["columns"]]
    assert rows[1:] == [[past["returned"].number, cast.bureau.name, 1.0]]
    event = Event.objects.get(action="ledger.exported")
    assert (
        event.changes["rows"] == [None, 1] and "returned" in event.changes["filters"][1]
    )


@pytest.mark.slow
def test_without_a_choice_the_usual_columns(cast, as_user, past):
    columns = as_user(cast.dora).get(URL).context["columns"]
    assert [one.key for one in columns] == [
        one.key for one in ledger.COLUMNS if one.is_usual
    ]
    odd = as_user(cast.dora).get(URL, {"column": ["nonsense", "handler"]})
    assert [one.key for one in odd.context["columns"]] == ["handler"]


def test_a_title_that_looks_like_a_formula_stays_text(cast, as_user):
    tickets.raise_ticket(
        actor=cast.olga, company=cast.company, text="x", title='=HYPERLINK("x")'
    )
    response = as_user(cast.dora).get(EXPORT, {"column": "title"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    cell = sheet.get_sheet_by_index(0).to_python()[1][0]
    assert cell.startswith("'=") or not cell.startswith("=")


@pytest.mark.slow
def test_more_than_a_table_holds_is_refused_before_it_is_made(
    cast, as_user, past, monkeypatch
):
    monkeypatch.setattr(ledger, "MOST_ROWS", 3)
    response = as_user(cast.dora).get(EXPORT)
    assert response.status_code == 422
    assert "3" in response.context["problem"]
    assert not Event.objects.filter(action="ledger.exported").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", [{"first": "2026-02-30"}, {"status": "x"}, {"cursor": "x" * 9}]
)
def test_bad_questions_are_answered_in_a_sentence(cast, as_user, past, query):
    assert as_user(cast.dora).get(URL, query).status_code in {200, 400, 422}
    assert as_user(cast.dora).get(EXPORT, query).status_code in {200, 400, 422}


@pytest.mark.slow
def test_it_costs_the_same_for_few_and_for_many(cast, as_user, queries_of):
    stories.raised(cast)
    client = as_user(cast.dora)
    cost = queries_of(lambda: client.get(URL))
    for _ in range(19):
        stories.raised(cast)
    assert queries_of(lambda: client.get(URL)) == cost
    # session and person, keys, rows, count, categories for the chips, unread notices
    assert cost <= 6


@pytest.mark.slow
def test_the_company_and_strangers_have_no_ledger(cast, as_user, past):
    for who in (cast.otto, cast.sven):
        assert as_user(who).get(URL).status_code == 403
        assert as_user(who).get(EXPORT).status_code == 403
    assert listed(as_user(cast.tom)) == set()
    assert listed(as_user(cast.dirk)) == set()
