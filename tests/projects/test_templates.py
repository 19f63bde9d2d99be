"""Templates: drafts that people work on, published versions that never change."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event
from projects.models import ApprovalTemplate, TemplateItem
from projects.outline import OutlineItem, OutlineMaterial
from projects.services import templates as services
from tests.factories import NOON, TemplateFactory


@pytest.fixture
def draft(cast, template):
    return services.new_version(template, actor=cast.sven, now=NOON)


def item_of(template, key):
    return template.items.get(key=key)


def wanted(key="", **changes):
    known = {"name": "文物勘探", "stage": 5, "department_name": "文旅局"}
    return OutlineItem(key, **(known | changes))


def test_a_new_version_says_what_the_one_before_said(template, draft):
    assert (draft.key, draft.number, draft.state) == (template.key, 2, "draft")
    assert services.outline_of(draft) == services.outline_of(template)


def test_there_is_one_draft_at_a_time(cast, template, draft):
    with pytest.raises(DomainError, match="已有一份草稿"):
        services.new_version(template, actor=cast.sven)


@pytest.mark.parametrize("who", ["dora", "maria", "hana", "otto", "selma"])
def test_only_the_system_administrator_writes_templates(cast, template, who):
    actor = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        services.new_version(template, actor=actor)
    with pytest.raises(PermissionDenied):
        services.create_template(actor=actor, key="mine", name="自拟")


def test_what_is_published_is_never_changed(cast, template):
    with pytest.raises(DomainError, match="不再修改"):
        services.save_item(template, wanted(), actor=cast.sven)
    item = item_of(template, "eia")
    with pytest.raises(DomainError, match="不再修改"):
        services.remove_item(template, actor=cast.sven, pk=item.pk, version=1)
    with pytest.raises(DomainError, match="不再修改"):
        services.discard(template, actor=cast.sven, version=1)


def test_an_item_comes_with_its_place_and_its_materials(cast, draft):
    materials = (
        OutlineMaterial("勘探报告", "文旅局窗口"),
        OutlineMaterial("红线图", "", False),
    )
    new = wanted(needs=("filing",), materials=materials, committed_days=5)
    item = services.save_item(draft, new, actor=cast.sven, now=NOON)
    assert (item.key, item.order) == ("item-1", 5)
    read = services.outline_of(draft).by_key["item-1"]
    assert (read.needs, read.materials) == (("filing",), materials)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写"),
        ({"name": "长" * 81}, "最多 80"),
        ({"name": "\ud800"}, "无法保存"),
        ({"department_name": ""}, "请填写"),
        ({"committed_days": 2001}, "0 到 2000"),
        ({"green_days": -1}, "0 到 2000"),
        ({"valid_months": 0}, "1 到 1200"),
        ({"stage": 9}, "请选择"),
        ({"needs": ("nowhere",)}, "nowhere"),
        ({"key": "site"}, "已有"),
        ({"key": "Übel"}, "小写字母"),
        ({"key": "own", "needs": ("own",)}, "自己"),
        ({"department_code": "nobody"}, "nobody"),
        ({"materials": (OutlineMaterial("图"), OutlineMaterial("图"))}, "重复"),
        ({"materials": (OutlineMaterial(""),)}, "没有名称"),
        ({"materials": (OutlineMaterial("图", "哪" * 201),)}, "最多 200"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(cast, draft, changes, words):
    with pytest.raises(DomainError, match=words):
        services.save_item(draft, wanted(**changes), actor=cast.sven)
    assert draft.items.count() == 4


def test_a_cycle_is_refused_with_the_names_of_its_items(cast, draft):
    new = replace(services.outline_of(draft).by_key["filing"], needs=("permit",))
    with pytest.raises(DomainError, match=r"事项 filing → .*事项 permit") as refused:
        services.save_item(draft, new, actor=cast.sven, pk=item_of(draft, "filing").pk)
    assert refused.value.field == "needs"


def test_the_second_of_two_editors_is_told(cast, draft):
    item = item_of(draft, "eia")
    for name, version in (("环评", 1), ("环境影响评价", 1)):
        new = wanted("eia", name=name)
        try:
            services.save_item(draft, new, actor=cast.sven, pk=item.pk, version=version)
        except StaleVersion as error:
            assert error.current.name == "环评"
    item.refresh_from_db()
    assert (item.name, item.version) == ("环评", 2)
    # Whoever publishes must have seen the last change as well.
    with pytest.raises(StaleVersion):
        services.publish(draft, actor=cast.sven, version=1)


def test_the_key_of_an_item_stays(cast, draft):
    item = item_of(draft, "eia")
    services.save_item(draft, wanted("other"), actor=cast.sven, pk=item.pk)
    item.refresh_from_db()
    assert (item.key, item.name) == ("eia", "文物勘探")


def test_what_waited_for_a_removed_item_waits_for_its_needs(cast, draft):
    item = item_of(draft, "site")
    services.remove_item(draft, actor=cast.sven, pk=item.pk, version=1)
    outline = services.outline_of(draft)
    assert outline.by_key["permit"].needs == ("filing", "eia")
    with pytest.raises(DomainError, match="已被移除"):
        services.remove_item(draft, actor=cast.sven, pk=item.pk, version=1)


def test_publishing_replaces_the_version_before(cast, template, draft):
    services.publish(draft, actor=cast.sven, version=1, now=NOON)
    template.refresh_from_db()
    draft.refresh_from_db()
    assert (template.state, draft.state) == ("retired", "published")
    # And the one before can be taken back into use.
    services.publish(template, actor=cast.sven, version=template.version)
    draft.refresh_from_db()
    assert draft.state == "retired"


def test_an_empty_template_is_not_published(cast):
    empty = services.create_template(actor=cast.sven, key="empty", name="空")
    with pytest.raises(DomainError, match="没有事项"):
        services.publish(empty, actor=cast.sven, version=1)


def test_a_discarded_draft_leaves_its_event(cast, draft):
    services.discard(draft, actor=cast.sven, version=1)
    assert not ApprovalTemplate.objects.filter(pk=draft.pk).exists()
    assert Event.objects.filter(action="template.discarded").exists()


def test_a_key_is_used_by_one_template(cast, template):
    with pytest.raises(DomainError, match="同一代码"):
        services.create_template(actor=cast.sven, key=template.key, name="又一个")


def test_a_draft_can_be_renamed(cast, draft):
    services.name_draft(
        draft, actor=cast.sven, version=1, name="新名称", source="某文号"
    )
    draft.refresh_from_db()
    assert (draft.name, draft.source, draft.version) == ("新名称", "某文号", 2)


def test_500_items_are_enough(cast, monkeypatch):
    monkeypatch.setattr("projects.services.templates.items.MOST_ITEMS", 4)
    draft = services.new_version(
        TemplateFactory(items={f"i{n}": (cast.bureau, 1, []) for n in range(4)}),
        actor=cast.sven,
    )
    with pytest.raises(DomainError, match="最多 4 个"):
        services.save_item(draft, wanted(), actor=cast.sven)
    assert TemplateItem.objects.filter(template=draft).count() == 4
