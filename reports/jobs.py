"""Long work in the worker: papers."""

from base64 import b64decode, b64encode

from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation

from crm.lib.forked import ChildError, run_forked
from crm.models import Document
from visits.models import Visit

from . import services
from .qr import qr_png
from .visit_reports import LANGUAGE, VisitReport, visit_report

SECONDS, MEGABYTES = 60, 512


def make_visit_report(document_pk: int) -> None:
    """Lay out the report and keep it. Run twice, it makes the same paper once."""
    document = Document.objects.filter(pk=document_pk).first()
    if document is None or document.state == Document.State.READY:
        return
    visit = Visit.objects.select_related("company__industry", "unit", "logged_by")
    services.show_progress(document, 10)
    with translation.override(LANGUAGE):
        report = visit_report(visit.get(pk=document.subject_id), document)
        html = render_to_string("reports/paper/visit_report.html", {"report": report})
    services.show_progress(document, 40)
    try:
        paper = run_forked(
            "reports.papers.render_plain",
            html,
            pictures_of(report),
            timeout=SECONDS,
            memory_mb=MEGABYTES,
        )
    except ChildError as error:
        services.fail_document(document, reason=type(error).__name__)
        raise
    body = b64decode(paper.pop("pdf"))
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
