"""One page of an administrator's list: rows, count, and where the other pages are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

from .paging import CappedCount, KeysetPage, Rows, capped_count, keyset_page

PARAMETER = "cursor"


@dataclass(frozen=True)
class Listing:
    """What `parts/_pages.html` wants; addresses keep the filters that are on."""

    rows: list[Any]  # any: rows of whatever model is listed
    total: CappedCount
    first: str | None
    previous: str | None
    next: str | None
    last: str | None

    @property
    def count(self) -> int:
        return int(self.total)


def listing(request: HttpRequest, rows: Rows, ordering: Sequence[str]) -> Listing:
    page = keyset_page(rows, ordering, request.GET.get(PARAMETER))
    total = capped_count(rows)
    return Listing(page.rows, total, **addresses(request.GET, page))


def addresses(query: QueryDict, page: KeysetPage[Any]) -> dict[str, str | None]:
    """Where the other pages of a list are, with the filters that are on."""
    names = ("first", "previous", "next", "last")
    return {name: address(query, getattr(page, name)) for name in names}


def sliced(request: HttpRequest, rows: Sequence[Any], size: int) -> Listing:
    """Of what is computed whole: the cursor is the place of the page's first row."""
    last = max(len(rows) - 1, 0) // size * size
    asked = request.GET.get(PARAMETER, "")
    place = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    at = min(place // size * size, last)

    def to(other: int, *, is_there: bool) -> str | None:
        return address(request.GET, str(other)) if is_there else None

    return Listing(
        rows=list(rows[at : at + size]),
        total=CappedCount(len(rows), is_capped=False),
        first=to(0, is_there=at > 0),
        previous=to(at - size, is_there=at > 0),
        next=to(at + size, is_there=at < last),
        last=to(last, is_there=at < last),
    )


def address(query: QueryDict, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    changed = query.copy()
    changed[PARAMETER] = cursor
    return f"?{changed.urlencode()}"
