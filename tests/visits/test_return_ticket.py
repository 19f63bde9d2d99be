"""退回: reasoned, within a working day, ruled on the same day, finally."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError
from crm.models import Company, Event
from tests.factories import NOON, DepartmentFactory
from visits.models import Ticket, TicketReturn
from visits.services import tickets

from .ticket_stories import DAY, HOUR, accepted, dispatched, returned

pytestmark = pytest.mark.django_db
LATER = NOON + 3 * HOUR


def rule(cast, ticket, *, is_upheld=True, lead="other", now=LATER, **more):
    lead = cast.other_bureau if lead == "other" else lead
    return tickets.rule_on_return(
        ticket,
        actor=cast.dora,
        is_upheld=is_upheld,
        lead=lead if is_upheld else None,
        note="按职责清单。",
        now=now,
        **more,
    )


def code_of(call):
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


def test_a_return_needs_its_reason(cast):
    with pytest.raises(DomainError) as refusal:
        tickets.return_ticket(dispatched(cast), actor=cast.hana, reason="  ", now=NOON)
    assert refusal.value.field == "reason"


def test_a_return_is_to_be_ruled_on_the_same_day_and_the_clocks_run_on(cast):
    ticket = returned(cast)
    objection = TicketReturn.objects.get()
    assert objection.rule_by.due_on == date(2026, 3, 18)
    assert objection.suggested == cast.other_bureau
    assert ticket.return_count == 1
    assert {ticket.contact_by.met_at, ticket.solve_by.met_at} == {None}
    assert not ticket.solve_by.pauses.exists()


@pytest.mark.parametrize(
    ("days", "is_in_time"), [(0, True), (1, True), (2, False), (30, False)]
)
def test_a_return_comes_within_one_working_day(cast, days, is_in_time):
    ticket, now = dispatched(cast), NOON + days * DAY
    act = lambda: tickets.return_ticket(  # noqa: E731 - tried twice
        ticket, actor=cast.hana, reason="不属本局。", now=now
    )
    if is_in_time:
        assert act().status == "returned"
    else:
        assert code_of(act) == "too_late_to_return"
        assert Ticket.objects.get().return_count == 0


def test_an_upheld_return_starts_contact_and_reply_anew_but_never_the_solution(cast):
    ticket = returned(cast)
    old = (ticket.contact_by_id, ticket.reply_by_id, ticket.solve_by_id)
    due = ticket.solve_by.due_on
    after = rule(cast, ticket, now=NOON + DAY)
    assert after.status == "dispatched" and after.dispatch_count == 2
    assert after.contact_by_id != old[0] and after.reply_by_id != old[1]
    assert after.contact_by.due_on == date(2026, 3, 20)
    assert (after.solve_by_id, after.solve_by.due_on) == (old[2], due)
    clocks = {after.contact_by, after.reply_by, after.solve_by}
    assert {clock.department for clock in clocks} == {cast.other_bureau}
    assert TicketReturn.objects.get().rule_by.met_at == NOON + DAY


def test_the_new_department_has_it_and_the_old_one_keeps_only_the_ticket(cast):
    ticket = rule(cast, returned(cast))
    assert Ticket.objects.workable_by(cast.tom).get() == ticket
    assert not Ticket.objects.workable_by(cast.hana).exists()
    assert Ticket.objects.visible_to(cast.hana).get() == ticket
    assert cast.company in Company.objects.visible_to(cast.tom)
    assert cast.company not in Company.objects.visible_to(cast.hana)


def test_an_overruled_return_is_final_for_this_department(cast):
    ticket = rule(cast, returned(cast), is_upheld=False)
    assert ticket.status == "dispatched" and ticket.dispatch_count == 1
    again = lambda: tickets.return_ticket(  # noqa: E731 - said once
        ticket, actor=cast.uma, reason="还是不属本局。", now=LATER
    )
    assert code_of(again) == "ruling_is_final"


def test_the_next_department_may_return_it_too_and_it_is_counted(cast):
    ticket = rule(cast, returned(cast))
    ticket = tickets.return_ticket(
        ticket, actor=cast.tom, reason="也不属本局。", now=LATER
    )
    assert (ticket.status, ticket.return_count) == ("returned", 2)


def test_after_an_upheld_return_it_may_come_back_to_the_first(cast):
    ticket = rule(cast, returned(cast))
    ticket = tickets.return_ticket(ticket, actor=cast.tom, reason="不是。", now=LATER)
    ticket = rule(cast, ticket, lead=cast.bureau, now=LATER + HOUR)
    assert tickets.lead_part(ticket).department == cast.bureau
    assert ticket.parts.count() == 3


@pytest.mark.parametrize("lead", ["same", None, "closed", "foreign"])
def test_an_upheld_return_needs_another_department_in_reach(cast, lead):
    closed = DepartmentFactory(code="x", region=cast.county, is_active=False)
    foreign = DepartmentFactory(code="y", region=cast.elsewhere)
    chosen = {"same": cast.bureau, "closed": closed, "foreign": foreign}.get(lead)
    ticket = returned(cast)
    with pytest.raises(DomainError) as refusal:
        rule(cast, ticket, lead=chosen)
    assert refusal.value.field == "lead"
    assert Ticket.objects.get().status == "returned"


def test_a_ruling_gives_its_grounds(cast):
    ticket = returned(cast)
    with pytest.raises(DomainError) as refusal:
        tickets.rule_on_return(
            ticket, actor=cast.dora, is_upheld=False, note="", now=LATER
        )
    assert refusal.value.field == "note"


def test_a_ruling_pressed_twice_is_one(cast):
    ticket = returned(cast)
    first, second = rule(cast, ticket), rule(cast, ticket)
    assert first.version == second.version
    assert Event.objects.filter(action="ticket.return_upheld").count() == 1


def test_two_dispatchers_rule_and_the_second_is_told(cast):
    ticket = returned(cast)
    rule(cast, ticket)
    with pytest.raises(DomainError) as refusal:
        rule(cast, ticket, is_upheld=False)
    assert ticket.number in str(refusal.value.sentence)


def test_the_handler_of_an_accepted_ticket_returns_it_and_it_is_in_nobodys_hands(cast):
    ticket = tickets.return_ticket(
        accepted(cast), actor=cast.hana, reason="不属本局。", now=LATER
    )
    ticket = rule(cast, ticket)
    assert ticket.handler is None and ticket.solve_by.handler is None


def test_an_assistant_that_becomes_lead_has_one_part(cast):
    ticket = dispatched(cast, assistants=[(cast.other_bureau, "提供名单")])
    ticket = tickets.return_ticket(ticket, actor=cast.hana, reason="不是。", now=LATER)
    ticket = rule(cast, ticket)
    parts = ticket.parts.filter(ended_on=None)
    assert [(one.department, one.is_lead) for one in parts] == [
        (cast.other_bureau, True)
    ]


def test_a_leader_gives_a_ticket_to_another_department_with_his_reason(cast):
    ticket = tickets.reassign_ticket(
        accepted(cast),
        actor=cast.maria,
        lead=cast.other_bureau,
        reason="职责已调整。",
        now=LATER,
    )
    assert (ticket.status, ticket.dispatch_count) == ("dispatched", 2)
    event = Event.objects.get(action="ticket.reassigned")
    assert event.changes["lead"] == [cast.bureau.pk, cast.other_bureau.pk]
    assert event.personal.values == {"reason": "职责已调整。"}
    assert event.is_public


def test_a_leader_of_other_departments_does_not_reassign(cast):
    from crm.models import Role
    from tests.factories import GrantFactory, UserFactory

    deputy = UserFactory(login="deputy")
    GrantFactory(user=deputy, role=Role.LEADER, department=cast.other_bureau)
    with pytest.raises(PermissionDenied):
        tickets.reassign_ticket(
            accepted(cast), actor=deputy, lead=cast.other_bureau, reason="x", now=LATER
        )
    deputy.__dict__.pop("access", None)
    GrantFactory(user=deputy, role=Role.LEADER, department=cast.bureau)
    ticket = tickets.reassign_ticket(
        Ticket.objects.get(),
        actor=deputy,
        lead=cast.other_bureau,
        reason="x",
        now=LATER,
    )
    assert ticket.status == "dispatched"


def test_the_page_says_when_another_lead_is_needed(cast, as_user):
    ticket = returned(cast)
    place = f"{ticket.get_absolute_url()}rule/"
    page = as_user(cast.dora).get(place).content.decode()
    lead = page.partition('for="id_lead"')[2].partition("<select")[0]
    assert "选填" not in lead.partition("</label>")[0]
    assert "裁定改由其他单位主办时必须选择" in lead
