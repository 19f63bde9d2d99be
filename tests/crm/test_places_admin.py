"""Regions and units: two trees whose paths decide who sees what."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError
from crm.models import Company, Department, Event, Region
from crm.services import places
from tests.factories import CompanyFactory, RegionFactory, UserFactory


@pytest.fixture
def admin(cast, as_user):
    return as_user(cast.sven)


def code_of(act):
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def region_form(region, **changes):
    values = {"name": region.name, "kind": region.kind}
    return {**values, "parent": region.parent_id or "", **changes}


def test_a_region_is_made_below_another(cast, admin):
    data = {"code": "530199", "name": "新区", "kind": "park", "parent": cast.county.pk}
    assert admin.post("/regions/new/", data).status_code == 302
    assert Region.objects.get(code="530199").path == "530100/530199/"
    assert Event.objects.get(action="region.created").actor == cast.sven


def test_a_unit_is_made_in_a_region(cast, admin):
    data = {
        "code": "sub",
        "name": "就业股",
        "kind": "office",
        "parent": cast.bureau.pk,
        "region": cast.county.pk,
        "phone": "0871-1234567",
        "path": "evil/",
        "is_active": "",
    }
    assert admin.post("/departments/new/", data).status_code == 302
    unit = Department.objects.get(code="sub")
    assert (unit.path, unit.is_active) == ("hrss/sub/", True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "a/b"}, "code"),
        ({"code": "530101"}, "code"),
        ({"code": "x" * 25}, "code"),
        ({"name": ""}, "name"),
        ({"kind": "planet"}, "kind"),
        ({"parent": "999999"}, "parent"),
    ],
)
def test_each_mistake_stands_at_its_field(cast, admin, change, field):
    data = {"code": "530199", "name": "新区", "kind": "park", "parent": "", **change}
    answer = admin.post("/regions/new/", data)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_the_code_cannot_be_changed_later(cast, admin):
    url = f"/regions/{cast.town.pk}/"
    admin.post(url, region_form(cast.town, name="东城镇", code="1", path="x/"))
    cast.town.refresh_from_db()
    assert (cast.town.name, cast.town.code) == ("东城镇", "530101")


def test_a_moved_region_takes_everything_below_along(cast, admin, as_user):
    village = RegionFactory(code="530102", parent=cast.town)
    deep = CompanyFactory(region=village)
    url = f"/regions/{cast.town.pk}/"
    answer = admin.post(url, region_form(cast.town, parent=cast.elsewhere.pk))
    assert answer.status_code == 302
    paths = dict(Region.objects.values_list("code", "path"))
    assert paths["530101"] == "530200/530101/"
    assert paths["530102"] == "530200/530101/530102/"
    companies = dict(Company.objects.values_list("pk", "region_path"))
    assert companies[cast.company.pk] == "530200/530101/"
    assert companies[deep.pk] == "530200/530101/530102/"
    # Who sees the companies follows at once.
    assert set(Company.objects.visible_to(cast.dora)) == set()
    assert {cast.company, deep} <= set(Company.objects.visible_to(cast.dirk))
    moved = Event.objects.get(action="region.moved")
    assert moved.changes["path"] == ["530100/530101/", "530200/530101/"]


def test_every_path_is_still_its_parents_path_and_its_code(cast):
    places.edit_region(
        cast.county,
        actor=cast.sven,
        name=cast.county.name,
        kind=cast.county.kind,
        parent=cast.elsewhere,
    )
    for region in Region.objects.select_related("parent"):
        assert region.path == region.path_under(region.parent)
    for company in Company.objects.select_related("region"):
        assert company.region_path == company.region.path


def test_a_neighbour_with_a_longer_code_stays(cast):
    twin = RegionFactory(code="5301001", name="Twin", parent=None)
    places.edit_region(
        cast.county, actor=cast.sven, name="x", kind="county", parent=cast.elsewhere
    )
    twin.refresh_from_db()
    assert twin.path == "5301001/"


def test_a_unit_moves_with_its_sections(cast):
    section = places.add_department(
        actor=cast.sven,
        code="sec",
        name="股",
        kind="office",
        region=cast.county,
        parent=cast.bureau,
    )
    places.edit_department(
        cast.bureau,
        actor=cast.sven,
        name="人社局",
        kind="bureau",
        region=cast.county,
        parent=cast.other_bureau,
    )
    section.refresh_from_db()
    assert section.path == "water/hrss/sec/"


def test_a_region_cannot_hang_from_itself_or_below(cast):
    def hang(parent):
        places.edit_region(
            cast.county, actor=cast.sven, name="x", kind="county", parent=parent
        )

    assert code_of(lambda: hang(cast.county)) == "circle"
    assert code_of(lambda: hang(cast.town)) == "circle"
    cast.county.refresh_from_db()
    assert cast.county.name == "云州县"


def test_a_tree_cannot_grow_beyond_its_column(cast):
    parent = cast.county

    def add(number):
        return places.add_region(
            actor=cast.sven, code=f"{number:024}", name="x", kind="town", parent=parent
        )

    for number in range(7):
        parent = add(number)
    assert code_of(lambda: add(8)) == "too_deep"
    assert len(parent.path) <= 200


def test_what_is_in_use_is_not_closed(cast):
    for close, node in [
        (places.close_region, cast.county),
        (places.close_region, cast.town),
        (places.close_department, cast.bureau),
    ]:
        assert code_of(lambda c=close, n=node: c(n, actor=cast.sven)) == "in_use"


def test_what_nobody_uses_is_closed_and_reopened(cast, admin):
    park = RegionFactory(code="p1", parent=cast.town)
    assert admin.post(f"/regions/{park.pk}/close/").status_code == 302
    assert admin.post(f"/regions/{park.pk}/close/").status_code == 409
    park.refresh_from_db()
    assert not park.is_active
    assert str(park.pk) not in str(
        admin.get("/regions/new/")
        .context["form"]
        .fields["parent"]
        .queryset.values("pk")
    )
    assert admin.post(f"/regions/{park.pk}/reopen/").status_code == 302


def test_nothing_hangs_from_what_is_closed(cast):
    park = RegionFactory(code="p1", is_active=False)
    under = lambda: places.add_region(  # noqa: E731
        actor=cast.sven, code="p2", name="x", kind="park", parent=park
    )
    assert code_of(under) == "parent_closed"
    child = RegionFactory(code="p3", parent=park, is_active=False)
    assert code_of(lambda: places.reopen(child, actor=cast.sven)) == "parent_closed"


@pytest.mark.parametrize(
    "who", ["olga", "hana", "uma", "dora", "maria", "axel", "otto", "selma", "alma"]
)
def test_the_screens_are_the_system_administrators_alone(cast, as_user, who):
    client = as_user(getattr(cast, who))
    for kind, node in [("regions", cast.town), ("departments", cast.bureau)]:
        assert client.get(f"/{kind}/").status_code == 403
        assert client.get(f"/{kind}/new/").status_code == 403
        for act in ["", "close/", "reopen/"]:
            answer = client.post(f"/{kind}/{node.pk}/{act}", {"name": "x"})
            assert answer.status_code == 403
    with pytest.raises(PermissionDenied):
        places.close_region(cast.town, actor=getattr(cast, who))


@pytest.mark.parametrize("kind", ["regions", "departments"])
def test_the_lists_stand_in_the_order_of_the_tree(cast, admin, kind, queries_of):
    page = admin.get(f"/{kind}/")
    paths = [node.path for node in page.context["page"].rows]
    assert paths == sorted(paths)
    assert [node.name for node in admin.get(f"/{kind}/?q=局").context["page"].rows] == (
        ["人社局", "水利局"] if kind == "departments" else []
    )
    assert queries_of(lambda: admin.get(f"/{kind}/")) <= 6


def test_closed_people_do_not_hold_a_unit_open(cast):
    unit = places.add_department(
        actor=cast.sven, code="gone", name="x", kind="office", region=cast.county
    )
    UserFactory(department=unit, is_active=False)
    assert not places.close_department(unit, actor=cast.sven).is_active
