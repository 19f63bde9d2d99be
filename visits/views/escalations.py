"""提级: what has come to me, why, and my answer; and how it is raised by hand."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, capped_count
from projects.views.shared import on_top_of
from visits import escalation_kinds, escalation_list, role_tabs
from visits.escalation_page import Page
from visits.filters.escalations import EscalationFilter, kinds
from visits.forms.escalations import RaiseByHandForm, SettleForm
from visits.models import Escalation
from visits.models.escalation_rules import Level
from visits.services import escalations as services

FORM = ["GET", "HEAD", "POST"]


@require_safe
def index(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    tab = role_tabs.tab_of(
        escalation_list.TABS, request.user, request.GET.get("tab", "")
    )
    found = tab.narrow(request.user, today) if tab else Escalation.objects.none()
    narrowed = EscalationFilter(request.GET, found, request=request)
    is_valid = narrowed.is_valid()
    rows = narrowed.qs if is_valid else found.none()
    ordering = tab.ordering if tab else escalation_list.NEWEST
    cursor = request.GET.get("cursor")
    page = escalation_list.page_of(rows, ordering, cursor, today)
    links = addresses(request.GET, page)
    context = {
        "tab": tab,
        "tabs": role_tabs.tabs_for(escalation_list.TABS, request.user),
        "rows": page.rows,
        "page": {"count": capped_count(rows, NARROWED_CAP), **links},
        "filter": narrowed,
        "chosen": narrowed.chosen,
        "is_narrowed": any(narrowed.chosen.values()),
        "levels": [(str(value), label) for value, label in Level.choices],
        "kinds": kinds(),
        "today": today,
    }
    status = 200 if is_valid else 422
    return render(request, "visits/escalations.html", context, status=status)


def escalation_of(request: AppRequest, pk: int) -> Escalation:
    rows = Escalation.objects.visible_to(request.user).for_page()
    return get_object_or_404(rows, pk=pk)


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    escalation = escalation_of(request, pk)
    return show(request, escalation, form_of(escalation))


def form_of(escalation: Escalation) -> SettleForm:
    return SettleForm(initial={"version": escalation.version})


def show(
    request: AppRequest, escalation: Escalation, form: SettleForm, status: int = 200
) -> HttpResponse:
    page = Page(escalation, request.user, timezone.localdate())
    context = {"page": page, "escalation": escalation, "form": form}
    context |= {"today": page.today}
    return render(request, "visits/escalation.html", context, status=status)


@require_http_methods(FORM)
def settle(request: AppRequest, pk: int) -> HttpResponse:
    escalation = escalation_of(request, pk)
    if request.method != "POST":
        return redirect(escalation)
    mine = Escalation.objects.changeable_by(request.user)
    if not mine.filter(pk=pk).exists():
        raise PermissionDenied
    form = SettleForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            services.settle_escalation(
                escalation, actor=request.user, **form.cleaned_data
            )
            messages.success(request, _("Your answer is kept."))
            return redirect(escalation)
        except StaleVersion as error:
            status = 409
            form.add_error(None, str(error.sentence))
            escalation.refresh_from_db()
            form.data = on_top_of(request.POST, escalation)
        except DomainError as error:
            status = 409 if not error.field else 422
            form.add_error(error.field or None, str(error.sentence))
            escalation.refresh_from_db()
    return show(request, escalation, form, status)


def subject_for(request: AppRequest, key: str, pk: int) -> Any:
    """A record that this person may take higher; Any: of whatever kind.

    What was sent is left to the service: a second press must not be a refusal.
    """
    kind = escalation_kinds.by_key(key)
    if kind is None or kind.raisable_by is None:
        raise Http404
    every: Any = kind.model._default_manager  # of a scoped model
    found = get_object_or_404(every.visible_to(request.user), pk=pk)
    if not kind.raisable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    if request.method != "POST":
        services.check_alive(found)
    return found


@require_http_methods(FORM)
def create(request: AppRequest, kind: str, pk: int) -> HttpResponse:
    """Take it higher by hand, with a reason."""
    subject = subject_for(request, kind, pk)
    form = RaiseByHandForm(request.POST or None, initial={"client_key": uuid.uuid4()})
    if form.is_bound and form.is_valid():
        try:
            return redirect(
                services.raise_by_hand(subject, actor=request.user, **form.cleaned_data)
            )
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    named = escalation_kinds.of(subject).named([subject.pk])[subject.pk]
    context = {"form": form, "named": named, "back": subject.get_absolute_url()}
    status = 422 if form.is_bound else 200
    return render(request, "visits/escalate.html", context, status=status)


urls = [
    path("escalations/", index, name="escalations"),
    path("escalations/<int:pk>/", detail, name="escalation"),
    path("escalations/<int:pk>/settle/", settle, name="escalation-settle"),
    path("escalations/raise/<slug:kind>/<int:pk>/", create, name="escalate"),
]
