"""Long work in the worker: papers."""

from base64 import b64decode, b64encode

from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from crm.attachments import process_attachment
from crm.lib.forked import ChildError, run_forked
from crm.models import Document, StoredFile
from projects.models import Agency, JointSession, Project
from visits.models import Meeting, Ticket, Visit

from . import (
    agency_papers,
    dispatch_sheets,
    meeting_minutes,
    services,
    session_minutes,
    timelines,
)
from .qr import qr_png
from .visit_reports import LANGUAGE, VisitReport, visit_report

SECONDS, MEGABYTES = 60, 512


def make_visit_report(document_pk: int) -> None:
    """Lay out the report and keep it. Run twice, it makes the same paper once."""
    document = begun(document_pk)
    if document is None:
        return
    visit = Visit.objects.select_related("company__industry", "unit", "logged_by")
    with translation.override(LANGUAGE):
        report = visit_report(visit.get(pk=document.subject_id), document)
        html = render_to_string("reports/paper/visit_report.html", {"report": report})
    lay_out(document, "reports.papers.render_plain", html, pictures_of(report))


def make_timeline(document_pk: int) -> None:
    """Draw the project for the person who asked, as paper or as a picture."""
    document = begun(document_pk)
    if document is None:
        return
    assert document.created_by, "somebody asked for it"
    projects = Project.objects.select_related("company")
    project, today = projects.get(pk=document.subject_id), timezone.localdate()
    with translation.override(LANGUAGE):
        picture = timelines.picture_for(project, document.created_by, today)
        sheet = timelines.sheet_of(project, picture, document, LANGUAGE)
        html = render_to_string("reports/paper/timeline.html", {"sheet": sheet})
    is_png = document.kind == timelines.PNG
    painter = "reports.papers." + ("render_picture" if is_png else "render_plain")
    pictures = {"qr": encoded(qr_png(sheet.verify_url))}
    # Each by itself: patterns of the same name would be one in the same page.
    for page in sheet.pages:
        pictures[f"page-{page.number}"] = encoded(page.svg.encode())
    lay_out(document, painter, html, pictures, style="timeline")


def make_agency_paper(document_pk: int) -> None:
    """Lay out the agreement, its end or its refusal, with what was signed."""
    document = begun(document_pk)
    if document is None:
        return
    agency = Agency.objects.for_page().get(pk=document.subject_id)
    pictures: dict[str, str] = {}
    for name, file in agency_papers.signatures_of(agency).items():
        # Signed a moment ago: the picture may still wait for its turn.
        process_attachment(file.pk)
        file.refresh_from_db()
        if file.state == StoredFile.State.STORED:
            pictures[name] = stored(file.stored_name)
    with translation.override(LANGUAGE):
        sheet = agency_papers.sheet_of(agency, document, set(pictures))
        html = render_to_string("reports/paper/agency.html", {"sheet": sheet})
    pictures["qr"] = encoded(qr_png(sheet.verify_url))
    lay_out(document, "reports.papers.render_plain", html, pictures)


def make_session_minutes(document_pk: int) -> None:
    """Lay out what each department said, and what it answered since."""
    document = begun(document_pk)
    if document is None:
        return
    session = JointSession.objects.for_page().get(pk=document.subject_id)
    with translation.override(LANGUAGE):
        sheet = session_minutes.sheet_of(session, document)
        html = render_to_string("reports/paper/session_minutes.html", {"sheet": sheet})
    pictures = {"qr": encoded(qr_png(sheet.verify_url))}
    lay_out(document, "reports.papers.render_plain", html, pictures)


def make_meeting_minutes(document_pk: int) -> None:
    """Lay out what was said of each matter, and what became of each task since."""
    document = begun(document_pk)
    if document is None:
        return
    meeting = Meeting.objects.for_page().get(pk=document.subject_id)
    with translation.override(LANGUAGE):
        sheet = meeting_minutes.sheet_of(meeting, document)
        html = render_to_string("reports/paper/meeting_minutes.html", {"sheet": sheet})
    pictures = {"qr": encoded(qr_png(sheet.verify_url))}
    lay_out(document, "reports.papers.render_plain", html, pictures)


def make_dispatch_sheet(document_pk: int) -> None:
    """Lay out what the departments are given to do."""
    document = begun(document_pk)
    if document is None:
        return
    ticket = Ticket.objects.for_page().get(pk=document.subject_id)
    with translation.override(LANGUAGE):
        sheet = dispatch_sheets.sheet_of(ticket, document)
        html = render_to_string("reports/paper/dispatch_sheet.html", {"sheet": sheet})
    pictures = {"qr": encoded(qr_png(sheet.verify_url))}
    lay_out(document, "reports.papers.render_plain", html, pictures)


def begun(document_pk: int) -> Document | None:
    """The paper to be made, None where that is done already."""
    document = Document.objects.filter(pk=document_pk).first()
    if document is None or document.state == Document.State.READY:
        return None
    services.show_progress(document, 10)
    return document


def lay_out(
    document: Document,
    painter: str,
    html: str,
    pictures: dict[str, str],
    style: str = "official",
) -> None:
    """In a child with its limits; keep what it made, or say that it failed."""
    services.show_progress(document, 40)
    try:
        paper = run_forked(
            painter, html, pictures, style, timeout=SECONDS, memory_mb=MEGABYTES
        )
    except ChildError as error:
        services.fail_document(document, reason=type(error).__name__)
        raise
    body = b64decode(paper.pop("body"))
    services.keep_document(document, body=body, **paper)


def pictures_of(report: VisitReport) -> dict[str, str]:
    """Name → base64 of every picture that the page names."""
    pictures = {"qr": encoded(qr_png(report.verify_url))}
    for photo in report.photos:
        pictures[photo.name] = stored(photo.stored_name)
    if report.signature:
        pictures[report.signature] = stored(report.signature_file)
    return pictures


def stored(name: str) -> str:
    with default_storage.open(name) as file:
        return encoded(file.read())


def encoded(body: bytes) -> str:
    return b64encode(body).decode()
