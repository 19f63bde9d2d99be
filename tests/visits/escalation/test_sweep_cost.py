"""What a sweep asks of the database: counted, for seconds depend on the machine."""

import pytest
from django.utils import timezone

from crm.models import Deadline, DeadlinePause, User
from crm.services.notices import telling
from tests.visits.escalation.stories import at, leader_of
from tests.visits.ticket_stories import accepted, returned
from visits.models import Escalation
from visits.notice_words import has_its_department
from visits.services import escalations
from visits.services.escalations import sweeping

pytestmark = pytest.mark.django_db
LATE = at(3, 30)
NEXT_MINUTE = at(3, 30, 9, 1)
# Contact and first reply late, due soon, late.
EACH = 4


def sweep(now=LATE):
    return escalations.raise_due(now=now)


@pytest.mark.slow
def test_where_nothing_is_new_it_costs_the_same_for_one_ticket_and_for_twenty(
    cast, queries_of
):
    accepted(cast)
    assert sweep() == EACH
    cost = queries_of(lambda: sweep(NEXT_MINUTE))
    for _ in range(20):
        accepted(cast)
    assert sweep() == 20 * EACH
    assert queries_of(lambda: sweep(NEXT_MINUTE)) == cost


@pytest.mark.slow
def test_each_further_batch_costs_the_same(cast, queries_of, monkeypatch):
    """Who is at which level is asked once for all of them."""
    monkeypatch.setattr(sweeping, "BATCH", 5)
    costs = []
    for batches in (1, 2, 3):
        for _ in range(5 * batches):
            accepted(cast)
        costs.append(queries_of(sweep))
    assert costs[2] - costs[1] == costs[1] - costs[0]


def test_the_minutes_sweep_keeps_nothing_in_memory(cast):
    accepted(cast)
    one = sweeping.Sweep(LATE, keeps=False)
    assert one.run() == []
    assert one.count == EACH == Escalation.objects.count()


def test_more_than_a_thousand_are_read_ahead(db, cast, queries_of):
    """SQLite refuses the thousand conditions that prefetching would write."""
    day = timezone.localdate()
    clocks = Deadline.objects.bulk_create(
        Deadline(kind="contact", days=1, started_on=day, handler=cast.hana)
        for _ in range(1100)
    )
    records = [DeadlinePause(deadline_id=one.pk) for one in clocks]
    assert queries_of(lambda: telling.follow(records, ["deadline", "handler"])) <= 3
    assert queries_of(lambda: {one.deadline.handler.pk for one in records}) == 0
    assert {one.deadline_id for one in records} == {one.deadline.pk for one in records}


@pytest.mark.slow
def test_whoever_has_the_department_sees_the_escalation(cast):
    """What spares the question must be true; of nobody more is it said."""
    leader_of(cast, cast.bureau)
    accepted(cast)
    returned(cast)
    sweep()
    spared = 0
    for user in User.objects.all():
        visible = Escalation.objects.visible_to(user)
        for one in Escalation.objects.all():
            if has_its_department(one, user):
                spared += 1
                assert visible.filter(pk=one.pk).exists(), (user, one)
    assert spared
    assert not any(
        has_its_department(one, cast.tom)
        for one in Escalation.objects.filter(department=cast.bureau)
    )
