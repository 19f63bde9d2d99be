"""代办: where the agreement stands, and each act of either side."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.lib.errors import DomainError, WrongStatus
from crm.lib.http import AppRequest
from crm.models import User
from crm.services.attaching import received
from projects import agency_page, agency_panels
from projects.agency_page import ACTS, Act
from projects.agency_words import clauses
from projects.forms.agencies import AskAgencyForm, DrawUpForm, SignForm
from projects.forms.shared import ReasonForm, VersionForm
from projects.models import Agency
from projects.services import agencies as services
from projects.services.agencies import Signed

from .shared import act_page, project_of


@require_http_methods(["GET", "HEAD", "POST"])
def agency(request: AppRequest, pk: int) -> HttpResponse:
    """The agreement, its papers and steps; where there is none, the way to one."""
    project = project_of(request, pk)
    page = agency_page.page_of(project, request.user)
    if request.method == "POST" and not page.is_party:
        raise PermissionDenied
    form = AskAgencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_for_agency(project, actor=request.user, **form.cleaned_data)
            return redirect("projects:agency", pk)
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    context = {
        "page": page,
        "project": project,
        "form": form,
        "clauses": clauses(),
        "panels": panels_of(page.agency, request.user),
        "today": timezone.localdate(),
    }
    status = 422 if form.errors else 200
    return render(request, "projects/agency.html", context, status=status)


def panels_of(agency: Agency | None, user: User) -> list[agency_panels.Shown]:
    return agency_panels.of(agency, user, timezone.localdate()) if agency else []


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: AppRequest, pk: int, act: str) -> HttpResponse:
    """One act: its form, and what the form says done."""
    found = get_object_or_404(Agency.objects.visible_to(request.user).for_page(), pk=pk)
    if act not in ACTS:
        raise Http404
    chosen, project = ACTS[act], project_of(request, found.project_id)
    if not agency_page.may_do(chosen, project):
        raise PermissionDenied
    if found.state not in chosen.froms:
        raise WrongStatus(services.not_now(found))

    def save(data: dict[str, Any]) -> str:  # Any: cleaned values of any form
        perform(chosen, found, request, data)
        return reverse("projects:agency", args=[project.pk])

    template = "agency_sign" if act == "sign" else "agency_act"
    return act_page(
        request,
        form_for(request, found, chosen),
        save,
        title=str(chosen.label),
        back=reverse("projects:agency", args=[project.pk]),
        state=f"{project.name} · {found.number}",
        template=f"projects/{template}.html",
        agency=found,
        clauses=clauses(),
    )


def form_for(request: AppRequest, agency: Agency, act: Act) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    initial = {"version": agency.version}
    if act.key == "draw-up":
        agents = services.agents_for(agency.project, timezone.now())
        return DrawUpForm(data, agency=agency, agents=agents)
    if act.key == "sign":
        return SignForm(data, request.FILES or None, initial=initial)
    kind = VersionForm if act.key == "offer" else ReasonForm
    return kind(data, initial=initial)


def perform(
    act: Act, agency: Agency, request: AppRequest, data: dict[str, Any]
) -> None:
    """A signature is safe on disk before the transaction begins."""
    if act.key != "sign":
        act.service(agency, actor=request.user, **data)
        return
    with received([data.pop("signature")]) as sent:
        signed = Signed(data.pop("signed_by"), sent[0])
        act.service(agency, actor=request.user, signed=signed, **data)


urls = [
    path("projects/<int:pk>/agency/", agency, name="agency"),
    path("projects/agencies/<int:pk>/<slug:act>/", do, name="agency-act"),
]
