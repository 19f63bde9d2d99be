"""What views share: the typed request, and how a refusal is answered."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url

from .errors import Busy, DomainError

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails
    from rest_framework.request import Request

    from crm.models import User


class AppRequest(HttpRequest):
    """A request of a signed-in person, for the type checker."""

    user: "User"
    htmx: "HtmxDetails"


def typed(request: HttpRequest) -> QueryDict | None:
    """What was sent to a form, though it be nothing at all; None: only looked at."""
    return request.POST if request.method == "POST" else None


def actor_of(request: "Request") -> "User":
    """Who asks the API; the permission class has let nobody anonymous in."""
    return cast("User", request.user)


def swap_or_redirect(
    request: HttpRequest, fragment: str, context: dict[str, Any], *, to: Any
) -> HttpResponse:
    """The changed part for htmx, a redirect for a plain form."""
    if getattr(request, "htmx", False):
        return render(request, fragment, context)
    return redirect(to)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """409 with the sentence, as JSON, as a fragment or as a page."""
    if isinstance(error, Busy):
        return busy(request)
    if is_api(request):
        body = {"code": error.code, "detail": str(error.sentence)}
        return JsonResponse(body, status=409)
    back = request.META.get("HTTP_REFERER", "") or resolve_url("reports:home")
    context = {"error": error, "back": back}
    return render(request, "409.html", context, status=409)


def busy(request: HttpRequest) -> HttpResponse:
    """503 in words: what was typed is with the sender, and trying again is right."""
    if is_api(request):
        response: HttpResponse = JsonResponse({"code": "busy"}, status=503)
    else:
        response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "5"
    return response


def is_lock_error(error: OperationalError) -> bool:
    words = str(error).lower()
    return any(part in words for part in ("locked", "lock timeout", "deadlock", "busy"))


class DomainErrorMiddleware:
    """Turn a rule's refusal into 409 and a busy database into 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        if isinstance(error, DomainError):
            return refusal(request, error)
        if isinstance(error, OperationalError) and is_lock_error(error):
            return busy(request)
        return None


def key_of(text: str) -> int:
    """A record's key as an address says it; 0 is nobody's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
