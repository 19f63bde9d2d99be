"""Templates as files: what goes out comes back the same, and mistakes have rows."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.lib.cells import guarded, unguarded
from crm.lib.sheets import read_table
from crm.lib.workbooks import write_table
from crm.models import Event, StoredFile
from crm.services.importing import LedgerRefusedError
from projects.exchange import as_json, as_rows, read_file
from projects.exchange.columns import WIDTHS
from projects.exchange.reading import read_json, read_rows
from projects.exchange.writing import HEADING
from projects.models import ApprovalTemplate, TemplateMaterial, Upload
from projects.outline import Outline, OutlineItem, OutlineMaterial
from projects.services import templates as services
from tests.factories import NOON

DATA = Path(__file__).parents[2] / "projects/data/approval_templates.json"


def spaced(text):
    return " ".join(text.split())


def texts(most, least=1):
    known = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
    # What spreadsheets take for formulas, escapes and guards of their own.
    odd = st.sampled_from(
        ["=1+1", "'单引号", "+86", "-2", "@a", "_x000D_", "a|b", "𠮷䶮"]
    )
    text = st.one_of(odd, st.text(known, max_size=most)).map(spaced)
    return text.filter(lambda one: least <= len(one) <= most)


materials = st.builds(
    OutlineMaterial, name=texts(20), where=texts(20, 0), is_key=st.booleans()
)

material_lists = st.lists(materials, max_size=3, unique_by=lambda one: one.name)


@st.composite
def outlines(draw):
    count = draw(st.integers(1, 6))
    items = []
    for n in range(count):
        earlier = [f"k{i}" for i in range(n)]
        law = draw(st.integers(0, 2000))
        items.append(
            OutlineItem(
                key=f"k{n}",
                name=draw(texts(20)),
                stage=draw(st.integers(1, 5)),
                department_name=draw(texts(20)),
                track=draw(st.sampled_from(["main", "parallel"])),
                kind=draw(st.sampled_from(["instant", "promised"])),
                statutory_days=law,
                committed_days=draw(st.integers(0, law or 2000)),
                green_days=draw(st.none() | st.integers(0, 2000)),
                unit=draw(st.sampled_from(["working", "calendar"])),
                valid_months=draw(st.none() | st.integers(1, 1200)),
                is_deferrable=draw(st.booleans()),
                is_pledge=draw(st.booleans()),
                needs=tuple(one for one in earlier if draw(st.booleans())),
                materials=tuple(
                    draw(
                        st.lists(materials, max_size=3, unique_by=lambda one: one.name)
                    )
                ),
            )
        )
    return Outline("a-key", draw(texts(40)), draw(texts(60, 0)), tuple(items))


@pytest.mark.slow
@given(outlines())
@settings(max_examples=60)
def test_what_goes_out_as_json_comes_back_the_same(outline):
    read = read_json(as_json(outline).encode())
    assert (read.errors, read.outlines) == ([], [outline])


@given(outlines())
@settings(max_examples=25)
@pytest.mark.slow
def test_what_goes_out_as_a_workbook_comes_back_the_same(outline):
    table = json.loads(read_table(write_table(as_rows(outline), HEADING, WIDTHS)))
    read = read_rows(table["rows"])
    assert (read.errors, read.outlines) == ([], [outline])


@given(st.text())
def test_a_guard_is_taken_off_again(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@\t\r")


def rows(**changes):
    """Two items; `changes` are cells of the second, by column."""
    first = {"事项代码": "a", "事项名称": "甲", "阶段": "施工许可", "单位": "住建局"}
    second = {**first, "事项代码": "b", "事项名称": "乙", "承诺天数": "5", **changes}
    titles = list(dict.fromkeys([*first, "承诺天数", *second]))
    body = [[one.get(title, "") for title in titles] for one in (first, second)]
    return [["模板代码", "mine"], ["模板名称", "我的"], titles, *body]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"阶段": "第一阶段"}, "第 5 行“C 阶段”"),
        ({"承诺天数": "五"}, "第 5 行“E 承诺天数”：请填写整数"),
        ({"承诺天数": "9999"}, "第 5 行“承诺天数”：请填 0 到 2000"),
        ({"前置事项代码": "b"}, "第 5 行“前置事项代码”：事项不能以自己"),
        ({"前置事项代码": "c"}, "“乙”的前置事项“c”不在本模板中"),
        ({"事项代码": "a"}, "本模板已有事项使用该代码"),
        ({"事项代码": "B b"}, "小写字母"),
        ({"可容缺": "也许"}, "请填“是”或“否”"),
        ({"单位": ""}, "第 5 行“单位”：请填写此项"),
        ({"获取渠道": "窗口"}, "没有名称"),
    ],
)
def test_each_mistake_is_told_with_its_row(changes, words):
    errors = [str(one) for one in read_rows(rows(**changes)).errors]
    assert any(words in one for one in errors), errors


def test_a_cycle_in_a_file_is_told_by_names():
    table = rows(前置事项代码="a")
    table[3][table[2].index("前置事项代码")] = "b"
    errors = [str(one) for one in read_rows(table).errors]
    assert len(errors) == 1
    assert "互为前置" in errors[0] and "甲" in errors[0] and "乙" in errors[0]


def test_words_are_read_as_people_write_them():
    table = rows(可容缺="√", 办件类型="即办", 计时单位="日历日", 前置事项代码="a，a")
    read = read_rows(table)
    item = read.outlines[0].items[1]
    assert read.errors == []
    assert (item.is_deferrable, item.kind, item.unit, item.needs) == (
        True, "instant", "calendar", ("a",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.json", b"{", "不是 JSON"),
        ("a.json", b"\xff\xfe", "不是 JSON"),
        ("a.json", b"[" * 100_000, "不是 JSON"),
        ("a.json", b"{}", "没有含事项"),
        ("a.json", b'{"templates": [{"items": [1]}]}', "没有含事项"),
        ("a.json", b'{"templates": []}', "没有含事项"),
        ("a.json", b" " * (2 * 1024 * 1024 + 1), "2 MB"),
        ("a.csv", "事项代码\n".encode(), "没有找到"),
        ("a.csv", "事项代码,事项名称\n".encode(), "缺少以下列：阶段"),
        ("a.xlsx", b"PK\x03\x04 not a workbook", "损坏"),
    ],
)
def test_what_is_no_template_is_refused_in_a_sentence(name, data, words):
    with pytest.raises(LedgerRefusedError, match=words):
        read_file(name, data)


@pytest.mark.parametrize(
    "value", ["true", "[]", "{}", "1e3", "12345678901234567890", '"\\ud800"', "null"]
)
@pytest.mark.parametrize(
    "field", ["key", "name", "stage", "committed_days", "prerequisites", "materials"]
)
def test_no_json_value_breaks_the_reading(field, value):
    item = '{"key": "a", "name": "甲", "stage": 1, "department": "局", "%s": %s}'
    body = '{"key": "k", "name": "n", "items": [%s]}' % (item % (field, value))
    read_json(body.encode())


def test_the_shipped_file_is_read_as_it_is():
    read = read_json(DATA.read_bytes())
    assert read.errors == []
    assert [len(one.items) for one in read.outlines] == [19, 11, 8]


# --- The pages ------------------------------------------------------------------


def send(client, name, data):
    file = io.BytesIO(data)
    file.name = name
    return client.post(reverse("projects:template-import"), {"file": file})


@pytest.mark.django_db
def test_a_file_is_looked_at_before_it_becomes_a_draft(cast, template, as_user):
    client, outline = as_user(cast.sven), services.outline_of(template)
    workbook = write_table(as_rows(outline), HEADING, WIDTHS)
    response = send(client, "模板.xlsx", workbook)
    upload = Upload.objects.get()
    assert response["Location"].endswith(f"/templates/import/{upload.pk}/")
    page = client.get(response["Location"]).content.decode()
    assert "下一版本" in page and "没有变化" in page
    assert ApprovalTemplate.objects.filter(key=template.key).count() == 1
    client.post(response["Location"])
    draft = ApprovalTemplate.objects.get(key=template.key, state="draft")
    assert services.outline_of(draft) == outline
    # Taken over once.
    assert client.post(response["Location"]).status_code == 409


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["xlsx", "json"])
def test_whoever_reads_a_template_can_take_it_along(cast, template, as_user, form):
    url = reverse("projects:template-export", args=[template.pk, form])
    response = as_user(cast.hana).get(url)
    read = read_file(f"x.{form}", response.content)
    assert read.outlines == [services.outline_of(template)]
    assert Event.objects.get(action="template.exported").actor == cast.hana


@pytest.mark.django_db
def test_a_csv_in_the_old_encoding_is_read(cast, as_user):
    out = io.StringIO()
    csv.writer(out).writerows(rows())
    response = send(as_user(cast.sven), "模板.csv", out.getvalue().encode("gb18030"))
    assert response.status_code == 302


@pytest.mark.django_db
def test_a_file_with_a_mistake_keeps_nothing(cast, as_user):
    out = io.StringIO()
    csv.writer(out).writerows(rows(承诺天数="五"))
    response = send(as_user(cast.sven), "模板.csv", out.getvalue().encode())
    assert response.status_code == 422
    assert "第 5 行" in response.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.django_db
def test_an_import_is_its_readers_own(cast, as_user):
    upload = Upload.objects.create(
        kind="templates",
        name="x",
        content=[],
        read_by=cast.dora,
        read_at="2026-03-18T04:00Z",
    )
    url = reverse("projects:template-import-preview", args=[upload.pk])
    assert as_user(cast.sven).get(url).status_code == 404


@pytest.mark.django_db
def test_an_example_stays_with_its_material(cast, template, as_user, db):
    file = StoredFile.objects.create(
        kind="attachment", size=1, received_sha256="1" * 64, uploaded_by=cast.sven,
        uploaded_at=NOON,
    )  # fmt: skip
    item = template.items.get(key="site")
    TemplateMaterial.objects.create(item=item, name="图", sample=file)
    outline = services.outline_of(template)
    read = read_json(as_json(outline).encode()).outlines[0]
    assert read.by_key["site"].materials[0].sample is None
    draft = services.take_outline(read, actor=cast.sven)
    assert services.outline_of(draft).by_key["site"].materials[0].sample == file.pk
