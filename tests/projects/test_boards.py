"""Boards: every number opens to the projects behind it, and costs do not grow."""

import re

import pytest
from django.urls import reverse

from projects import boards
from projects.models import LifeStep, Project
from tests.factories import NOON, ProjectFactory

PAGE = reverse("projects:board")


@pytest.fixture(autouse=True)
def late_april(time_machine):
    """Six weeks after the approvals began nothing of the plan is done."""
    time_machine.move_to(NOON.replace(month=4, day=30), tick=False)


@pytest.mark.parametrize("kind", list(boards.KINDS))
def test_every_number_opens_to_as_many_projects(cast, begun, as_user, kind):
    Project.objects.update(leader=cast.maria)
    client = as_user(cast.dora)
    body = client.get(f"{PAGE}?by={kind}").content.decode()
    links = re.findall(r'href="(/projects/\?[^"]+)">(\d+)</a>', body)
    assert any(number != "0" for _url, number in links) or kind in {"leader", "officer"}
    for url, number in links:
        listed = client.get(url.replace("&amp;", "&")).content.decode()
        assert f"：{number} 个" in listed


def test_a_red_project_says_why(cast, begun, as_user):
    body = as_user(cast.maria).get(f"{PAGE}?by=lamp").content.decode()
    red = body.split("lamp-red")[1].split("</section>")[0]
    assert "恒润智能织造项目" in red and "个百分点" in red


def test_only_the_dispatcher_moves_a_card(cast, begun, as_user):
    reach = reverse("projects:project-reach", args=[begun.pk])
    assert reach in as_user(cast.dora).get(PAGE).content.decode()
    assert reach not in as_user(cast.maria).get(PAGE).content.decode()


def test_officers_with_the_reddest_first(cast, begun):
    (olga,) = boards.by_officer(cast.dora, NOON.replace(month=4, day=30).date())
    assert (olga.name, olga.total, olga.red) == (cast.olga.name, 1, 1)


def test_nobody_counts_what_he_may_not_see(cast, begun):
    today = NOON.date()
    assert sum(one.count for one in boards.by_stage(cast.dirk, today)) == 0
    assert boards.by_officer(cast.tom, today) != []  # his bureau has an item there
    assert boards.by_officer(cast.oleg, today) == []


@pytest.mark.parametrize("kind", list(boards.KINDS))
def test_a_board_costs_the_same_for_1_and_20(cast, begun, as_user, queries_of, kind):
    client, page = as_user(cast.dora), f"{PAGE}?by={kind}"
    client.get(page)
    cost = queries_of(lambda: client.get(page))
    for _ in range(19):
        made = ProjectFactory(company=cast.company, lead_department=cast.bureau)
        LifeStep.objects.filter(project=made).update(planned_on=NOON.date())
    assert queries_of(lambda: client.get(page)) == cost
    assert cost <= 16


def test_an_unknown_board_is_the_first_one(cast, begun, as_user):
    assert as_user(cast.dora).get(f"{PAGE}?by=moon").status_code == 200
