"""Several at once: numbers without a gap, one order per subject, one proposal each."""

import threading
import uuid

import pytest
from django.db import OperationalError, connection, transaction

from crm.lib.errors import DomainError
from crm.models import Deadline, Event
from tests.cast import make_cast
from tests.factories import NOON, CategoryFactory
from tests.second import second_connection
from tests.visits import ticket_stories
from visits.models import OrderProposal, OrderRaise, SupervisionOrder
from visits.services import orders

from .stories import answered, issued

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TOGETHER = 6


def at_once(works):
    """Run all at the same moment, each on a connection of its own."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work):
        try:
            gate.wait()
            results[number] = work()
        except DomainError as error:
            results[number] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.fixture
def cast():
    CategoryFactory()
    return make_cast()


def serials():
    return sorted(SupervisionOrder.objects.values_list("serial", flat=True))


def test_the_first_numbers_of_a_year_taken_at_once(cast):
    works = [
        lambda number=number: issued(cast, matter=f"第{number}件")
        for number in range(TOGETHER)
    ]
    at_once(works)
    assert serials() == list(range(1, TOGETHER + 1))


def test_refused_ones_between_leave_no_gap(cast):
    ticket = ticket_stories.dispatched(cast)
    works = [lambda: issued(cast, ticket)] * 3
    works += [lambda n=n: issued(cast, matter=f"第{n}件") for n in range(3)]
    results = at_once(works)
    assert results.count("ordered_already") == 2
    assert serials() == [1, 2, 3, 4]


def test_one_press_that_arrives_six_times_is_one_order(cast):
    key = uuid.uuid4()
    results = at_once([lambda: issued(cast, client_key=key)] * TOGETHER)
    assert {one.pk for one in results} == {SupervisionOrder.objects.get().pk}
    assert serials() == [1]
    issued(cast, matter="下一件")
    assert serials() == [1, 2]


def test_raised_at_once_it_is_raised_once(cast):
    order = issued(cast)
    raising = [
        lambda who=who: orders.raise_order(
            order, actor=who, colour="red", reason="拖", now=NOON
        )
        for who in (cast.axel, cast.axel, cast.axel)
    ]
    at_once(raising)
    assert OrderRaise.objects.count() == 1


def test_accepted_and_sent_back_at_once_one_of_them_holds(cast):
    order = answered(cast)
    results = at_once(
        [
            lambda: orders.close_order(order, actor=cast.axel, now=NOON) and "closed",
            lambda: (
                orders.send_back_order(order, actor=cast.axel, reason="缺", now=NOON)
                and "back"
            ),
        ]
    )
    assert sorted(results).count("wrong_status") == 1
    order.refresh_from_db()
    assert order.answers.get().verdict in {"accepted", "returned"}
    assert (order.status == "closed") == ("closed" in results)


def test_four_sweeps_at_once_propose_each_once(cast):
    for _ in range(5):
        late = ticket_stories.dispatched(cast)
        Deadline.objects.filter(pk=late.solve_by_id).update(due_on="2026-03-11")
    swept = at_once([lambda: orders.propose_overdue(now=NOON)] * 4)
    assert sum(one.proposed for one in swept) == 5
    assert OrderProposal.objects.count() == 5
    assert Event.objects.filter(action="order.proposed").count() == 5


def test_four_sweeps_at_once_lapse_each_once(cast):
    for _ in range(3):
        late = ticket_stories.dispatched(cast)
        Deadline.objects.filter(pk=late.solve_by_id).update(due_on="2026-03-11")
    orders.propose_overdue(now=NOON)
    Deadline.objects.update(met_at=NOON)
    swept = at_once([lambda: orders.propose_overdue(now=NOON)] * 4)
    assert sum(one.lapsed for one in swept) == 3
    assert Event.objects.filter(action="order.proposal_lapsed").count() == 3


def test_a_proposal_issued_by_two_at_once_is_one_order(cast):
    late = ticket_stories.dispatched(cast)
    Deadline.objects.filter(pk=late.solve_by_id).update(due_on="2026-03-11")
    orders.propose_overdue(now=NOON)
    row = OrderProposal.objects.get()
    results = at_once(
        [
            lambda who=who: orders.issue_proposed(row, actor=who, now=NOON)
            for who in (cast.axel, cast.maria)
        ]
    )
    assert "decided_already" in results
    assert SupervisionOrder.objects.count() == 1


@pytest.mark.postgres
def test_an_act_holds_the_row_until_it_is_done(cast):
    order = issued(cast)
    with transaction.atomic():
        orders.sign_order(order, actor=cast.hana, now=NOON)
        sql = "SELECT 1 FROM visits_supervisionorder WHERE id = %s FOR UPDATE NOWAIT"
        with (
            second_connection() as other,
            other.cursor() as cursor,
            pytest.raises(OperationalError),
        ):
            cursor.execute(sql, [order.pk])
