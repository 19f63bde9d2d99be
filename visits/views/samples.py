"""Sampled call-backs: draw, list, call; and what the dispatch centre makes of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest, typed
from crm.lib.listing import listing
from crm.models import Contact, Department, Role
from crm.views.rights import only
from visits.forms import samples as forms
from visits.models import Sample, SampledCall
from visits.services import samples as services

FORM = ["GET", "HEAD", "POST"]
Result = SampledCall.Result


@require_safe
@only(Role.SUPERVISOR)
def index(request: AppRequest) -> HttpResponse:
    """What was drawn, with how far the calls have come."""
    visible = Sample.objects.visible_to(request.user).defer("population")
    counted = visible.select_related("region", "category", "department", "drawn_by")
    counted = counted.annotate(
        done=Count("calls", filter=~Q(calls__result="")),
        otherwise=Count("calls", filter=Q(calls__result=Result.CONTRADICTS)),
    )
    page = listing(request, counted, ("-pk",))
    context = {"page": page, "rows": page.rows, "today": timezone.localdate()}
    return render(request, "visits/samples/index.html", context)


@require_http_methods(FORM)
@only(Role.SUPERVISOR)
def draw(request: AppRequest) -> HttpResponse:
    regions = services.regions_of(request.user)
    today = timezone.localdate()
    first = today.replace(day=1)
    form = forms.DrawForm(
        typed(request),
        regions=regions,
        departments=departments_in(regions),
        initial={
            "region": regions.first(),
            "first_on": first,
            "last_on": today,
            "number": 20,
        },
    )
    if form.is_valid():
        try:
            return redirect(services.draw_sample(form.wanted(), actor=request.user))
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    status = 422 if form.errors else 200
    return render(request, "visits/samples/draw.html", {"form": form}, status=status)


def departments_in(regions: Any) -> Any:  # Any: querysets of a tree
    inside = Department.objects.filter(region__in=regions.values("pk"))
    return inside.active().order_by("path")


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    """The calls of one sample, and how it was drawn."""
    visible = Sample.objects.visible_to(request.user)
    related = visible.select_related("region", "category", "department", "drawn_by")
    sample = get_object_or_404(related, pk=pk)
    calls = sample.calls.select_related("ticket__company", "noted_by")
    page = listing(request, calls, ("place", "pk"))
    counts = sample.calls.aggregate(
        confirmed=Count("pk", filter=Q(result=Result.CONFIRMED)),
        contradicts=Count("pk", filter=Q(result=Result.CONTRADICTS)),
        unreached=Count("pk", filter=Q(result=Result.UNREACHED)),
    )
    context = {
        "sample": sample,
        "page": page,
        "rows": page.rows,
        "counts": counts,
        "reached": counts["confirmed"] + counts["contradicts"],
        "is_sound": services.is_as_drawn(sample),
        "today": timezone.localdate(),
    }
    return render(request, "visits/samples/detail.html", context)


def call_of(request: AppRequest, pk: int) -> SampledCall:
    visible = SampledCall.objects.visible_to(request.user)
    related = visible.select_related("sample", "ticket__company", "noted_by")
    return get_object_or_404(related, pk=pk)


def may_call(request: AppRequest, one: SampledCall) -> bool:
    """Not whoever had a part in what the company is asked about."""
    return SampledCall.objects.changeable_by(request.user).filter(pk=one.pk).exists()


@require_http_methods(FORM)
def call(request: AppRequest, pk: int) -> HttpResponse:
    """What the company is said to have said, and what it says now."""
    one = call_of(request, pk)
    if request.method == "POST" and not may_call(request, one):
        raise PermissionDenied
    initial = {"version": one.version}
    form = forms.SampledCallForm(typed(request), initial=initial)
    current = None
    if form.is_valid():
        try:
            services.record_sampled_call(one, actor=request.user, **form.cleaned_data)
            messages.success(request, _("The call is recorded."))
            return redirect(one.sample)
        except StaleVersion as error:
            current = error.current
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    status = 409 if current else 422 if form.errors else 200
    return shown(request, one, form, status=status, stale=current is not None)


def shown(
    request: AppRequest,
    one: SampledCall,
    form: forms.SampledCallForm,
    *,
    status: int = 200,
    stale: bool = False,
    numbers: dict[int, str] | None = None,
) -> HttpResponse:
    contacts = Contact.objects.current().filter(company=one.ticket.company_id)
    last = one.ticket.answers.filter(part__is_lead=True)
    is_open = one.result in ("", Result.UNREACHED)
    is_own = is_open and not may_call(request, one)
    context = {
        "one": one,
        "ticket": one.ticket,
        "answer": last.select_related("part__department").first(),
        "contacts": [
            (contact, (numbers or {}).get(contact.pk, "")) for contact in contacts
        ],
        "form": form if is_open and not is_own else None,
        "is_own": is_own,
        "stale": stale,
        "today": timezone.localdate(),
    }
    response = render(request, "visits/samples/call.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def number(request: AppRequest, pk: int, contact_pk: int) -> HttpResponse:
    """The full number, for this call; looking at it is written down."""
    one = call_of(request, pk)
    contacts = Contact.objects.current().filter(company=one.ticket.company_id)
    contact = get_object_or_404(contacts, pk=contact_pk)
    phone = services.show_number(one, contact, actor=request.user)
    form = forms.SampledCallForm(
        initial={"version": one.version, "person": contact.name, "phone": phone}
    )
    return shown(request, one, form, numbers={contact.pk: phone})


@require_http_methods(FORM)
def decide(request: AppRequest, pk: int) -> HttpResponse:
    """A contradiction: the dispatch centre reopens, or says why not."""
    told = SampledCall.objects.told_to(request.user)
    one = get_object_or_404(told.select_related("ticket__company"), pk=pk)
    if not SampledCall.objects.decidable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    form = forms.ContradictionForm(typed(request), initial={"version": one.version})
    current = None
    if form.is_valid():
        try:
            services.decide_contradiction(one, actor=request.user, **form.cleaned_data)
            return redirect(one.ticket)
        except StaleVersion as error:
            current = error.current
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    context = {"one": one, "ticket": one.ticket, "form": form, "stale": bool(current)}
    context["today"] = timezone.localdate()
    status = 409 if current else 422 if form.errors else 200
    return render(request, "visits/samples/decide.html", context, status=status)


urls = [
    path("samples/", index, name="samples"),
    path("samples/draw/", draw, name="sample-draw"),
    path("samples/<int:pk>/", detail, name="sample"),
    path("sampled-calls/<int:pk>/", call, name="sampled-call"),
    path(
        "sampled-calls/<int:pk>/numbers/<int:contact_pk>/",
        number,
        name="sampled-call-number",
    ),
    path("sampled-calls/<int:pk>/contradiction/", decide, name="contradiction-decide"),
]
