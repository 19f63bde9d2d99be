"""The timeline page: what it shows to whom, "what if", and what it costs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from projects.models import Milestone
from projects.picture import Span
from projects.services import forecasting
from projects.timeline import Timeline
from tests.factories import NOON, CategoryFactory, ProjectFactory, VisitFactory
from visits.services.tickets import raise_ticket

pytestmark = pytest.mark.usefixtures("in_april")


def day(offset):
    """So many days after Wednesday, 18 March 2026."""
    return NOON.date() + timedelta(days=offset)


TODAY = day(19)


@pytest.fixture
def in_april(time_machine):
    """Monday, 6 April 2026, is the last day of 清明."""
    time_machine.move_to(NOON + timedelta(days=19), tick=False)


@pytest.fixture
def running(cast, walk, begun, items):
    """filing is through, site waits for a correction, eia has only begun."""
    walk(items.filing, "prepare", "hand-in", "accept", ("approve", 1, {}))
    walk(items.site, ("prepare", 1, {}), ("hand-in", 5, {}), ("accept", 6, {}))
    walk(items.site, ("correct", 8, {"notice": "补正用地红线图"}))
    walk(items.eia, ("prepare", 2, {}), actor=cast.tom)
    forecasting.refresh(begun, today=TODAY)
    return items


def shown(begun, user, **more):
    picture = Timeline(begun, user, TODAY, **more).picture
    return {item.key: item for item in picture.items()}


def raised(begun, actor, title):
    CategoryFactory()
    return raise_ticket(
        actor=actor, company=begun.company, text="…", title=title, project=begun
    )


def page(begun, **query):
    return reverse("projects:timeline", args=[begun.pk]), query


@pytest.mark.slow
def test_each_item_has_its_own_story(cast, begun, running):
    found = shown(begun, cast.olga)
    filing, site, eia, permit = (
        found[key] for key in ("filing", "site", "eia", "permit")
    )
    assert (filing.actual, filing.forecast) == (Span(day(0), day(1)), None)
    assert filing.is_ended
    assert site.actual == Span(day(1), TODAY)
    assert [(halt.span, halt.word) for halt in site.halts] == [
        (Span(day(8), TODAY), "待企业补充")
    ]
    assert (site.turn, site.state) == ("企业", "补正（开始）")
    assert site.forecast.first == TODAY + timedelta(1)
    assert eia.actual == Span(day(2), TODAY)
    assert (permit.actual, permit.turn) == (None, "")
    assert set(permit.needs) == {"site", "eia"}
    assert permit.planned == Span(day(29), day(43))
    assert site.clocks.company + site.clocks.authority == (TODAY - day(1)).days


@pytest.mark.slow
def test_the_critical_path_is_that_of_the_schedule(cast, begun, running):
    shown_now = Timeline(begun, cast.olga, TODAY)
    critical = {item.key for item in shown_now.picture.items() if item.is_critical}
    slots = shown_now.plan.schedule.slots
    assert critical == {key for key, slot in slots.items() if slot.is_critical}
    assert "permit" in critical


@pytest.mark.slow
def test_an_approval_that_ends_too_early_is_told_in_red(cast, begun, running):
    """Valid until yesterday, in a month, and until a day before it is needed."""
    said = {}
    for offset in (-1, 30, 300):
        Milestone.objects.filter(pk=running.filing.pk).update(
            expires_on=TODAY + timedelta(offset)
        )
        expiry = shown(begun, cast.olga)["filing"].expiry
        said[offset] = (expiry.colour, expiry.word)
    assert said == {
        -1: ("red", "已失效"),
        30: ("yellow", "还剩 30 天"),
        300: ("grey", ""),
    }
    site = running.site
    Milestone.objects.filter(pk=site.pk).update(
        state=11, ended_on=day(10), expires_on=TODAY + timedelta(1)
    )
    expiry = shown(begun, cast.olga)["site"].expiry
    assert expiry.colour == "red"
    assert "事项 permit" in expiry.word


def test_visits_and_tickets_stand_on_lines_of_their_own(cast, as_user, begun, items):
    visit = VisitFactory(
        company=cast.company, project=begun, logged_by=cast.olga, held=True
    )
    VisitFactory(company=cast.company, logged_by=cast.olga, held=True)
    ticket = raised(begun, cast.olga, "临时用电")
    address, _query = page(begun)
    text = as_user(cast.olga).get(address).content.decode()
    assert (
        text.count(f'href="{visit.get_absolute_url()}"') == 2
    )  # in the drawing and beside it
    assert text.count(f'href="{ticket.get_absolute_url()}"') == 2
    assert "走访 1" in text
    assert "临时用电" in text


def test_a_mark_is_shown_only_to_who_may_see_what_it_stands_for(
    cast, as_user, begun, items
):
    """hana's bureau decides on items; the visits are the officer's."""
    VisitFactory(company=cast.company, project=begun, logged_by=cast.olga, held=True)
    raised(begun, cast.olga, "只给交办中心")
    address, _query = page(begun)
    text = as_user(cast.hana).get(address).content.decode()
    assert "事项 site" in text
    assert "/visits/" not in text.split("<main")[1]
    assert "只给交办中心" not in text


def test_the_company_reads_it_without_links_to_inner_pages(cast, as_user, begun, items):
    address, _query = page(begun)
    text = as_user(cast.otto).get(address).content.decode()
    assert "事项 site" in text
    assert "/milestones/" not in text
    assert as_user(cast.omar).get(address).status_code == 404


@pytest.mark.slow
def test_what_if_shows_both_bars_and_the_end_and_saves_nothing(
    cast, as_user, begun, running
):
    before = shown(begun, cast.olga)
    address, query = page(begun, item="eia", days="5", department="", speed="")
    text = as_user(cast.olga).get(address, query).content.decode()
    assert "完成日期由" in text
    assert "晚 5 个工作日" in text
    assert "tl-before" in text
    assert "调整前" in text
    assert shown(begun, cast.olga) == before


@pytest.mark.slow
def test_a_faster_department_brings_the_end_nearer(cast, as_user, begun, running):
    unit = str(cast.other_bureau.pk)
    address, query = page(begun, item="", days="", department=unit, speed="200")
    assert "早 4 个工作日" in as_user(cast.olga).get(address, query).content.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "nothing", "days": "5"},
        {"item": "eia", "days": "251"},
        {"item": "eia", "days": "-1"},
        {"item": "eia", "days": "9" * 400},
        {"item": "filing", "days": "5"},  # through already
        {"item": "", "department": "999999", "speed": "200"},
        {"item": "", "department": "x", "speed": "0"},
    ],
)
def test_what_cannot_be_asked_is_a_sentence(cast, as_user, begun, running, wrong):
    address, query = page(begun, **wrong)
    answer = as_user(cast.olga).get(address, query)
    assert answer.status_code == 422
    assert "tl-item" in answer.content.decode()


@pytest.mark.parametrize("zoom", ["week", "month", "quarter", "", "<script>"])
def test_any_zoom_is_a_picture(cast, as_user, begun, items, zoom):
    answer = as_user(cast.olga).get(page(begun)[0], {"zoom": zoom})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()


def test_a_project_without_items_says_what_comes_next(cast, as_user, project):
    text = as_user(cast.olga).get(page(project)[0]).content.decode()
    assert "tl-item" not in text
    assert "模板" in text


@pytest.mark.slow
def test_why_it_ends_then_names_the_items_in_their_order(cast, as_user, begun, running):
    text = as_user(cast.olga).get(page(begun)[0]).content.decode()
    assert "事项 eia → 事项 permit" in text


@pytest.mark.slow
def test_it_costs_the_same_for_few_and_for_many(
    cast, as_user, queries_of, begun, items
):
    client, (address, _query) = as_user(cast.olga), page(begun)
    cost = queries_of(lambda: client.get(address))
    for n in range(20):
        moment = NOON + timedelta(days=n % 9)
        visit = {"company": cast.company, "project": begun, "logged_by": cast.olga}
        VisitFactory(**visit, held=True, starts_at=moment, day=moment.date())
        raised(begun, cast.olga, f"问题 {n}")
    assert queries_of(lambda: client.get(address)) == cost
    # session, user · project · items, needs · schedule: items, needs, pauses, moves,
    # project · forecast · visits, tickets, joint sessions
    assert cost == 14


def test_a_foreign_project_is_not_there(cast, as_user):
    foreign = ProjectFactory(company=cast.foreign)
    assert as_user(cast.olga).get(page(foreign)[0]).status_code == 404
