"""Minutes of a coordination meeting: when it is held, anew with each change since."""

from datetime import time, timedelta

import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from crm.models import Document
from reports.meeting_minutes import sheet_of
from tests.factories import NOON
from visits.services import meetings
from visits.services.meetings import Plan

LATER = NOON + timedelta(days=1)


@pytest.fixture
def meeting(cast):
    plan = Plan(
        topic="用工问题协调会",
        day=NOON.date(),
        at=time(9, 30),
        place="三楼会议室",
        chair=cast.maria,
        recorder=cast.dora,
        departments=[cast.bureau, cast.other_bureau],
    )
    called = meetings.call_meeting(actor=cast.maria, plan=plan, now=NOON)
    item = meetings.add_item(called, actor=cast.maria, title="夜班缺人", now=NOON)
    meetings.note_item(item, actor=cast.dora, note="人社局介绍情况。", now=NOON)
    meetings.give_task(
        called,
        actor=cast.dora,
        department=cast.bureau,
        text="组织专场招聘",
        days=5,
        item=item,
        now=NOON,
    )
    return called


def close(cast, meeting):
    words = {"summary": "两周内见效。", "attendees": "王总"}
    return meetings.close_meeting(meeting, actor=cast.dora, now=NOON, **words)


def answer(cast, meeting):
    given = meeting.tasks.get()
    return meetings.answer_task(given, actor=cast.hana, answer="到岗 12 人", now=LATER)


def versions():
    papers = Document.objects.order_by("pk")
    return [(one.kind, one.version, one.state) for one in papers]


@pytest.mark.slow
def test_the_minutes_are_a_paper_and_a_result_makes_the_next(cast, meeting):
    assert versions() == []
    close(cast, meeting)
    assert versions() == [("meeting_minutes", 1, "ready")]
    answer(cast, meeting)
    assert versions()[1:] == [("meeting_minutes", 2, "ready")]
    paper = Document.objects.get(version=2)
    with default_storage.open(paper.stored_name) as file:
        pages = list(pypdfium2.PdfDocument(file.read()))
    told = "".join(one.get_textpage().get_text_range() for one in pages)
    words = told.replace("\r\n", "")
    for told in (
        "协调会纪要",
        "人社局、水利局",
        "夜班缺人（其他）",
        "人社局介绍情况",
        "组织专场招聘",
        "5 个工作日，2026年3月25日前",
        "到岗 12 人",
        "两周内见效",
        "王总",
    ):
        assert told in words


@pytest.fixture
def still(monkeypatch):
    """Papers are queued, not laid out."""
    monkeypatch.setattr("reports.services.enqueue", lambda *of, **more: "")


def test_what_the_minutes_say(still, cast, meeting):
    close(cast, meeting)
    answer(cast, meeting)
    sheet = sheet_of(meeting, Document.objects.get(version=2))
    facts = {f"{label}：{value}" for label, value in sheet.facts}
    assert {"时间：2026年3月18日 09:30", "记录人：Dora"} <= facts
    (row,) = sheet.rows
    assert row.state.splitlines() == ["已报结果", "2026年3月19日答复：到岗 12 人"]


def test_every_change_after_it_makes_the_next_version(still, cast, meeting):
    close(cast, meeting)
    meetings.correct_minutes(
        meeting, actor=cast.dora, summary="改", attendees="", now=LATER
    )
    done = answer(cast, meeting)
    meetings.return_task(done, actor=cast.maria, remark="名单", days=2, now=LATER)
    item = meeting.items.get()
    meetings.note_item(item, actor=cast.dora, note="补记", now=LATER)
    assert [version for _kind, version, _state in versions()] == [1, 2, 3, 4, 5]
    assert len(set(Document.objects.values_list("content_key", flat=True))) == 5


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("maria", True), ("dora", True), ("hana", True), ("tom", True), ("axel", True),
        ("otto", False), ("olga", False), ("dirk", False), ("sven", False),
    ],
)  # fmt: skip
def test_who_reads_the_minutes(still, cast, meeting, as_user, who, may):
    close(cast, meeting)
    url = reverse("reports:paper", args=[Document.objects.get().number])
    client = as_user(getattr(cast, who))
    assert client.get(url).status_code == (200 if may else 404)
    if may:
        assert url in client.get(meeting.get_absolute_url()).content.decode()
