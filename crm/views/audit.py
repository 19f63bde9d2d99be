"""The audit log: read by the auditor, changed by nobody."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.audit_page import rows_of
from crm.forms.audit import AuditFilter
from crm.lib.http import AppRequest
from crm.lib.listing import listing
from crm.models import Event, Role
from crm.services import audit_checks

from .rights import only

AUDIT = Role.AUDIT_ADMIN


@require_safe
@only(AUDIT)
def index(request: AppRequest) -> HttpResponse:
    form = AuditFilter(request.GET or None)
    log = Event.objects.visible_to(request.user)
    rows = form.apply(log) if form.is_bound else log
    page = listing(request, rows.select_related("actor", "personal"), ["-pk"])
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(page.rows),
        "checked": log.filter(action=audit_checks.ACTION).order_by("-pk").first(),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "crm/audit.html", context)


@require_POST
@only(AUDIT)
def check(request: AppRequest) -> HttpResponse:
    """Have the worker verify the whole log."""
    audit_checks.ask_for_check(actor=request.user)
    messages.success(
        request, _("The log is being checked; the result appears here and in the log.")
    )
    return redirect("crm:audit")


urls = [
    path("audit/", index, name="audit"),
    path("audit/check/", check, name="audit_check"),
]
