"""Templates out as files and in from files: looked at first, then taken over."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.lib.errors import DomainError
from crm.lib.forked import run_forked
from crm.lib.http import AppRequest
from crm.models import Role
from crm.services.importing import LedgerRefusedError
from crm.views.rights import only
from projects.comparison import compared
from projects.exchange import Read, as_json, as_rows, read_file
from projects.exchange.columns import WIDTHS
from projects.exchange.writing import HEADING
from projects.forms.shared import FileForm
from projects.models import ApprovalTemplate, Upload
from projects.outline import Outline
from projects.services import templates as services

from .template_compare import told
from .templates import template_of

SYSTEM = Role.SYSTEM_ADMIN
MOST_ERRORS = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def export(request: AppRequest, pk: int, form: str) -> HttpResponse:
    template = template_of(request, pk)
    if form not in {"json", "xlsx"}:
        raise Http404
    outline = services.outline_of(template)
    services.note_export(template, actor=request.user)
    body, kind = (
        (workbook(outline), XLSX)
        if form == "xlsx"
        else (as_json(outline).encode(), "application/json")
    )
    response = HttpResponse(body, content_type=kind)
    name = f"{template.key}-v{template.number}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def workbook(outline: Outline) -> bytes:
    rows = as_rows(outline)
    name = "crm.lib.workbooks.write_table"
    made: bytes = run_forked("crm.lib.in_child.call", name, rows, HEADING, WIDTHS)
    return made


@require_http_methods(["GET", "HEAD", "POST"])
@only(SYSTEM)
def take_in(request: AppRequest) -> HttpResponse:
    """Read a file; with a mistake in it nothing is kept."""
    form = FileForm(
        request.POST or None,
        request.FILES or None,
        kinds=".xlsx,.csv,.json",
        hint=_("Excel, CSV or JSON, as exported here; at most 10 MB."),
    )
    read = None
    if request.method == "POST" and form.is_valid():
        read = read_upload(form)
        if read and not read.errors:
            name = form.cleaned_data["file"].name
            kept = services.keep_upload(read.outlines, actor=request.user, name=name)
            return redirect("projects:template-import-preview", kept.pk)
    errors = read.errors if read else []
    context = {
        "form": form,
        "errors": errors[:MOST_ERRORS],
        "rest": max(len(errors) - MOST_ERRORS, 0),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "projects/templates/import.html", context, status=status)


def read_upload(form: FileForm) -> Read | None:
    data = form.content()
    if data is None:
        return None
    try:
        return read_file(form.cleaned_data["file"].name or "", data)
    except LedgerRefusedError as error:
        form.add_error("file", str(error))
        return None


@dataclass(frozen=True)
class Preview:
    """One template of a file: what becomes of it."""

    outline: Outline
    number: int
    latest: ApprovalTemplate | None
    draft: ApprovalTemplate | None
    told: dict[str, object] | None


@require_http_methods(["GET", "HEAD", "POST"])
@only(SYSTEM)
def preview(request: AppRequest, pk: int) -> HttpResponse:
    """What would come of the file; taken over only when the person says so."""
    own = Upload.objects.visible_to(request.user)
    upload = get_object_or_404(own, pk=pk, kind=Upload.Kind.TEMPLATES)
    refusal = ""
    if request.method == "POST":
        try:
            made = services.take_upload(upload, actor=request.user)
        except DomainError as error:
            refusal = str(error.sentence)
        else:
            messages.success(request, _("The drafts are there. Look at them."))
            return redirect(made[0] if len(made) == 1 else "projects:templates")
    found = previews(services.outlines_in(upload))
    context: dict[str, Any] = {  # any: what the template names
        "upload": upload,
        "previews": found,
        "refusal": refusal,
        "is_held_up": any(one.draft for one in found),
    }
    status = 409 if refusal else 200
    template = "projects/templates/import_preview.html"
    return render(request, template, context, status=status)


def previews(outlines: Iterable[Outline]) -> list[Preview]:
    found = []
    for outline in outlines:
        versions = list(
            ApprovalTemplate.objects.filter(key=outline.key).order_by("-number")
        )
        latest = next((one for one in versions if not one.is_draft), None)
        found.append(
            Preview(
                outline=outline,
                number=versions[0].number + 1 if versions else 1,
                latest=latest,
                draft=next((one for one in versions if one.is_draft), None),
                told=told(compared(services.outline_of(latest), outline))
                if latest
                else None,
            )
        )
    return found


urls = [
    path("templates/import/", take_in, name="template-import"),
    path("templates/import/<int:pk>/", preview, name="template-import-preview"),
    path("templates/<int:pk>/export/<str:form>/", export, name="template-export"),
]
