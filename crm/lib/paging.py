"""Pages by key, not by number: the ten-thousandth page costs what the first one does.

    page = keyset_page(
        Visit.objects.visible_to(user), ordering=("-day", "-pk"),
        cursor=request.GET.get("cursor"), fields=("pk", "day", "company__name"),
        row=VisitRow,
    )
    page.rows, page.first, page.previous, page.next, page.last

`fields` makes flat rows: tuples, or what `row(*values)` returns. Without it the rows
are what the queryset yields (objects, or dicts that hold the ordering's columns). The
ordering must end in a unique column. NULL sorts as the smallest value on both
databases. A cursor that is damaged, forged or of another order gives the first page;
with `strict=True` it raises BadCursor instead.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import attrgetter, or_
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from .guards import is_clean
from .prepared import Prepared

R = TypeVar("R")
# Any: rows are objects or tuples, whatever the queryset yields.
Rows = models.QuerySet[Any, Any]

FIRST = "first"
LAST = "last"
MAX_CURSOR = 1_000
PAGE_SIZE = 25
COUNT_CAP = 10_000
# Nor beyond this when the list is narrowed, or each row costs a look elsewhere.
NARROWED_CAP = 1_000
# The keys that both databases hold.
MAX_INT = 2**63 - 1


class BadCursor(ValueError):
    """Not a cursor of this list."""


@dataclass(frozen=True, slots=True)
class CappedCount:
    """How many, as far as it was worth counting; prints as 1,234 or 10,000+."""

    number: int
    is_capped: bool

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.is_capped else ''}"

    def __int__(self) -> int:
        return self.number

    def __bool__(self) -> bool:
        return self.number > 0


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[R]):
    """Rows in order; each cursor is None where there is no such page to go to."""

    rows: list[R]
    first: str | None = None
    previous: str | None = None
    next: str | None = None
    last: str | None = None

    @property
    def is_only(self) -> bool:
        return self.previous is None and self.next is None


@dataclass(frozen=True, slots=True)
class Column:
    """One part of the order: which column, which way, and whether it may be NULL."""

    name: str
    descending: bool
    field: "models.Field[Any, Any] | None"

    @property
    def nullable(self) -> bool:
        return self.field is not None and self.field.null

    def order(self, *, backward: bool) -> OrderBy:
        descending = self.descending != backward
        # Said only where needed: an index of the default order fits the rest.
        if not self.nullable:
            return F(self.name).desc() if descending else F(self.name).asc()
        if descending:
            return F(self.name).desc(nulls_last=True)
        return F(self.name).asc(nulls_first=True)

    def equal(self, value: object) -> Q:
        return Q(
            **({f"{self.name}__isnull": True} if value is None else {self.name: value})
        )

    def beyond(self, value: object, *, backward: bool) -> Q:
        """After the value in the direction of reading; NULL is the smallest."""
        if self.descending == backward:
            if value is None:
                return Q(**{f"{self.name}__isnull": False})
            return Q(**{f"{self.name}__gt": value})
        if value is None:
            return Q(pk__in=[])
        smaller = Q(**{f"{self.name}__lt": value})
        if not self.nullable:
            return smaller
        return smaller | Q(**{f"{self.name}__isnull": True})

    def bound(self, value: object, *, backward: bool) -> Q:
        """What every row at or beyond the value fulfils: one range on the index."""
        if self.nullable:
            return Q()
        way = "gte" if self.descending == backward else "lte"
        return Q(**{f"{self.name}__{way}": value})

    def parse(self, value: object) -> Any:  # as many types as columns have
        if value is None:
            if not self.nullable:
                raise BadCursor
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise BadCursor
        if isinstance(value, int) and not -MAX_INT <= value <= MAX_INT:
            raise BadCursor
        if isinstance(value, str) and not is_clean(value):
            raise BadCursor
        if self.field is None:
            return value
        try:
            parsed = self.field.to_python(value)
        except (ValidationError, ValueError, TypeError, OverflowError):
            raise BadCursor from None
        if isinstance(parsed, int) and not -MAX_INT <= parsed <= MAX_INT:
            raise BadCursor
        return parsed


def keyset_page(
    queryset: Rows,
    ordering: Sequence[str],
    cursor: str | None = None,
    size: int = PAGE_SIZE,
    *,
    fields: Sequence[str] | None = None,
    row: Callable[..., R] | None = None,
    strict: bool = False,
) -> KeysetPage[Any]:
    """One page of the queryset in this order, beginning where the cursor says."""
    columns = [_column(queryset.model, name) for name in ordering]
    backward, key = False, None
    try:
        backward, key = decode(cursor or FIRST, ordering, columns)
    except BadCursor:
        if strict:
            raise
    rows, keys = _fetch(queryset, columns, backward, key, size + 1, fields)
    is_more = len(rows) > size
    rows, keys = rows[:size], keys[:size]
    if not rows and key is not None and not backward:
        # All beyond has gone meanwhile: the last page stands in.
        return keyset_page(queryset, ordering, LAST, size, fields=fields, row=row)
    if backward:
        rows.reverse()
        keys.reverse()
    if backward and key is not None and not is_more and len(rows) < size:
        # Fewer than a page before: the first page, whole.
        return keyset_page(queryset, ordering, FIRST, size, fields=fields, row=row)
    has_previous = is_more if backward else key is not None
    has_next = key is not None if backward else is_more
    made = [row(*one) for one in rows] if row and fields else rows
    return KeysetPage(
        rows=made,
        first=FIRST if has_previous else None,
        previous=encode("p", ordering, keys[0]) if has_previous and keys else None,
        next=encode("n", ordering, keys[-1]) if has_next and keys else None,
        last=LAST if has_next else None,
    )


def flat_page(
    queryset: Rows,
    ordering: Sequence[str],
    cursor: str | None,
    prepared: Prepared,
    row: Callable[..., R],
) -> KeysetPage[R]:
    """A page whose keys are asked for first, and then their rows, key in front.

    Sorting hundreds of rows must not look up names for each, and the query for 25 keys
    is the same on every page.
    """
    keys = keyset_page(queryset, ordering, cursor, fields=("pk",))
    order = [pk for (pk,) in keys.rows]
    found = {one[0]: row(*one) for one in prepared.rows(order)}
    return replace(keys, rows=[found[pk] for pk in order if pk in found])


def capped_count(queryset: Rows, cap: int = COUNT_CAP) -> CappedCount:
    """Count, but stop at the cap: beyond it nobody reads the number."""
    number = queryset.order_by().values("pk")[: cap + 1].count()
    return CappedCount(min(number, cap), number > cap)


def encode(way: str, ordering: Sequence[str], key: Sequence[object]) -> str:
    body = json.dumps([way, ",".join(ordering), [_plain(one) for one in key]])
    return urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode(
    cursor: str, ordering: Sequence[str], columns: Sequence[Column]
) -> tuple[bool, list[Any] | None]:
    """Whether to read backwards, and the key to start beyond; None: from the end."""
    if cursor in {FIRST, LAST}:
        return cursor == LAST, None
    if len(cursor) > MAX_CURSOR:
        raise BadCursor
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        way, order, key = json.loads(raw)
    except (Base64Error, ValueError, TypeError, RecursionError):
        raise BadCursor from None
    if way not in ("n", "p") or order != ",".join(ordering):
        raise BadCursor
    if not isinstance(key, list) or len(key) != len(columns):
        raise BadCursor
    values = [column.parse(value) for column, value in zip(columns, key, strict=True)]
    return way == "p", values


def _plain(value: object) -> str | int | None:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"a column of {type(value).__name__} cannot order a list")


def _column(model: type[models.Model], name: str) -> Column:
    descending, name = name.startswith("-"), name.lstrip("-")
    return Column(name, descending, _field(model, name))


def _field(model: type[models.Model], path: str) -> "models.Field[Any, Any] | None":
    """The column that a name leads to; None for an annotation."""
    current: Any = model  # a class here, None after the last relation
    found: Any = None
    for part in path.split("__"):
        if current is None:
            return None
        meta = current._meta
        try:
            found = meta.pk if part == "pk" else meta.get_field(part)
        except FieldDoesNotExist:
            return None
        current = found.related_model
    return found if isinstance(found, models.Field) else None


def _fetch(
    queryset: Rows,
    columns: Sequence[Column],
    backward: bool,
    key: Sequence[object] | None,
    limit: int,
    fields: Sequence[str] | None,
) -> tuple[list[Any], list[tuple[object, ...]]]:
    """The rows, and beside each the values that place it in the order."""
    if key is not None:
        queryset = queryset.filter(_beyond(columns, key, backward))
    queryset = queryset.order_by(*(one.order(backward=backward) for one in columns))
    names = [one.name for one in columns]
    if fields is not None:
        flat = list(queryset.values_list(*fields, *names)[:limit])
        width = len(fields)
        return [one[:width] for one in flat], [one[width:] for one in flat]
    rows = list(queryset[:limit])
    return rows, [tuple(_value(row, name) for name in names) for row in rows]


def _beyond(columns: Sequence[Column], key: Sequence[object], backward: bool) -> Q:
    branches, equal = [], Q()
    for column, value in zip(columns, key, strict=True):
        branches.append(equal & column.beyond(value, backward=backward))
        equal &= column.equal(value)
    return columns[0].bound(key[0], backward=backward) & reduce(or_, branches)


def _value(row: Any, name: str) -> object:  # a model object or a dict
    if isinstance(row, dict):
        return row[name]
    return attrgetter(name.replace("__", "."))(row)
