"""督办月报: the orders of a month as page, table and paper, with their figures."""

import io
from datetime import timedelta

import pypdfium2
import pytest
import time_machine
from django.core.files.storage import default_storage
from django.urls import reverse
from python_calamine import CalamineWorkbook

from crm.models import Document, Event
from reports import order_month
from tests.factories import NOON, DepartmentFactory, GrantFactory, UserFactory
from tests.visits.orders.stories import answer, answered, closed, issued, withdrawn
from visits.models import OrderMonth
from visits.services import orders

PAGE = reverse("reports:order-month")
MAY = NOON.replace(month=5, day=20)


@pytest.fixture(autouse=True)
def in_may(monkeypatch):
    with time_machine.travel(MAY, tick=False):
        yield


@pytest.fixture
def still(monkeypatch):
    """Papers of single orders are not laid out here."""
    monkeypatch.setattr(
        "reports.order_listener.request_order_paper", lambda *a, **k: None
    )


@pytest.fixture
def month(still, cast):
    """Closed in time, answered late, silent and late, withdrawn; one of April."""
    closed(cast, matter="按期")
    late = issued(cast, matter="晚答", colour="red")
    answer(cast, late, now=NOON + timedelta(days=20))
    issued(cast, matter="未答", colour="blue")
    withdrawn(cast, matter="撤回的")
    issued(cast, matter="四月的", now=NOON.replace(month=4))


def rows(cast):
    first = NOON.date().replace(day=1)
    return order_month.rows_of(cast.county, first, MAY.date())


def test_figures_have_their_denominator_and_leave_out_what_was_withdrawn(cast, month):
    figures = order_month.figures_of(rows(cast))
    assert (figures.issued, figures.withdrawn, figures.counted) == (4, 1, 3)
    assert (figures.answered, figures.late, figures.closed) == (2, 2, 1)
    assert figures.by_colour == [("蓝色", 1), ("黄色", 1), ("红色", 1)]
    with_none = order_month.figures_of([])
    assert (with_none.issued, with_none.counted) == (0, 0)


def test_an_answer_sent_back_is_judged_by_the_last(still, cast):
    order = answered(cast)
    orders.send_back_order(order, actor=cast.axel, reason="缺", now=NOON)
    assert rows(cast)[0].is_late
    answer(cast, order, now=NOON + timedelta(days=1))
    assert not rows(cast)[0].is_late


def test_the_page_lists_the_month_and_no_other(cast, month, as_user):
    page = as_user(cast.axel).get(PAGE, {"month": "2026-03"}).content.decode()
    for shown in ("按期", "晚答", "未答", "撤回的", "66.7%（2/3）", "33.3%（1/3）"):
        assert shown in page
    assert "四月的" not in page
    empty = as_user(cast.axel).get(PAGE, {"month": "2026-01"}).content.decode()
    assert "该月没有签发督办单" in empty
    assert "暂无数据" in empty or "无数据" in empty


@pytest.mark.parametrize(
    "odd", ["", "x", "2026-13", "0000-01", "9999-12", "2026-03-01", "9" * 40]
)
def test_it_opens_on_the_last_whole_month_and_odd_ones_do(cast, month, as_user, odd):
    page = as_user(cast.axel).get(PAGE, {"month": odd, "region": odd})
    assert (page.status_code, page.context["month"]) == (200, "2026-04")


def test_the_title_says_which_month_and_the_other_is_one_press_away(
    cast, month, as_user
):
    client = as_user(cast.axel)
    last = client.get(PAGE).content.decode()
    assert "督办单月报 · 2026年4月" in last or "督办月报 · 2026年4月" in last
    assert "本月未结束" not in last and "month=2026-05" in last
    running = client.get(PAGE, {"month": "2026-05"}).content.decode()
    assert "2026年5月" in running and "本月未结束" in running


def test_a_region_out_of_scope_is_ones_own(still, cast, as_user):
    far = UserFactory(login="far")
    GrantFactory(user=far, role="supervisor", region=cast.elsewhere)
    cast.far = far
    unit = DepartmentFactory(code="far", name="邻县人社局", region=cast.elsewhere)
    issued(cast, by="far", addressee=unit, matter="邻县的事")
    page = as_user(cast.axel).get(
        PAGE, {"month": "2026-03", "region": cast.elsewhere.pk}
    )
    assert page.context["region"] == cast.county
    assert "邻县的事" not in page.content.decode()


@pytest.mark.parametrize(
    ("who", "may"),
    [("axel", True), ("maria", True), ("dora", False), ("hana", False),
     ("uma", False), ("olga", False), ("otto", False), ("sven", False)],
)  # fmt: skip
def test_who_reads_it(cast, month, as_user, who, may):
    client = as_user(getattr(cast, who))
    for address in (PAGE, reverse("reports:order-month-export")):
        assert client.get(address).status_code == (200 if may else 403)


def test_the_table_is_text_guarded_and_masked(still, cast, as_user):
    issued(cast, matter="=HYPERLINK(1) 联系13812348000")
    issued(cast, matter="@SUM 2026", basis="+1")
    response = as_user(cast.axel).get(
        reverse("reports:order-month-export"), {"month": "2026-03"}
    )
    assert "orders-530100-2026-03.xlsx" in response["Content-Disposition"]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    table = sheet.get_sheet_by_index(0).to_python()
    assert table[0][:4] == ["文号", "督办等级", "被督办单位", "督办事项"]
    assert [row[0] for row in table[1:]] == ["督〔2026〕1号", "督〔2026〕2号"]
    assert [row[3] for row in table[1:]] == [
        "'=HYPERLINK(1) 联系138****8000", "'@SUM 2026",
    ]  # fmt: skip
    assert all(isinstance(cell, str) for row in table for cell in row)
    event = Event.objects.get(action="order_month.exported")
    assert event.changes["row_count"] == [None, 2]


@pytest.mark.slow
def test_the_page_costs_the_same_for_1_and_20(still, cast, as_user, queries_of):
    client = as_user(cast.axel)
    issued(cast)
    cost = queries_of(lambda: client.get(PAGE, {"month": "2026-03"}))
    for number in range(19):
        issued(cast, matter=f"第{number}件")
    assert queries_of(lambda: client.get(PAGE, {"month": "2026-03"})) == cost


def ask(as_user, user):
    made = as_user(user).post(reverse("reports:make-order-month"), {"month": "2026-03"})
    return made.url


@pytest.mark.slow
def test_the_paper_is_made_once_until_something_changes(cast, month, as_user):
    first = ask(as_user, cast.axel)
    assert ask(as_user, cast.maria) == first
    paper = Document.objects.get(kind="order_month")
    assert (paper.state, paper.version) == ("ready", 1)
    with default_storage.open(paper.stored_name) as file:
        pages = list(pypdfium2.PdfDocument(file.read()))
    told = "".join(one.get_textpage().get_text_range() for one in pages)
    told = told.replace("\r\n", "")
    for part in (
        "督办月报", "2026年3月", "共签发督办单 4 件", "其中撤回 1 件", "逾期 2 件",
        "督〔2026〕2号", "红色督办单", "晚答", paper.number,
    ):  # fmt: skip
        assert part in told, part
    issued(cast, matter="新的一件")
    assert ask(as_user, cast.axel) != first
    assert Document.objects.filter(kind="order_month").count() == 2
    assert OrderMonth.objects.count() == 1
    reader = as_user(cast.hana)
    assert reader.get(first).status_code == 404
