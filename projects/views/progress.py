"""A company's own projects: where each stands, whose turn it is, what to bring."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.downloads import download
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.models import Role
from crm.services import comments
from projects import progress_list, progress_page
from projects.forms.progress import AskForm
from projects.models import Milestone, Project
from projects.services import owners

from .shared import project_of


@require_safe
def mine(request: AppRequest) -> HttpResponse:
    """The company's projects; whoever has one only is taken straight to it."""
    if not request.user.has_role(Role.OWNER):
        raise PermissionDenied
    today = timezone.localdate()
    lines = progress_list.lines_for(request.user, today)
    if len(lines) == 1:
        return redirect("projects:progress", lines[0].pk)
    return render(request, "projects/mine.html", {"lines": lines, "today": today})


@require_safe
def progress(request: AppRequest, pk: int) -> HttpResponse:
    """The public part, as the company reads it; officials may look on."""
    project = project_of(request, pk)
    return show(request, project, ask_form(project))


def ask_form(project: Project, data: QueryDict | None = None) -> AskForm:
    """Who is not of the company answers."""
    is_owned = bool(project.is_owned)  # type: ignore[attr-defined] # annotated
    return AskForm(data, is_official=not is_owned)


def show(
    request: AppRequest, project: Project, form: AskForm, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    page = progress_page.page_of(project, today, request.user)
    context = {"page": page, "project": project, "form": form, "today": today}
    return render(request, "projects/progress.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: AppRequest, pk: int) -> HttpResponse:
    """A question of the company, or an answer to it: both in public."""
    project = project_of(request, pk)
    if request.method != "POST":
        return redirect("projects:progress", pk)
    if not comments.may_remark(request.user):
        raise PermissionDenied
    form = ask_form(project, request.POST)
    if form.is_valid():
        try:
            comments.add_comment(
                project, actor=request.user, is_internal=False, **form.cleaned_data
            )
        except DomainError as error:
            form.add_error("text", str(error.sentence))
        else:
            return redirect(f"{reverse('projects:progress', args=[pk])}#questions")
    return show(request, project, form, 422)


@require_POST
def tell_ready(request: AppRequest, pk: int) -> HttpResponse:
    """The company says that the materials of an item are ready."""
    milestones = Milestone.objects.visible_to(request.user)
    milestone = get_object_or_404(milestones, pk=pk)
    owners.tell_ready(milestone, actor=request.user)
    messages.success(request, _("Thank you. Your officer and the department see it."))
    return redirect("projects:progress", milestone.project_id)


@require_safe
def sample(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """The example of a material that some item of this project wants."""
    samples = progress_page.samples_of(project_of(request, pk))
    return download(get_object_or_404(samples, uuid=uuid))


urls = [
    path("projects/mine/", mine, name="mine"),
    path("projects/<int:pk>/company/", progress, name="progress"),
    path("projects/<int:pk>/company/ask/", ask, name="ask"),
    path("projects/<int:pk>/samples/<uuid:uuid>/", sample, name="sample"),
    path("projects/items/<int:pk>/ready/", tell_ready, name="tell-ready"),
]
