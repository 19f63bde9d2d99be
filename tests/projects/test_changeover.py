"""A running project taken to a newer version, item by item."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event
from projects import schedule
from projects.changeover import CHOICES, Changeover, Fate
from projects.models import Milestone
from projects.outline import Outline, OutlineItem, OutlineMaterial
from projects.services import changeover as services
from projects.services import milestones, templates
from tests.factories import NOON

TODAY = NOON.date()


@pytest.fixture
def newer(cast, template, begun):
    """eia 4 days with a paper, a survey before the permit, site not needed any more."""
    old = templates.outline_of(template).by_key
    paper = OutlineMaterial("环评报告表", "生态环境窗口")
    survey = OutlineItem("survey", "区域评估", 5, "水利局", committed_days=2)
    items = (
        old["filing"],
        replace(old["eia"], committed_days=4, materials=(paper,)),
        replace(survey, needs=("filing",)),
        replace(old["permit"], needs=("eia", "survey")),
    )
    outline = Outline(template.key, template.name, "", items)
    draft = templates.take_outline(outline, actor=cast.sven, now=NOON)
    return templates.publish(draft, actor=cast.sven, version=draft.version, now=NOON)


def change(cast, begun, newer, *take, **more):
    known = {"actor": cast.dora, "template": newer, "take": take, "now": NOON}
    project = services.change_template(begun, **{**known, **more})
    project.refresh_from_db()
    return project


def needs(project, key):
    one = project.milestones.get(key=key, removed_at=None)
    return {row.needed.key for row in one.needs.filter(needed__removed_at=None)}


def fates(begun, newer):
    steps = services.read(begun, newer).changeover.steps()
    return {one.key: one.fate.value for one in steps}


def test_the_preview_says_what_would_become_of_each_item(
    cast, begun, newer, items, walk
):
    assert fates(begun, newer) == {
        "filing": "same", "eia": "changed", "survey": "added", "permit": "changed",
        "site": "removed",
    }  # fmt: skip
    walk(items.site, "prepare", "hand-in")
    walk(items.eia, "prepare", "hand-in", actor=cast.tom)
    found = fates(begun, newer)
    assert (found["site"], found["eia"]) == ("kept", "kept")


def test_all_of_it_is_taken_over_in_one_step(cast, begun, newer):
    take = ("eia", "survey", "permit", "site")
    project = change(cast, begun, newer, *take)
    living = Milestone.objects.living().filter(project=project)
    assert set(living.values_list("key", flat=True)) == {
        "filing", "eia", "survey", "permit",
    }  # fmt: skip
    eia = living.get(key="eia")
    assert (eia.committed_days, eia.item.template) == (4, newer)
    assert list(eia.materials.values_list("name", "where")) == [
        ("环评报告表", "生态环境窗口")
    ]
    assert needs(project, "permit") == {"eia", "survey"}
    assert (project.template, living.get(key="filing").item.template) == (newer, newer)
    assert set(fates(project, newer).values()) == {"same"}
    # From 18 March 0, 4 and 5 days, each with five more for preparing it.
    assert living.get(key="permit").planned_finish_on.isoformat() == "2026-04-22"
    changes = Event.objects.get(action="project.template_changed").changes
    assert changes["items_removed"][1] == ["事项 site"]


def test_what_is_left_out_is_bridged_and_can_come_later(cast, begun, newer):
    project = change(cast, begun, newer, "permit")
    # survey is not there, so the permit waits for what that waits for.
    assert needs(project, "permit") == {"eia", "filing"}
    assert fates(project, newer)["survey"] == "added"
    project = change(cast, project, newer, "survey", "permit")
    assert needs(project, "permit") == {"eia", "survey"}


def test_what_has_begun_stays_as_it_is(cast, begun, newer, items, walk):
    walk(items.eia, "prepare", "hand-in", "accept", actor=cast.tom)
    with pytest.raises(DomainError, match="不能更换"):
        change(cast, begun, newer, "eia")
    change(cast, begun, newer, "survey", "permit", "site")
    items.eia.refresh_from_db()
    assert items.eia.committed_days == 10
    assert items.eia.decide_by.days == 10


def test_a_material_that_is_here_already_stays_so(cast, begun, newer, items):
    for name, state in (
        ("环评报告表", "given"),
        ("旧材料", "given"),
        ("不再要", "needed"),
    ):
        items.eia.materials.create(name=name, state=state)
    change(cast, begun, newer, "eia")
    found = dict(items.eia.materials.values_list("name", "state"))
    assert found == {"环评报告表": "given", "旧材料": "given"}


def test_items_of_the_project_alone_stay(cast, begun, newer):
    values = {"name": "文物勘探", "stage": 5, "department": cast.bureau}
    own = milestones.add_item(begun, actor=cast.dora, values=values, now=NOON)
    begun.refresh_from_db()
    assert fates(begun, newer)[own.key] == "own"
    change(cast, begun, newer, "site")
    own.refresh_from_db()
    assert own.removed_at is None


def test_a_choice_that_would_be_a_circle_is_refused_by_name(
    cast, begun, template, newer
):
    old = templates.outline_of(newer)
    turned = tuple(
        replace(
            one,
            needs={"eia": ("permit",), "permit": ("filing",)}.get(one.key, one.needs),
        )
        for one in old.items
    )
    draft = templates.take_outline(replace(old, items=turned), actor=cast.sven)
    third = templates.publish(draft, actor=cast.sven, version=1)
    with pytest.raises(DomainError, match="互为前置"):
        change(cast, begun, third, "eia")
    change(cast, begun, third, "eia", "permit")


@pytest.mark.parametrize(
    "who", ["olga", "hana", "maria", "axel", "otto", "dirk", "sven"]
)
def test_only_the_dispatcher_changes_the_version(cast, begun, newer, who):
    with pytest.raises(PermissionDenied):
        change(cast, begun, newer, "site", actor=getattr(cast, who))


def test_two_dispatchers_do_not_undo_each_other(cast, begun, newer):
    seen = begun.version
    change(cast, begun, newer, "site", version=seen)
    with pytest.raises(StaleVersion):
        change(cast, begun, newer, "eia", version=seen)


def test_only_the_version_in_use_is_taken(cast, begun, template, newer):
    template.refresh_from_db()
    with pytest.raises(DomainError, match="正在使用的版本"):
        change(cast, begun, template, "site")


def test_the_finish_is_compared_before_anything_is_saved(begun, newer):
    reading = services.read(begun, newer)
    take = reading.changeover.choices()
    before, after = services.finish_if(begun, reading, take, today=TODAY)
    assert (before.isoformat(), after.isoformat()) == ("2026-04-09", "2026-03-31")


# --- The page -----------------------------------------------------------------------


def url(project):
    return reverse("projects:project-template", args=[project.pk])


@pytest.mark.slow
def test_the_page_offers_all_and_takes_what_is_ticked(cast, begun, newer, as_user):
    client = as_user(cast.dora)
    page = client.get(begun.get_absolute_url()).content.decode()
    assert url(begun) in page and "更换为 v2" in page
    shown = client.get(url(begun)).content.decode()
    assert shown.count("checked") == 4 and "区域评估" in shown
    data = {"version": begun.version, "take": ["site"]}
    looked = client.post(url(begun), data).content.decode()
    assert looked.count("checked") == 1
    begun.refresh_from_db()
    assert begun.template != newer
    saved = client.post(url(begun), data | {"act": "save"})
    assert saved["Location"] == begun.get_absolute_url()
    begun.refresh_from_db()
    assert begun.template == newer
    assert "更换为 v2" not in client.get(begun.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"take": ["nowhere"], "version": "1"}, {"version": "9" * 40}]
)
def test_a_page_of_yesterday_is_told_so(cast, begun, newer, as_user, data):
    client = as_user(cast.dora)
    begun.version = 7
    begun.save(update_fields=["version"])
    response = client.post(url(begun), data | {"act": "save"})
    assert response.status_code == 409
    begun.refresh_from_db()
    assert begun.template != newer


# --- Whatever the graphs ------------------------------------------------------------


@st.composite
def outlines(draw, keys):
    items = []
    for key in draw(st.permutations(keys)):
        if draw(st.booleans()):
            needs = tuple(one.key for one in items if draw(st.booleans()))
            days = draw(st.integers(0, 2))
            items.append(
                OutlineItem(key, key, 1, "局", committed_days=days, needs=needs)
            )
    return Outline("", "", "", tuple(items))


@pytest.mark.slow
@given(st.data())
def test_no_choice_leaves_an_unknown_need_or_touches_what_has_begun(data):
    keys = "abcdef"
    current, target = data.draw(outlines(keys)), data.draw(outlines(keys))
    begun = frozenset(one.key for one in current.items if data.draw(st.booleans()))
    changeover = Changeover(current, target, begun, frozenset())
    choices = changeover.choices()
    take = frozenset(key for key in choices if data.draw(st.booleans()))
    assert not begun & choices
    result = changeover.result(take)
    for item in result.items:
        assert set(item.needs) <= result.by_key.keys() - {item.key}
        if item.key in begun:
            assert replace(item, needs=()) == replace(
                current.by_key[item.key], needs=()
            )
    if not take:
        assert result == current


@given(st.data())
def test_all_of_a_version_without_begun_items_is_that_version(data):
    current, target = data.draw(outlines("abcd")), data.draw(outlines("abcd"))
    changeover = Changeover(current, target, frozenset(), frozenset())
    result = changeover.result(changeover.choices())
    assert {k: replace(v, needs=()) for k, v in result.by_key.items()} == {
        k: replace(v, needs=()) for k, v in target.by_key.items()
    }
    assert {k: set(v.needs) for k, v in result.by_key.items()} == {
        k: set(v.needs) for k, v in target.by_key.items()
    }
    schedule.order({one.key: one.needs for one in result.items})
    assert {one.fate for one in changeover.steps()} <= CHOICES | {Fate.SAME}
