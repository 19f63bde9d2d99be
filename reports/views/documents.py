"""Papers of visible records: ask for one, watch it being made, take it."""

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from crm.lib.http import AppRequest, swap_or_redirect
from crm.models import Document, Role, User
from crm.services.comments import may_remark
from reports import services
from reports.queries import VISIT_REPORT, report_of
from visits.models import Visit

# Papers of a visit are internal: the company reads the visit's public part instead.
NOT_FOR = (Role.OWNER,)


def readable_visit(user: User, pk: int) -> Visit:
    """The visit whose paper this person may read, or 404."""
    if user.has_role(*NOT_FOR):
        raise Http404
    visits = Visit.objects.visible_to(user).select_related("company")
    return get_object_or_404(visits, pk=pk, status=Visit.Status.HELD)


def readable_document(user: User, number: str) -> Document:
    document = get_object_or_404(Document, number=number, kind=VISIT_REPORT)
    readable_visit(user, document.subject_id)
    return document


@require_GET
def panel(request: AppRequest, pk: int) -> HttpResponse:
    """The newest report of a visit: its progress, or the link to it."""
    visit = readable_visit(request.user, pk)
    context = {"visit": visit, "document": report_of(visit)}
    name = "_report" if request.htmx else "report"
    return render(request, f"reports/{name}.html", context)


@require_POST
def make(request: AppRequest, pk: int) -> HttpResponse:
    """Ask for the report, or for another try after a failure."""
    visit = readable_visit(request.user, pk)
    if not may_remark(request.user):
        raise PermissionDenied
    document = services.request_visit_report(visit, actor=request.user)
    document = services.remake_document(document, actor=request.user)
    context = {"visit": visit, "document": document}
    return swap_or_redirect(request, "reports/_report.html", context, to=visit)


@require_GET
def download(request: AppRequest, number: str) -> HttpResponseBase:
    """The file itself, to readers of the visit only; the download is recorded."""
    document = readable_document(request.user, number)
    if document.state != Document.State.READY:
        return redirect("visits:detail", document.subject_id)
    services.note_download(document, actor=request.user)
    file = default_storage.open(document.stored_name)
    response = FileResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{document.number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


urls = [
    path("visits/<int:pk>/report/", panel, name="report"),
    path("visits/<int:pk>/report/make/", make, name="make-report"),
    path("documents/<str:number>/", download, name="document"),
]
