"""The pages of templates: what readers see, how an administrator works on a draft."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from crm.models import StoredFile
from projects.models import TemplateItem, TemplateMaterial
from projects.services import templates as services
from tests.factories import NOON, TemplateFactory

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 60


@pytest.fixture
def draft(cast, template):
    return services.new_version(template, actor=cast.sven, now=NOON)


@pytest.fixture
def sven(cast, as_user):
    return as_user(cast.sven)


def url(name, *args):
    return reverse(f"projects:{name}", args=args)


def sent(item=None, **changes):
    """What the editor posts for an item, without materials."""
    known = {
        "name": "文物勘探", "stage": "5", "track": "main", "kind": "promised",
        "department_name": "文旅局", "statutory_days": "20", "committed_days": "5",
        "unit": "working", "materials-TOTAL_FORMS": "0", "materials-INITIAL_FORMS": "0",
    }  # fmt: skip
    return known | ({"version": item.version} if item else {}) | changes


def test_readers_see_stages_and_what_waits_for_what(cast, template, as_user):
    page = as_user(cast.olga).get(template.get_absolute_url()).content.decode()
    assert "事项 site" in page and "立项用地规划许可" in page
    # filing 0, then the longer of 7 and 10, then 5.
    assert "全程工作日" in page and ">15<" in page
    assert "新建版本" not in page and "<svg" in page


def test_drafts_are_the_administrators(cast, draft, as_user):
    assert as_user(cast.olga).get(draft.get_absolute_url()).status_code == 404
    listed = as_user(cast.olga).get(url("templates")).content.decode()
    assert draft.get_absolute_url() not in listed


def test_an_item_is_added_with_what_it_waits_for(sven, draft):
    response = sven.post(url("template-item-new", draft.pk), sent(needs=["filing"]))
    assert response.status_code == 302
    item = draft.items.get(name="文物勘探")
    assert services.outline_of(draft).by_key[item.key].needs == ("filing",)


def test_materials_are_kept_renamed_and_emptied(cast, sven, draft):
    item = draft.items.get(key="site")
    file = stored(cast.sven)
    for order, name in enumerate(["旧图", "报告"]):
        TemplateMaterial.objects.create(item=item, name=name, order=order, sample=file)
    rows = {
        "materials-TOTAL_FORMS": "3", "materials-INITIAL_FORMS": "2",
        "materials-0-known": "旧图", "materials-0-name": "新图",
        "materials-0-where": "窗口",
        "materials-1-known": "报告", "materials-1-name": "",
        "materials-2-known": "", "materials-2-name": "承诺书",
        "materials-2-is_key": "on",
    }  # fmt: skip
    page = url("template-item", draft.pk, item.pk)
    assert sven.post(page, sent(item, **rows)).status_code == 302
    found = draft.items.get(key="site").materials.values_list(
        "name", "where", "is_key", "sample"
    )
    assert list(found) == [("新图", "窗口", False, file.pk), ("承诺书", "", True, None)]


def stored(user):
    return StoredFile.objects.create(
        kind="attachment", state="stored", name="样例.pdf", mime="application/pdf",
        size=4,
        received_sha256="1" * 64, uploaded_by=user, uploaded_at=NOON,
        stored_name=default_storage.save("stored/x.pdf", ContentFile(b"%PDF")),
    )  # fmt: skip


def test_an_example_is_given_to_whoever_reads_the_template(cast, template, as_user):
    item = template.items.get(key="site")
    file = stored(cast.sven)
    TemplateMaterial.objects.create(item=item, name="图", where="窗口", sample=file)
    page = as_user(cast.hana).get(url("template-item", template.pk, item.pk))
    assert "样例.pdf" in page.content.decode() and "窗口" in page.content.decode()
    link = url("template-sample", template.pk, file.uuid)
    assert b"".join(as_user(cast.hana).get(link)) == b"%PDF"
    assert as_user(cast.otto).get(link).status_code == 404
    # By another template it is no example.
    other = TemplateFactory()
    link = url("template-sample", other.pk, file.uuid)
    assert as_user(cast.hana).get(link).status_code == 404


def test_an_example_is_uploaded_with_its_material(sven, draft):
    image = io.BytesIO(PNG)
    image.name = "样例.png"
    rows = {
        "materials-TOTAL_FORMS": "1",
        "materials-0-name": "图",
        "materials-0-example": image,
    }
    data = sent(**rows)
    assert sven.post(url("template-item-new", draft.pk), data).status_code == 302
    sample = TemplateMaterial.objects.get(item__template=draft, name="图").sample
    assert (sample.name, sample.mime) == ("样例.png", "image/png")


def test_the_second_editor_sees_both_and_can_save_on_top(sven, draft):
    item = draft.items.get(key="eia")
    page = url("template-item", draft.pk, item.pk)
    assert sven.post(page, sent(item, name="第一")).status_code == 302
    late = sven.post(page, sent(item, name="第二"))
    text = late.content.decode()
    assert late.status_code == 409 and "第一" in text and "第二" in text
    again = sent(name="第二", version="2")
    assert f'name="version" value="{again["version"]}"' in text
    assert sven.post(page, again).status_code == 302
    item.refresh_from_db()
    assert item.name == "第二"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写"),
        ({"committed_days": "-1"}, "0 到 2000"),
        ({"committed_days": "9" * 30}, "0 到 2000"),
        ({"valid_months": "0"}, "1 到 1200"),
        ({"stage": "9"}, "9"),
        ({"needs": ["nowhere"]}, "nowhere"),
        ({"order": "99999"}, "32767"),
        ({"department": "999999999999999999999"}, "单位"),
        ({"key": "ÄÖ"}, "小写字母"),
        ({"materials-TOTAL_FORMS": "999999"}, "50"),
        ({"materials-TOTAL_FORMS": "x"}, "ManagementForm"),
    ],
)
def test_bad_input_is_told_at_its_field(sven, draft, changes, words):
    response = sven.post(url("template-item-new", draft.pk), sent(**changes))
    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_cycle_is_drawn_as_a_sentence_and_not_saved(sven, draft):
    item = draft.items.get(key="filing")
    data = sent(item, needs=["permit"])
    drawn = sven.post(url("template-item-drawing", draft.pk, item.pk), data)
    assert "互为前置" in drawn.content.decode()
    refused = sven.post(url("template-item", draft.pk, item.pk), data)
    assert refused.status_code == 422 and "互为前置" in refused.content.decode()
    assert services.outline_of(draft).by_key["filing"].needs == ()


def test_the_drawing_shows_what_is_typed_and_saves_nothing(sven, draft):
    data = sent(name="新的一项", needs=["permit"])
    drawn = sven.post(url("template-drawing", draft.pk), data).content.decode()
    assert "新的一项" in drawn and "20 个工作日" in drawn
    assert not TemplateItem.objects.filter(name="新的一项").exists()


def test_a_half_typed_item_does_not_break_the_drawing(sven, draft):
    drawn = sven.post(url("template-drawing", draft.pk), {"name": "半"})
    assert drawn.status_code == 200 and "<svg" in drawn.content.decode()


def test_a_published_version_cannot_be_edited(sven, template):
    item = template.items.get(key="eia")
    page = url("template-item", template.pk, item.pk)
    assert sven.post(page, sent(item)).status_code == 409
    assert sven.get(url("template-item-new", template.pk)).status_code == 409


def test_from_draft_to_use(sven, template, draft):
    page = sven.get(draft.get_absolute_url()).content.decode()
    assert "第 2 版将替换第 1 版" in page
    assert (
        sven.post(url("template-publish", draft.pk), {"version": "7"}).status_code
        == 409
    )
    sven.post(url("template-publish", draft.pk), {"version": "1"})
    template.refresh_from_db()
    assert template.state == "retired"
    assert "已替换" in sven.get(template.get_absolute_url()).content.decode()


def test_an_item_is_taken_out_and_a_draft_thrown_away(sven, draft):
    item = draft.items.get(key="eia")
    sven.post(url("template-item-remove", draft.pk, item.pk), {"version": "1"})
    assert not draft.items.filter(key="eia").exists()
    draft.refresh_from_db()
    response = sven.post(url("template-discard", draft.pk), {"version": draft.version})
    assert response["Location"] == url("templates")
    assert sven.get(draft.get_absolute_url()).status_code == 404


def test_a_new_template_begins_empty(sven):
    data = {"key": "city-works", "name": " 市政  工程 ", "source": ""}
    page = sven.post(url("template-new"), data, follow=True).content.decode()
    assert "市政 工程" in page and "还没有事项" in page
    again = sven.post(url("template-new"), data)
    assert again.status_code == 422 and "同一代码" in again.content.decode()


def test_a_rename_by_two_shows_both(sven, draft):
    page = url("template-name", draft.pk)
    assert sven.post(page, {"name": "甲", "version": "1"}).status_code == 302
    late = sven.post(page, {"name": "乙", "version": "1"})
    text = late.content.decode()
    assert late.status_code == 409 and "甲" in text and "乙" in text


def test_versions_are_compared_field_by_field(cast, sven, template, draft):
    item = draft.items.get(key="eia")
    changes = {"name": "事项 eia", "stage": "1", "department_name": "水利局",
               "committed_days": "4", "needs": ["filing"]}  # fmt: skip
    changes |= {"department": cast.other_bureau.pk, "order": item.order}
    sven.post(url("template-item", draft.pk, item.pk), sent(item, **changes))
    gone = draft.items.get(key="permit")
    sven.post(url("template-item-remove", draft.pk, gone.pk), {"version": gone.version})
    page = sven.get(url("template-compare", draft.pk)).content.decode()
    assert "新增 0 项，移除 1 项，修改 1 项，不变 2 项" in page
    # Steps, and the critical path: 15 working days before, 7 now.
    assert "4 → 3" in page and "减少 25.0%（1/4）" in page
    assert "15 → 7" in page and "减少 53.3%（8/15）" in page
    assert "承诺天数" in page
    # The other way round says the same: of one template the older stands first.
    other = sven.get(url("template-compare", template.pk), {"with": draft.pk})
    assert "15 → 7" in other.content.decode()


@pytest.mark.parametrize("value", ["0", "x", "9" * 40, "-1", "１"])
def test_a_comparison_with_nothing_is_not_found(sven, template, value):
    page = url("template-compare", template.pk)
    assert sven.get(page, {"with": value}).status_code == 404


def test_pages_cost_the_same_for_1_and_20(cast, sven, queries_of):
    def costs(template):
        pages = [template.get_absolute_url(), url("templates")]
        return [queries_of(lambda page=page: sven.get(page)) for page in pages]

    # session, user; template, items, needs, materials, their keys, versions;
    # the list and its count.
    assert costs(TemplateFactory(items={"one": (cast.bureau, 1, [])})) == [8, 4]
    TemplateFactory.create_batch(18)
    chain = {f"i{n}": (cast.bureau, 1, [f"i{n - 1}"] if n else []) for n in range(20)}
    assert costs(TemplateFactory(items=chain)) == [8, 4]
