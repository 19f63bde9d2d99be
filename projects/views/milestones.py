"""One approval item: its page, and what people do with it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.lib.http import AppRequest
from crm.models import Role
from crm.services.attaching import received
from projects import milestone_page
from projects.forms.milestones import MaterialForm, MoveForm, QuickForm
from projects.forms.projects import NeedsForm
from projects.forms.shared import ReasonForm
from projects.models import Milestone, MilestoneMaterial
from projects.services import milestones as services
from projects.services.milestones import Act, planning

from .shared import act_page, milestone_for, project_for

FORM = ["GET", "HEAD", "POST"]


def internal(request: AppRequest, pk: int, *rights: str) -> Milestone:
    """An item of a project that the person reads from inside."""
    milestone = milestone_for(request, pk, *rights)
    project_for(request, milestone.project_id)
    return milestone


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    milestone = internal(request, pk)
    page = milestone_page.page_of(milestone, request.user)
    context = {"page": page, "milestone": milestone, "today": page.today}
    context["may_order"] = request.user.has_role(Role.SUPERVISOR, Role.LEADER)
    return render(request, "projects/milestone.html", context)


@require_http_methods(FORM)
def act(request: AppRequest, pk: int, act: str) -> HttpResponse:
    """The page of one act; what needs no words goes through with one press."""
    wanted = known(act)
    milestone = internal(request, pk)
    if not services.has_right(milestone, wanted):
        raise PermissionDenied
    if request.method != "POST" and wanted not in services.possible(milestone):
        raise services.impossible(milestone, wanted)
    initial = {"on": timezone.localdate(), "version": milestone.version}
    form = MoveForm(
        request.POST or None,
        request.FILES or None,
        act=wanted,
        milestone=milestone,
        initial=initial,
    )

    def save(data: dict[str, Any]) -> Milestone:
        with received(data.pop("papers")) as sent:
            return services.move(
                milestone,
                wanted,
                actor=request.user,
                said=form.said(),
                source=source_of(milestone),
                version=data["version"],
                files=sent,
            )

    return act_page(
        request,
        form,
        save,
        title=str(wanted.label),
        back=milestone.get_absolute_url(),
        state=f"{milestone.name} · {milestone.project.name}",
        template="projects/move.html",
        milestone=milestone,
    )


def known(name: str) -> Act:
    try:
        return Act(name)
    except ValueError:
        raise Http404 from None


def source_of(milestone: Milestone) -> str:
    decides = bool(getattr(milestone, "may_decide", False))
    return services.Source.DESK if decides else services.Source.OFFICER


@require_POST
def quick(request: AppRequest, pk: int, act: str) -> HttpResponse:
    """An act that needs no words, today, from the desk or the item's page."""
    wanted = known(act)
    milestone = internal(request, pk)
    if not services.has_right(milestone, wanted):
        raise PermissionDenied
    form = QuickForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    services.move(
        milestone,
        wanted,
        actor=request.user,
        source=source_of(milestone),
        version=version,
    )
    tell_done(request, milestone, str(wanted.label))
    return redirect(next_page(request, milestone))


def tell_done(request: AppRequest, milestone: Milestone, act: str) -> None:
    """The row has moved on: say what was done with which."""
    told = _("Done: %(item)s, %(act)s.") % {"item": milestone.name, "act": act}
    messages.success(request, told)


def next_page(request: AppRequest, milestone: Milestone) -> str:
    """Back to the desk when the press came from there."""
    return "projects:desk" if "desk" in request.POST else milestone.get_absolute_url()


@require_POST
def decide_at_once(request: AppRequest, pk: int) -> HttpResponse:
    """即办件: received, accepted and approved with one press."""
    milestone = internal(request, pk, "may_decide")
    form = QuickForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    services.decide_at_once(milestone, actor=request.user, version=version)
    tell_done(request, milestone, _("Decide on the spot"))
    return redirect(next_page(request, milestone))


@require_POST
def material(request: AppRequest, pk: int, material_pk: int) -> HttpResponse:
    milestone = internal(request, pk, "may_decide", "may_prepare")
    rows = MilestoneMaterial.objects.filter(milestone=milestone)
    found = get_object_or_404(rows, pk=material_pk)
    form = MaterialForm(request.POST)
    if form.is_valid():
        state = form.cleaned_data["state"]
        services.set_material(found, actor=request.user, state=state)
    return redirect(f"{milestone.get_absolute_url()}#materials")


@require_http_methods(FORM)
def needs(request: AppRequest, pk: int) -> HttpResponse:
    milestone = internal(request, pk, "may_manage")
    others = planning.choices_for(milestone.project).exclude(pk=milestone.pk)
    now_needed = milestone.needs.values_list("needed", flat=True)
    form = NeedsForm(
        request.POST or None, others=others, initial={"needs": list(now_needed)}
    )

    def save(data: dict[str, Any]) -> Milestone:
        return services.set_needs(
            milestone, actor=request.user, needs=list(data["needs"])
        )

    return act_page(
        request,
        form,
        save,
        title=_("Prerequisites"),
        button=_("Save"),
        back=milestone.get_absolute_url(),
        state=milestone.name,
    )


@require_http_methods(FORM)
def remove(request: AppRequest, pk: int) -> HttpResponse:
    milestone = internal(request, pk, "may_manage")

    def save(data: dict[str, Any]) -> Any:  # a project
        services.remove_item(milestone, actor=request.user, reason=data["reason"])
        return milestone.project

    return act_page(
        request,
        ReasonForm(request.POST or None),
        save,
        title=_("Take the item out"),
        back=milestone.get_absolute_url(),
        state=milestone.name,
    )


urls = [
    path("milestones/<int:pk>/", detail, name="milestone"),
    path("milestones/<int:pk>/needs/", needs, name="milestone-needs"),
    path("milestones/<int:pk>/remove/", remove, name="milestone-remove"),
    path("milestones/<int:pk>/at-once/", decide_at_once, name="milestone-at-once"),
    path(
        "milestones/<int:pk>/materials/<int:material_pk>/",
        material,
        name="milestone-material",
    ),
    path("milestones/<int:pk>/acts/<slug:act>/", act, name="milestone-act"),
    path("milestones/<int:pk>/quick/<slug:act>/", quick, name="milestone-quick"),
]
