"""How good forecasts would have been, asked at past moments of finished projects."""

import json
import random
from datetime import timedelta

import pytest
from django.core.management import call_command

from crm.demo.story import tell
from crm.management.commands.seed_demo import SCALES
from crm.services import calendar
from projects.demo.story import HISTORY, projects_of
from projects.models import (
    ApprovalTemplate,
    Milestone,
    MilestoneNeed,
    Project,
    State,
)
from projects.services.backtesting import MOMENTS
from tests.factories import NOON, ProjectFactory

DAY = NOON.date()
SEED = 20260101  # of seed_demo
KEYS = ("filing", "site", "permit", "works")


@pytest.fixture
def past(cast):
    """Finished projects, one a week: a chain of four items, each of `durations()`."""

    def make(count, durations):
        for number in range(count):
            start = DAY - timedelta(days=7 * (count - number) + 400)
            project = ProjectFactory(
                company=cast.company, lead_department=cast.bureau, started_on=start
            )
            end, before = start, None
            for key in KEYS:
                days = durations()
                end = calendar.add(end, days).due
                item = Milestone.objects.create(
                    project=project,
                    key=key,
                    name=key,
                    stage=1,
                    department=cast.bureau,
                    committed_days=1,
                    state=State.APPROVED,
                    ended_on=end,
                    duration=days,
                )
                if before:
                    MilestoneNeed.objects.create(milestone=item, needed=before)
                before = item
            Project.objects.filter(pk=project.pk).update(finished_on=end)

    return make


def backtest():
    return json.loads(call_command("backtest_forecast", json=True))


def test_without_history_there_is_no_share(db):
    assert backtest() == {"count": 0, "before_p50": None, "before_p80": None}
    assert "暂无" in call_command("backtest_forecast")


def test_what_was_not_recorded_by_then_is_not_used(past):
    """Ten at once: when they were under way, nothing had been recorded."""
    past(10, lambda: 30)
    assert backtest()["count"] < 10 * len(MOMENTS) // 2
    text = call_command("backtest_forecast")
    assert "未计入" in text


@pytest.mark.slow
def test_four_fifths_of_the_true_ends_come_by_p80(past):
    dice = random.Random(8)
    past(80, lambda: round(dice.lognormvariate(2.2, 0.5)))
    found = backtest()
    assert found["count"] > 200
    assert 0.4 <= found["before_p50"] <= 0.6
    assert 0.72 <= found["before_p80"] <= 0.88
    assert found == backtest()


@pytest.fixture
def of_the_demo(cast):
    """The demo's finished projects as rows, without the acts that led there."""
    story = tell(SCALES["small"], SEED, DAY)
    templates = ApprovalTemplate.objects.published()
    items = {
        one.key: list(one.items.prefetch_related("needs__needed")) for one in templates
    }
    for told in projects_of(story, random.Random(SEED + HISTORY), items):
        ends = {
            key: deeds[-1].on
            for key, deeds in told.deeds.items()
            if deeds and deeds[-1].after == State.APPROVED
        }
        if told.is_finished:
            finish(cast, told, items[told.template], ends)


def finish(cast, told, items, ends):
    project = ProjectFactory(
        company=cast.company,
        lead_department=cast.bureau,
        started_on=told.started_on,
        finished_on=max(ends.values()),
    )
    made = {}
    for item in items:
        needs = [row.needed.key for row in item.needs.all()]
        ready = max([told.started_on, *(ends[key] for key in needs)])
        made[item.key] = Milestone(
            project=project,
            key=item.key,
            name=item.name,
            stage=item.stage,
            department=cast.bureau,
            committed_days=item.committed_days,
            state=State.APPROVED,
            ended_on=ends[item.key],
            duration=calendar.count_between(ready, ends[item.key]),
        )
    Milestone.objects.bulk_create(made.values())
    MilestoneNeed.objects.bulk_create(
        MilestoneNeed(milestone=made[item.key], needed=made[row.needed.key])
        for item in items
        for row in item.needs.all()
    )


@pytest.mark.slow
def test_on_the_demo_four_fifths_end_by_p80(of_the_demo):
    found = backtest()
    assert found["count"] > 150
    assert 0.75 <= found["before_p80"] <= 0.85
