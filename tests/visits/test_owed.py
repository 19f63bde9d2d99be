"""What a department owes is read from the deadlines: they know whose they are."""

from importlib import import_module

import pytest
from django.apps import apps

from crm.lib.trees import PathRange
from crm.models import Deadline
from tests.factories import NOON
from visits.models import Ticket, TicketPart
from visits.services import tickets

from . import ticket_stories as stories

Status = Ticket.Status
# Whether or not the clock stands: it is with the department, unanswered.
OWED = {
    *(Status.DISPATCHED, Status.RETURNED, Status.ACCEPTED, Status.WORKING),
    *(Status.PAUSED, Status.PARKED),
}
TASK = "核实用水"


def rejected(cast):
    return tickets.reject_answer(
        stories.answered(cast), actor=cast.otto, reason="还差两人。", now=NOON
    )


def clocks_of(ticket):
    ticket = Ticket.objects.for_page().get(pk=ticket.pk)
    return [ticket.contact_by, ticket.reply_by, ticket.solve_by]


@pytest.mark.parametrize("state", Status.values)
def test_a_unit_owes_what_it_leads_and_has_not_answered(cast, state):
    ticket = stories.in_state(cast, state)
    wanted = [ticket] if state in OWED else []
    if ticket.merged_into:
        wanted = [ticket.merged_into]  # worked as one with it
    assert list(Ticket.objects.owed_by_units_of(cast.hana)) == wanted
    assert list(Ticket.objects.owed_by_units_of(cast.uma)) == wanted
    assert not Ticket.objects.owed_by_units_of(cast.tom).exists()
    assert not Ticket.objects.owed_by_units_of(cast.olga).exists()


def test_what_the_company_sent_back_is_owed_again(cast):
    ticket = rejected(cast)
    assert list(Ticket.objects.owed_by_units_of(cast.hana)) == [ticket]


def test_the_clocks_follow_who_has_the_ticket_in_hand(cast):
    ticket = stories.dispatched(cast)
    assert {(one.department, one.handler) for one in clocks_of(ticket)} == {
        (cast.bureau, None)
    }
    tickets.accept_ticket(ticket, actor=cast.uma, handler=cast.hana, now=NOON)
    assert {one.handler for one in clocks_of(ticket)} == {cast.hana}
    tickets.hand_ticket(ticket, actor=cast.hana, handler=cast.uma, now=NOON)
    assert {one.handler for one in clocks_of(ticket)} == {cast.uma}


def test_an_assisting_unit_owes_its_part_until_it_answers_or_all_ends(cast):
    others = [PathRange(cast.other_bureau.path)]
    first = stories.answered(cast, assistants=[(cast.other_bureau, TASK)])
    second = stories.answered(cast, assistants=[(cast.other_bureau, TASK)])
    owed = TicketPart.objects.owed_by(others)
    assert [one.ticket for one in owed.order_by("pk")] == [first, second]
    assert not TicketPart.objects.owed_by([PathRange(cast.bureau.path)]).exists()
    tickets.answer_part(first, actor=cast.tom, text="水量够用。", now=NOON)
    tickets.confirm_ticket(second, actor=cast.otto, outcome="solved", now=NOON)
    assert not owed.all().exists()


def test_older_deadlines_learn_whose_they_are(cast):
    stories.working(cast, assistants=[(cast.other_bureau, TASK)])
    stories.dispatched(cast)
    whose = Deadline.objects.order_by("pk").values_list("department", "handler")
    before = list(whose)
    assert len(set(before)) == 3
    Deadline.objects.update(department=None, handler=None)
    import_module("visits.migrations.0004_deadlines_owed").fill(apps, None)
    assert list(whose.all()) == before


def test_older_refusals_learn_when_they_were(cast):
    ticket = stories.refused(cast)
    earlier = NOON - stories.HOUR
    Ticket.objects.update(raised_at=earlier, refused_at=earlier)
    import_module("visits.migrations.0005_ticket_refused_at").fill(apps, None)
    ticket.refresh_from_db()
    assert ticket.refused_at == NOON


def test_older_tickets_learn_how_often_they_were_dispatched_and_redone(cast):
    redone, new = rejected(cast), stories.raised(cast)
    Ticket.objects.update(dispatch_count=0, redo_count=0)
    for _again in range(2):
        import_module("visits.migrations.0010_ticket_counts").fill(apps, None)
    for ticket, counts in ((redone, (1, 1)), (new, (0, 0))):
        ticket.refresh_from_db()
        assert (ticket.dispatch_count, ticket.redo_count) == counts
