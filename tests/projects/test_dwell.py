"""Where the days go: medians with their counts, opened down to the approvals."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from projects import dwell
from projects.models import Milestone, State
from projects.services import scheduling
from tests.factories import NOON, ProjectFactory

DAY = NOON.date()
SINCE = DAY - timedelta(days=365)
FIX = {"notice": "补正用地红线图"}


@pytest.fixture
def through(walk, items):
    """site, the slow way: its turn on day 1, a correction, approved on day 12."""
    walk(items.filing, "prepare", "hand-in", "accept", ("approve", 1, {}))
    return walk(
        items.site,
        ("prepare", 1, {}),
        ("hand-in", 3, {}),
        ("accept", 4, {}),
        ("correct", 5, FIX),
        ("corrected", 7, {}),
        ("approve", 12, {}),
    )


@pytest.fixture
def more(cast):
    """Approvals of the same item in as many projects: the days of each clock."""

    def make(*days, unit=cast.bureau):
        for company, authority, special in days:
            Milestone.objects.create(
                project=ProjectFactory(company=cast.company),
                key="design",
                name="设计方案审查",
                stage=1,
                department=unit,
                committed_days=7,
                statutory_days=14,
                state=State.APPROVED,
                ended_on=DAY,
                company_days=company,
                authority_days=authority,
                special_days=special,
                counted_days=authority,
            )

    return make


def figures(user, group="both", since=SINCE):
    return dwell.figures(dwell.approved(user, since), group)


@pytest.mark.slow
def test_an_approval_keeps_its_days(through, begun):
    """The same as its clocks say, and what counted against the promise."""
    assert (through.company_days, through.authority_days, through.special_days) == (
        5,
        6,
        0,
    )
    clocks = scheduling.plan_of(begun, today=through.ended_on).clocks["site"]
    assert clocks.company == 5 and clocks.authority == 6
    # Accepted on Sunday the 22nd; 23 to 25 stand still; 26, 27 and 30 March count.
    assert through.counted_days == 3


@pytest.mark.slow
def test_a_new_attempt_forgets_them(walk, through):
    item = walk(through, ("revoke", 13, FIX))
    assert (item.duration, item.company_days, item.counted_days) == (None, None, None)


def test_what_was_not_approved_keeps_none(walk, items):
    item = walk(items.site, "prepare", "hand-in", "accept", ("reject", 3, FIX))
    assert item.company_days is None


def test_medians_come_with_their_counts(cast, more):
    more((2, 4, 0), (4, 8, 0), (30, 6, 9))
    (line,) = figures(cast.dora)
    assert (line.count, line.company, line.authority, line.special) == (3, 4, 6, 0)
    assert (line.spent, line.counted, line.in_time, line.counted_count) == (12, 6, 2, 3)
    assert (line.statutory, line.promised) == (14, 7)


def test_without_an_approval_there_is_no_line(cast, begun, as_user):
    assert figures(cast.dora) == []
    page = as_user(cast.dora).get(reverse("projects:dwell"))
    assert "暂无数据" in page.text


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("both", [("设计方案审查", "水利局", 1), ("设计方案审查", "人社局", 2)]),
        ("item", [("设计方案审查", "", 3)]),
        ("department", [("水利局", "", 1), ("人社局", "", 2)]),
    ],
)
def test_lines_are_grouped_the_slowest_first(cast, more, group, names):
    more((0, 0, 0), (1, 1, 1))
    more((2, 2, 2), unit=cast.other_bureau)
    found = figures(cast.dora, group)
    assert [(line.name, line.unit, line.count) for line in found] == names


@pytest.mark.slow
def test_only_what_a_person_may_see_is_counted(cast, through):
    seen = {who: len(figures(getattr(cast, who))) for who in ("dora", "tom", "omar")}
    assert seen == {"dora": 2, "tom": 2, "omar": 0}
    Milestone.objects.filter(pk=through.pk).update(project=ProjectFactory())
    assert [line.key for line in figures(cast.hana)] == ["filing"]


@pytest.mark.slow
def test_the_period_ends_where_it_says(cast, through):
    last = through.ended_on
    assert len(figures(cast.dora, since=last - timedelta(days=1))) == 1
    assert figures(cast.dora, since=last) == []


@pytest.mark.slow
def test_a_line_opens_to_its_approvals(cast, through, as_user):
    client = as_user(cast.dora)
    with time_machine.travel(NOON + timedelta(days=20), tick=False):
        page = client.get(reverse("projects:dwell")).text
        opened = f"item=site&amp;department={cast.bureau.pk}"
        assert opened in page
        url = reverse("projects:dwell-approvals")
        found = client.get(f"{url}?period=90&item=site&department={cast.bureau.pk}")
        assert reverse("projects:milestone", args=[through.pk]) in found.text
        other = client.get(f"{url}?item=site&department={cast.other_bureau.pk}")
        assert "暂无数据" in other.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        "period=0",
        "period=x&group=y",
        "item=" + "甲" * 500,
        "department=99999999999999999999",
        "department=-1",
        "cursor=zzz",
    ],
)
def test_what_cannot_be_is_answered(cast, through, as_user, asked):
    for name in ("projects:dwell", "projects:dwell-approvals"):
        assert as_user(cast.dora).get(f"{reverse(name)}?{asked}").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", ["projects:dwell", "projects:dwell-approvals"])
def test_many_approvals_cost_the_queries_of_one(
    cast, through, more, as_user, queries_of, name
):
    client, url = as_user(cast.dora), f"{reverse(name)}?period=1095"
    client.get(url)
    alone = queries_of(lambda: client.get(url))
    more(*[(number, 1, 0) for number in range(30)])
    assert queries_of(lambda: client.get(url)) == alone


@pytest.mark.slow
def test_pages_go_on_where_they_stopped(cast, more, as_user):
    more(*[(number, 1, 0) for number in range(30)])
    client, url = as_user(cast.dora), reverse("projects:dwell-approvals")
    with time_machine.travel(NOON, tick=False):
        first = client.get(url)
        assert len(first.context["rows"]) == 25
        second = client.get(url + first.context["page"]["next"])
    assert [row.company for row in second.context["rows"]] == [4, 3, 2, 1, 0]


def test_a_new_project_counts_when_it_is_approved(cast, walk, items):
    walk(items.filing, "prepare", "hand-in", "accept", ("approve", 4, {}))
    (line,) = figures(cast.dora)
    # Its turn came with the first day.
    assert (line.spent, line.company, line.authority) == (4, 0, 4)
