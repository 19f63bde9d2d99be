"""Lists of the API by key: `?cursor=…&limit=…`, addresses of the neighbours beside."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from crm.lib.paging import BadCursor, KeysetPage, keyset_page

MOST = 100


class KeysetPagination(BasePagination):
    """The view says `ordering`, ending in a unique column; else its model's order."""

    page: KeysetPage[Any]
    request: Request

    def paginate_queryset(
        self,
        queryset: Any,  # DRF would also hand in sequences
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        self.request = request
        ordering = getattr(view, "ordering", None) or queryset.model._meta.ordering
        cursor = request.query_params.get("cursor")
        try:
            self.page = keyset_page(
                queryset, ordering, cursor, limit_of(request), strict=True
            )
        except BadCursor:
            sentence = _("This is not a cursor of this list.")
            raise ValidationError({"cursor": [sentence]}) from None
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self.address(self.page.next),
                "previous": self.address(self.page.previous),
                "results": data,
            }
        )

    def address(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        url = self.request.build_absolute_uri()
        return str(replace_query_param(url, "cursor", cursor))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results"],
            "properties": {
                "next": address,
                "previous": address,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": 25}
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "schema": limit},
        ]


def limit_of(request: Request) -> int:
    text = request.query_params.get("limit", "25")
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise ValidationError({"limit": [_("Give a whole number.")]})
    return max(1, min(int(text), MOST))
