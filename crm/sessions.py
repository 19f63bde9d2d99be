"""How long a session lasts, and what a person without one is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import urlencode

from crm.forms.session import LoginForm
from crm.lib.http import is_api
from crm.models import User
from crm.passwords import must_change
from crm.session_store import WAY_KEY, SessionStore
from crm.unsent import keep
from crm.views.session import login_page

# Where a person may go who has to choose a password first.
OPEN_TO_ALL = {"crm:password", "crm:logout", "crm:language", "crm:appearance"}
SAFE = {"GET", "HEAD", "OPTIONS"}


class SessionLimitsMiddleware:
    """End idle and old sessions; keep what was typed when one ended too early."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        if request.user.is_authenticated:
            check_age(request, now)
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: Any,  # any: Django's own signature
        kwargs: Any,
    ) -> HttpResponse | None:
        if request.user.is_authenticated:
            return ask_for_password(request, request.user)
        is_closed = getattr(view, "login_required", True)
        return session_is_over(request) if is_closed else None


def check_age(request: HttpRequest, now: datetime) -> None:
    """Sign out who was away too long; note the others once a minute."""
    session = cast(SessionStore, request.session)
    started, seen = session.started_at or now, session.seen_at or now
    is_idle = now - seen > timedelta(seconds=settings.CRM_SESSION_IDLE)
    if is_idle or now - started > timedelta(seconds=settings.CRM_SESSION_ABSOLUTE):
        # Whose it was: what was typed comes back to nobody else.
        request.META["crm.was_user"] = request.user.pk
        session.flush()
        request.user = AnonymousUser()
    elif now - seen >= timedelta(seconds=settings.CRM_SESSION_TOUCH):
        session.touch(now)


def ask_for_password(request: HttpRequest, user: User) -> HttpResponse | None:
    """Nothing else opens until a first or old password is replaced."""
    if not must_change(user, timezone.now()):
        return None
    # Who came by a code may never have had a password; the next who types it is asked.
    if request.session.get(WAY_KEY) == "code":
        return None
    match = request.resolver_match
    if match is not None and match.view_name in OPEN_TO_ALL:
        return None
    # An old password that runs out while somebody types must not cost the text.
    if request.method not in SAFE and not user.must_change_password:
        return None
    if is_api(request):
        return JsonResponse({"code": "password_change_required"}, status=403)
    url = resolve_url("crm:password")
    if request.method in SAFE and not is_htmx(request):
        url = f"{url}?{urlencode({'next': request.get_full_path()})}"
    if is_htmx(request):
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def session_is_over(request: HttpRequest) -> HttpResponse | None:
    """Keep a form that was sent too late; Django's redirect is right for all else.

    With htmx too: the script follows it to the login page and holds the text itself.
    """
    if request.method != "POST" or is_api(request) or is_htmx(request):
        return None
    kept = keep(request)
    page = {"next": "", "unsent": kept, "is_over": True}
    return login_page(request, LoginForm(), status=401, **page)


def is_htmx(request: HttpRequest) -> bool:
    # HtmxMiddleware comes after this one.
    return request.headers.get("HX-Request") == "true"
