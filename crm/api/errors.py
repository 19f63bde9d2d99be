"""Every error of the API carries a stable `code`."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from crm.lib.errors import Busy, DomainError
from crm.lib.http import is_lock_error


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer with `code`; a rule's no is 409, a busy database 503."""
    if isinstance(error, Busy) or (
        isinstance(error, OperationalError) and is_lock_error(error)
    ):
        return Response({"code": "busy"}, status=503, headers={"Retry-After": "5"})
    if isinstance(error, DomainError):
        body = {"code": error.code, "detail": str(error.sentence)}
        return Response(body, status=409)
    if isinstance(error, exceptions.ValidationError):
        errors = error.get_full_details()
        return Response({"code": "invalid", "errors": errors}, status=422)
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = {"code": code_of(error), "detail": response.data.get("detail", "")}
    return response


def code_of(error: Exception) -> str:
    if isinstance(error, Http404):
        return "not_found"
    if isinstance(error, PermissionDenied):
        return "forbidden"
    return str(getattr(error, "default_code", "error"))
