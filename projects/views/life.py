"""Blockers and progress of a project."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.lib import trees
from crm.lib.http import AppRequest
from crm.models import Department
from crm.services.attaching import received
from projects.forms.life import BlockerForm, ClearForm, ProgressForm
from projects.models import Blocker, Project
from projects.services import life
from projects.services.milestones import planning

from .shared import act_page, project_for

FORM = ["GET", "HEAD", "POST"]
WORKERS = ("may_work", "may_manage")


def choices(project: Project) -> dict[str, Any]:  # Any: querysets
    above = trees.path_and_above(project.region_path)
    near = Department.objects.active().filter(region__path__in=above)
    return {"milestones": planning.choices_for(project), "departments": near}


@require_http_methods(FORM)
def report(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, *WORKERS)
    form = BlockerForm(
        request.POST or None,
        initial={"since": timezone.localdate()},
        **choices(project),
    )

    def save(data: dict[str, Any]) -> str:
        life.report_blocker(project, actor=request.user, values=form.values())
        return f"{project.get_absolute_url()}#blockers"

    return act_page(
        request,
        form,  # type: ignore[arg-type] # of a model
        save,
        title=_("Report a blocker"),
        back=project.get_absolute_url(),
        state=project.name,
    )


def blocker_for(request: AppRequest, pk: int) -> tuple[Blocker, Project]:
    """One that the person reads; who changes it is asked with its project."""
    blockers = Blocker.objects.visible_to(request.user)
    blocker = get_object_or_404(blockers, pk=pk)
    return blocker, project_for(request, blocker.project_id, *WORKERS)


@require_http_methods(FORM)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    blocker, project = blocker_for(request, pk)
    form = BlockerForm(
        request.POST or None,
        instance=blocker,
        initial={"version": blocker.version},
        **choices(project),
    )

    def save(data: dict[str, Any]) -> str:
        life.edit_blocker(
            blocker,
            actor=request.user,
            version=data["version"] or 0,
            values=form.values(),
        )
        return f"{project.get_absolute_url()}#blockers"

    return act_page(
        request,
        form,  # type: ignore[arg-type] # of a model
        save,
        title=_("Plan how the blocker is removed"),
        button=_("Save"),
        back=project.get_absolute_url(),
        state=project.name,
    )


@require_http_methods(FORM)
def clear(request: AppRequest, pk: int) -> HttpResponse:
    blocker, project = blocker_for(request, pk)

    def save(data: dict[str, Any]) -> str:
        life.clear_blocker(blocker, actor=request.user, note=data["note"])
        return f"{project.get_absolute_url()}#blockers"

    return act_page(
        request,
        ClearForm(request.POST or None),
        save,
        title=_("The blocker is removed"),
        back=project.get_absolute_url(),
        state=blocker.text,
    )


@require_http_methods(FORM)
def note_progress(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, *WORKERS)
    last = project.notes.first()
    initial = {"on": timezone.localdate(), "percent": last.percent if last else None}
    form = ProgressForm(request.POST or None, request.FILES or None, initial=initial)

    def save(data: dict[str, Any]) -> str:
        with received(data.pop("photos")) as sent:
            life.note_progress(project, actor=request.user, files=sent, **data)
        return f"{project.get_absolute_url()}#progress"

    return act_page(
        request,
        form,
        save,
        title=_("Note progress on site"),
        back=project.get_absolute_url(),
        state=project.name,
    )


urls = [
    path("projects/<int:pk>/blockers/new/", report, name="blocker-new"),
    path("blockers/<int:pk>/edit/", edit, name="blocker-edit"),
    path("blockers/<int:pk>/clear/", clear, name="blocker-clear"),
    path("projects/<int:pk>/progress/", note_progress, name="project-progress"),
]
