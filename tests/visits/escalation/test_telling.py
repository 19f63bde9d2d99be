"""Whom an escalation reaches is told of it, with why it has come to him."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Event, Notice
from tests.visits.escalation.stories import (
    DAY,
    DUE,
    late_ticket,
    leader_of,
    on,
    only,
)
from tests.visits.ticket_stories import accepted
from visits.services import escalations

pytestmark = pytest.mark.django_db


def told():
    """Of the last sweep: who, as what."""
    raised = Event.objects.filter(action="escalation.raised").values("pk")
    rows = Notice.objects.filter(event__in=raised)
    return sorted(rows.values_list("recipient__login", "kind"))


def test_the_handler_is_reminded_before_the_last_day(cast):
    late_ticket(cast)
    escalations.sweep(now=on(DUE - DAY))
    assert told() == [("hana", "reminder")]


def test_late_goes_to_the_head_and_then_to_who_is_in_charge(cast, as_user):
    leader_of(cast, cast.bureau)
    late_ticket(cast)
    escalations.sweep(now=on(DUE + 10 * DAY))
    assert ("uma", "raised") in told()
    assert ("lena", "raised") in told()
    (line, *_more) = as_user(cast.uma).get("/notices/").context["lines"]
    assert "人社局" in line.told.unit
    assert "提到单位负责人" in line.sentence


def test_who_is_away_is_not_reminded_but_his_unit(cast):
    late_ticket(cast)
    cast.hana.absences.create(
        kind="leave",
        starts_on=DUE - DAY,
        ends_on=DUE,
        created_by=cast.hana,
        created_at=on(DUE),
    )
    escalations.sweep(now=on(DUE - DAY))
    assert ("hana", "reminder") not in told()
    assert told()


def test_a_second_sweep_tells_nothing_again(cast):
    late_ticket(cast)
    for _ in range(2):
        escalations.sweep(now=on(DUE - DAY))
    assert told() == [("hana", "reminder")]


@pytest.mark.slow
def test_a_sweep_asks_no_more_for_twenty_than_for_two(cast):
    only("ticket_late")

    def queries(count):
        for _ in range(count):
            accepted(cast)
        with CaptureQueriesContext(connection) as captured:
            escalations.sweep(now=on(DUE + DAY))
        return len(captured)

    cost = queries(2)
    assert queries(20) == cost
    assert Notice.objects.filter(kind="raised").count() == 22


@pytest.mark.slow
def test_a_flood_is_read_on_the_list_and_not_one_by_one(cast, monkeypatch):
    monkeypatch.setattr("crm.services.notices.telling.MANY", 10)
    monkeypatch.setattr("crm.services.notices.telling.MOST_OF_MANY", 3)
    only("ticket_late")
    for _ in range(12):
        accepted(cast)
    escalations.sweep(now=on(DUE + DAY))
    assert told() == [("uma", "raised")] * 3
