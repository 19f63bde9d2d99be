"""Boards: every number opens to the projects behind it, and costs do not grow."""

import re

import pytest
from django.urls import reverse

from projects import boards
from projects.models import LifeStep, Project, ProjectLiaison
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
    # Session with person. By stage: numbers, five times keys, cards, their lamps, whom
    # one may move. By lamp: rules, points, steps, readings, keys; then the cards, or
    # people with their late items and blockers, and for officers as B.
    assert cost == {"stage": 15, "lamp": 8, "leader": 10, "officer": 11}[kind]


@pytest.mark.slow
def test_a_column_shows_a_dozen_and_how_many_more(cast, begun, as_user):
    for number in range(40):
        name = f"{number} 号" + "年产某某万吨" * 8
        ProjectFactory(name=name, company=cast.company, lead_department=cast.bureau)
    page = as_user(cast.dora).get(PAGE)
    fullest = max(page.context["columns"], key=lambda one: one.count)
    assert (len(fullest.cards), fullest.rest) == (12, fullest.count - 12)
    assert len(page.content) < 60_000


def test_people_come_fifty_a_page(cast, begun, as_user, monkeypatch):
    monkeypatch.setattr(boards, "PEOPLE", 1)
    second = ProjectFactory(
        company=cast.company, lead_department=cast.bureau, started_on=NOON.date()
    )
    ProjectLiaison.objects.create(
        project=second, role="A", officer=cast.bela, started_on=NOON.date()
    )
    client, page = as_user(cast.dora), f"{PAGE}?by=officer"
    first = client.get(page)
    other = client.get(PAGE + first.context["loads"].next)
    names = [
        one.name for found in (first, other) for one in found.context["loads"].rows
    ]
    assert sorted(names) == sorted([cast.olga.name, cast.bela.name])
    assert other.context["loads"].next is None
    assert client.get(f"{page}&cursor=99999").context["loads"].previous is not None
    assert client.get(f"{page}&cursor=²").status_code == 200


def test_an_unknown_board_is_the_first_one(cast, begun, as_user):
    assert as_user(cast.dora).get(f"{PAGE}?by=moon").status_code == 200


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ("late=true", True),
        ("blocked=true", False),
        ("second={bela}", True),
        ("second={olga}", False),
        ("officer={olga}&late=true", True),
        ("late=moon", True),
        ("second=1e400", False),
    ],
)
def test_every_figure_of_a_person_opens_to_its_projects(
    cast, items, walk, as_user, narrowed, found
):
    walk(items.site, "prepare", "hand-in", "accept")
    keys = {"olga": cast.olga.pk, "bela": cast.bela.pk}
    page = f"{reverse('projects:index')}?tab=running&{narrowed.format(**keys)}"
    text = as_user(cast.dora).get(page).text
    assert (items.site.project.name in text) == found


def test_the_list_says_by_what_a_figure_narrowed_it(cast, begun, as_user):
    page = f"{reverse('projects:index')}?tab=running&late=true&officer={cast.olga.pk}"
    text = as_user(cast.dora).get(page).text
    assert '<span class="chip is-on">逾期事项</span>' in text
    assert f'type="hidden" name="officer" value="{cast.olga.pk}"' in text


def test_a_leader_looks_up_what_is_behind_and_why(cast, begun, as_user):
    """In his own charge; what others have in theirs stands on the boards."""
    assert begun.name not in as_user(cast.maria).get("/overview/").text
    Project.objects.filter(pk=begun.pk).update(leader=cast.maria)
    page = as_user(cast.maria).get("/overview/").text.split("我包挂的滞后项目")[-1]
    line = page.split("</li>")[0]
    assert begun.name in line and "严重滞后" in line and "亮红灯" in line
