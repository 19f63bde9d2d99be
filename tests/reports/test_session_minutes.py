"""Minutes of a joint session: made when it is closed, anew with each answer."""

from datetime import timedelta

import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from crm.models import Document
from projects.models import ProjectLiaison
from projects.services import sessions
from projects.services.sessions import Plan, Spoken
from reports.session_minutes import sheet_of
from tests.factories import NOON, ProjectFactory


@pytest.fixture
def session(cast):
    project = ProjectFactory(
        name="恒润智能织造项目",
        code="2603-530101-04-01-123456",
        company=cast.company,
        region=cast.town,
    )
    ProjectLiaison.objects.create(
        project=project, role="A", officer=cast.olga, started_on=NOON.date()
    )
    plan = Plan(topic="用地手续", day=NOON.date(), place="项目工地", chair=cast.maria)
    called = sessions.call_session(
        project,
        actor=cast.olga,
        plan=plan,
        departments=[cast.bureau, cast.other_bureau],
        now=NOON,
    )
    said = [
        Spoken(outcome="taken", words="向上级请示", days=3, speaker="李工"),
        Spoken(outcome="answered", words="可以先行开工"),
    ]
    for line, spoken in zip(called.lines.order_by("pk"), said, strict=True):
        sessions.record_line(line, actor=cast.olga, spoken=spoken, now=NOON)
    return called


def close(cast, session):
    return sessions.close_session(
        session, actor=cast.olga, summary="两周内办结。", attendees="王总", now=NOON
    )


def answer(cast, session):
    line = session.lines.order_by("pk").first()
    later = NOON + timedelta(days=1)
    return sessions.answer_line(line, actor=cast.hana, answer="上级同意", now=later)


def versions():
    papers = Document.objects.order_by("pk")
    return [(one.kind, one.version, one.state) for one in papers]


@pytest.mark.slow
def test_the_minutes_are_a_paper_and_an_answer_makes_the_next(cast, session):
    assert versions() == []
    close(cast, session)
    assert versions() == [("session_minutes", 1, "ready")]
    answer(cast, session)
    assert versions()[1:] == [("session_minutes", 2, "ready")]
    paper = Document.objects.get(version=2)
    with default_storage.open(paper.stored_name) as file:
        pages = list(pypdfium2.PdfDocument(file.read()))
    told = "".join(one.get_textpage().get_text_range() for one in pages)
    words = told.replace("\r\n", "")
    assert len(pages) == paper.pages == 2
    for told in (
        "联合服务会议纪要",
        "人社局（李工）",
        "王总",
        "上级同意",
        "两周内办结",
    ):
        assert told in words


@pytest.fixture
def still(monkeypatch):
    """Papers are queued, not laid out."""
    monkeypatch.setattr("reports.services.enqueue", lambda *of, **more: "")


def test_what_the_minutes_say(still, cast, session):
    close(cast, session)
    answer(cast, session)
    sheet = sheet_of(session, Document.objects.get(version=2))
    facts = {f"{label}：{value}" for label, value in sheet.facts}
    assert {
        "参加单位：人社局（李工）、水利局",
        "项目代码：2603-530101-04-01-123456",
    } <= facts
    first, second = sheet.rows
    assert first.said.splitlines() == [
        "带回", "向上级请示", "2026年3月19日答复：上级同意",
    ]  # fmt: skip
    assert first.until == "3 个工作日，2026年3月23日前"
    assert (second.said, second.until) == ("当场答复\n可以先行开工", "—")


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("otto", True), ("olga", True), ("hana", True), ("dora", True),
        ("maria", True), ("axel", True), ("tom", True), ("omar", False),
        ("oleg", False), ("dirk", False), ("sven", False),
    ],
)  # fmt: skip
def test_who_reads_the_minutes(still, cast, session, as_user, who, may):
    close(cast, session)
    url = reverse("reports:paper", args=[Document.objects.get().number])
    client = as_user(getattr(cast, who))
    assert client.get(url).status_code == (200 if may else 404)
    if may:
        assert url in client.get(session.get_absolute_url()).content.decode()
