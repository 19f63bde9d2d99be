"""What tickets show on lower pages."""

from datetime import datetime

import pytest

from crm import handover, nav
from crm.models import Role
from tests.factories import NOON, SHANGHAI
from visits import ticket_hooks

from .ticket_stories import accepted, closed, dispatched, raised

TODAY = datetime(2026, 3, 19, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(TODAY, tick=False)


def panel(cast, who, company=None):
    return ticket_hooks.of_company(
        company or cast.company, getattr(cast, who), TODAY.date()
    )


def test_the_panel_shows_open_tickets_first_and_counts_both(cast, queries_of):
    done, running = closed(cast), dispatched(cast)
    shown = panel(cast, "olga")
    assert [row.number for row in shown["rows"]] == [running.number, done.number]
    assert shown["counts"] == {"total": 2, "open": 1}


def test_the_panel_costs_one_query_when_the_page_has_asked_for_rights(cast, queries_of):
    dispatched(cast)
    cast.company.may_edit = True
    panel(cast, "olga")
    assert queries_of(lambda: panel(cast, "olga")) == 1


@pytest.mark.parametrize(
    ("who", "sees", "raises"),
    [
        ("olga", True, True),
        ("hana", True, False),
        ("tom", False, False),
        ("dora", True, True),
        ("maria", True, False),
        ("axel", True, False),
        ("otto", True, True),
        ("oleg", False, False),
        ("omar", False, False),
        ("sven", False, False),
    ],
)
def test_the_panel_holds_what_one_may_see(cast, who, sees, raises):
    accepted(cast)
    shown = panel(cast, who)
    assert bool(shown["rows"]) == sees
    assert shown["counts"]["total"] == sees
    assert shown["may_raise"] == raises


def test_a_handover_lists_open_tickets_with_their_day(cast):
    queued, running = raised(cast), dispatched(cast)
    closed(cast)
    items = handover.open_items([cast.company.pk, cast.foreign.pk], NOON.date())
    assert items[cast.foreign.pk] == []
    mine = [one for one in items[cast.company.pk] if one["kind"] == "ticket"]
    assert {one["number"]: one["due_on"] for one in mine} == {
        queued.number: None,
        running.number: "2026-03-19",  # the contact
    }


def test_tickets_are_an_entry_of_everybody_who_works_with_them():
    for role in Role:
        urls = [one.url_name for one in nav.items_for([role])]
        expected = role not in {
            Role.SYSTEM_ADMIN,
            Role.SECURITY_ADMIN,
            Role.AUDIT_ADMIN,
        }
        assert ("visits:tickets" in urls) == expected
        assert ("visits:categories" in urls) == (role == Role.SYSTEM_ADMIN)
