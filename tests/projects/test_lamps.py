"""Lamps of projects: rules as data, and every lamp says which rule lit it."""

import importlib
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.periodic import REGISTRY
from crm.models import Event, Lamp
from projects import jobs
from projects.lamp_words import told
from projects.lamps import Points, Reason, Standing, Step, lamp_of, months_late
from projects.models import LampRule, LifeStep, Milestone, Project, Reading
from projects.services import lamps, milestones
from tests.factories import NOON, ProjectFactory

from .conftest import begin

DAY = NOON.date()
TODAY = date(2026, 7, 20)
GREEN, YELLOW, RED, GREY = Lamp.GREEN, Lamp.YELLOW, Lamp.RED, Lamp.GREY
pytestmark = pytest.mark.django_db


def rules():
    return {rule.kind: rule for rule in LampRule.objects.all()}


def shines(*behind, **standing):
    """The lamp of one so many points behind, now and at the ends of months before."""
    points = [Points(80, 80 - one) for one in behind]
    if points:
        standing |= {"points": points[0], "readings": points[1:]}
    return lamp_of(Standing(**standing), rules(), TODAY)


# The rules


@pytest.mark.parametrize(
    ("behind", "lamp"),
    [(-5, GREEN), (9, GREEN), (10, YELLOW), (30, YELLOW), (31, RED)],
)
def test_ten_points_behind_are_yellow_and_more_than_thirty_red(behind, lamp):
    assert shines(behind).lamp == lamp


def test_a_lamp_says_which_rule_lit_it_with_its_numbers():
    found = shines(17)
    assert found.reasons == (Reason("behind", YELLOW, 10, Points(80, 63)),)
    assert told(found).reasons == (
        "进度落后 17 个百分点（应完成 80%，已完成 63%），达到 10 个百分点亮黄灯。",
    )


@pytest.mark.parametrize(
    ("behind", "lamp"),
    [
        ((12, 12, 12), RED),
        ((12, 40, 12), RED),
        ((12, 12), YELLOW),
        ((12, 12, 5, 12), YELLOW),
        ((12, 5, 12, 12), YELLOW),
        # Who has caught up is not red for the past.
        ((5, 12, 12), GREEN),
    ],
)
def test_two_yellow_months_in_a_row_are_red(behind, lamp):
    assert shines(*behind).lamp == lamp


@pytest.mark.parametrize(
    ("planned_on", "lamp"),
    [
        (date(2026, 7, 21), GREEN),
        (date(2026, 7, 20), GREEN),
        (date(2026, 7, 19), YELLOW),
        (date(2026, 4, 21), YELLOW),
        (date(2026, 4, 20), RED),
    ],
)
def test_a_step_that_has_not_come_is_yellow_and_after_three_months_red(
    planned_on, lamp
):
    found = shines(step=Step("started", planned_on))
    assert found.lamp == lamp
    assert [reason.lamp for reason in found.reasons] == [lamp] * (lamp != GREEN)


def test_the_worst_comes_first_and_every_reason_is_told():
    found = shines(12, step=Step("started", date(2026, 3, 1)))
    assert found.lamp == RED
    assert [one.kind for one in found.reasons] == ["step", "behind"]
    assert "开工" in told(found).reasons[0] and "4 个月" in told(found).reasons[0]


def test_where_nothing_is_planned_the_lamp_is_grey():
    assert shines().lamp == GREY


def test_an_empty_number_or_a_rule_not_in_use_lights_nothing():
    LampRule.objects.filter(kind="behind").update(red=None)
    assert shines(40).lamp == YELLOW
    LampRule.objects.filter(kind="behind").update(yellow=None)
    assert shines(40).lamp == GREEN


@pytest.mark.parametrize(
    ("planned_on", "today", "months"),
    [
        ("2026-01-31", "2026-02-27", 0),
        ("2026-01-31", "2026-02-28", 1),
        ("2025-12-15", "2026-01-14", 0),
        ("2025-12-15", "2026-12-15", 12),
    ],
)
def test_months_late_are_whole(planned_on, today, months):
    days = map(date.fromisoformat, (planned_on, today))
    assert months_late(*days) == months


# How a project stands


@pytest.fixture
def prompt(cast, project, template, settings):
    """Begun by a plan that allows no days for preparing: quick to follow."""
    settings.CRM_PREPARE_DAYS = 0
    return begin(cast, project, template)


def lamp(project, days):
    return lamps.lamp(project, today=DAY + timedelta(days=days))


@pytest.mark.slow
def test_points_are_shares_of_committed_days_at_least_one_each(prompt, walk):
    """filing 0 (counts 1), site 7, eia 10, permit 5: 23 in all."""
    found = lamps.points(Project.objects.all(), DAY)
    assert found == {prompt.pk: Points(0, 0)}
    site = Milestone.objects.get(project=prompt, key="site")
    walk(site, "prepare", "hand-in", "accept", "approve")
    # filing was planned for the first day, site for 27 March.
    day = DAY + timedelta(days=10)
    assert lamps.points(Project.objects.all(), day)[prompt.pk] == Points(35, 30)
    assert lamp(prompt, 9).lamp == GREEN


def test_a_project_that_falls_behind_lights_its_lamp(prompt):
    assert lamp(prompt, 0).lamp == GREEN
    assert lamp(prompt, 9).lamp == GREEN
    assert lamp(prompt, 10).lamp == RED  # site and filing: 35 points
    LampRule.objects.filter(kind="behind").update(is_active=False)
    assert lamp(prompt, 10).lamp == GREEN


def test_the_earliest_step_not_reached_counts(cast):
    project = ProjectFactory(company=cast.company)
    assert lamp(project, 0).lamp == GREY
    steps = LifeStep.objects.filter(project=project)
    steps.filter(stage="signed").update(planned_on=DAY, reached_on=DAY)
    steps.filter(stage="started").update(planned_on=DAY + timedelta(days=5))
    steps.filter(stage="producing").update(planned_on=DAY + timedelta(days=400))
    assert lamp(project, 5).lamp == GREEN
    found = lamp(project, 6)
    assert found.lamp == YELLOW
    assert found.reasons[0].step.stage == "started"
    project.archived_at = NOON
    assert lamp(project, 6).lamp == GREY


@pytest.mark.slow
def test_lamps_of_many_cost_the_queries_of_one(queries_of, cast, begun, template):
    def cost():
        return queries_of(lambda: lamps.lamps(Project.objects.all(), today=DAY))

    alone = cost()
    for _ in range(5):
        other = ProjectFactory(company=cast.company, lead_department=cast.bureau)
        milestones.start_approvals(other, actor=None, template=template, now=NOON)
    # rules, points, steps, readings, projects
    assert cost() == alone == 5


# Readings


def test_the_end_of_a_month_is_written_down_once(prompt, time_machine):
    assert REGISTRY["projects.jobs.take_readings"].at is not None
    time_machine.move_to(NOON + timedelta(days=20), tick=False)  # 7 April
    jobs.take_readings()
    reading = Reading.objects.get()
    assert (reading.project, reading.month) == (prompt, date(2026, 3, 1))
    assert (reading.planned, reading.actual) == (35, 0)
    Milestone.objects.update(committed_days=1)
    assert lamps.take_readings(date(2026, 3, 31)) == 0
    assert Reading.objects.get().planned == 35


def test_what_had_not_begun_or_was_through_is_not_read(begun):
    assert lamps.take_readings(date(2026, 2, 1)) == 0
    Project.objects.update(finished_on=date(2026, 4, 30))
    assert lamps.take_readings(date(2026, 4, 9)) == 0
    assert lamps.take_readings(date(2026, 3, 1)) == 1


def test_only_months_without_a_gap_are_in_a_row(begun):
    def light(*months):
        Reading.objects.all().delete()
        for month in months:
            Reading.objects.create(project=begun, month=month, planned=40, actual=20)
        return lamps.lamp(begun, today=TODAY)

    LampRule.objects.filter(kind="behind").update(red=None)
    may, june, april = date(2026, 5, 1), date(2026, 6, 1), date(2026, 4, 1)
    assert light(may, june).lamp == RED
    assert light(april, june).lamp == YELLOW
    assert light(april, may).lamp == YELLOW


# The rules' pages


def behind():
    return LampRule.objects.get(kind="behind")


def edit(cast, who="sven", version=1, **values):
    return lamps.edit_rule(
        behind(), actor=getattr(cast, who), version=version, values=values
    )


def test_the_shipped_rules_are_there_and_keep_what_was_edited():
    migration = importlib.import_module("projects.migrations.0005_shipped_lamp_rules")
    LampRule.objects.filter(kind="behind").update(yellow=15)
    LampRule.objects.filter(kind="step").delete()
    migration.add_shipped(apps, None)
    found = LampRule.objects.values_list("kind", "yellow", "red")
    assert set(found) == {("behind", 15, 30), ("in_a_row", None, 2), ("step", 0, 3)}


def test_an_administrator_changes_a_limit_and_it_is_recorded(cast):
    assert edit(cast, yellow=15).version == 2
    event = Event.objects.get(action="lamp_rule.edited")
    assert (event.actor, event.changes) == (cast.sven, {"yellow": [10, 15]})


@pytest.mark.parametrize("who", ["dora", "maria", "selma", "alma", "otto", "olga"])
def test_nobody_else_changes_a_rule(cast, who):
    with pytest.raises(PermissionDenied):
        edit(cast, who, yellow=15)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"red": 101}, "red"), ({"yellow": 101}, "yellow"), ({"red": 9}, "red")],
)
def test_limits_that_cannot_be_are_refused(cast, values, field):
    with pytest.raises(DomainError) as refusal:
        edit(cast, **values)
    assert refusal.value.field == field
    assert behind().version == 1


def test_a_stale_form_is_told(cast, as_user):
    edit(cast, yellow=15)
    with pytest.raises(StaleVersion):
        edit(cast, yellow=12)
    url = reverse("projects:lamp-rule", args=[behind().pk])
    form = {"yellow": 12, "red": 30, "is_active": "on", "version": 1}
    response = as_user(cast.sven).post(url, form)
    assert (response.status_code, behind().yellow) == (409, 15)
    assert "刚被别人改过" in response.text
    # What stands there now is shown, and saving on top of it goes through.
    assert "<dd>15</dd>" in response.text
    assert 'name="version" value="2"' in response.text


def test_the_pages_change_a_rule(cast, as_user):
    client, url = as_user(cast.sven), reverse("projects:lamp-rule", args=[behind().pk])
    assert "进度落后" in client.get(reverse("projects:lamp-rules")).text
    form = {"yellow": 5, "red": "", "is_active": "on", "version": 1}
    assert 'name="version" value="1"' in client.get(url).text
    assert client.post(url, form).status_code == 302
    assert (behind().yellow, behind().red) == (5, None)
    for bad in ("-1", "x", "99999999999", "١" * 400, "101"):
        response = client.post(url, form | {"yellow": bad, "version": 2})
        assert response.status_code == 422
        assert "9223372036854775807" not in response.text
    assert behind().yellow == 5


def test_in_a_row_has_no_yellow_of_its_own(cast, as_user):
    rule = LampRule.objects.get(kind="in_a_row")
    url = reverse("projects:lamp-rule", args=[rule.pk])
    as_user(cast.sven).post(url, {"yellow": 1, "red": 3, "version": 1})
    rule.refresh_from_db()
    assert (rule.yellow, rule.red, rule.is_active) == (None, 3, False)


def test_the_projects_page_tells_lamp_and_forecast(cast, begun, as_user):
    page = as_user(cast.olga).get(begun.get_absolute_url()).text
    assert "严重滞后" in page and "超过 30 个百分点亮红灯" in page
    assert "0 个按同一单位同一事项的历史用时推算" in page
