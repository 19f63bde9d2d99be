"""Counts that grow by what is added, whoever adds at the same time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import connection, models

from visits.models import KindCount, PieceCount, SketchPiece, TicketSketch
from visits.similar import ALL, Rarity

AT_ONCE: Final = 5000
WORDS: Final = ("title", "text", "wish")


def words_of(ticket: Any) -> list[str]:  # Any: a Ticket of any queryset
    return [getattr(ticket, name) for name in WORDS]


def add_up(
    model: type[models.Model],
    columns: Sequence[str],
    counts: Mapping[Any, int],  # Any: a key, or a tuple of keys
) -> None:
    """Add these to the counts by key. In one order: two workers wait, not block."""
    table, names = model._meta.db_table, ", ".join(columns)
    row = f"({', '.join(['%s'] * (len(columns) + 1))})"
    rows = sorted(
        (*(key if isinstance(key, tuple) else (key,)), number)
        for key, number in counts.items()
        if number
    )
    with connection.cursor() as cursor:
        for some in portions(rows, AT_ONCE):
            cursor.execute(
                f"INSERT INTO {table} ({names}, tickets) "
                f"VALUES {', '.join([row] * len(some))} ON CONFLICT ({names}) "
                f"DO UPDATE SET tickets = {table}.tickets + excluded.tickets",
                [value for one in some for value in one],
            )


def count_pieces(counts: Mapping[int, int]) -> None:
    add_up(PieceCount, ["piece"], counts)


def count_kinds(counts: Mapping[tuple[int, int], int]) -> None:
    add_up(KindCount, ["piece", "category"], counts)


def index(sketches: Iterable[TicketSketch]) -> None:
    """Write which tickets have each piece; as rows, for they are many."""
    rows = sorted(
        (one.area, piece, one.ticket_id) for one in sketches for piece in one.pieces
    )
    table = SketchPiece._meta.db_table
    with connection.cursor() as cursor:
        for some in portions(rows, AT_ONCE):
            cursor.execute(
                f"INSERT INTO {table} (area, piece, ticket) "
                f"VALUES {', '.join(['(%s, %s, %s)'] * len(some))} "
                "ON CONFLICT DO NOTHING",
                [value for one in some for value in one],
            )


def rarity_of(pieces: Iterable[int]) -> Rarity:
    """How rare these are by now."""
    counts = PieceCount.objects.filter(piece__in=[ALL, *pieces])
    return Rarity(dict(counts.values_list("piece", "tickets")))


def kind_counts(pieces: Iterable[int]) -> dict[int, dict[int, int]]:
    """Of each piece: in how many tickets of which category it stands."""
    found: dict[int, dict[int, int]] = {}
    rows = KindCount.objects.filter(piece__in=[ALL, *pieces], tickets__gt=0)
    for piece, category, tickets in rows.values_list("piece", "category", "tickets"):
        found.setdefault(piece, {})[category] = tickets
    return found


def portions(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (rows[first : first + size] for first in range(0, len(rows), size))
