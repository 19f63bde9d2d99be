"""督办单 on paper: made when issued, anew with each colour and with its end."""

from datetime import timedelta

import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from crm.models import Document
from reports.order_papers import sheet_of
from tests.factories import NOON, CategoryFactory
from tests.visits import ticket_stories
from tests.visits.orders.stories import HOUR, answer, issued
from visits.services import orders

UP = {"colour": "red", "reason": "逾期仍未答复"}


@pytest.fixture
def still(monkeypatch):
    """Papers are queued, not laid out."""
    monkeypatch.setattr("reports.services.enqueue", lambda *of, **more: "")


@pytest.fixture
def ticket(cast):
    CategoryFactory()
    return ticket_stories.working(cast)


def versions():
    papers = Document.objects.filter(kind="supervision_order").order_by("pk")
    return [one.version for one in papers]


def words_of(paper):
    with default_storage.open(paper.stored_name) as file:
        pages = list(pypdfium2.PdfDocument(file.read()))
    told = "".join(one.get_textpage().get_text_range() for one in pages)
    return told.replace("\r\n", ""), len(pages)


@pytest.mark.slow
def test_the_order_is_a_paper_and_its_end_makes_the_next(cast, ticket):
    order = issued(cast, ticket, person=cast.hana)
    first = Document.objects.get(kind="supervision_order")
    assert (first.version, first.state, first.company) == (1, "ready", None)
    told, pages = words_of(first)
    assert pages == first.pages
    for part in (
        "黄色督办单", "督〔2026〕1号", "人社局：", "一、督办事项", ticket.title,
        "二、依据", ticket.number, "三、督办要求", "五日内书面答复。", "责任人：Hana",
        "5 个工作日", "2026年3月25日前", "服务中心", "2026年3月18日", first.number,
    ):  # fmt: skip
        assert part in told, part
    answer(cast, order)
    orders.close_order(order, actor=cast.axel, note="同意。", now=NOON + 3 * HOUR)
    second = Document.objects.get(version=2)
    told, _ = words_of(second)
    for part in ("四、答复与审核", "已增开两个窗口。", "予以销号", "同意。", "第2版"):
        assert part in told, part


def test_a_version_for_each_colour_and_for_the_end(still, cast, ticket):
    order = issued(cast, ticket, colour="blue")
    assert versions() == [1]
    orders.sign_order(order, actor=cast.hana, now=NOON)
    assert versions() == [1]
    at = {"actor": cast.axel, "now": NOON + HOUR}
    orders.raise_order(order, colour="yellow", reason="未办", **at)
    orders.raise_order(order, **UP, **at)
    assert versions() == [1, 2, 3]
    answer(cast, order)
    orders.send_back_order(order, reason="缺材料", **at)
    assert versions() == [1, 2, 3]
    orders.withdraw_order(order, reason="改由市里督办", **at)
    assert versions() == [1, 2, 3, 4]


def test_each_version_shows_the_order_as_it_stood_then(still, cast):
    order = issued(cast, colour="blue")
    at = {"actor": cast.axel, "now": NOON + timedelta(days=1)}
    orders.raise_order(order, **UP, **at)
    later = {"actor": cast.axel, "now": NOON + timedelta(days=2)}
    order = orders.withdraw_order(order, reason="改由市里督办", **later)
    papers = Document.objects.order_by("version")
    sheets = [sheet_of(order, paper) for paper in papers]
    assert [one.title for one in sheets] == ["蓝色督办单", "红色督办单", "红色督办单"]
    assert [len(one.parts) for one in sheets] == [3, 4, 5]
    assert sheets[1].parts[3].heading == "四、督办等级变更"
    assert sheets[1].last == "2026年3月19日由蓝色提高为红色：逾期仍未答复"
    assert sheets[2].parts[4].heading == "五、撤回"
    assert "改由市里督办" in sheets[2].last


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("axel", True), ("maria", True), ("dora", True), ("hana", True),
        ("uma", True), ("olga", False), ("tom", False), ("otto", False),
        ("dirk", False), ("sven", False),
    ],
)  # fmt: skip
def test_who_reads_the_paper(still, cast, ticket, as_user, who, may):
    order = issued(cast, ticket)
    orders.publish_order(order, actor=cast.axel, now=NOON)
    url = reverse("reports:paper", args=[Document.objects.get().number])
    client = as_user(getattr(cast, who))
    assert client.get(url).status_code == (200 if may else 404)
    if may:
        assert url in client.get(order.get_absolute_url()).content.decode()
