"""The forecast of a project is kept with it, and follows every change of it."""

from datetime import date, timedelta

import pytest

from crm.lib.periodic import REGISTRY
from projects import jobs
from projects.models import Forecast, Milestone, State
from projects.services import forecasting, life, milestones
from tests.factories import NOON, ProjectFactory

DAY = NOON.date()


@pytest.fixture
def records(cast, items):
    """Eight site approvals of hana's bureau, 10 to 17 working days each."""
    past = ProjectFactory(
        company=cast.company, lead_department=cast.bureau, started_on=DAY
    )

    long_ago = DAY - timedelta(days=30)

    def make(count=8, key="site", unit=cast.bureau, ended_on=long_ago, **facts):
        return Milestone.objects.bulk_create(
            Milestone(
                project=past,
                key=key,
                name="事项",
                stage=1,
                department=unit,
                state=State.APPROVED,
                ended_on=ended_on,
                duration=10 + number,
                removed_at=NOON,  # so that one project may hold all of them
                **facts,
            )
            for number in range(count)
        )

    return make


def forecast_of(project):
    return Forecast.objects.get(project=project)


def test_approvals_that_begin_have_a_forecast(begun, items):
    found = forecast_of(begun)
    assert (found.computed_on, found.open_count, found.recorded_count) == (DAY, 4, 0)
    # Nothing is recorded, so it is the schedule.
    assert (found.p50_on, found.p80_on) == (date(2026, 4, 9), date(2026, 4, 9))
    assert (found.next, found.next_p50_on) == (items.filing, DAY)


def test_every_move_computes_it_anew(begun, items, walk):
    walk(items.filing, "prepare", "hand-in", "accept", ("approve", 2, {}))
    found = forecast_of(begun)
    assert (found.computed_on, found.open_count) == (DAY + timedelta(days=2), 3)
    assert (found.next, found.p50_on) == (items.site, date(2026, 4, 13))


def test_records_of_the_same_item_and_department_are_drawn_from(begun, records):
    records(8)
    records(8, key="eia")  # of another department than decides on it here
    found = forecasting.refresh(begun, today=DAY)
    assert found.recorded_count == 1
    site = found.estimates()["site"]
    assert site.record_count == 8
    assert date(2026, 4, 1) < site.p50_on < site.p80_on
    assert found.estimates()["eia"].record_count == 0


@pytest.mark.parametrize(
    ("ended_on", "count"),
    [
        (DAY, 8),
        (DAY + timedelta(days=1), 0),
        (DAY - timedelta(days=3 * 365), 0),
        (DAY - timedelta(days=3 * 365 - 1), 8),
    ],
)
def test_records_are_recent_and_not_from_the_future(begun, records, ended_on, count):
    records(8, ended_on=ended_on)
    found = forecasting.refresh(begun, today=DAY)
    assert found.estimates()["site"].record_count == count


def test_seven_records_are_too_few(begun, records):
    records(7)
    assert forecasting.refresh(begun, today=DAY).recorded_count == 0


def test_records_with_the_same_promise_come_first(begun, records):
    """site promises 7 days; another template once promised 30."""
    records(8, committed_days=30)
    assert forecasting.refresh(begun, today=DAY).estimates()["site"].record_count == 8
    records(7, committed_days=7)
    assert forecasting.refresh(begun, today=DAY).estimates()["site"].record_count == 15
    records(1, committed_days=7)
    assert forecasting.refresh(begun, today=DAY).estimates()["site"].record_count == 8


def test_an_approval_that_lapses_before_it_is_needed_is_said(begun, items, walk):
    expires_on = DAY + timedelta(days=2)
    said = {"expires_on": expires_on}
    walk(items.site, "prepare", "hand-in", "accept", ("approve", 0, said))
    found = forecast_of(begun)
    assert found.lapse_count == 1
    assert found.lapses == [
        {
            "approval": items.site.pk,
            "name": items.site.name,
            "expires_on": expires_on.isoformat(),
            "before": items.permit.name,
            "start_on": "2026-04-01",
        }
    ]


def test_the_green_channel_shortens_it(cast, begun, items):
    Milestone.objects.filter(pk=items.eia.pk).update(green_days=1)
    until = DAY + timedelta(days=90)
    project = life.open_green_channel(
        begun, actor=cast.maria, reason="省重点", until=until, now=NOON
    )
    assert forecast_of(begun).p50_on == date(2026, 4, 3)
    life.close_green_channel(project, actor=cast.maria, reason="完成", now=NOON)
    assert forecast_of(begun).p50_on == date(2026, 4, 9)


@pytest.mark.slow
def test_when_all_is_through_nothing_is_to_come(cast, begun, items, walk):
    way = ("prepare", "hand-in", "accept", "approve")
    for item in (items.filing, items.site, items.permit):
        walk(item, *way)
    assert forecast_of(begun).next == items.eia
    walk(items.eia, *way, actor=cast.tom)
    found = forecast_of(begun)
    assert (found.open_count, found.next, found.p50_on) == (0, None, None)


def test_every_night_what_runs_is_computed_anew(cast, begun, time_machine, template):
    assert REGISTRY["projects.jobs.refresh_forecasts"].at is not None
    other = ProjectFactory(company=cast.company, lead_department=cast.bureau)
    milestones.start_approvals(other, actor=None, template=template, now=NOON)
    resting = ProjectFactory(company=cast.company)
    time_machine.move_to(NOON + timedelta(days=9), tick=False)
    jobs.refresh_forecasts()
    days = set(Forecast.objects.values_list("computed_on", flat=True))
    assert days == {DAY + timedelta(days=9)}
    assert not Forecast.objects.filter(project=resting).exists()


def test_many_projects_cost_the_queries_of_one(queries_of, cast, begun, template):
    def cost():
        return queries_of(lambda: forecasting.refresh_running(today=DAY))

    alone = cost()
    for _ in range(5):
        other = ProjectFactory(company=cast.company, lead_department=cast.bureau)
        milestones.start_approvals(other, actor=None, template=template, now=NOON)
    # keys, the plan's four, records, the forecasts
    assert cost() == alone == 7


@pytest.mark.parametrize(
    ("who", "sees"), [("olga", True), ("maria", True), ("omar", False), ("sven", False)]
)
def test_who_sees_a_forecast(cast, begun, who, sees):
    found = Forecast.objects.visible_to(getattr(cast, who))
    assert found.filter(project=begun).exists() == sees
