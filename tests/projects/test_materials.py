"""容缺: what may follow later, and until when."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from crm.lib.errors import DomainError
from projects.models import Milestone, MilestoneMaterial, State
from projects.services import milestones as services


@pytest.fixture
def site(items):
    Milestone.objects.filter(pk=items.site.pk).update(is_deferrable=True)
    for order, (name, is_key) in enumerate((("红线图", True), ("说明", False))):
        MilestoneMaterial.objects.create(
            milestone=items.site, name=name, is_key=is_key, order=order
        )
    return items.site


def material(item, name):
    return item.materials.get(name=name)


def deferred(item, name, day):
    return {"deferred": {material(item, name).pk: day}}


def test_handing_in_brings_what_was_needed(site, walk):
    item = walk(site, "prepare", "hand-in")
    assert {one.state for one in item.materials.all()} == {"given"}


def test_a_secondary_material_may_follow_within_the_committed_time(site, walk):
    item = walk(site, "prepare", "hand-in")
    item = walk(item, ("accept", 0, deferred(item, "说明", date(2026, 3, 27))))
    assert material(item, "说明").due_on == date(2026, 3, 27)
    assert item.decide_by.due_on == date(2026, 3, 27)


@pytest.mark.parametrize(
    ("name", "day", "words"),
    [
        ("说明", date(2026, 3, 28), "承诺时限"),
        ("说明", date(2026, 3, 17), "早于当天"),
        ("红线图", date(2026, 3, 20), "主要材料"),
    ],
)
def test_what_may_not_follow(site, walk, name, day, words):
    item = walk(site, "prepare", "hand-in")
    with pytest.raises(DomainError, match=words):
        walk(item, ("accept", 0, deferred(item, name, day)))


def test_where_the_item_does_not_allow_it_nothing_follows(items, site, walk):
    Milestone.objects.filter(pk=site.pk).update(is_deferrable=False)
    item = walk(site, "prepare", "hand-in")
    with pytest.raises(DomainError, match="不适用容缺"):
        walk(item, ("accept", 0, deferred(item, "说明", date(2026, 3, 20))))


def test_a_material_of_another_item_is_unknown(items, site, walk):
    other = MilestoneMaterial.objects.create(
        milestone=items.permit, name="别的", is_key=False
    )
    item = walk(site, "prepare", "hand-in")
    with pytest.raises(DomainError, match="不属于该事项"):
        said = {"deferred": {other.pk: date(2026, 3, 20)}}
        walk(item, ("accept", 0, said))


def test_what_is_missing_is_not_approved_whole(cast, site, walk):
    item = walk(site, "prepare", "hand-in")
    item = walk(item, ("accept", 0, deferred(item, "说明", date(2026, 3, 27))))
    with pytest.raises(DomainError, match="尚有容缺材料"):
        walk(item, ("approve", 1, {}))
    with_rest = walk(item, ("approve-deferred", 1, {}))
    assert with_rest.state == State.APPROVED_DEFERRED


def test_made_up_in_time_it_is_approved_whole(cast, site, walk):
    item = walk(site, "prepare", "hand-in")
    item = walk(item, ("accept", 0, deferred(item, "说明", date(2026, 3, 27))))
    services.set_material(material(item, "说明"), actor=cast.hana, state="given")
    assert walk(item, ("approve", 1, {})).state == State.APPROVED


def test_approval_with_a_rest_names_the_rest(site, walk):
    item = walk(site, "prepare", "hand-in", "accept")
    with pytest.raises(DomainError, match="列明容缺材料"):
        walk(item, ("approve-deferred", 1, {}))


def test_a_pledge_needs_an_item_that_takes_it(cast, site, walk):
    with pytest.raises(DomainError, match="不适用告知承诺"):
        services.set_material(material(site, "说明"), actor=cast.olga, state="pledged")
    Milestone.objects.filter(pk=site.pk).update(is_pledge=True)
    set_ = services.set_material(
        material(site, "说明"), actor=cast.olga, state="pledged"
    )
    assert set_.state == "pledged"


def test_materials_follow_only_with_acceptance_or_approval(cast, site, walk):
    item = walk(site, "prepare", "hand-in", "accept")
    with pytest.raises(DomainError, match="受理或批准"):
        walk(item, ("review", 0, deferred(item, "说明", date(2026, 3, 20))))
    with pytest.raises(DomainError, match="受理或批准"):
        services.set_material(material(item, "说明"), actor=cast.hana, state="deferred")


def test_what_is_late_already_is_made_up_on_the_same_day(site, walk):
    item = walk(site, "prepare", "hand-in", "accept")  # due on 27 March
    with pytest.raises(DomainError, match="承诺时限"):
        walk(item, ("approve-deferred", 12, deferred(item, "说明", date(2026, 3, 31))))
    done = walk(
        item, ("approve-deferred", 12, deferred(item, "说明", date(2026, 3, 30)))
    )
    assert done.state == State.APPROVED_DEFERRED


def test_a_new_attempt_asks_for_everything_again(site, walk):
    said = {"notice": "不符合规划"}
    item = walk(site, "prepare", "hand-in", "accept", ("reject", 1, said))
    item = walk(item, ("retry", 2, {}))
    assert {one.state for one in item.materials.all()} == {"needed"}


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", True), ("hana", True), ("tom", False), ("dora", False),
        ("maria", False), ("otto", False),
    ],
)  # fmt: skip
def test_who_says_that_a_material_is_here(cast, site, who, may):
    row, actor = material(site, "说明"), getattr(cast, who)
    if may:
        assert services.set_material(row, actor=actor, state="given").state == "given"
    else:
        with pytest.raises(PermissionDenied):
            services.set_material(row, actor=actor, state="given")


def test_a_material_is_set_on_its_own_item(cast, items, site, as_user):
    row = material(site, "说明")
    args = [items.permit.pk, row.pk]
    page = reverse("projects:milestone-material", args=args)
    assert as_user(cast.olga).post(page, {"state": "given"}).status_code == 404
    row.refresh_from_db()
    assert row.state == "needed"
    assert as_user(cast.otto).get(site.get_absolute_url()).status_code == 403
