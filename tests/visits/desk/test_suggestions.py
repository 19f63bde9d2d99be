"""What is proposed for a new ticket: from the words and decisions of earlier ones."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F

from crm.models import Department, Region
from tests.factories import (
    NOON,
    CategoryFactory,
    CompanyFactory,
    DepartmentFactory,
    RegionFactory,
)
from visits.jobs import forget_old_tickets, learn, suggest
from visits.models import (
    KindCount,
    PieceCount,
    SketchPiece,
    Suggestion,
    Ticket,
    TicketSketch,
)
from visits.services import suggestions, tickets
from visits.similar import ALL

LABOUR = "车间夜班招不到挡车工，用工缺口二十人"
POWER = "园区一周停电三次，设备频繁跳闸重启"
TAX = "留抵退税申请后三个月没有消息"


@pytest.fixture
def kinds(cast):
    tax = CategoryFactory(key="tax", name="税费")
    tax.default_lead = cast.other_bureau
    tax.save()
    return {
        "labour": CategoryFactory(),
        "energy": CategoryFactory(key="energy", name="水电气热网"),
        "tax": tax,
    }


@pytest.fixture
def raise_it(cast):
    """`raise_it(text, category)` by the dispatcher, at a company of the county."""

    def make(text, category=None, company=None, now=NOON):
        return tickets.raise_ticket(
            actor=cast.dora,
            company=company or cast.company,
            text=text,
            category=category,
            now=now,
        )

    return make


@pytest.fixture
def past(cast, raise_it):
    """`past(text, category, lead, count)`: dispatched so a day before noon."""

    def make(text, category, lead, count=3, company=None, now=NOON - timedelta(days=1)):
        made = []
        for _ in range(count):
            ticket = raise_it(text, category, company, now)
            tickets.dispatch_ticket(ticket, actor=cast.dora, lead=lead, now=now)
            made.append(ticket)
        learn()
        return made

    return make


def proposed(ticket):
    return Suggestion.objects.select_related("category", "lead").get(ticket=ticket)


def keys_of(suggestion):
    return {key for key, _percent in suggestion.alike}


def counts_of(model):
    rows = model.objects.filter(tickets__gt=0)
    return sorted(rows.values_list(*(f.name for f in model._meta.fields)))


@pytest.mark.slow
def test_a_new_ticket_is_proposed_what_was_decided_on_like_ones(
    cast, kinds, past, raise_it
):
    earlier = past(LABOUR, kinds["labour"], cast.bureau)
    past(POWER, kinds["energy"], cast.other_bureau)
    found = proposed(raise_it("夜班招不到挡车工，缺口大"))
    assert (found.category, found.lead) == (kinds["labour"], cast.bureau)
    assert found.category_piece in LABOUR
    assert (found.category_count, found.category_of) == (3, 3)
    assert (found.lead_why, found.lead_count, found.lead_of) == ("alike", 3, 3)
    assert keys_of(found) == {one.pk for one in earlier}


def test_the_earlier_of_two_that_wait_is_told_of_the_later(cast, kinds, raise_it):
    first, second = raise_it(LABOUR), raise_it(LABOUR)
    assert keys_of(proposed(first)) == {second.pk}
    assert keys_of(proposed(second)) == {first.pk}


def test_another_county_has_its_own_look_alikes(cast, kinds, past, raise_it):
    (far,) = past(LABOUR, kinds["labour"], cast.bureau, count=1)
    ticket = tickets.raise_ticket(
        actor=cast.dirk, company=cast.foreign, text=LABOUR, now=NOON
    )
    assert proposed(ticket).alike == []
    assert TicketSketch.objects.get(ticket=far).area == cast.county.pk


def test_without_like_ones_the_category_of_the_area_decides(
    cast, kinds, past, raise_it
):
    past(POWER, kinds["energy"], cast.other_bureau, count=2)
    past(POWER, kinds["energy"], cast.bureau, count=1)
    found = proposed(raise_it("线路老化，夏天总是停电"))
    assert found.category == kinds["energy"]
    assert (found.lead, found.lead_why) == (cast.other_bureau, "kind")
    assert (found.lead_count, found.lead_of) == (2, 3)


def test_without_any_history_the_category_says_who_leads(cast, kinds, raise_it):
    found = proposed(raise_it(TAX, kinds["tax"]))
    assert found.category is None
    assert (found.lead, found.lead_why) == (cast.other_bureau, "usual")
    assert (found.lead_count, found.lead_of) == (0, 0)


def test_nobody_is_proposed_where_nothing_is_known(cast, kinds, raise_it):
    found = proposed(raise_it(POWER, kinds["energy"]))
    assert (found.category, found.lead, found.lead_why) == (None, None, "")


def test_what_towns_led_is_proposed_to_the_companys_own_town(
    cast, kinds, past, raise_it
):
    west = RegionFactory(code="530102", name="城西镇", parent=cast.county)
    units = [
        DepartmentFactory(code=code, name=name, region=where, kind="town")
        for code, name, where in (("e", "城东镇", cast.town), ("w", "城西镇", west))
    ]
    there = CompanyFactory(name="城西铸造有限公司", region=west)
    past(POWER, kinds["energy"], units[1], company=there)
    found = proposed(raise_it(POWER))
    assert found.lead == units[0]


def test_a_closed_department_has_no_say(cast, kinds, past, raise_it):
    past(LABOUR, kinds["labour"], cast.bureau)
    Department.objects.filter(pk=cast.bureau.pk).update(is_active=False)
    assert proposed(raise_it(LABOUR)).lead is None


def test_a_retired_category_is_not_proposed(cast, kinds, past, raise_it):
    past(LABOUR, kinds["labour"], cast.bureau)
    kinds["labour"].is_active = False
    kinds["labour"].save()
    assert proposed(raise_it(LABOUR)).category != kinds["labour"]


def test_a_task_that_runs_twice_counts_once(cast, kinds, raise_it):
    ticket = raise_it(LABOUR)
    before = counts_of(PieceCount)
    suggest(ticket.pk)
    learn()
    assert counts_of(PieceCount) == before
    assert PieceCount.objects.get(pk=ALL).tickets == 1


def test_a_dispatched_ticket_is_learned_once_and_again_when_it_is_corrected(
    cast, kinds, past
):
    (ticket,) = past(LABOUR, kinds["labour"], cast.bureau, count=1)
    learn()
    everything = KindCount.objects.filter(piece=ALL, tickets__gt=0)
    assert everything.values_list("category", "tickets").get() == (
        kinds["labour"].pk,
        1,
    )
    Ticket.objects.filter(pk=ticket.pk).update(category=kinds["tax"])
    forget_old_tickets()
    assert everything.values_list("category", "tickets").get() == (kinds["tax"].pk, 1)


@pytest.mark.slow
def test_what_is_built_anew_is_what_grew(cast, kinds, past, raise_it):
    past(LABOUR, kinds["labour"], cast.bureau)
    past(POWER, kinds["energy"], cast.other_bureau)
    raise_it(TAX)
    grown = [counts_of(model) for model in (PieceCount, KindCount)]
    assert suggestions.rebuild(now=NOON) == 7
    assert [counts_of(model) for model in (PieceCount, KindCount)] == grown
    assert TicketSketch.objects.count() == 7
    pieces = {pk: len(found) for pk, found in sketches()}
    assert SketchPiece.objects.count() == sum(pieces.values()) > 0


def sketches():
    return TicketSketch.objects.values_list("pk", "pieces")


def test_the_command_proposes_anew_for_those_that_wait(cast, kinds, past, raise_it):
    ticket = raise_it(LABOUR)
    past(LABOUR, kinds["labour"], cast.bureau)
    assert proposed(ticket).category is None
    told = call_command("rebuild_suggestions")
    assert told.startswith("4 tickets indexed, proposals for 1")
    assert proposed(ticket).category == kinds["labour"]


def test_what_ended_a_year_ago_is_forgotten_with_its_counts(
    cast, kinds, past, raise_it
):
    long_ago = NOON - timedelta(days=400)
    past(LABOUR, kinds["labour"], cast.bureau, count=1, now=long_ago)
    refused = raise_it(LABOUR, now=long_ago)
    tickets.refuse_ticket(
        refused, actor=cast.dora, refusal="empty", note="无", now=long_ago
    )
    assert suggestions.prune(now=NOON) == 1
    # The other one is still open: it is looked among however old it is.
    assert TicketSketch.objects.count() == 1
    assert PieceCount.objects.get(pk=ALL).tickets == 1
    assert not SketchPiece.objects.filter(ticket=refused.pk).exists()
    Ticket.objects.update(raised_at=F("raised_at") + timedelta(days=1))
    assert suggestions.prune(now=NOON) == 0


def test_the_area_is_the_county_or_whatever_is_on_top(cast):
    city = RegionFactory(code="990000", kind=Region.Kind.CITY)
    county = RegionFactory(code="990100", kind=Region.Kind.COUNTY, parent=city)
    town = RegionFactory(code="990101", parent=county)
    area_of = suggestions.indexing.area_of
    assert [area_of(one.path) for one in (town, county, city)] == [
        county.pk,
        county.pk,
        city.pk,
    ]
    assert area_of("nowhere/") == 0


@pytest.mark.slow
def test_the_backtest_says_how_often_it_would_have_been_right(
    cast, kinds, past, monkeypatch, time_machine
):
    time_machine.move_to(NOON)
    past(LABOUR, kinds["labour"], cast.bureau, count=4)
    past(POWER, kinds["energy"], cast.other_bureau, count=4)
    past(LABOUR, kinds["labour"], cast.bureau)
    past(POWER, kinds["tax"], cast.other_bureau, count=1)
    told = json.loads(call_command("backtest_suggestions", "--newest", "33", "--json"))
    assert told["known"] == 8
    # Nobody could know that the last one was taken for a matter of taxes.
    assert told["category"] == {"asked": 4, "answered": 4, "first": 3, "among": 3}
    assert told["lead"] == {"asked": 4, "answered": 4, "first": 4, "among": 4}
    text = call_command("backtest_suggestions", "--newest", "33")
    assert "75.0%（3/4）" in text


def test_the_backtest_of_nothing_says_so(db):
    text = call_command("backtest_suggestions")
    assert "%" not in text


@pytest.mark.slow
def test_a_suggestion_costs_the_same_with_many_tickets(
    cast, kinds, past, raise_it, queries_of
):
    past(LABOUR, kinds["labour"], cast.bureau, count=3)
    ticket = raise_it(LABOUR)
    few = queries_of(lambda: suggestions.suggest(ticket, now=NOON))
    past(LABOUR, kinds["labour"], cast.bureau, count=9)
    many = queries_of(lambda: suggestions.suggest(ticket, now=NOON))
    assert few == many
