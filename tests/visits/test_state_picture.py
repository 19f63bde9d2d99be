"""docs/ticket-states.md is what the rules say today."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command

from visits.models import Ticket
from visits.services.tickets.acts import STATES
from visits.state_picture import LEADS_TO

from .test_ticket_acts import TABLE

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_what_the_command_prints():
    out = StringIO()
    call_command("ticket_states", stdout=out)
    page = (DOCS / "ticket-states.md").read_text("utf-8")
    assert out.getvalue().strip() == page.strip()


def test_the_arrows_are_those_of_the_table_of_acts():
    for act, after in LEADS_TO.items():
        results = {TABLE[act.value].get(state) for state in STATES[act]}
        assert results == {after}, act


def test_the_next_states_are_those_that_some_act_leads_to():
    reached = {
        (str(before), str(after))
        for act, after in LEADS_TO.items()
        for before in STATES[act]
    }
    # Taken out before any dispatch it waits; an answer comes to a merged one too.
    reached |= {("merged", "queued"), ("merged", "confirming")}
    allowed = {
        (str(before), str(after))
        for before, after_ones in Ticket.NEXT.items()
        for after in after_ones
    }
    assert reached == allowed
