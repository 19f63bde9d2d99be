"""What is counted on the subject: returns, vain dispatches, redos, yellow months."""

from datetime import date

import pytest

from crm.models import Lamp
from projects.lamps import ProjectLamp
from projects.models import Reading
from tests.factories import ProjectFactory
from tests.visits.escalation.stories import at, leader_of, only, sweep
from tests.visits.ticket_stories import (
    accepted,
    answered,
    closed,
    dispatched,
    fire_brigade,
    returned,
)
from visits.models import Escalation, Ticket
from visits.services import tickets

pytestmark = pytest.mark.django_db


def rule(ticket, cast, lead=None):
    return tickets.rule_on_return(
        ticket,
        actor=cast.dora,
        is_upheld=lead is not None,
        lead=lead,
        note="职责划分。",
        now=at(3, 18, 15),
    )


def returned_twice(cast):
    rule(ticket := returned(cast), cast, cast.other_bureau)
    return tickets.return_ticket(
        ticket, actor=cast.tom, reason="也不是我局。", now=at(3, 18, 16)
    )


def test_the_first_return_is_nothing_and_the_second_goes_to_the_leader(cast):
    only("ticket_returned_2")
    leader_of(cast, cast.other_bureau)
    ticket = returned(cast)
    assert sweep(3, 18, 14) == []
    rule(ticket, cast, cast.other_bureau)
    tickets.return_ticket(
        ticket, actor=cast.tom, reason="也不是我局。", now=at(3, 18, 16)
    )
    assert sweep(3, 18, 17) == [("ticket_returned_2", 2)]
    assert sweep(3, 18, 17) == []
    one = Escalation.objects.get()
    assert (one.cycle, one.why["count"]) == ("returned-2", 2)
    assert one.department == cast.other_bureau
    assert Ticket.objects.get().level == 2


def test_the_third_return_is_told_of_again(cast):
    only("ticket_returned_2")
    ticket = returned_twice(cast)
    sweep(3, 18, 17)
    rule(ticket, cast, brigade := fire_brigade(cast))
    Ticket.objects.filter(pk=ticket.pk).update(return_count=3)
    assert sweep(3, 18, 18) == [("ticket_returned_2", 3)]
    assert {one.department for one in Escalation.objects.all()} == {
        cast.other_bureau,
        brigade,
    }


def test_a_dispatch_is_in_vain_when_another_follows(cast):
    only("ticket_misdirected_2")
    ticket = returned_twice(cast)
    assert sweep(3, 18, 17) == []  # dispatched twice: one of them in vain
    rule(ticket, cast, fire_brigade(cast))
    assert sweep(3, 18, 17) == [("ticket_misdirected_2", 3)]
    assert Escalation.objects.get().why["count"] == 2


@pytest.mark.slow
def test_not_solved_goes_one_higher_each_time(cast):
    only("ticket_not_solved")
    leader_of(cast, cast.bureau)
    ticket = answered(cast)
    found = []
    for day in (19, 20, 23, 24):
        tickets.reject_answer(ticket, actor=cast.otto, reason="没有", now=at(3, day))
        found += sweep(3, day, 10)
        tickets.answer_ticket(
            ticket, actor=cast.hana, text="又办", proposed="solved", now=at(3, day, 11)
        )
    assert [level for _, level in found] == [1, 2, 3, 3]
    levels = Escalation.objects.order_by("pk").values_list("cycle", flat=True)
    assert list(levels) == [f"not_solved-{n}" for n in (1, 2, 3, 4)]
    assert Ticket.objects.get().level == 3


def test_what_has_ended_is_not_counted_any_more(cast):
    ticket = closed(cast)
    Ticket.objects.filter(pk=ticket.pk).update(return_count=5, redo_count=5)
    assert sweep(3, 19) == []


def test_what_waits_is_settled_when_the_ticket_ends(cast):
    only("ticket_not_solved")
    ticket = answered(cast)
    tickets.reject_answer(ticket, actor=cast.otto, reason="没有", now=at(3, 19))
    sweep(3, 19)
    answer = {"text": "又办", "proposed": "solved", "now": at(3, 20)}
    tickets.answer_ticket(ticket, actor=cast.hana, **answer)
    sweep(3, 20)
    assert Escalation.objects.get().is_open  # the company has not spoken yet
    tickets.confirm_ticket(ticket, actor=cast.otto, outcome="solved", now=at(3, 21))
    sweep(3, 21)
    assert Escalation.objects.get().decision == "ended"


def test_a_ruling_is_the_dispatch_centres_promise(cast):
    """Not of the department that returned it; the centre here has no head."""
    only("ticket_ruling_late")
    returned(cast)
    assert sweep(3, 18, 23) == []
    assert sweep(3, 19, 0) == [("ticket_ruling_late", 3)]
    one = Escalation.objects.get()
    assert one.department == cast.dora.department
    assert one.why["passed"] == [[1, "nobody"], [2, "nobody"]]


@pytest.mark.slow
def test_a_parked_ticket_is_watched_by_its_next_reply(cast):
    """The clock of the solution stands; nobody is told of it."""
    ticket = accepted(cast)
    tickets.start_work(ticket, actor=cast.hana, now=at(3, 18, 13))
    tickets.park_ticket(
        ticket,
        actor=cast.uma,
        reason="9 月才有毕业生。",
        next_on=date(2026, 4, 16),
        now=at(3, 18, 14),
    )
    assert sweep(4, 13) == []
    assert sweep(4, 14) == [("next_reply_due_soon", 0)]
    assert sweep(4, 17) == [("next_reply_late", 1)]
    tickets.promise_next_reply(
        ticket,
        actor=cast.hana,
        text="仍在协调。",
        next_on=date(2026, 5, 12),
        now=at(4, 17),
    )
    assert sweep(4, 17, 12) == []
    assert set(Escalation.objects.values_list("decision", flat=True)) == {"moved"}
    assert sweep(5, 13) == [("next_reply_due_soon", 0), ("next_reply_late", 1)]


def test_another_department_is_told_of_what_is_late(cast):
    """The clock of the solution never starts anew; its new owner hears of it."""
    only("ticket_late")
    ticket = dispatched(cast)
    assert sweep(3, 30) == [("ticket_late", 1)]
    tickets.reassign_ticket(
        ticket, actor=cast.dora, lead=cast.other_bureau, reason="移交", now=at(3, 30)
    )
    assert sweep(3, 30) == [("ticket_late", 3)]  # the water bureau has no head
    old, new = Escalation.objects.order_by("pk")
    assert (old.decision, old.department) == ("moved", cast.bureau)
    assert (new.decision, new.department) == ("", cast.other_bureau)


# --- Yellow months ------------------------------------------------------------------


@pytest.fixture
def project(cast):
    return ProjectFactory(
        company=cast.company,
        lead_department=cast.bureau,
        started_on=date(2026, 1, 5),
    )


def behind(project, *months, planned=50, actual=30):
    Reading.objects.bulk_create(
        Reading(
            project=project, month=date(2026, month, 1), planned=planned, actual=actual
        )
        for month in months
    )


@pytest.fixture
def is_behind(monkeypatch):
    """The lamp of today; what lights it has its own tests."""
    lit = {"lamp": Lamp.YELLOW}
    monkeypatch.setattr(
        "projects.services.lamps.lamps_of",
        lambda keys, today: {pk: ProjectLamp(lit["lamp"]) for pk in keys},
    )
    return lit


def test_two_yellow_months_in_a_row_go_to_the_leader_in_charge(
    cast, project, is_behind
):
    leader_of(cast, cast.bureau)
    behind(project, 3)
    assert sweep(4, 1) == []
    behind(project, 4)
    assert sweep(5, 1) == [("project_yellow_2", 2)]
    assert sweep(5, 1) == []
    one = Escalation.objects.get()
    assert (one.subject_type, one.subject_id) == ("projects.project", project.pk)
    assert (one.cycle, one.why["count"]) == ("yellow-2026-03", 2)
    behind(project, 5)
    assert sweep(6, 1) == []  # the same run


def test_a_new_run_is_told_of_again(cast, project, is_behind):
    behind(project, 2, 3)
    assert len(sweep(4, 1)) == 1
    behind(project, 4, planned=50, actual=45)
    behind(project, 5, 6)
    assert len(sweep(7, 1)) == 1
    assert Escalation.objects.filter(cycle="yellow-2026-05").exists()


def test_who_has_caught_up_is_not_told_of_the_past(cast, project, is_behind):
    is_behind["lamp"] = "green"
    behind(project, 3, 4)
    assert sweep(5, 1) == []


def test_a_gap_between_the_months_is_no_row(cast, project, is_behind):
    behind(project, 2, 4)
    assert sweep(5, 1) == []
