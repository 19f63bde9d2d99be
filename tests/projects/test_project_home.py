"""What of projects stands on first pages, for whom, and what leaves them again."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from projects.models import KeyListing, Milestone, Project
from projects.services import life, projects, sessions
from projects.services.milestones import Act
from projects.services.sessions import Plan, Spoken
from tests.factories import NOON

LATE = 30
TITLES = {
    "unit": "待办审批事项",
    "push": "需盯办的审批",
    "late": "逾期的审批事项",
    "bring": "待企业提交材料",
    "site": "应走访的项目现场",
    "promise": "联合服务待答复事项",
    "late promise": "联合服务逾期未答复",
    "listing": "重点清单待批",
}


@pytest.fixture
def busy(cast, begun, items, walk):
    """An item with hana's bureau, one with the company, a promise, a request."""
    walk(items.filing, "prepare", "hand-in", "accept")
    Milestone.objects.filter(pk=items.eia.pk).update(state=-1, state_since=NOON.date())
    plan = Plan(topic="现场会", day=NOON.date(), place="工地", chair=cast.maria)
    called = sessions.call_session(
        begun, actor=cast.olga, plan=plan, departments=[cast.bureau], now=NOON
    )
    spoken = Spoken(outcome="taken", days=3)
    line = called.lines.get()
    sessions.record_line(line, actor=cast.olga, spoken=spoken, now=NOON)
    life.ask_listing(
        begun, actor=cast.dora, kind=KeyListing.Kind.ENTRY, reason="投资大", now=NOON
    )
    return begun


def shown(client, days):
    with time_machine.travel(NOON + timedelta(days=days), tick=False):
        # A leader looks it up: his first page has only what he decides.
        response = client.get(reverse("reports:overview"))
        if response.status_code == 403:
            response = client.get(reverse("reports:home"))
        page = response.content.decode()
    return {key for key, title in TITLES.items() if title in page}


HOMES = [
    ("hana", 0, {"unit", "promise"}),
    ("uma", LATE, {"unit", "promise"}),
    ("tom", LATE, set()),
    ("olga", 0, {"push", "bring"}),
    ("olga", LATE, {"push", "bring", "site"}),
    ("maria", 0, {"listing"}),
    ("maria", LATE, {"listing", "late", "late promise"}),
    ("axel", 0, set()),
    ("axel", LATE, {"late", "late promise"}),
    ("dirk", LATE, set()),
    ("oleg", LATE, set()),
]


@pytest.mark.parametrize(("who", "days", "wanted"), HOMES)
def test_each_finds_what_is_theirs(cast, busy, as_user, who, days, wanted):
    assert shown(as_user(getattr(cast, who)), days) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("who", ["hana", "olga", "maria"])
def test_an_archived_project_is_on_no_work_list(cast, busy, as_user, who):
    projects.archive_project(busy, actor=cast.dora, reason="项目终止", now=NOON)
    assert Project.objects.visible_to(getattr(cast, who)).exists()
    assert shown(as_user(getattr(cast, who)), LATE) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tab", "shows"), [("called", False), ("owing", False), ("all", True)]
)
def test_its_sessions_are_work_no_longer(cast, busy, as_user, tab, shows):
    projects.archive_project(busy, actor=cast.dora, reason="项目终止", now=NOON)
    page = as_user(cast.maria).get(reverse("projects:sessions"), {"tab": tab})
    assert ("现场会" in page.content.decode()) == shows


@pytest.mark.slow
def test_what_is_decided_leaves_the_home(cast, busy, items, as_user, walk):
    items.filing.refresh_from_db()
    walk(items.filing, (Act.APPROVE, 1, {}))
    assert shown(as_user(cast.hana), 2) == {"promise"}
