"""The audit log: read by the auditor, changed by nobody."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.audit_words import ACTIONS
from crm.forms.audit import AuditFilter
from crm.lib.http import AppRequest
from crm.lib.listing import listing
from crm.models import Event, Role
from crm.services import audit_checks

from .rights import only

AUDIT = Role.AUDIT_ADMIN


def said(value: object) -> str:
    """A value of JSON on one line."""
    match value:
        case None | "":
            return "—"
        case True:
            return _("yes")
        case False:
            return _("no")
        case [*items]:
            return ", ".join(said(item) for item in items) or "—"
    return str(value)


@dataclass(frozen=True)
class Row:
    """One event as the auditor reads it: codes, old and new, personal values."""

    event: Event

    @property
    def word(self) -> object:
        return ACTIONS.get(self.event.action, "")

    @property
    def kind(self) -> object:
        try:
            return apps.get_model(self.event.subject_type)._meta.verbose_name
        except (LookupError, ValueError):
            return self.event.subject_type

    @property
    def changes(self) -> list[tuple[str, str | None, str]]:
        pairs: dict[str, list[Any]] = self.event.changes  # any: what JSON holds
        return [
            (name, None if old is None else said(old), said(new))
            for name, (old, new) in pairs.items()
        ]

    @property
    def personal(self) -> list[tuple[str, str]]:
        private = getattr(self.event, "personal", None)
        values = private.values.items() if private else ()
        return [(name, said(value)) for name, value in values if value]

    @property
    def is_erased(self) -> bool:
        return bool(self.event.personal_digest) and not hasattr(self.event, "personal")


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
        "rows": [Row(event) for event in page.rows],
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
