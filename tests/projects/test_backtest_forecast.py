"""How good forecasts would have been, asked at past moments of finished projects."""

import json
import random
from datetime import timedelta

import pytest
from django.core.management import call_command

from crm.services import calendar
from projects.models import Milestone, MilestoneNeed, Project, State
from projects.services.backtesting import MOMENTS
from tests.factories import NOON, ProjectFactory

DAY = NOON.date()
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
