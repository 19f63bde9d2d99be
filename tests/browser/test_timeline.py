"""The timeline as a browser sets it: words beside bars, names that stay, a list."""

from datetime import timedelta

import pytest
from django.utils import timezone

from projects.models import Milestone, ProjectLiaison
from projects.services import milestones
from projects.services.milestones import Act, Said
from tests.browser.tools import errors_of, sign_in, violations_on
from tests.cast import make_cast
from tests.factories import ProjectFactory, TemplateFactory, VisitFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# The boxes of words and bars as they are drawn, in points of the page.
BOXES = """
() => [".timeline-names", ".timeline-body"].map((part) => {
  const box = (node) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    return { left, right, top, bottom, what: node.textContent };
  };
  const all = (what) => [...document.querySelectorAll(`${part} ${what}`)].map(box);
  return { words: all("text"), bars: all("rect:not(.tl-hit, .tl-band, defs *)") };
})
"""


@pytest.fixture
def cast(live_server):
    return make_cast()


@pytest.fixture
def project(cast):
    """Begun seven weeks ago: one item through, one waits for the company."""
    made = ProjectFactory(
        name="年产三万吨高性能纤维织造项目",
        company=cast.company,
        lead_department=cast.bureau,
    )
    begun = timezone.now() - timedelta(days=50)
    ProjectLiaison.objects.create(
        project=made, role="A", officer=cast.olga, started_on=begun.date()
    )
    items = {
        "filing": (cast.bureau, 0, []),
        "site": (cast.bureau, 7, ["filing"]),
        "water": (cast.bureau, 20, ["filing"]),
        "permit": (cast.bureau, 5, ["site", "water"]),
    }
    template = TemplateFactory(items=items)
    milestones.start_approvals(
        made,
        actor=cast.dora,
        template=template,
        started_on=timezone.localdate(begun),
        now=begun,
    )
    walk(cast, made, "filing", ("prepare", 49), ("hand-in", 48), ("accept", 48))
    walk(cast, made, "filing", ("approve", 47))
    walk(cast, made, "site", ("prepare", 46), ("hand-in", 20), ("accept", 19))
    walk(cast, made, "site", ("correct", 4))
    for days in (30, 29, 12):
        moment = timezone.now() - timedelta(days=days)
        VisitFactory(
            company=cast.company,
            project=made,
            logged_by=cast.olga,
            held=True,
            starts_at=moment,
            day=timezone.localdate(moment),
        )
    return made


def walk(cast, project, key, *steps):
    item = Milestone.objects.get(project=project, key=key)
    for act, ago in steps:
        now = timezone.now() - timedelta(days=ago)
        said = Said(on=timezone.localdate(now), notice="补正用地红线图")
        item = milestones.move(item, Act(act), actor=cast.hana, said=said, now=now)


@pytest.fixture
def screen(open_page, live_server, cast, project):
    def opened(user, **more):
        page = open_page("/login/", **more)
        sign_in(page.context, live_server.url, user)
        page.goto(f"/projects/{project.pk}/timeline/")
        return page

    return opened


def meet(one, other):
    return (
        one["left"] < other["right"] - 0.5
        and other["left"] < one["right"] - 0.5
        and one["top"] < other["bottom"] - 2
        and other["top"] < one["bottom"] - 2
    )


@pytest.mark.parametrize("zoom", ["week", "month", "quarter"])
def test_words_meet_neither_words_nor_bars_as_the_browser_sets_them(
    screen, project, cast, zoom
):
    page = screen(cast.olga)
    page.goto(f"/projects/{project.pk}/timeline/?zoom={zoom}")
    for part in page.evaluate(BOXES):
        words, bars = part["words"], part["bars"]
        pairs = [(a, b) for n, a in enumerate(words) for b in words[n + 1 :]]
        pairs += [(a, b) for a in words for b in bars]
        assert [(a["what"], b["what"]) for a, b in pairs if meet(a, b)] == []
        assert words


def test_names_stay_and_what_depends_shows_for_mouse_and_keyboard(screen, cast):
    page = screen(cast.olga)
    seen = errors_of(page)
    page.reload()
    today = page.locator(".timeline-body .tl-now-line").bounding_box()
    box = page.locator(".timeline").bounding_box()
    assert box["x"] + 340 < today["x"] < box["x"] + box["width"]
    names = page.locator(".timeline-names")
    before = names.bounding_box()["x"]
    page.locator(".timeline").evaluate("box => (box.scrollLeft = 0)")
    assert names.bounding_box()["x"] == before
    needs = page.locator("#tl-row-3 .tl-need").first  # visits, stage, filing, site
    assert needs.evaluate("node => getComputedStyle(node).visibility") == "hidden"
    page.locator('.timeline-names [data-row="3"]').hover()
    assert needs.evaluate("node => getComputedStyle(node).visibility") == "visible"
    page.locator("h1").hover()
    assert needs.evaluate("node => getComputedStyle(node).visibility") == "hidden"
    page.locator("#tl-row-3").focus()
    assert needs.evaluate("node => getComputedStyle(node).visibility") == "visible"
    page.keyboard.press("Enter")
    page.wait_for_url("**/milestones/*/")
    assert seen == []


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wrong_for_who_hears_it(screen, cast, dark):
    page = screen(cast.olga, dark=dark, bypass_csp=True)
    for one in page.locator("details").all():
        one.evaluate("node => (node.open = true)")
    assert violations_on(page) == []


def test_on_the_phone_it_is_a_list_that_asks_and_answers(screen, cast):
    page = screen(cast.otto, phone=True)
    assert not page.locator(".timeline").is_visible()
    first = page.locator(".tl-list li").first
    assert "事项 filing" in first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#what-if summary").click()
    page.select_option("[name=item]", label="事项 water")
    page.fill("[name=days]", "5")
    page.get_by_role("button", name="推算").click()
    page.wait_for_load_state()
    assert "晚 5 个工作日" in page.locator("main").inner_text()
    assert "调整前" in page.locator(".tl-list").nth(0).inner_text()
