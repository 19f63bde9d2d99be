"""Plans: make one, change one, give one up."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest, key_of
from visits import pages
from visits.forms.visits import CancelForm, PlanForm
from visits.models import Visit, VisitRequest
from visits.services import offers, reach
from visits.services import visits as services
from visits.services.gate import ReasonNeeded
from visits.services.projects import projects_of
from visits.services.requests import plan_requested

# A plan is seldom for the same minute: tomorrow at ten is one tap less.
USUAL_HOUR = 10


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: AppRequest) -> HttpResponse:
    """First the company, then the plan; with the company's visits of late beside it."""
    if not reach.may_log(request.user):
        raise PermissionDenied
    facts = chosen(request)
    if facts is None:
        return choose(request)
    asked = requested(request, facts.pk)
    form = PlanForm(
        request.POST or None,
        initial={**first_guess(), **guess_from(request, asked)},
        projects=projects_of(request.user, [facts.pk]),
    )
    if form.is_valid():
        place = reach.reach(request.user, facts.pk)
        try:
            if place is None:
                raise Http404
            data = form.plan()
            data.pop("version")
            if asked:
                return redirect(plan_requested(asked, actor=request.user, **data))
            visit = services.plan_visit(place.company, actor=request.user, **data)
            return redirect(visit)
        except DomainError as error:
            refuse(form, error)
    form.fields["gate_reason"].required = facts.needs_reason
    context = {
        "form": form,
        "facts": facts,
        "visit": None,
        "asked": asked,
        "purposes": pages.usual_purposes(request.user),
    }
    return render(request, "visits/plan.html", context, status=status_of(form))


def chosen(request: AppRequest) -> offers.Facts | None:
    """The company that the address names; one out of reach is none at all."""
    text = request.GET.get("company", "")
    if not text:
        return None
    facts = offers.facts_for(request.user, key_of(text), today=timezone.localdate())
    if facts is None:
        raise Http404
    return facts


def requested(request: AppRequest, company: int) -> VisitRequest | None:
    """What the company asked for, when the plan is to answer it."""
    text = request.GET.get("request", "")
    if not text:
        return None
    answerable = VisitRequest.objects.changeable_by(request.user)
    found = answerable.filter(company=company).select_related("asked_by")
    return get_object_or_404(found, pk=key_of(text))


def guess_from(
    request: AppRequest, asked: VisitRequest | None
) -> dict[str, Any]:  # Any: values of fields
    """What the page that led here knows already."""
    if asked is None:
        return {"project": key_of(request.GET.get("project", ""))}
    guess: dict[str, Any] = {
        "project": asked.project_id,
        "purpose": asked.wish[:200],
        "asked_by_company": True,
    }
    today = timezone.localdate()
    if asked.wished_on and asked.wished_on >= today:
        guess["day"] = asked.wished_on
    return guess


def choose(request: AppRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:60]
    context = {
        "q": text,
        "recent": [] if text else offers.recent_companies(request.user),
        "found": offers.companies_for(request.user, text),
    }
    return render(request, "visits/choose.html", context)


def first_guess() -> dict[str, Any]:  # Any: values of fields
    moment = timezone.localtime() + timedelta(days=1)
    moment = moment.replace(hour=USUAL_HOUR, minute=0)
    return {
        "day": moment.date(),
        "time": moment.time(),
        "mode": Visit.Mode.ONSITE,
        "uuid": uuid4(),
    }


def refuse(form: PlanForm, error: DomainError) -> None:
    """Show a rule's no where it belongs."""
    field = {"starts_at": "day"}.get(error.field, error.field)
    form.add_error(field or None, str(error.sentence))


def status_of(form: PlanForm | CancelForm) -> int:
    return 422 if form.is_bound else 200


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: AppRequest, pk: int) -> HttpResponse:
    visit = planned(request, pk)
    form = PlanForm(
        request.POST or None,
        initial=PlanForm.initial_of(visit),
        projects=projects_of(request.user, [visit.company_id], kept=visit.project_id),
    )
    if form.is_valid():
        data = form.plan()
        data.pop("uuid")
        data["version"] = data["version"] or 0
        try:
            services.change_plan(visit, actor=request.user, **data)
            return redirect(visit)
        except StaleVersion as error:
            context = {"form": form, "visit": visit, "current": error.current}
            return render(request, "visits/plan.html", context, status=409)
        except ReasonNeeded as error:
            refuse(form, error)
        except DomainError as error:
            if not error.field:
                raise
            refuse(form, error)
    facts = offers.facts_for(request.user, visit.company_id, today=timezone.localdate())
    context = {
        "form": form,
        "facts": facts,
        "visit": visit,
        "purposes": pages.usual_purposes(request.user),
    }
    return render(request, "visits/plan.html", context, status=status_of(form))


def planned(request: AppRequest, pk: int) -> Visit:
    """A visit that this person may change; 403 where it may only be read."""
    visits = Visit.objects.visible_to(request.user).select_related("company")
    visit = get_object_or_404(visits, pk=pk)
    if not Visit.objects.changeable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return visit


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: AppRequest, pk: int) -> HttpResponse:
    visit = planned(request, pk)
    form = CancelForm(request.POST or None)
    if form.is_valid():
        services.cancel_plan(visit, actor=request.user, **form.cleaned_data)
        return redirect(visit)
    context = {"form": form, "visit": visit}
    return render(request, "visits/cancel.html", context, status=status_of(form))


urls = [
    path("visits/plan/", plan, name="plan"),
    path("visits/<int:pk>/change/", change, name="change-plan"),
    path("visits/<int:pk>/cancel/", cancel, name="cancel"),
]
