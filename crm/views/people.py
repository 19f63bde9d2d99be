"""Accounts: the system administrator's list and pages."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.forms.people import UserForm
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import listing
from crm.lib.trees import PathRange
from crm.models import Department, Role, User
from crm.services import people

from .rights import account_or_404, only

SYSTEM = Role.SYSTEM_ADMIN


@require_safe
@only(SYSTEM)
def index(request: AppRequest) -> HttpResponse:
    units = Department.objects.order_by("path")
    context = {
        "page": listing(request, filtered(request), ["login"]),
        "units": [(unit.pk, unit.name, "　" * unit.depth) for unit in units],
        "filters": request.GET,
    }
    return render(request, "crm/people.html", context)


def filtered(request: AppRequest) -> QuerySet[User]:
    rows = User.objects.visible_to(request.user).select_related("department")
    if text := request.GET.get("q", "").strip():
        rows = rows.search(text[:60])
    if (state := request.GET.get("state")) in {"open", "closed"}:
        rows = rows.filter(is_active=state == "open")
    unit = request.GET.get("unit", "")
    if unit.isdecimal() and len(unit) < 19:
        top = Department.objects.filter(pk=int(unit)).first()
        below = PathRange(top.path).q("department__path") if top else Q(pk__in=[])
        rows = rows.filter(below)
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@only(SYSTEM)
def create(request: AppRequest) -> HttpResponse:
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = people.create_user(form.profile(), actor=request.user)
        except DomainError as error:
            put(form, error)
        else:
            return shown_once(request, user, password)
    status = 422 if form.errors else 200
    return render(request, "crm/person_new.html", {"form": form}, status=status)


def put(form: Any, error: DomainError) -> None:  # any: a form of any model
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error.sentence))


def shown_once(request: AppRequest, user: User, password: str) -> HttpResponse:
    """The one page that ever shows this password."""
    context = {"account": user, "password": password}
    response = render(request, "crm/person_password.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: AppRequest, pk: int) -> HttpResponse:
    """One account: its data, and what can be done with it."""
    account = account_or_404(request, pk, SYSTEM)
    form = UserForm(
        request.POST or None, instance=account, initial={"version": account.version}
    )
    if request.method == "POST" and form.is_valid() and edited(request, account, form):
        messages.success(request, _("Saved."))
        return redirect("crm:person", pk=pk)
    context = {"account": account, "form": form, "is_self": account == request.user}
    status = 422 if form.errors else 200
    return render(request, "crm/person.html", context, status=status)


def edited(request: AppRequest, account: User, form: UserForm) -> bool:
    version = form.cleaned_data.get("version") or 0
    try:
        people.edit_user(account, form.profile(), actor=request.user, version=version)
    except DomainError as error:
        if error.code == "stale_version":
            raise
        put(form, error)
        return False
    return True


@require_POST
def close(request: AppRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, SYSTEM)
    people.deactivate_user(account, actor=request.user)
    sentence = _("%(name)s is closed and signed out everywhere.")
    messages.success(request, sentence % {"name": account.name})
    return redirect("crm:person", pk=pk)


@require_POST
def reopen(request: AppRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, SYSTEM)
    people.activate_user(account, actor=request.user)
    messages.success(request, _("%(name)s is open again.") % {"name": account.name})
    return redirect("crm:person", pk=pk)


@require_POST
def reset_password(request: AppRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, SYSTEM)
    user, password = people.reset_password(account, actor=request.user)
    return shown_once(request, user, password)


urls = [
    path("people/", index, name="people"),
    path("people/new/", create, name="person_new"),
    path("people/<int:pk>/", person, name="person"),
    path("people/<int:pk>/close/", close, name="person_close"),
    path("people/<int:pk>/reopen/", reopen, name="person_reopen"),
    path("people/<int:pk>/reset-password/", reset_password, name="person_reset"),
]
