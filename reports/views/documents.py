"""Papers of visible records: ask for one, watch it being made, take it."""

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from crm.lib.http import AppRequest, swap_or_redirect
from crm.models import Document, User
from crm.services.comments import may_remark
from projects.models import Project
from reports import services, timelines
from reports.kinds import kind_of
from reports.queries import report_of
from reports.visit_reports import visits_on_paper
from visits.models import Ticket, Visit


def readable_visit(user: User, pk: int) -> Visit:
    visits = visits_on_paper(user).select_related("company")
    return get_object_or_404(visits, pk=pk)


def readable_document(user: User, number: str) -> Document:
    document = get_object_or_404(Document, number=number)
    if not kind_of(document).is_readable(user, document):
        raise Http404
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


@require_POST
def make_timeline(request: AppRequest, pk: int, kind: str) -> HttpResponse:
    """Ask for the timeline as this person sees it, on paper or as a picture."""
    visible = Project.objects.visible_to(request.user)
    project = get_object_or_404(visible, pk=pk)
    if kind not in {one.key for one in timelines.KINDS}:
        raise Http404
    document = services.request_timeline(project, kind, actor=request.user)
    return redirect("reports:paper", document.number)


@require_POST
def make_dispatch_sheet(request: AppRequest, pk: int) -> HttpResponse:
    """Ask for the sheet as it stands; whoever only reads takes what there is."""
    ticket = get_object_or_404(Ticket.objects.internal_to(request.user), pk=pk)
    if not may_remark(request.user):
        raise PermissionDenied
    document = services.request_dispatch_sheet(ticket, actor=request.user)
    document = services.remake_document(document, actor=request.user)
    return redirect("reports:paper", document.number)


@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: AppRequest, number: str) -> HttpResponse:
    """How far a paper is, and the link to it; after a failure another try."""
    document = readable_document(request.user, number)
    if request.method == "POST":
        is_own = document.created_by_id == request.user.pk
        if not is_own and not may_remark(request.user):
            raise PermissionDenied
        document = services.remake_document(document, actor=request.user)
    context = {"document": document, "kind": kind_of(document)}
    context["back"] = kind_of(document).address(document)
    name = "_paper" if request.htmx else "paper"
    return render(request, f"reports/{name}.html", context)


@require_GET
def download(request: AppRequest, number: str) -> HttpResponseBase:
    """The file itself, to its readers only; the download is recorded."""
    document = readable_document(request.user, number)
    kind = kind_of(document)
    if document.state != Document.State.READY:
        return redirect(kind.address(document))
    services.note_download(document, actor=request.user)
    file = default_storage.open(document.stored_name)
    response = FileResponse(file, content_type=kind.mime)
    name = f"{document.number}.{kind.ending}"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


urls = [
    path("visits/<int:pk>/report/", panel, name="report"),
    path("visits/<int:pk>/report/make/", make, name="make-report"),
    path(
        "projects/<int:pk>/timeline/<slug:kind>/make/",
        make_timeline,
        name="make-timeline",
    ),
    path(
        "tickets/<int:pk>/dispatch-sheet/make/",
        make_dispatch_sheet,
        name="make-dispatch-sheet",
    ),
    path("documents/<str:number>/", download, name="document"),
    path("documents/<str:number>/paper/", paper, name="paper"),
]
