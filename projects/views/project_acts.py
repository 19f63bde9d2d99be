"""Acts on a whole project: officers, steps, key list, green channel, items."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.lib import trees
from crm.lib.http import AppRequest
from crm.models import Department, Role, User
from projects.forms.projects import (
    LISTING_WORDS,
    DecideForm,
    GreenForm,
    ItemForm,
    ListingForm,
    OfficerForm,
    ReachForm,
    StartForm,
    StepsForm,
)
from projects.forms.shared import ReasonForm
from projects.models import KeyListing, LifeStep, Project
from projects.services import life, milestones, officers
from projects.services import projects as services
from projects.services.milestones import planning

from .shared import act_page, project_for

FORM = ["GET", "HEAD", "POST"]


def of_project(project: Project) -> dict[str, Any]:  # Any: as act_page() takes it
    return {"back": project.get_absolute_url(), "state": project.name}


@require_http_methods(FORM)
def assign(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_manage")
    people = User.objects.active().with_role(Role.OFFICER, today=timezone.localdate())
    role = request.GET.get("role", "A")
    form = OfficerForm(
        request.POST or None,
        officers=people.order_by("name", "pk"),
        initial={"role": role if role in ("A", "B") else "A"},
    )

    def save(data: dict[str, Any]) -> Project:
        officers.assign_officer(project, actor=request.user, **data)
        return project

    return act_page(
        request, form, save, title=_("Assign an officer"), **of_project(project)
    )


@require_http_methods(FORM)
def plan_steps(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_manage")
    steps = LifeStep.objects.filter(project=project)
    initial = dict(steps.values_list("stage", "planned_on"))

    def save(data: dict[str, Any]) -> Project:
        return services.plan_steps(project, actor=request.user, planned=data)

    return act_page(
        request,
        StepsForm(request.POST or None, initial=initial),
        save,
        title=_("Plan the steps"),
        button=_("Save"),
        **of_project(project),
    )


@require_http_methods(FORM)
def reach_step(request: AppRequest, pk: int) -> HttpResponse:
    """To the next step, and to no other."""
    project = project_for(request, pk, "may_manage")
    stages = list(Project.Stage)
    place = stages.index(Project.Stage(project.stage)) + 1
    step = stages[place] if place < len(stages) else stages[-1]
    initial = {"reached_on": timezone.localdate(), "version": project.version}

    def save(data: dict[str, Any]) -> Project:
        return services.reach_step(
            project, actor=request.user, stage=step.value, **data
        )

    return act_page(
        request,
        ReachForm(request.POST or None, initial=initial),
        save,
        title=_("Reached: %(step)s") % {"step": step.label},
        **of_project(project),
    )


@require_http_methods(FORM)
def step_back(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_manage")

    def save(data: dict[str, Any]) -> Project:
        return services.step_back(project, actor=request.user, reason=data["reason"])

    return act_page(
        request,
        ReasonForm(request.POST or None),
        save,
        title=_("Take the last step back"),
        **of_project(project),
    )


@require_http_methods(FORM)
def ask_listing(request: AppRequest, pk: int) -> HttpResponse:
    """Onto the key list or off it, whichever is possible."""
    project = project_for(request, pk, "may_manage", "may_work", "may_decide")
    kind = KeyListing.Kind.EXIT if project.is_key else KeyListing.Kind.ENTRY

    def save(data: dict[str, Any]) -> Project:
        life.ask_listing(project, actor=request.user, kind=kind, **data)
        return project

    return act_page(
        request,
        ListingForm(request.POST or None),
        save,
        title=str(LISTING_WORDS[kind]),
        **of_project(project),
    )


@require_http_methods(FORM)
def decide_listing(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_decide")
    waiting = KeyListing.objects.filter(project=project).select_related("asked_by")
    listing = get_object_or_404(waiting.order_by("-pk")[:1])

    def save(data: dict[str, Any]) -> Project:
        life.decide_listing(listing, actor=request.user, **data)
        return project

    return act_page(
        request,
        DecideForm(request.POST or None),
        save,
        title=_("Decide on the key list"),
        button=_("Decide"),
        listing=listing,
        template="projects/decide_listing.html",
        **of_project(project),
    )


@require_http_methods(FORM)
def open_green(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_decide")

    def save(data: dict[str, Any]) -> Project:
        return life.open_green_channel(project, actor=request.user, **data)

    return act_page(
        request,
        GreenForm(request.POST or None),
        save,
        title=_("Open the green channel"),
        **of_project(project),
    )


@require_http_methods(FORM)
def close_green(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_decide")

    def save(data: dict[str, Any]) -> Project:
        reason = data["reason"]
        return life.close_green_channel(project, actor=request.user, reason=reason)

    return act_page(
        request,
        ReasonForm(request.POST or None),
        save,
        title=_("Close the green channel"),
        **of_project(project),
    )


@require_http_methods(FORM)
def start(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_manage")
    initial = {"started_on": timezone.localdate(), "version": project.version}

    def save(data: dict[str, Any]) -> Project:
        return milestones.start_approvals(project, actor=request.user, **data)

    return act_page(
        request,
        StartForm(request.POST or None, initial=initial),
        save,
        title=_("Begin the approvals"),
        **of_project(project),
    )


@require_http_methods(FORM)
def add_item(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, "may_manage")
    above = trees.path_and_above(project.region_path)
    near = Department.objects.active().filter(region__path__in=above)
    form = ItemForm(
        request.POST or None,
        departments=near,
        others=planning.choices_for(project),
        unbegun=planning.unbegun(project),
    )

    def save(data: dict[str, Any]) -> Project:
        milestones.add_item(
            project,
            actor=request.user,
            values=form.values(),
            needs=list(data["needs"]),
            needed_by=list(data["needed_by"]),
            materials=form.lines(),
        )
        return project

    return act_page(
        request,
        form,  # type: ignore[arg-type] # of a model
        save,
        title=_("Add an item"),
        **of_project(project),
    )


urls = [
    path("projects/<int:pk>/officers/", assign, name="project-officers"),
    path("projects/<int:pk>/steps/", plan_steps, name="project-steps"),
    path("projects/<int:pk>/reach/", reach_step, name="project-reach"),
    path("projects/<int:pk>/step-back/", step_back, name="project-step-back"),
    path("projects/<int:pk>/listing/", ask_listing, name="project-listing"),
    path(
        "projects/<int:pk>/listing/decide/",
        decide_listing,
        name="project-listing-decide",
    ),
    path("projects/<int:pk>/green/", open_green, name="project-green"),
    path("projects/<int:pk>/green/close/", close_green, name="project-green-close"),
    path("projects/<int:pk>/start/", start, name="project-start"),
    path("projects/<int:pk>/items/new/", add_item, name="project-item-new"),
]
