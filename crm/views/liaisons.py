"""Who serves a company: assigned, swapped, ended; the officers' load."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
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

from crm import workload as loads
from crm.forms.liaisons import AssignForm, officers_near
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import address
from crm.lib.paging import capped_count, keyset_page
from crm.models import Company, CompanyLiaison, Role
from crm.services import comments
from crm.services import liaisons as services

from .companies import put
from .rights import only

MOST_ROWS = 100


def company_of(request: AppRequest, pk: int) -> Company:
    visible = Company.objects.visible_to(request.user).with_rights(request.user)
    company = get_object_or_404(visible, pk=pk)
    if not comments.is_staff(request.user):
        raise PermissionDenied
    return company


def managed(request: AppRequest, pk: int) -> Company:
    company = company_of(request, pk)
    if not company.may_manage:  # type: ignore[attr-defined] # annotated
        raise PermissionDenied
    return company


@require_http_methods(["GET", "HEAD", "POST"])
def officers(request: AppRequest, pk: int) -> HttpResponse:
    """The history for all who see the company; the form for its dispatcher."""
    company = company_of(request, pk)
    if request.method == "POST":
        company = managed(request, pk)
    history = company.liaisons.select_related("officer__department", "assigned_by")
    rows = list(history.order_by("-pk")[:MOST_ROWS])
    open_ones = {one.role: one for one in rows if one.ended_on is None}
    first_missing = next((role for role in "AB" if role not in open_ones), "A")
    form = AssignForm(request.POST or None, user=request.user, role=first_missing)
    if (
        request.method == "POST"
        and form.is_valid()
        and assigned(request, company, form)
    ):
        return redirect("crm:officers", pk=pk)
    context = {
        "company": company,
        "history": rows,
        "open": open_ones,
        "form": form if company.may_manage else None,  # type: ignore[attr-defined] # annotated
        "today": timezone.localdate(),
    }
    status = 422 if form.errors else 200
    return render(request, "crm/officers.html", context, status=status)


def assigned(request: AppRequest, company: Company, form: AssignForm) -> bool:
    try:
        liaison = services.assign_officer(
            company, actor=request.user, **form.cleaned_data
        )
    except DomainError as error:
        put(form, error)
        return False
    role = CompanyLiaison.Role(liaison.role).label
    sentence = _("%(name)s is %(role)s now.")
    messages.success(request, sentence % {"name": liaison.officer.name, "role": role})
    return True


@require_POST
def end(request: AppRequest, pk: int, role: str) -> HttpResponse:
    company = managed(request, pk)
    reason = request.POST.get("reason", "")[:200]
    services.end_officer(company, actor=request.user, role=role, reason=reason)
    messages.success(request, _("Saved."))
    return redirect("crm:officers", pk=pk)


@require_POST
def swap(request: AppRequest, pk: int) -> HttpResponse:
    company = managed(request, pk)
    reason = request.POST.get("reason", "")[:200]
    services.swap_officers(company, actor=request.user, reason=reason)
    messages.success(request, _("A and B have changed places."))
    return redirect("crm:officers", pk=pk)


@require_safe
@only(Role.DISPATCHER)
def workload(request: AppRequest) -> HttpResponse:
    """Who has how much, and who was not out for long."""
    today = timezone.localdate()
    people = officers_near(request.user)
    page = keyset_page(
        loads.loads(people, request.user, today),
        loads.ORDER,
        request.GET.get("cursor"),
        fields=loads.FIELDS,
        row=loads.Load,
    )
    mine = Company.objects.in_order().managed_by(request.user)
    context = {
        "rows": page.rows,
        "page": {
            "count": capped_count(people),
            "first": address(request.GET, page.first),
            "previous": address(request.GET, page.previous),
            "next": address(request.GET, page.next),
            "last": address(request.GET, page.last),
        },
        "unassigned": capped_count(mine.without_officer()),
        "days": settings.CRM_COVERAGE_DAYS,
    }
    return render(request, "crm/workload.html", context)


urls = [
    path("companies/<int:pk>/officers/", officers, name="officers"),
    path("companies/<int:pk>/officers/swap/", swap, name="officers-swap"),
    path("companies/<int:pk>/officers/<slug:role>/end/", end, name="officers-end"),
    path("workload/", workload, name="workload"),
]
