"""Read-only links to one project: who makes them, what they show, how they end."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from crm.lib.errors import DomainError
from crm.models import Comment, Event, subject_of
from projects.models import MilestoneMaterial, ProjectLink
from projects.services import links, projects
from projects.services.milestones import Act
from tests.factories import NOON, ProjectFactory


@pytest.fixture
def made(begun, cast):
    return links.make_link(begun, actor=cast.otto, label="贷款银行", now=NOON)


@pytest.fixture
def open_as():
    """What a visitor without an account gets some days after."""

    def opened(token, *, days=0, client=None):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            return (client or Client()).get(f"/p/{token}/")

    return opened


def test_a_visitor_sees_where_the_project_stands(made, open_as, begun):
    page = open_as(made[1])
    body = page.content.decode()
    assert page.status_code == 200
    assert begun.name in body
    assert "现在轮到企业准备“事项 filing”的材料" in body
    assert "事项 permit" in body


def test_a_visitor_sees_no_people_papers_or_questions(
    made, open_as, begun, cast, items, walk
):
    bureau = cast.bureau
    bureau.phone = "0871-65550000"
    bureau.save()
    items.filing.handler = cast.hana
    items.filing.save()
    said = {"notice": "请补红线图。"}
    walk(items.filing, Act.PREPARE, Act.HAND_IN, (Act.CORRECT, 0, said))
    MilestoneMaterial.objects.create(milestone=items.filing, name="借款合同")
    kind, pk = subject_of(begun)
    Comment.objects.create(
        subject_type=kind, subject_id=pk, company=cast.company, author=cast.otto,
        text="土地价款能分期吗？", is_internal=False, created_at=NOON,
    )  # fmt: skip
    body = open_as(made[1]).content.decode()
    hidden = [cast.olga, cast.bela, cast.hana, cast.otto]
    for text in [*(who.name for who in hidden), *(who.phone for who in hidden)]:
        assert text not in body
    for text in [bureau.phone, "红线图", "借款合同", "土地价款", "贷款银行", "<form"]:
        assert text not in body


def test_the_page_tells_nobody_where_it_was_read(made, open_as):
    page = open_as(made[1])
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert 'name="referrer"' not in page.content.decode()


def test_only_the_hash_is_stored_and_the_link_is_shown_once(begun, cast, as_user):
    client, url = as_user(cast.olga), reverse("projects:links", args=[begun.pk])
    page = client.post(url, {"label": "设计院", "days": 30})
    token = page.context["url"].split("/p/")[1].strip("/")
    assert len(token) == 43
    assert page.headers["Cache-Control"] == "no-store"
    assert "data:image/svg+xml" in page.content.decode()
    assert token not in client.get(url).content.decode()
    assert token not in str([vars(row) for row in ProjectLink.objects.all()])
    assert token not in str([vars(row) for row in Event.objects.all()])
    assert Client().get(f"/p/{token}/").status_code == 200


def test_unknown_old_and_revoked_links_look_the_same(made, open_as, cast, begun):
    link, token = made
    unknown, old = open_as("x" * 43), open_as(token, days=30)
    links.revoke_link(link, actor=cast.olga, now=NOON)
    revoked = open_as(token)
    pages = [page.content.decode() for page in (unknown, old, revoked)]
    # The page is told its own address and a token of its form; neither says why.
    texts = {re.sub(r"/p/[^\"]*|[A-Za-z0-9]{64}", "", page) for page in pages}
    assert {page.status_code for page in (unknown, old, revoked)} == {410}
    assert len(texts) == 1
    assert begun.name not in texts.pop()


def test_a_link_lasts_as_long_as_was_said_and_not_longer(made, open_as):
    assert open_as(made[1], days=29).status_code == 200
    assert open_as(made[1], days=30).status_code == 410


@pytest.mark.parametrize("days", [0, -1, 181, 10**9])
def test_a_link_lasts_a_hundred_and_eighty_days_at_most(begun, cast, as_user, days):
    with pytest.raises(DomainError):
        links.make_link(begun, actor=cast.olga, label="银行", days=days)
    url = reverse("projects:links", args=[begun.pk])
    answer = as_user(cast.olga).post(url, {"label": "银行", "days": days})
    assert answer.status_code == 422
    assert not ProjectLink.objects.exists()


def test_an_archived_project_shows_nothing_any_more(made, open_as, cast, begun):
    projects.archive_project(begun, actor=cast.dora, reason="终止", now=NOON)
    assert open_as(made[1]).status_code == 410


def test_a_link_opens_its_own_project_only(made, open_as, cast):
    other = ProjectFactory(company=cast.company, name="二期项目")
    assert other.name not in open_as(made[1]).content.decode()


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", True), ("bela", True), ("dora", True), ("otto", True),
        ("hana", False), ("maria", False), ("axel", False), ("omar", False),
    ],
)  # fmt: skip
def test_who_hands_on_the_progress(begun, cast, who, may):
    actor = getattr(cast, who)
    if may:
        links.make_link(begun, actor=actor, label="银行")
    else:
        with pytest.raises(PermissionDenied):
            links.make_link(begun, actor=actor, label="银行")


def test_the_list_says_who_has_one_and_when_it_was_used(
    made, open_as, begun, cast, as_user
):
    client, url = as_user(cast.dora), reverse("projects:links", args=[begun.pk])
    with time_machine.travel(NOON, tick=False):
        assert "尚未使用" in client.get(url).content.decode()
    open_as(made[1], days=1)
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        body = client.get(url).content.decode()
    assert "贷款银行" in body
    assert "最近使用：" in body


def test_looking_writes_at_most_every_five_minutes(made, queries_of):
    def look():
        Client().get(f"/p/{made[1]}/")

    with time_machine.travel(NOON, tick=False) as clock:
        first = queries_of(look)
        assert queries_of(look) == first - 1
        clock.shift(timedelta(minutes=6))
        assert queries_of(look) == first


def test_a_link_is_taken_back_once_and_both_are_events(made, cast, as_user):
    link, _token = made
    url = reverse("projects:link-revoke", args=[link.project_id, link.pk])
    with time_machine.travel(NOON, tick=False):
        answers = [as_user(cast.otto).post(url).status_code for _ in range(2)]
    assert answers == [302, 409]
    actions = Event.objects.filter(action__startswith="project.link")
    assert [one.action for one in actions.order_by("pk")] == [
        "project.link_made",
        "project.link_revoked",
    ]


def test_a_link_of_another_project_is_not_there(made, cast, as_user):
    other = ProjectFactory(company=cast.company)
    url = reverse("projects:link-revoke", args=[other.pk, made[0].pk])
    assert as_user(cast.otto).post(url).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("hana", 403), ("maria", 403), ("omar", 404)]
)
def test_who_has_no_link_to_give_takes_none_back(made, cast, as_user, who, status):
    link, actor = made[0], getattr(cast, who)
    url = reverse("projects:link-revoke", args=[link.project_id, link.pk])
    assert as_user(actor).post(url).status_code == status
    assert not ProjectLink.objects.visible_to(actor).exists()
    with pytest.raises(PermissionDenied):
        links.revoke_link(link, actor=actor)


def test_a_link_is_looked_at_and_nothing_else(made):
    url = f"/p/{made[1]}/"
    with time_machine.travel(NOON, tick=False):
        assert Client().head(url).status_code == 200
        assert Client().post(url).status_code == 405


def test_a_link_is_for_somebody(begun, cast):
    with pytest.raises(DomainError) as refused:
        links.make_link(begun, actor=cast.olga, label=" ")
    assert refused.value.field == "label"


def test_no_more_than_twenty_links(begun, cast):
    for number in range(20):
        last, _ = links.make_link(begun, actor=cast.olga, label=f"第{number}家")
    with pytest.raises(DomainError):
        links.make_link(begun, actor=cast.olga, label="再来一家")
    links.revoke_link(last, actor=cast.olga)
    links.make_link(begun, actor=cast.olga, label="再来一家")
