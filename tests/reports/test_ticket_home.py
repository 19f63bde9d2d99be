"""The side ways of tickets on the first pages, while something waits."""

import uuid

import pytest

from crm.models import Role
from tests.factories import NOON, GrantFactory, UserFactory
from tests.visits import ticket_stories as stories
from visits.services import drafts, tickets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(stories.TODAY, tick=False)


def sections(as_user, who):
    return {one.title: one for one in as_user(who).get("/").context["sections"]}


@pytest.mark.slow
def test_the_head_decides_on_what_his_handlers_ask_for(cast, as_user):
    extended = tickets.ask_extension(
        stories.working(cast), actor=cast.hana, days=20, reason="跨市。", now=NOON
    )
    paused = tickets.pause_ticket(
        stories.working(cast),
        actor=cast.hana,
        kind="special",
        reason="评审。",
        until_on=(NOON + 20 * stories.DAY).date(),
        now=NOON,
    )
    found = sections(as_user, cast.uma)["待审批的延期和暂停"]
    assert {row.pk for row in found.rows} == {extended.pk, paused.pk}
    assert "待审批的延期和暂停" not in sections(as_user, cast.hana)
    tickets.decide_extension(extended, actor=cast.uma, is_granted=True)
    found = sections(as_user, cast.uma)["待审批的延期和暂停"]
    assert [row.pk for row in found.rows] == [paused.pk]


def test_his_own_request_is_another_heads(cast, as_user):
    tickets.ask_extension(
        stories.working(cast), actor=cast.uma, days=20, reason="跨市。", now=NOON
    )
    assert "待审批的延期和暂停" not in sections(as_user, cast.uma)
    second = UserFactory(login="second", department=cast.bureau)
    GrantFactory(user=second, role=Role.UNIT_HEAD, department=cast.bureau)
    assert "待审批的延期和暂停" in sections(as_user, second)


@pytest.mark.slow
def test_the_centre_rules_on_returns_today(cast, as_user):
    ticket = stories.returned(cast)
    found = sections(as_user, cast.dora)["今日待裁定的退回"]
    assert [row.pk for row in found.rows] == [ticket.pk]
    # Its day is the one of the ruling, not the one of the solution.
    row, objection = found.rows[0], ticket.returns.get()
    assert row.due_on == objection.rule_by.due_on != ticket.solve_by.due_on
    assert row.lead == cast.bureau.name
    assert "今日待裁定的退回" not in sections(as_user, cast.dirk)
    assert all(
        row.pk != ticket.pk for row in sections(as_user, cast.hana)["待签收"].rows
    )


@pytest.mark.slow
def test_the_unit_keeps_its_word_on_parked_tickets(cast, as_user):
    ticket = stories.parked(cast)
    found = sections(as_user, cast.hana)["挂账：按期答复企业"]
    assert [(row.pk, row.due_on) for row in found.rows] == [
        (ticket.pk, ticket.next_reply_by.due_on)
    ]
    assert "挂账：按期答复企业" not in sections(as_user, cast.tom)


def test_the_company_finds_what_it_did_not_send(cast, as_user):
    drafts.save_draft(
        actor=cast.otto,
        company=cast.company,
        values={"text": "门口的路坏了"},
        client_key=uuid.uuid4(),
    )
    assert "门口的路坏了" in as_user(cast.otto).get("/").text
    assert "门口的路坏了" not in as_user(cast.olga).get("/").text


def test_a_new_ticket_stands_once_on_the_heads_page(cast, as_user):
    """Its contact is due tomorrow: near, though nobody has accepted it."""
    ticket = stories.dispatched(cast)
    holding = {
        title
        for title, section in sections(as_user, cast.uma).items()
        if any(getattr(row, "pk", None) == ticket.pk for row in section.rows)
    }
    assert holding == {"逾期和将到期"}
