"""A company asks for a visit, its officer answers; planning is in planning.py."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, key_of
from crm.models import Company, Role
from visits.forms.requests import AskVisitForm, DeclineForm
from visits.models import VisitRequest
from visits.services import requests as services
from visits.services.projects import projects_of

SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: AppRequest) -> HttpResponse:
    """A company asks; below stands what it asked before, with the answers."""
    if not request.user.has_role(Role.OWNER):
        raise PermissionDenied
    owned = request.user.access.company_ids(Role.OWNER)
    companies = Company.objects.visible_to(request.user).living().filter(pk__in=owned)
    form = AskVisitForm(
        request.POST or None,
        initial={"project": key_of(request.GET.get("project", ""))},
        companies=companies,
        projects=projects_of(request.user, owned),
    )
    if form.is_valid():
        only = companies[0] if len(companies) == 1 else None
        data = {"company": only, **form.cleaned_data}
        try:
            services.ask_for_visit(actor=request.user, **data)
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
        else:
            messages.success(request, _("Your officer reads it and answers here."))
            return redirect("visits:ask-visit")
    mine = VisitRequest.objects.of_owner(request.user)
    shown = mine.select_related("project", "answered_by", "visit__logged_by")[:SHOWN]
    context = {"form": form, "requests": shown, "today": timezone.localdate()}
    status = 422 if form.is_bound else 200
    return render(request, "visits/ask_visit.html", context, status=status)


def request_of(request: AppRequest, pk: int) -> VisitRequest:
    requests = VisitRequest.objects.visible_to(request.user)
    return get_object_or_404(requests.select_related("company"), pk=pk)


@require_POST
def withdraw(request: AppRequest, pk: int) -> HttpResponse:
    services.withdraw_request(request_of(request, pk), actor=request.user)
    messages.success(request, _("The request is withdrawn."))
    return redirect("visits:ask-visit")


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: AppRequest, pk: int) -> HttpResponse:
    asked = request_of(request, pk)
    if not VisitRequest.objects.changeable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        text = form.cleaned_data["answer"]
        services.decline_request(asked, actor=request.user, answer_text=text)
        messages.success(request, _("The company reads your answer."))
        return redirect("reports:home")
    context = {"form": form, "asked": asked}
    status = 422 if form.is_bound else 200
    return render(request, "visits/decline_request.html", context, status=status)


urls = [
    path("visits/ask/", ask, name="ask-visit"),
    path("visits/requests/<int:pk>/withdraw/", withdraw, name="request-withdraw"),
    path("visits/requests/<int:pk>/decline/", decline, name="request-decline"),
]
