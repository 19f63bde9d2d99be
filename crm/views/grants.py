"""Roles, locks and sessions: the security administrator's screens."""

from dataclasses import dataclass
from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.auth import locked_until
from crm.forms.people import GrantForm
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import listing
from crm.models import Grant, Role, User
from crm.services import grants, sessions
from crm.services.grants import Scope

from .rights import account_or_404, only

SECURITY = Role.SECURITY_ADMIN
SHOWN = 100


@require_safe
@only(SECURITY)
def index(request: AppRequest) -> HttpResponse:
    """Everybody with the roles of today; whose list this is sees no company."""
    context = {
        "page": listing(request, filtered(request), ["login"]),
        "roles": Role.choices,
        "filters": request.GET,
    }
    return render(request, "crm/grants.html", context)


def filtered(request: AppRequest) -> QuerySet[User]:
    today = timezone.localdate()
    current = Grant.objects.visible_to(request.user).current(today)
    rows = (
        User.objects.visible_to(request.user)
        .select_related("department")
        .prefetch_related(
            Prefetch(
                "grants",
                current.select_related("region", "department"),
                to_attr="current_grants",
            )
        )
    )
    if text := request.GET.get("q", "").strip():
        rows = rows.search(text[:60])
    if (role := request.GET.get("role")) in Role.values:
        rows = rows.with_role(Role(role), today=today)
    elif role == "none":
        rows = rows.exclude(pk__in=current.values("user"))
    if request.GET.get("state") != "all":
        rows = rows.filter(is_active=True)
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: AppRequest, pk: int) -> HttpResponse:
    """One person's roles and sessions; a POST adds a role."""
    account = account_or_404(request, pk, SECURITY)
    forms = {scope: GrantForm(scope) for scope in GrantForm.SCOPES}
    is_wrong = False
    if request.method == "POST":
        scope = request.POST.get("scope", "")
        if scope not in forms:
            raise Http404
        form = forms[scope] = GrantForm(scope, request.POST)
        if form.is_valid() and added(request, account, form):
            messages.success(request, _("The role is given."))
            return redirect("crm:grants_of", pk=pk)
        is_wrong = True
    context = {"account": account, "forms": forms, **facts(request, account)}
    status = 422 if is_wrong else 200
    return render(request, "crm/grants_of.html", context, status=status)


def facts(request: AppRequest, account: User) -> dict[str, object]:
    now = timezone.now()
    held = Grant.objects.visible_to(request.user).filter(user=account)
    held = held.select_related("region", "department", "granted_by").order_by("-pk")
    current = held.unended(timezone.localdate(now))
    return {
        "current": current,
        "past": held.exclude(pk__in=current.values("pk"))[:SHOWN],
        "sessions": account.sessions.order_by("-seen_at")[:SHOWN],
        "locked_until": locked_until(account.login, now),
        "is_self": account == request.user,
        "now": now,
    }


def added(request: AppRequest, account: User, form: GrantForm) -> bool:
    values = form.cleaned_data
    try:
        grants.add_grant(
            account,
            actor=request.user,
            role=Role(values["role"]),
            scope=Scope(
                region=values.get("region"), department=values.get("department")
            ),
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
        )
    except DomainError as error:
        field = error.field if error.field in form.fields else None
        form.add_error(field, str(error.sentence))
        return False
    return True


@require_POST
@only(SECURITY)
def end(request: AppRequest, pk: int) -> HttpResponse:
    grant = get_object_or_404(Grant.objects.visible_to(request.user), pk=pk)
    grants.end_grant(grant, actor=request.user)
    messages.success(request, _("The role has ended; the person is signed out."))
    return redirect("crm:grants_of", pk=grant.user_id)


@require_POST
def end_sessions(request: AppRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, SECURITY)
    sessions.end_sessions(account, actor=request.user)
    messages.success(request, _("The person is signed out everywhere."))
    return redirect("crm:grants_of", pk=pk)


@dataclass(frozen=True)
class Lock:
    user: User
    until: datetime
    failures: int


@require_safe
@only(SECURITY)
def locks(request: AppRequest) -> HttpResponse:
    """Accounts that may not try again yet."""
    return render(request, "crm/locks.html", {"locks": locked(request)})


def locked(request: AppRequest) -> list[Lock]:
    now = timezone.now()
    counted = (
        AccessAttempt.objects.values("username")
        .annotate(failures=Sum("failures_since_start"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by("username")
    )
    failures = {row["username"]: row["failures"] for row in counted[:SHOWN]}
    # Names that nobody has are locked too, but there is nobody to unlock.
    users = User.objects.visible_to(request.user).filter(login__in=failures)
    return [
        Lock(user, until, failures[user.login])
        for user in users.select_related("department").order_by("login")
        if (until := locked_until(user.login, now))
    ]


@require_POST
def unlock(request: AppRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, SECURITY)
    sessions.unlock(account, actor=request.user)
    sentence = _("%(name)s can sign in again.") % {"name": account.name}
    messages.success(request, sentence)
    return redirect("crm:locks")


urls = [
    path("grants/", index, name="grants"),
    path("grants/<int:pk>/", person, name="grants_of"),
    path("grants/<int:pk>/end-sessions/", end_sessions, name="grants_end_sessions"),
    path("grants/<int:pk>/unlock/", unlock, name="unlock"),
    path("grants/end/<int:pk>/", end, name="grant_end"),
    path("locks/", locks, name="locks"),
]
