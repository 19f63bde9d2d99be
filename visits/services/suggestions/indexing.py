"""The index of rare pieces: one ticket more, the old ones out, all of it anew."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crm.lib import trees
from crm.models import Region
from visits.models import KindCount, PieceCount, SketchPiece, Ticket, TicketSketch
from visits.models.ticket_sets import TicketQuerySet
from visits.similar import ALL, Rarity, counted, pieces_of, sketch_of

from .counting import (
    WORDS,
    count_kinds,
    count_pieces,
    index,
    portions,
    rarity_of,
    words_of,
)
from .learning import learn_dispatched, note

# Older tickets that have ended are forgotten: departments and rules have changed.
KEPT: Final = timedelta(days=366)
BATCH: Final = 1000


@transaction.atomic
def add(ticket: Ticket) -> TicketSketch:
    """Make one ticket findable, once: its words never change afterwards."""
    sketch, is_new = TicketSketch.objects.get_or_create(
        ticket=ticket, defaults={"area": area_of(ticket.company.region_path)}
    )
    if is_new:
        pieces = pieces_of(*words_of(ticket))
        count_pieces(Counter([ALL, *pieces]))
        sketch.pieces = sketch_of(rarity_of(pieces).weights(pieces))
        sketch.save(update_fields=["pieces"])
        index([sketch])
    return sketch


def area_of(path: str) -> int:
    """The county or district above a region, else what is topmost."""
    above = Region.objects.filter(path__in=trees.path_and_above(path))
    return area_among({region.path: region for region in above}, path)


def area_among(regions: Mapping[str, Region], path: str) -> int:
    above = [regions[one] for one in trees.path_and_above(path) if one in regions]
    counties = [one for one in above if one.kind == Region.Kind.COUNTY]
    return next((one.pk for one in [*counties, *above]), 0)


def kept(now: datetime) -> TicketQuerySet:
    """Which tickets are looked among: of the last year, and all that are open."""
    return Ticket.objects.filter(
        Q(raised_at__gte=now - KEPT) | ~Q(status__in=Ticket.ENDED)
    )


def prune(*, now: datetime | None = None) -> int:
    """Forget what has ended and is old; say how many tickets that was."""
    now, count = now or timezone.now(), 0
    old = TicketSketch.objects.exclude(ticket__in=kept(now).values("pk"))
    keys = list(old.order_by("pk").values_list("pk", flat=True))
    for some in portions(keys, BATCH):
        count += _forget(some)
    return count


@transaction.atomic
def _forget(keys: Sequence[int]) -> int:
    sketches = TicketSketch.objects.filter(pk__in=keys).select_related("ticket")
    locked = list(sketches.select_for_update(of=("self",)).order_by("pk"))
    kinds: Counter[tuple[int, int]] = Counter()
    for one in locked:
        if one.learned_id is not None:
            note(kinds, one, one.learned_id, -1)
        here = {"area": one.area, "ticket": one.ticket_id}
        SketchPiece.objects.filter(**here, piece__in=one.pieces).delete()
    taken = counted(words_of(one.ticket) for one in locked)
    count_pieces({piece: -number for piece, number in taken.items()})
    count_kinds(kinds)
    TicketSketch.objects.filter(pk__in=[one.pk for one in locked]).delete()
    return len(locked)


def rebuild(*, now: datetime | None = None) -> int:
    """Count, index and learn everything anew, some at a time; how many tickets.

    While it runs less is found than before, and nothing wrong.
    """
    now = now or timezone.now()
    counts: Counter[int] = Counter()
    for batch in batches(now, *WORDS):
        counts.update(counted(words for _pk, *words in batch))
    _begin_anew(counts)
    rarity, regions = Rarity(counts), {one.path: one for one in Region.objects.all()}
    areas = {path: area_among(regions, path) for path in regions}
    number = 0
    for batch in batches(now, "company__region_path", *WORDS):
        sketches = [
            TicketSketch(
                ticket_id=pk,
                area=areas.get(path, 0),
                pieces=sketch_of(rarity.weights(pieces_of(*words))),
            )
            for pk, path, *words in batch
        ]
        _write(sketches)
        number += len(sketches)
    learn_dispatched()
    return number


def batches(now: datetime, *fields: str) -> Iterator[list[tuple[Any, ...]]]:
    """Flat rows of what is looked among, key first, the oldest first."""
    last = 0
    while True:
        rows = kept(now).filter(pk__gt=last).order_by("pk")
        if not (batch := list(rows.values_list("pk", *fields)[:BATCH])):
            return
        yield batch
        last = batch[-1][0]


@transaction.atomic
def _begin_anew(counts: Mapping[int, int]) -> None:
    SketchPiece.objects.all().delete()
    TicketSketch.objects.all().delete()
    PieceCount.objects.all().delete()
    KindCount.objects.all().delete()
    count_pieces(counts)


@transaction.atomic
def _write(sketches: list[TicketSketch]) -> None:
    """Those that a worker made meanwhile stay as they are."""
    known = TicketSketch.objects.filter(pk__in=[one.ticket_id for one in sketches])
    there = set(known.values_list("pk", flat=True))
    new = [one for one in sketches if one.ticket_id not in there]
    TicketSketch.objects.bulk_create(new, ignore_conflicts=True)
    index(new)
