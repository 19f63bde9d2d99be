"""Pages for what went wrong: a sentence, what was kept, what to do."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from crm.lib.http import busy, is_api, is_lock_error


def _answer(request: HttpRequest, status: int, code: str) -> HttpResponse:
    if is_api(request):
        return JsonResponse({"code": code}, status=status)
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400, "bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, "forbidden")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    # A middleware that waited in vain: no view was there to answer for it.
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError) and is_lock_error(error):
        return busy(request)
    return _answer(request, 500, "server_error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long: the page says so and keeps what was typed."""
    if is_api(request):
        return JsonResponse({"code": "csrf_failed"}, status=403)
    return render(request, "403_csrf.html", status=403)
