"""What is overdue for long proposes an order by itself, once; people decide."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError
from crm.models import Deadline, Event
from crm.services import calendar
from projects.services import milestones, sessions
from projects.services.milestones import Act, Said
from projects.services.sessions import Plan, Spoken
from tests.factories import (
    NOON,
    SHANGHAI,
    CategoryFactory,
    ProjectFactory,
    TemplateFactory,
)
from tests.visits import ticket_stories
from visits.models import OrderProposal, SupervisionOrder
from visits.order_jobs import propose_orders
from visits.services import orders, tickets
from visits.services.orders import proposing, subjects

from .stories import answered, issued

# Due on Friday, 27 March 2026; Qingming is on 4–6 April.
DUE = date(2026, 3, 27)


def at(month, day):
    return datetime(2026, month, day, 9, 0, tzinfo=SHANGHAI)


def sweep(month=4, day=2):
    return orders.propose_overdue(now=at(month, day))


def one() -> OrderProposal:
    return OrderProposal.objects.get()


@pytest.mark.parametrize(
    ("day", "proposed"),
    [((3, 27), 0), ((4, 1), 0), ((4, 2), 1), ((4, 3), 1), ((4, 30), 1)],
)
def test_more_than_three_working_days_late(ticket, day, proposed):
    """Late from Monday on: Thursday is the fourth working day."""
    assert sweep(*day).proposed == proposed
    assert OrderProposal.objects.count() == proposed


def test_the_last_day_is_as_the_calendar_counts(db):
    """What is picked is exactly what is later than the days of grace."""
    for later in range(60):
        today = date(2026, 3, 20) + timedelta(days=later)
        last = proposing.last_day(today)
        assert calendar.count_between(last, today) > 3
        assert calendar.count_between(last + timedelta(days=1), today) <= 3


def test_the_days_of_grace_are_a_setting(ticket, settings):
    settings.CRM_ORDER_OVERDUE_DAYS = 0
    assert sweep(3, 30).proposed == 1


def test_it_says_who_what_and_since_when(cast, ticket):
    sweep()
    row = one()
    assert (row.matter, row.department, row.person) == (
        ticket.title, cast.bureau, cast.hana,
    )  # fmt: skip
    assert (row.company, row.due_on, row.rule, row.colour) == (
        cast.company, DUE, "overdue", "yellow",
    )  # fmt: skip
    event = Event.objects.get(action="order.proposed")
    assert (event.actor, event.changes) == (None, {"rule": [None, "overdue"]})


def test_however_often_the_sweep_runs_it_is_proposed_once(ticket):
    assert [sweep().proposed, sweep().proposed, sweep(4, 20).proposed] == [1, 0, 0]
    assert Event.objects.filter(action="order.proposed").count() == 1


def test_the_database_refuses_the_second_row(ticket):
    sweep()
    row = one()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_what_another_sweep_wrote_meanwhile_is_no_news(ticket):
    """Two sweeps have read the same late tickets: one row, one event."""
    late = list(proposing.late_rows(*kind(), date(2026, 3, 29)))
    batch = [proposing.Late._make(row) for row in late]
    subject, _ = kind()
    assert proposing.write(subject, batch, at(4, 2)) == 1
    assert proposing.write(subject, batch, at(4, 2)) == 0
    assert Event.objects.filter(action="order.proposed").count() == 1


def kind():
    subject = subjects.of_type("visits.ticket")
    return subject, subject.overdue[0]


def test_another_promise_is_another_cycle(cast, ticket):
    """Extended and late again; a calendar that moves a day makes no new one."""
    sweep()
    orders.dismiss_proposal(one(), actor=cast.axel, reason="已协调", now=at(4, 2))
    Deadline.objects.filter(pk=ticket.solve_by_id).update(due_on=date(2026, 3, 26))
    assert sweep(4, 8).proposed == 0
    Deadline.objects.filter(pk=ticket.solve_by_id).update(
        days=10, due_on=date(2026, 4, 1)
    )
    assert sweep(4, 20).proposed == 1


def test_what_is_ordered_already_is_not_proposed(cast, ticket):
    order = issued(cast, ticket)
    assert sweep().proposed == 0
    orders.withdraw_order(order, actor=cast.axel, reason="改期", now=at(4, 2))
    assert sweep().proposed == 1


def test_what_was_answered_is_neither_proposed_nor_left_open(cast, ticket):
    sweep()
    tickets.answer_ticket(
        ticket, actor=cast.hana, text="已办", proposed="solved", now=at(4, 2)
    )
    with pytest.raises(DomainError) as refused:
        orders.issue_proposed(one(), actor=cast.axel, now=at(4, 2))
    assert refused.value.code == "settled"
    swept = sweep(4, 3)
    assert (swept.proposed, swept.lapsed) == (0, 1)
    assert one().state == "lapsed"
    assert Event.objects.filter(action="order.proposal_lapsed").count() == 1


def test_thousands_are_written_batch_by_batch(cast, monkeypatch):
    monkeypatch.setattr(proposing, "BATCH", 2)
    CategoryFactory()
    for _ in range(5):
        ticket_stories.dispatched(cast)
    assert sweep().proposed == 5
    assert sweep().proposed == 0


def test_the_worker_says_what_it_did(ticket, time_machine):
    time_machine.move_to(at(4, 2), tick=False)
    assert propose_orders() == "1 proposed, 0 settled meanwhile"


# --- Approval items and promises -----------------------------------------------


@pytest.fixture
def project(cast):
    template = TemplateFactory(items={"filing": (cast.bureau, 3, [])})
    made = ProjectFactory(company=cast.company, region=cast.town)
    milestones.start_approvals(made, actor=cast.dora, template=template, now=NOON)
    return made


def test_an_overdue_approval_proposes_one(cast, project):
    item = project.milestones.get()
    for act in (Act.PREPARE, Act.HAND_IN, Act.ACCEPT):
        milestones.move(item, act, actor=cast.hana, said=Said(on=NOON.date()), now=NOON)
    item.refresh_from_db()
    assert sweep().proposed == 1
    row = one()
    assert (row.subject_type, row.subject_id) == ("projects.milestone", item.pk)
    order = orders.issue_proposed(row, actor=cast.axel, now=at(4, 2))
    assert project.name in order.matter
    assert "事项 filing" in order.basis


def test_an_item_that_nobody_accepts_proposes_one(cast, project):
    item = project.milestones.get()
    for act in (Act.PREPARE, Act.HAND_IN):
        milestones.move(item, act, actor=cast.hana, said=Said(on=NOON.date()), now=NOON)
    assert sweep(4, 30).proposed == 1


def test_a_broken_promise_of_a_joint_session_proposes_one(cast, project, monkeypatch):
    monkeypatch.setattr("reports.listeners.request_minutes", lambda *a, **k: None)
    plan = Plan(topic="用地", day=NOON.date(), place="工地", chair=cast.maria)
    called = sessions.call_session(
        project, actor=cast.dora, plan=plan, departments=[cast.bureau], now=NOON
    )
    line = called.lines.get()
    taken = Spoken(outcome="taken", words="带回", days=3)
    sessions.record_line(line, actor=cast.dora, spoken=taken, now=NOON)
    assert sweep().proposed == 1
    order = orders.issue_proposed(one(), actor=cast.axel, now=at(4, 2))
    assert "用地" in order.basis
    # Written down by mistake after all: its clock goes, the proposal stays decided.
    on_the_spot = Spoken(outcome="answered", words="当场答复")
    sessions.record_line(line, actor=cast.dora, spoken=on_the_spot, now=at(4, 2))
    assert one().state == "issued"


# --- What people decide --------------------------------------------------------


def test_one_press_issues_it_filled_in(cast, ticket):
    sweep()
    order = orders.issue_proposed(one(), actor=cast.axel, now=at(4, 2))
    assert (order.colour, order.department, order.person) == (
        "yellow", cast.bureau, cast.hana,
    )  # fmt: skip
    assert order.answer_by.due_on == date(2026, 4, 10)
    assert "逾期 4 个工作日" in order.basis
    assert "书面答复" in order.requirement
    row = one()
    assert (row.state, row.order, row.decided_by) == ("issued", order, cast.axel)
    # Pressed twice it is the same order.
    assert orders.issue_proposed(row, actor=cast.axel, now=at(4, 2)) == order
    assert SupervisionOrder.objects.count() == 1


def test_dismissed_for_a_reason_that_stays(cast, ticket):
    sweep()
    with pytest.raises(DomainError) as refused:
        orders.dismiss_proposal(one(), actor=cast.axel, reason=" ", now=at(4, 2))
    assert refused.value.code == "reason_missing"
    orders.dismiss_proposal(one(), actor=cast.axel, reason="已协调", now=at(4, 2))
    assert (one().state, one().reason) == ("dismissed", "已协调")
    with pytest.raises(DomainError) as refused:
        orders.issue_proposed(one(), actor=cast.axel, now=at(4, 2))
    assert refused.value.code == "decided_already"
    assert sweep(4, 20).proposed == 0


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("axel", True), ("maria", True), ("lena", True), ("dora", False),
        ("olga", False), ("hana", False), ("uma", False), ("tom", False),
        ("otto", False), ("dirk", False), ("sven", False),
    ],
)  # fmt: skip
def test_who_decides_about_proposals(cast, ticket, lena, who, may):
    cast.lena = lena
    sweep()
    actor = getattr(cast, who)
    assert OrderProposal.objects.visible_to(actor).exists() == may
    if may:
        assert orders.issue_proposed(one(), actor=actor, now=at(4, 2)).is_open
    else:
        with pytest.raises(PermissionDenied):
            orders.issue_proposed(one(), actor=actor, now=at(4, 2))
        with pytest.raises(PermissionDenied):
            orders.dismiss_proposal(one(), actor=actor, reason="x", now=at(4, 2))


# --- Two yellow ones -----------------------------------------------------------


def ended(cast, order):
    orders.close_order(order, actor=cast.axel, now=NOON + timedelta(hours=3))


def test_two_yellows_in_a_row_on_the_same_matter_propose_red(cast, ticket):
    ended(cast, answered(cast, ticket))
    assert not OrderProposal.objects.exists()
    second = issued(cast, ticket)
    row = one()
    assert (row.rule, row.colour, row.subject_id) == ("two_yellows", "red", second.pk)
    raised = orders.issue_proposed(row, actor=cast.axel, now=NOON)
    assert (raised.pk, raised.colour) == (second.pk, "red")
    assert raised.raises.get().reason == "同一事项连续两次黄色督办。"


def test_raised_to_yellow_counts_as_well(cast, ticket):
    ended(cast, answered(cast, ticket))
    second = issued(cast, ticket, colour="blue")
    assert not OrderProposal.objects.exists()
    orders.raise_order(
        second, actor=cast.axel, colour="yellow", reason="未办", now=NOON
    )
    assert one().subject_id == second.pk


@pytest.mark.parametrize("between", ["blue", "another unit", "withdrawn", "words"])
def test_what_lies_between_or_elsewhere_does_not(cast, ticket, between):
    first = answered(cast, None if between == "words" else ticket)
    if between == "withdrawn":
        orders.withdraw_order(first, actor=cast.axel, reason="发错", now=NOON)
    else:
        ended(cast, first)
    if between == "blue":
        ended(cast, answered(cast, ticket, colour="blue"))
    unit = cast.other_bureau if between == "another unit" else cast.bureau
    issued(cast, ticket, addressee=unit)
    assert not OrderProposal.objects.exists()


def test_a_red_proposal_lapses_with_its_order(cast):
    ended(cast, answered(cast))
    second = issued(cast)
    orders.withdraw_order(second, actor=cast.axel, reason="发错", now=NOON)
    assert sweep(3, 19).lapsed == 1
    assert one().state == "lapsed"
