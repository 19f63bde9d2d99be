"""The agency's papers: made by the state they tell of, read by both sides."""

import io

import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageDraw

from crm.models import Document
from crm.services.attaching import received
from projects.models import ProjectLiaison
from projects.services import agencies
from projects.services.agencies import Signed
from reports.agency_papers import sheet_of, signatures_of
from tests.factories import NOON, ProjectFactory

PAPER = ["代办服务协议", "甲方（委托单位）：恒润纺织有限公司", "代办人：Bela"]


@pytest.fixture
def agency(cast):
    project = ProjectFactory(
        name="恒润智能织造项目",
        company=cast.company,
        region=cast.town,
        lead_department=cast.bureau,
    )
    ProjectLiaison.objects.create(
        project=project, role="A", officer=cast.olga, started_on=NOON.date()
    )
    asked = agencies.ask_for_agency(project, actor=cast.otto, stages=[1], now=NOON)
    olga = {"actor": cast.olga, "now": NOON}
    return agencies.draw_up(
        asked, agent=cast.bela, stages=[1, 3], terms="每周五反馈。", **olga
    )


def sign(agency, actor):
    picture = Image.new("RGBA", (300, 90), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(20, 60), (280, 30)], fill="black", width=4)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    upload = SimpleUploadedFile("s.png", buffer.getvalue(), "image/png")
    with received([upload]) as sent:
        signed = Signed("王总", sent[0])
        return agencies.sign(agency, actor=actor, signed=signed, now=NOON)


def kinds():
    papers = Document.objects.order_by("pk")
    return [(one.kind, one.version, one.state) for one in papers]


@pytest.mark.slow
def test_the_agreement_is_a_paper_to_sign_and_then_a_signed_one(cast, agency):
    offered = agencies.offer(agency, actor=cast.olga, now=NOON)
    assert kinds() == [("agency_agreement", 1, "ready")]
    signed = sign(offered, cast.otto)
    agencies.finish(signed, actor=cast.olga, reason="两证已发", now=NOON)
    sign(signed, cast.otto)
    assert kinds()[1:] == [
        ("agency_agreement", 2, "ready"),
        ("agency_finish", 1, "ready"),
    ]
    assert [one.pages for one in Document.objects.order_by("pk")] == [2, 2, 1]
    signed = Document.objects.get(kind="agency_agreement", version=2)
    with default_storage.open(signed.stored_name) as file:
        page = pypdfium2.PdfDocument(file.read())[1]
    words = page.get_textpage().get_text_range()
    assert "每周五反馈。" in words
    assert "王总" in words


@pytest.mark.slow
def test_a_refusal_and_a_termination_are_papers(cast, agency):
    agencies.refuse(agency, actor=cast.olga, reason="不在代办范围", now=NOON)
    assert kinds() == [("agency_refusal", 1, "ready")]


@pytest.fixture
def still(monkeypatch):
    """Papers are queued, not laid out."""
    monkeypatch.setattr("reports.services.enqueue", lambda *of, **more: "")


def test_every_end_has_its_paper(still, cast, agency):
    agencies.refuse(agency, actor=cast.olga, reason="不在代办范围", now=NOON)
    again = agencies.ask_for_agency(agency.project, actor=cast.otto, stages=[1])
    drawn = agencies.draw_up(again, actor=cast.olga, agent=cast.bela, stages=[1])
    signed = sign(agencies.offer(drawn, actor=cast.olga), cast.otto)
    agencies.finish(signed, actor=cast.olga, reason="两证已发")
    sign(signed, cast.otto)
    made = ["agency_refusal", *["agency_agreement"] * 2, "agency_finish"]
    assert [kind for kind, _version, _state in kinds()] == made


def test_what_the_paper_says(still, cast, agency):
    signed = sign(agencies.offer(agency, actor=cast.olga, now=NOON), cast.otto)
    paper = Document.objects.get(version=2)
    sheet = sheet_of(signed, paper, set(signatures_of(signed)))
    facts = [f"{label}：{value}" for label, value in sheet.facts]
    assert sheet.title == PAPER[0]
    assert set(PAPER[1:]) <= set(facts)
    assert "委托阶段：立项用地规划许可、施工许可" in facts
    assert sheet.clauses[-1] == "每周五反馈。"
    assert (sheet.signature, sheet.signed_by) == ("signature", "王总")


def test_a_sheet_that_ends_it_says_why(still, cast, agency):
    signed = sign(agencies.offer(agency, actor=cast.olga, now=NOON), cast.otto)
    agencies.stop(signed, actor=cast.olga, reason="企业改自办", now=NOON)
    ended = sign(signed, cast.otto)
    sheet = sheet_of(ended, Document.objects.get(kind="agency_stop"), set())
    assert (sheet.reason, sheet.clauses) == ("企业改自办", [])


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("otto", True), ("olga", True), ("dora", True), ("maria", True),
        ("axel", True), ("hana", False), ("omar", False), ("oleg", False),
        ("sven", False),
    ],
)  # fmt: skip
def test_who_reads_what_was_signed(still, cast, agency, as_user, who, may):
    agencies.offer(agency, actor=cast.olga, now=NOON)
    number = Document.objects.get().number
    url = reverse("reports:paper", args=[number])
    status = as_user(getattr(cast, who)).get(url).status_code
    assert status == (200 if may else 404)
    page = reverse("projects:agency", args=[agency.project_id])
    shown = as_user(getattr(cast, who)).get(page)
    assert (url in shown.content.decode()) == may
    # hana's bureau leads the project: she reads how it stands, not what was signed.
    assert (shown.status_code == 200) == (may or who == "hana")
