"""交办单: what a department is given to do, on paper."""

import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation

from crm.models import Document
from reports.dispatch_sheets import sheet_of
from tests.factories import NOON, ContactFactory
from tests.visits import ticket_stories as stories
from visits.services import tickets

pytestmark = pytest.mark.django_db


def make(client, ticket):
    return client.post(reverse("reports:make-dispatch-sheet", args=[ticket.pk]))


def text_of(document):
    with default_storage.open(document.stored_name) as file:
        pdf = pypdfium2.PdfDocument(file.read())
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    return "".join(pages).replace("\r", "").replace("\n", "")


@pytest.fixture
def ticket(cast):
    ContactFactory(company=cast.company, name="王总", phone="13812345678")
    return stories.dispatched(cast, [(cast.other_bureau, "核实用水")])


@pytest.mark.slow
def test_the_paper_says_who_does_what_by_when(cast, as_user, ticket):
    make(as_user(cast.dora), ticket)
    document = Document.objects.get()
    text = text_of(document)
    for word in (
        "交办单",
        ticket.number,
        cast.bureau.name,
        "核实用水",
        "2026年3月27日",
    ):
        assert word in text
    assert "13812345678" not in text and "138****5678" in text
    assert document.warnings == []


def test_its_rows_are_the_parts_with_their_days(cast, ticket):
    document = Document(number="x", version=1, created_at=NOON)
    with translation.override("zh-hans"):
        sheet = sheet_of(ticket, document)
    assert [(row.department, row.part) for row in sheet.rows] == [
        (cast.bureau.name, "主办"),
        (cast.other_bureau.name, "协办"),
    ]
    assert "2026年3月27日" in sheet.rows[0].until
    assert "2026年3月23日" in sheet.rows[1].until
    assert sheet.issued_by == "服务中心"


def test_asked_for_twice_it_is_one_and_another_lead_makes_the_next(
    cast, as_user, ticket, monkeypatch
):
    monkeypatch.setattr("reports.jobs.lay_out", lambda *args, **more: None)
    client = as_user(cast.dora)
    make(client, ticket)
    make(client, ticket)
    assert Document.objects.count() == 1
    tickets.reassign_ticket(
        ticket, actor=cast.dora, lead=cast.other_bureau, reason="换。", now=NOON
    )
    make(client, ticket)
    assert [one.version for one in Document.objects.order_by("pk")] == [1, 2]


def test_before_the_dispatch_there_is_nothing_to_print(cast, as_user):
    ticket = stories.raised(cast)
    assert make(as_user(cast.dora), ticket).status_code == 409


@pytest.mark.parametrize(
    ("who", "status"),
    [("hana", 302), ("maria", 302), ("axel", 403), ("otto", 404), ("dirk", 404)],
)
def test_who_makes_one(cast, as_user, ticket, monkeypatch, who, status):
    monkeypatch.setattr("reports.jobs.lay_out", lambda *args, **more: None)
    assert make(as_user(getattr(cast, who)), ticket).status_code == status


@pytest.mark.slow
def test_the_page_offers_it_to_officials_alone(cast, as_user, ticket):
    for who, is_offered in ((cast.hana, True), (cast.axel, False), (cast.otto, False)):
        page = as_user(who).get(ticket.get_absolute_url()).text
        assert ("dispatch-sheet/make" in page) == is_offered
    assert "交办单" not in as_user(cast.otto).get(ticket.get_absolute_url()).text
