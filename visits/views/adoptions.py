"""包挂: a leader takes a ticket or a project on, or hands it back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib.http import AppRequest
from projects.models import Project
from projects.views.shared import act_page
from visits.forms.leading import ReasonForm
from visits.models import Adoption, Ticket
from visits.services import directives as services


@require_POST
def take_ticket(request: AppRequest, pk: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    return take(request, ticket)


@require_POST
def take_project(request: AppRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    return take(request, project)


def take(request: AppRequest, about: Ticket | Project) -> HttpResponse:
    services.adopt(about, actor=request.user)
    sentence = _("You see to it until it is closed; your name stands on it.")
    messages.success(request, sentence)
    return redirect(about)


@require_http_methods(["GET", "HEAD", "POST"])
def hand_back(request: AppRequest, pk: int) -> HttpResponse:
    visible = Adoption.objects.visible_to(request.user)
    adoption = get_object_or_404(visible.select_related("ticket", "project"), pk=pk)
    if adoption.leader_id != request.user.pk:
        raise PermissionDenied
    form = ReasonForm(request.POST or None)

    def save(data: dict[str, Any]) -> Any:  # Any: a ticket or a project
        reason = data["reason"]
        return services.hand_back(adoption, actor=request.user, reason=reason).about

    return act_page(
        request,
        form,
        save,
        title=pgettext("adoption", "Hand back"),
        back=adoption.about.get_absolute_url(),
        state=str(adoption.about),
    )


urls = [
    path("tickets/<int:pk>/adopt/", take_ticket, name="ticket-adopt"),
    path("projects/<int:pk>/adopt/", take_project, name="project-adopt"),
    path("adoptions/<int:pk>/hand-back/", hand_back, name="adoption-hand-back"),
]
