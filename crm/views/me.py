"""One's own page: who one is here, as what, and where one is signed in."""

from django.contrib import auth, messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm import passwords
from crm.lib.http import AppRequest
from crm.services import sessions

# More devices than this nobody tells apart.
SHOWN = 50


@require_safe
def me(request: AppRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    grants = user.grants.current(timezone.localdate(now))
    context = {
        "grants": grants.select_related("region", "department", "company"),
        "sessions": user.sessions.order_by("-seen_at")[:SHOWN],
        "present": request.session.session_key,
        "runs_out_at": passwords.runs_out_at(user),
        "now": now,
    }
    return render(request, "crm/me.html", context)


@require_POST
def end_session(request: AppRequest) -> HttpResponse:
    sessions.end_session(request.POST.get("session", ""), actor=request.user)
    messages.success(request, _("That device is signed out."))
    return redirect("crm:me")


@require_POST
def end_all(request: AppRequest) -> HttpResponse:
    """Everywhere, here too: whoever does this is worried."""
    sessions.end_sessions(request.user, actor=request.user)
    auth.logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("crm:login")


urls = [
    path("me/", me, name="me"),
    path("me/end-session/", end_session, name="end_session"),
    path("me/end-all/", end_all, name="end_all_sessions"),
]
