"""Refuse what no honest client sends, before any view sees it."""

from collections.abc import Callable, Mapping

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

MAX_QUERY_LENGTH = 8_000
# No row has a key beyond it, and databases refuse to look for one.
MAX_KEY = 2**63 - 1


def is_clean(text: str) -> bool:
    """No NUL and no lone surrogate: databases refuse both with a traceback."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


class BadInputMiddleware:
    """400 in words for NUL bytes, lone surrogates, endless queries; 404 for no key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: object,
        args: object,
        kwargs: Mapping[str, object],
    ) -> None:
        if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY_LENGTH:
            raise BadRequest("query too long")
        if not is_clean(request.path):
            raise BadRequest("bad path")
        if any(isinstance(one, int) and one > MAX_KEY for one in kwargs.values()):
            raise Http404
        fields = [request.GET]
        if request.content_type in {
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        } and not request.path.startswith("/api/"):
            fields.append(request.POST)
        for data in fields:
            for name, values in data.lists():
                if not is_clean(name) or not all(map(is_clean, values)):
                    raise BadRequest("bad characters")
