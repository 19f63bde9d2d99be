"""Which items a project has: added to it alone, put in order, taken out again."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError
from projects.models import Milestone
from projects.services import milestones as services
from tests.factories import NOON, ProjectFactory

KNOWN = {"name": "文物勘探", "stage": 5, "committed_days": 6, "unit": "working"}


def add(cast, begun, **more):
    values = KNOWN | {"department": cast.bureau}
    return services.add_item(begun, actor=cast.dora, values=values, now=NOON, **more)


def needs(item):
    return {row.needed.key for row in item.needs.filter(needed__removed_at=None)}


def test_an_item_is_placed_between_the_others(cast, begun, items):
    made = add(cast, begun, needs=[items.site], needed_by=[items.permit])
    items.permit.refresh_from_db()
    assert needs(items.permit) == {"site", "eia", made.key}
    # site ends on 27 March, six days more are 7 April: 清明 lies between.
    assert items.permit.planned_start_on.isoformat() == "2026-04-28"


def test_a_cycle_is_refused_by_name_and_nothing_is_lost(cast, begun, items):
    with pytest.raises(DomainError, match="事项 site"):
        services.set_needs(
            items.filing, actor=cast.dora, needs=[items.permit], now=NOON
        )
    with pytest.raises(DomainError, match="互为前置"):
        add(cast, begun, needs=[items.permit], needed_by=[items.site])


def test_an_item_of_another_project_is_unknown_here(cast, begun, items):
    other = ProjectFactory(company=cast.company)
    Milestone.objects.filter(pk=items.eia.pk).update(project=other)
    items.eia.refresh_from_db()
    with pytest.raises(DomainError, match="其他项目"):
        services.set_needs(items.permit, actor=cast.dora, needs=[items.eia])


def test_what_has_begun_keeps_its_place(cast, begun, items, walk):
    walk(items.site, "prepare", "hand-in")
    with pytest.raises(DomainError, match="已开始办理"):
        services.set_needs(items.site, actor=cast.dora, needs=[])
    with pytest.raises(DomainError, match="已开始办理"):
        add(cast, begun, needed_by=[items.site])
    with pytest.raises(DomainError, match="只能撤回"):
        services.remove_item(items.site, actor=cast.dora, reason="不需要")


def test_a_key_is_used_once(cast, begun, items):
    values = KNOWN | {"department": cast.bureau, "key": "site"}
    with pytest.raises(DomainError, match="已有代码"):
        services.add_item(begun, actor=cast.dora, values=values)


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("committed_days", 10**20),
        ("statutory_days", 2_001),
        ("committed_days", 21),
        ("valid_months", 0),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(cast, begun, field, number):
    values = KNOWN | {"department": cast.bureau, "statutory_days": 20, field: number}
    with pytest.raises(DomainError) as refused:
        services.add_item(begun, actor=cast.dora, values=values)
    assert refused.value.field == field


@pytest.mark.parametrize("who", ["olga", "hana", "maria", "otto", "dirk"])
def test_only_the_dispatcher_plans(cast, begun, items, who):
    with pytest.raises(PermissionDenied):
        services.remove_item(items.eia, actor=getattr(cast, who), reason="不需要")


def test_what_waited_for_it_waits_for_its_needs(cast, begun, items):
    services.remove_item(items.site, actor=cast.dora, reason="已有用地", now=NOON)
    items.permit.refresh_from_db()
    assert needs(items.permit) == {"eia", "filing"}
    assert items.permit.planned_start_on.isoformat() == "2026-04-16"
    # The key is free again.
    values = KNOWN | {"department": cast.bureau, "key": "site"}
    assert services.add_item(begun, actor=cast.dora, values=values)
