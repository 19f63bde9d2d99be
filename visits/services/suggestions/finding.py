"""Which tickets are told like this one: candidates from the index, then by their words.

Only some of the newest tickets of each piece are looked at, so that the answer takes as
long in a city as in a county.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import OuterRef, Subquery

from visits.models import SketchPiece, TicketPart
from visits.similar import likeness, pieces_of, sketch_of

from .counting import WORDS, rarity_of
from .indexing import kept

# Of each piece so many of the newest tickets, and of all of them so many are compared.
NEWEST: Final = 300
COMPARED: Final = 60
# Larger than any key.
END: Final = 2**62
OF_ONE_PIECE: Final = (
    f"SELECT piece, ticket FROM {SketchPiece._meta.db_table} WHERE area = %s "
    "AND piece = %s AND ticket < %s ORDER BY ticket DESC LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A ticket that is told alike, with what the centre decided about it."""

    pk: int
    likeness: float
    category: int
    lead: int | None
    company: int
    is_dispatched: bool


def neighbours_of(
    texts: Sequence[str],
    *,
    area: int,
    now: datetime,
    besides: int = 0,
    before: int = END,
    most: int = COMPARED,
) -> list[Neighbour]:
    """The tickets of the area most like these words, the most alike first."""
    pieces = pieces_of(*texts)
    weights = rarity_of(pieces).weights(pieces)
    keys = candidates(weights, area, before, besides, most)
    return compared(weights, keys, now) if keys else []


def candidates(
    weights: Mapping[int, float], area: int, before: int, besides: int, most: int
) -> list[int]:
    """Keys of those that share most of what is rare, the newest first among equals."""
    drawn = sketch_of(weights)
    if not drawn:
        return []
    parts = [
        f"SELECT piece, ticket FROM ({OF_ONE_PIECE}) p{number}"
        for number in range(len(drawn))
    ]
    newest = max(NEWEST, most)
    params = [value for piece in drawn for value in (area, piece, before, newest)]
    shared: defaultdict[int, float] = defaultdict(float)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        for piece, ticket in cursor.fetchall():
            shared[ticket] += weights[piece]
    shared.pop(besides, None)
    best = sorted(shared, key=lambda key: (-shared[key], -key))
    return best[:most]


def compared(
    weights: Mapping[int, float], keys: Sequence[int], now: datetime
) -> list[Neighbour]:
    """With their own words; what has been forgotten meanwhile is left out."""
    lead = TicketPart.objects.open().filter(ticket=OuterRef("pk"), is_lead=True)
    rows = (
        kept(now)
        .filter(pk__in=keys)
        .order_by()
        .annotate(lead=Subquery(lead.values("department")[:1]))
        .values_list("pk", "category", "lead", "company", "dispatched_at", *WORDS)
    )
    found = [
        Neighbour(
            pk=pk,
            likeness=likeness(weights, pieces_of(*words)),
            category=category,
            lead=lead_key,
            company=company,
            is_dispatched=dispatched_at is not None,
        )
        for pk, category, lead_key, company, dispatched_at, *words in rows
    ]
    return sorted(found, key=lambda one: (-one.likeness, -one.pk))
