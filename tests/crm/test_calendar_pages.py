import json
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.lib.holiday_year import to_json
from crm.lib.published_years import published_years
from crm.models import Event, WorkYear

OFFICIALS = ["olga", "hana", "uma", "dora", "maria", "axel", "selma", "alma"]
NOTICE = """
关于2027年部分节假日安排的通知
国办发明电〔2026〕9号
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日至13日放假调休，共9天。2月14日（周日）、2月20日（周六）上班。
三、清明节：4月3日至5日放假，共3天。
四、劳动节：5月1日至5日放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日放假。
六、中秋节：9月15日放假。
七、国庆节：10月1日至7日放假调休，共7天。10月9日（周六）上班。
2026年11月5日
"""
IMPORT = "/calendar/import/"


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel("2026-11-23T10:00+08:00", tick=False):
        yield


@pytest.fixture
def sven(cast, as_user):
    return as_user(cast.sven)


def fields_of(response):
    """What the page would send back, as a browser does."""
    html = response.content.decode()
    form = html[html.index("form-wide") :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            found[name[1]] = value[1] if value else ""
    return found


def read(client, text=NOTICE):
    return client.post(IMPORT, {"act": "read", "text": text})


ROWS = [
    ("元旦", "2027-01-01", "2027-01-03", ""),
    ("春节", "2027-02-05", "2027-02-13", "2027-02-14 2027-02-20"),
    ("清明节", "2027-04-03", "2027-04-05", ""),
    ("劳动节", "2027-05-01", "2027-05-05", "2027-05-08"),
    ("端午节", "2027-06-09", "", ""),
    ("中秋节", "2027-09-15", "2027-09-15", ""),
    ("国庆节", "2027-10-01", "2027-10-07", "2027-10-09"),
    ("", "", "", ""),
]


def typed(**changes):
    """The form as somebody typed it."""
    head = {
        "year": "2027",
        "source": "国办发明电〔2026〕9号",
        "published_on": "2026-11-05",
        "form-TOTAL_FORMS": str(len(ROWS)),
        "form-INITIAL_FORMS": "0",
    }
    cells = {
        f"form-{number}-{name}": value
        for number, row in enumerate(ROWS)
        for name, value in zip(("name", "first", "last", "makeups"), row, strict=True)
    }
    return {**head, **cells, **changes}


def check(client, **changes):
    return client.post(IMPORT, {**typed(**changes), "act": "check"})


# The year


@pytest.mark.parametrize("who", [*OFFICIALS, "sven"])
def test_every_official_reads_the_calendar(cast, as_user, who):
    client = as_user(getattr(cast, who))
    assert client.get("/calendar/").headers["Location"] == "/calendar/2026/"
    page = client.get("/calendar/2026/").content.decode()
    assert "248 个工作日" in page
    assert "国办发明电〔2025〕7号" in page
    assert ("导入放假通知" in page) == (who == "sven")


def test_companies_have_no_calendar_page(cast, as_user):
    client = as_user(cast.otto)
    for name in ("calendar", "calendar_why", "calendar_import"):
        assert client.get(reverse(f"crm:{name}")).status_code == 403


def test_days_off_and_make_up_days_are_words(sven):
    page = sven.get("/calendar/2026/").content.decode()
    assert re.search(r'class="work"[^>]*>10<b[^>]*title="国庆节">班</b>', page)
    assert re.search(r'class="off"[^>]*>1<b[^>]*title="元旦">休</b>', page)
    assert 'aria-current="date">23<' in page


def test_a_year_without_notice_says_that_it_is_provisional(sven):
    page = sven.get("/calendar/2027/").content.decode()
    assert "暂按周一至周五计算" in page
    assert "261 个工作日" in page


@pytest.mark.parametrize(
    ("year", "status"), [("1", 200), ("9999", 200), ("0", 404), ("10000", 404)]
)
def test_years_at_the_ends(sven, year, status):
    assert sven.get(f"/calendar/{year}/").status_code == status
    assert sven.get(f"/calendar/{'9' * 40}/").status_code == 404


def test_the_year_is_a_small_page_of_few_queries(sven, queries_of):
    assert len(sven.get("/calendar/2026/").content) < 45_000
    assert queries_of(lambda: sven.get("/calendar/2026/")) <= 4


# Why this day?


def test_a_deadline_is_worked_out_day_by_day(cast, as_user):
    client = as_user(cast.hana)
    asked = {"start": "2026-09-30", "days": "2", "unit": "working"}
    pause = {"pause_from": "2026-10-08", "pause_to": "2026-10-08", "kind": "special"}
    page = client.get("/calendar/why/", {**asked, **pause}).content.decode()
    assert "周六 10-10" in page
    assert "特别程序" in page
    assert "调休上班（国庆节）" in page


@pytest.mark.parametrize(
    "asked",
    [
        {"start": ""},
        {"start": "2026-02-30"},
        {"days": "-1"},
        {"days": "401"},
        {"days": "9" * 5000},
        {"unit": "weeks"},
        {"start": "9999-12-31", "days": "9"},
        {"pause_to": "2026-10-01"},
        {"pause_from": "2026-10-02", "pause_to": "2026-10-01"},
        {"kind": "holiday", "pause_from": "2026-10-02"},
    ],
)
def test_a_bad_question_is_answered_in_words(sven, asked):
    asked = {"start": "2026-09-30", "days": "2", "unit": "working", **asked}
    response = sven.get("/calendar/why/", asked)
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()


def test_a_running_pause_has_no_deadline_yet(sven):
    asked = {"start": "2026-09-28", "days": "5", "unit": "working"}
    response = sven.get("/calendar/why/", {**asked, "pause_from": "2026-09-30"})
    assert "暂无截止日" in response.content.decode()


# The notice


@pytest.mark.parametrize("who", [*OFFICIALS, "otto"])
def test_only_the_system_administrator_sees_the_import(cast, as_user, who):
    client = as_user(getattr(cast, who))
    assert client.get(IMPORT).status_code == 403
    assert client.post(IMPORT, {"act": "save"}).status_code == 403


def test_the_printed_notice_is_read_checked_and_taken_into_use(sven):
    page = sven.post(IMPORT, {**fields_of(read(sven)), "act": "check"})
    assert page.status_code == 200
    assert "2027 年共 247 个工作日" in page.content.decode()
    assert not WorkYear.objects.filter(pk=2027).exists()
    done = sven.post(IMPORT, {**fields_of(page), "act": "save"}, follow=True)
    assert "2027 年放假通知已启用" in done.content.decode()
    year = WorkYear.objects.get(pk=2027)
    assert (year.source, str(year.published_on)) == (
        "国办发明电〔2026〕9号",
        "2026-11-05",
    )
    assert year.days_off["春节"] == ["2027-02-05", "2027-02-13"]
    assert year.makeup_days == {
        "2027-02-14": "春节",
        "2027-02-20": "春节",
        "2027-05-08": "劳动节",
        "2027-10-09": "国庆节",
    }


def test_sending_it_twice_is_harmless(sven):
    data = {**fields_of(check(sven)), "act": "save"}
    assert sven.post(IMPORT, data).status_code == 302
    assert sven.post(IMPORT, data).status_code == 302
    assert Event.objects.filter(action__startswith="work_year").count() == 1


def test_what_was_changed_after_the_check_is_checked_again(sven):
    data = fields_of(check(sven)) | {"act": "save", "form-0-last": "2027-01-04"}
    page = sven.post(IMPORT, data)
    assert page.status_code == 200
    assert "2027 年共 246 个工作日" in page.content.decode()
    assert not WorkYear.objects.filter(pk=2027).exists()


def test_a_year_in_use_is_replaced_only_on_request(sven):
    stored = to_json(published_years()[-1]) | {"source": "更正"}
    page = sven.post(
        IMPORT, {**fields_of(read(sven, json.dumps(stored))), "act": "check"}
    )
    data = {**fields_of(page), "act": "save"}
    refused = sven.post(IMPORT, data)
    assert refused.status_code == 422
    assert "请勾选确认" in refused.content.decode()
    assert sven.post(IMPORT, {**data, "replace": "on"}).status_code == 302
    assert WorkYear.objects.get(pk=2026).source == "更正"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"form-1-first": "2027-02-20"}, "第 2 行：春节的末日早于首日"),
        ({"form-2-makeups": "foo"}, "“foo”不是日期"),
        ({"form-2-makeups": "04-06"}, "不是周六、周日"),
        ({"form-3-name": ""}, "第 4 行：节日"),
        ({"form-4-first": "2027-02-30"}, "第 5 行：放假首日"),
        ({"year": "0"}, "年份"),
        ({"year": "9" * 50}, "年份"),
        ({"year": "2040"}, "过远"),
        ({"source": " "}, "通知文号或标题"),
        ({"published_on": "soon"}, "发布日期"),
        ({"form-TOTAL_FORMS": "0"}, "没有放假日期"),
        ({"form-TOTAL_FORMS": "x"}, ""),
        ({"form-TOTAL_FORMS": "9999"}, "20"),
    ],
)
def test_what_is_wrong_stands_at_its_row_and_what_was_typed_stays(sven, changes, words):
    page = check(sven, **changes)
    assert page.status_code == 422
    html = page.content.decode()
    assert words in html
    assert "国办发明电〔2026〕9号" in html or "source" in changes
    assert "error-summary" in html


def test_rows_may_be_typed_by_hand_with_short_make_up_days(sven):
    page = check(sven, **{"form-1-makeups": "2月14日、02-20"})
    assert "2027 年共 247 个工作日" in page.content.decode()


def test_a_missing_holiday_is_asked_about(sven):
    empty = {"form-4-name": "", "form-4-first": "", "form-4-last": ""}
    assert "通知中没有端午节" in check(sven, **empty).content.decode()


def upload(client, content, name="2027.json"):
    file = SimpleUploadedFile(name, content)
    return client.post(IMPORT, {"act": "read", "file": file})


@pytest.mark.slow
def test_a_json_file_fills_the_rows(sven):
    data = to_json(published_years()[-1])
    flat = data | {"makeup_workdays": list(data["makeup_workdays"])}
    for one in (data, flat):
        page = upload(sven, json.dumps(one).encode())
        assert page.status_code == 200
        sent = fields_of(page)
        assert (sent["form-0-name"], sent["form-0-makeups"]) == ("元旦", "2026-01-04")


def test_a_text_file_of_an_old_office_is_read(sven):
    page = upload(sven, NOTICE.encode("gb18030"), "notice.txt")
    assert fields_of(page)["form-1-name"] == "春节"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{}",
        b"[" * 5000,
        b'{"year": ' + b"9" * 5000 + b"}",
        b'{"year": 2027, "off": {"\\ud800": ["2027-01-01", "2027-01-01"]}, '
        b'"makeup_workdays": []}',
        b"\xff\xfe\x00\x01" * 9,
        NOTICE.encode() + b" " * 65_536,
        "今年没有通知".encode(),
    ],
)
def test_a_file_that_is_no_notice_is_refused_in_words(sven, content):
    page = upload(sven, content)
    assert page.status_code == 422
    assert "error-summary" in page.content.decode()


def test_nothing_pasted_asks_for_it(sven):
    assert read(sven, " ").status_code == 422
    assert read(sven, "字" * 20_001).status_code == 422


def test_what_could_not_be_read_is_named(sven):
    page = read(sven, NOTICE.replace("6月9日放假", "放假另行通知"))
    assert "“端午节”没有读出" in page.content.decode()
