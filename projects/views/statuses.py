"""Import of the official status: read, looked at row by row, taken over."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.models import Role
from crm.services.importing import LedgerRefusedError, read_sheet
from crm.views.rights import only
from projects.exchange.statuses import Raw, raw_rows
from projects.forms.shared import FileForm
from projects.models import OfficialStatus, Project, Upload
from projects.official import Row
from projects.services import official as services
from projects.services.official import Judged, Verdict

from .shared import project_of

# Of one verdict; the rest is told by its number and taken all the same.
MOST_SHOWN: Final = 300


@require_http_methods(["GET", "HEAD", "POST"])
@only(Role.DISPATCHER)
def take_in(request: AppRequest) -> HttpResponse:
    form = FileForm(
        request.POST or None,
        request.FILES or None,
        kinds=".xlsx,.csv",
        hint=_("Excel or CSV (UTF-8 or GB18030), at most 10 MB."),
    )
    if request.method == "POST" and form.is_valid():
        raws = read(form)
        if raws is not None:
            name = form.cleaned_data["file"].name
            kept = services.keep_statuses(raws, actor=request.user, name=name)
            return redirect("projects:statuses-preview", kept.pk)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "projects/statuses/import.html", {"form": form}, status=status
    )


def read(form: FileForm) -> list[Raw] | None:
    data = form.content()
    if data is None:
        return None
    try:
        return raw_rows(read_sheet(data)["rows"])
    except LedgerRefusedError as error:
        form.add_error("file", str(error))
        return None


@dataclass(frozen=True)
class Part:
    """The rows of one verdict, as far as they are shown."""

    verdict: Verdict
    rows: list[Judged]
    count: int

    @property
    def rest(self) -> int:
        return self.count - len(self.rows)

    @property
    def is_choice(self) -> bool:
        return self.verdict in {Verdict.ASK, Verdict.TAKE}


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: AppRequest, pk: int) -> HttpResponse:
    """What each row would do; the same page says afterwards what is left."""
    own = Upload.objects.visible_to(request.user)
    upload = get_object_or_404(own, pk=pk, kind=Upload.Kind.STATUSES)
    rows, bad = services.rows_in(upload)
    judged = services.judge(rows, actor=request.user, today=timezone.localdate())
    refusal = ""
    if request.method == "POST":
        try:
            return taken(request, upload, chosen_of(request, judged))
        except DomainError as error:
            refusal = str(error.sentence)
    context: dict[str, Any] = {  # any: what the template names
        "upload": upload,
        "parts": parts_of(judged),
        "bad": bad[:MOST_SHOWN],
        "bad_count": len(bad),
        "row_count": len(rows) + len(bad),
        "is_waiting": bool(upload.queued_at and not upload.taken_at),
        "refusal": refusal,
    }
    status = 409 if refusal else 200
    return render(request, "projects/statuses/preview.html", context, status=status)


def parts_of(judged: Sequence[Judged]) -> list[Part]:
    counts = Counter(one.verdict for one in judged)
    return [
        Part(verdict, [o for o in judged if o.verdict == verdict][:MOST_SHOWN], count)
        for verdict in Verdict
        if (count := counts[verdict])
    ]


def chosen_of(request: HttpRequest, judged: Sequence[Judged]) -> set[int]:
    """What is ticked; of rows that were not shown all that can be taken."""
    ticked, shown = numbers(request, "take"), numbers(request, "shown")
    free = {one.row.number for one in judged if one.verdict == Verdict.TAKE}
    return (free - shown) | ticked


def numbers(request: HttpRequest, name: str) -> set[int]:
    return {
        int(value)
        for value in request.POST.getlist(name)
        if value.isascii() and value.isdigit() and len(value) < 9
    }


def taken(request: AppRequest, upload: Upload, chosen: set[int]) -> HttpResponse:
    if len(chosen) > services.AT_ONCE:
        services.queue_kept(upload, actor=request.user, chosen=chosen)
    else:
        done = services.take_kept(upload, actor=request.user, chosen=chosen)
        count = sum(one.is_taken for one in done)
        sentence = ngettext(
            "%(n)s row is taken over.", "%(n)s rows are taken over.", count
        )
        messages.success(request, sentence % {"n": count})
    return redirect("projects:statuses-preview", upload.pk)


@require_POST
def take_one(request: AppRequest, pk: int, status_pk: int) -> HttpResponse:
    """One official status of the project's list, by whoever may import it."""
    project = project_of(request, pk)
    if not project.may_manage:  # type: ignore[attr-defined] # annotated
        raise PermissionDenied
    rows = OfficialStatus.objects.visible_to(request.user).select_related("milestone")
    status = get_object_or_404(rows, pk=status_pk, milestone__project=project)
    done = services.take_statuses(
        [row_of(status, project)], actor=request.user, chosen={1}
    )
    if not done[0].is_taken:
        sentence = done[0].sentence or _("Nothing was to be taken over.")
        raise DomainError(sentence, code="not_taken")
    messages.success(
        request, _("“%(item)s” is taken over.") % {"item": status.milestone}
    )
    return redirect(project)


def row_of(status: OfficialStatus, project: Project) -> Row:
    return Row(
        number=1,
        project=project.code or "",
        item=status.milestone.key,
        state=status.state,
        on=status.on,
        certificate=status.certificate,
        note=status.note,
    )


urls = [
    path("projects/statuses/", take_in, name="statuses-import"),
    path("projects/statuses/<int:pk>/", preview, name="statuses-preview"),
    path(
        "projects/<int:pk>/statuses/<int:status_pk>/take/",
        take_one,
        name="project-status-take",
    ),
]
