"""Projects: the list, the page of one, and its facts."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.downloads import download, picture
from crm.forms.companies import CommentForm
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.models import Attachment, Role, StoredFile
from crm.services import comments
from projects import lamp_words, project_list, project_page
from projects.filters import ProjectFilter
from projects.forms.projects import ProjectForm
from projects.forms.shared import ReasonForm
from projects.models import MilestoneMove, ProgressNote, Project
from projects.picture import Zoom, drawn
from projects.services import projects as services
from projects.services.projects import Facts
from projects.site_notes import photos_of
from projects.timeline import Timeline

from .shared import act_page, project_for, project_of


@require_safe
def index(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    tab = project_list.tab_of(request.user, request.GET.get("tab", ""))
    found = tab.narrow(request.user, today) if tab else Project.objects.none()
    narrowed = ProjectFilter(request.GET, found, request=request)
    is_valid = narrowed.is_valid()
    projects = narrowed.qs if is_valid else found.none()
    page = project_list.page_of(projects, request.GET.get("cursor"), today)
    links = addresses(request.GET, page)
    context = {
        "tab": tab,
        "tabs": project_list.tabs_for(request.user),
        "rows": page.rows,
        "page": {"count": capped_count(projects, NARROWED_CAP), **links},
        "errors": narrowed.form.errors,
        "chosen": narrowed.chosen,
        "is_narrowed": any(narrowed.chosen.values()),
        "kept": kept_of(narrowed),
        "lamps": [(key, label) for key, label in lamp_words.WORDS.items()],
        "stages": Project.Stage.choices,
        "kinds": Project.Kind.choices,
        "may_create": request.user.has_role(Role.DISPATCHER),
        "today": today,
    }
    status = 200 if is_valid else 422
    return render(request, "projects/index.html", context, status=status)


def kept_of(narrowed: ProjectFilter) -> list[tuple[str, str, str]]:
    """What a board's figure narrowed by: name, value and label of each."""
    names = ("leader", "officer", "second", "late", "blocked")
    asked = [name for name in names if narrowed.chosen[name]]
    return [(one, narrowed.chosen[one], narrowed.filters[one].label) for one in asked]


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    project = project_of(request, pk)
    if not project.may_read_internal:  # type: ignore[attr-defined] # annotated
        return redirect("projects:progress", pk)
    return show(request, project, CommentForm())


def show(
    request: AppRequest, project: Project, form: CommentForm, status: int = 200
) -> HttpResponse:
    page = project_page.page_of(project, request.user)
    context = {"page": page, "project": project, "form": form, "today": page.today}
    if page.lines:
        whole = Timeline(project, request.user, page.today, known=page.lines)
        context["drawing"] = drawn(whole.picture, Zoom.QUARTER)
    return render(request, "projects/project.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: AppRequest) -> HttpResponse:
    if not request.user.has_role(Role.DISPATCHER):
        raise PermissionDenied
    initial = {"visit_every_days": 15, "company": request.GET.get("company")}
    form = ProjectForm(request.POST or None, user=request.user, initial=initial)

    def save(data: dict[str, Any]) -> Project:
        project = services.create_project(
            Facts(**form.values()), actor=request.user, supporting=data["supporting"]
        )
        messages.success(
            request, _("The project is entered. Now assign A and B, and begin.")
        )
        return project

    return act_page(
        request,
        form,  # type: ignore[arg-type] # of a model
        save,
        title=_("Enter a project"),
        back=reverse("projects:index"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_manage")
    initial = {"supporting": services.supporting_of(project)}
    form = ProjectForm(
        request.POST or None, user=request.user, project=project, initial=initial
    )

    def save(data: dict[str, Any]) -> Project:
        return services.edit_project(
            project,
            actor=request.user,
            version=data["version"] or 0,
            values=form.values(),
            supporting=data["supporting"],
        )

    return act_page(
        request,
        form,  # type: ignore[arg-type] # of a model
        save,
        title=_("Edit the project"),
        button=_("Save"),
        back=project.get_absolute_url(),
        state=project.name,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_manage")

    def save(data: dict[str, Any]) -> str:
        services.archive_project(project, actor=request.user, reason=data["reason"])
        messages.success(request, _("%(name)s is archived.") % {"name": project.name})
        return reverse("projects:index")

    return act_page(
        request,
        ReasonForm(request.POST or None),
        save,
        title=_("Archive the project"),
        back=project.get_absolute_url(),
        state=project.name,
    )


@require_POST
def restore(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk)
    services.restore_project(project, actor=request.user)
    messages.success(request, _("%(name)s is back.") % {"name": project.name})
    return redirect(project)


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk)
    if request.method != "POST":
        return redirect(project)
    if not comments.may_remark(request.user):
        raise PermissionDenied
    form = CommentForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            comments.add_comment(project, actor=request.user, **form.values())
            return redirect(f"{project.get_absolute_url()}#stream")
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    return show(request, project, form, 422)


@require_safe
def file(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """A file of the project, of its progress or of the history of its items."""
    project = project_for(request, pk)
    return download(get_object_or_404(files_of(project), uuid=uuid))


@require_safe
def photo(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """A photo of its site, for whoever reads the project; `?size=report` is small."""
    project = project_of(request, pk)
    is_inside = bool(project.may_read_internal)  # type: ignore[attr-defined] # annotated
    photos = photos_of(project, is_inside=is_inside)
    return picture(request, get_object_or_404(photos, uuid=uuid))


def files_of(project: Project) -> QuerySet[StoredFile]:
    """Every file that hangs from the project or from something of it."""
    notes = ProgressNote.objects.filter(project=project)
    moves = MilestoneMove.objects.filter(milestone__project=project)
    itself = Project.objects.filter(pk=project.pk)
    hung = Q()
    for records in (itself, notes, moves):
        kind = records.model._meta.label_lower
        hung |= Q(subject_type=kind, subject_id__in=records.values("pk"))
    attached = Attachment.objects.filter(hung)
    return StoredFile.objects.filter(pk__in=attached.values("file"))


urls = [
    path("projects/", index, name="index"),
    path("projects/new/", create, name="project-new"),
    path("projects/<int:pk>/", detail, name="project"),
    path("projects/<int:pk>/edit/", edit, name="project-edit"),
    path("projects/<int:pk>/archive/", archive, name="project-archive"),
    path("projects/<int:pk>/restore/", restore, name="project-restore"),
    path("projects/<int:pk>/comment/", comment, name="project-comment"),
    path("projects/<int:pk>/files/<uuid:uuid>/", file, name="project-file"),
    path("projects/<int:pk>/photos/<uuid:uuid>/", photo, name="project-photo"),
]
