"""The visit report: what it says, how it is made, who may read it, how it verifies."""

import hashlib
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from crm.models import Document
from reports import papers, services
from reports.queries import report_of
from reports.visit_reports import numeral, visit_report
from tests.factories import CategoryFactory, ContactFactory, VisitFactory
from visits.models import Finding, Met

PDF = "application/pdf"


@pytest.fixture
def visit(cast):
    visit = VisitFactory(
        held=True,
        company=cast.company,
        logged_by=cast.olga,
        note="先看了车间。\n再到会议室座谈，䶮总参加。",
    )
    contact = ContactFactory(company=cast.company, name="张𠮷", phone="13812345678")
    Met.objects.create(visit=visit, contact=contact, name="张𠮷", title="总经理")
    labour = CategoryFactory()
    Finding.objects.create(
        visit=visit,
        key="a",
        order=1,
        category=labour,
        symptom="缺挡车工",
        result="noted",
    )
    Finding.objects.create(
        visit=visit,
        key="b",
        order=2,
        category=labour,
        symptom="补助何时到账",
        result="solved",
        answer="十二月十日前到账",
    )
    return visit


def words_of(pdf):
    run = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return "".join(run.stdout.decode().split())


@pytest.fixture
def report(visit):
    return services.request_visit_report(visit, actor=None)


def body_of(document):
    from django.core.files.storage import default_storage

    document.refresh_from_db()
    with default_storage.open(document.stored_name) as file:
        return file.read()


@pytest.mark.slow
def test_the_paper_says_what_the_visit_says(visit, report):
    text = words_of(body_of(report))
    for words in ["恒润纺织有限公司", "一、基本情况", "缺挡车工", "十二月十日前到账"]:
        assert words in text
    assert "张𠮷" in text
    assert "䶮总参加" in text
    assert "138****5678" in text
    assert "13812345678" not in text
    assert "—1—" in text


@pytest.mark.slow
def test_its_hash_is_kept_and_the_public_page_compares_it(client, report):
    body = body_of(report)
    assert report.sha256 == hashlib.sha256(body).hexdigest()
    url = reverse("reports:verify", args=[report.number])
    page = client.get(url)
    assert report.sha256 in page.content.decode()
    assert "恒润" not in page.content.decode()
    same = client.post(url, {"file": SimpleUploadedFile("a.pdf", body, PDF)})
    assert same.context["result"] == "same"
    other = client.post(url, {"file": SimpleUploadedFile("a.pdf", body + b" ", PDF)})
    assert other.context["result"] == "different"


def test_a_child_has_fonts_of_its_own():
    """Its parent's would wait for a thread of the parent: Pango 1.52 and later."""
    inherited = papers.fonts()
    papers.render_plain("<p>一</p>", {})
    assert papers.fonts() is not inherited


def test_an_unknown_number_is_not_found(client, db):
    url = reverse("reports:verify", args=["ABCDEFGH2345"])
    assert client.get(url).status_code == 404


@pytest.fixture
def without_worker(monkeypatch):
    """Requests are kept, nothing is laid out."""
    queued = []

    def keep(name, *args, **when):
        queued.append((name, args, when))

    monkeypatch.setattr(services, "enqueue", keep)
    return queued


def test_asking_twice_makes_one_paper(visit, without_worker):
    first = services.request_visit_report(visit, actor=None)
    again = services.request_visit_report(visit, actor=None)
    assert (again, len(without_worker)) == (first, 1)


def test_an_amended_visit_gets_the_next_version_and_the_old_one_stays(
    visit, without_worker
):
    first = services.request_visit_report(visit, actor=None)
    services.keep_document(first, body=b"%PDF-1.7 old", pages=1, warnings=[])
    visit.version = 2
    visit.save(update_fields=["version"])
    second = services.request_visit_report(visit, actor=None)
    assert (second.version, second.pk != first.pk) == (2, True)
    assert report_of(visit) == second
    assert body_of(first) == b"%PDF-1.7 old"


def test_a_report_waits_for_photos_on_the_phone(visit, without_worker):
    visit.photos.create(sha256="0" * 64, order=1)
    services.request_visit_report(visit, actor=None)
    assert without_worker[0][2]["run_after"] is not None


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("olga", 200),
        ("bela", 200),
        ("dora", 200),
        ("maria", 200),
        ("axel", 200),
        ("tom", 404),
        ("dirk", 404),
        ("otto", 404),
        ("sven", 404),
    ],
)
def test_who_may_open_the_paper(cast, visit, as_user, without_worker, who, status):
    document = services.request_visit_report(visit, actor=None)
    services.keep_document(document, body=b"%PDF-1.7 x", pages=1, warnings=[])
    url = reverse("reports:document", args=[document.number])
    response = as_user(getattr(cast, who)).get(url)
    assert response.status_code == status
    if status == 200:
        assert b"".join(response.streaming_content) == b"%PDF-1.7 x"
        assert response["Content-Type"] == PDF
        assert "no-store" in response["Cache-Control"]


def test_a_failed_report_can_be_tried_again(cast, visit, as_user, without_worker):
    document = services.request_visit_report(visit, actor=None)
    services.fail_document(document, reason="ChildTimeoutError")
    as_user(cast.olga).post(reverse("reports:make-report", args=[visit.pk]))
    document.refresh_from_db()
    assert document.state == Document.State.QUEUED
    assert len(without_worker) == 2


def test_progress_is_shown_while_it_is_made(cast, visit, as_user, without_worker):
    document = services.request_visit_report(visit, actor=None)
    services.show_progress(document, 40)
    page = as_user(cast.olga).get(reverse("reports:report", args=[visit.pk]))
    assert 'value="40"' in page.content.decode()


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (42, "四十二")],
)
def test_numerals(number, words):
    with translation.override("zh-hans"):
        assert numeral(number) == words


def test_facts_without_a_value_are_left_out(visit):
    with translation.override("zh-hans"):
        report = visit_report(visit, Document(number="X", version=1))
    labels = [label for label, _ in report.facts]
    assert "带队领导" not in labels
    assert "走访人员" in labels


@pytest.mark.parametrize(
    ("headers", "is_page"), [({}, True), ({"hx-request": "true"}, False)]
)
def test_without_scripts_the_panel_is_a_page(cast, as_user, visit, headers, is_page):
    client = as_user(cast.olga)
    text = client.get(f"/visits/{visit.pk}/report/", headers=headers).content.decode()
    assert ("<title>" in text) == is_page
    assert 'id="visit-report"' in text
