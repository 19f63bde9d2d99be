"""What the centre decided is learned from: words of tickets by their category."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import F

from visits.models import TicketSketch
from visits.similar import ALL, pieces_of

from .counting import count_kinds, portions, words_of

BATCH: Final = 500


def learn_dispatched() -> int:
    """Learn from those that were dispatched since; how many that were."""
    new = TicketSketch.objects.filter(learned=None, ticket__dispatched_at__isnull=False)
    return _learn_all(list(new.order_by("pk").values_list("pk", flat=True)))


def learn_changed() -> int:
    """Learn anew from those whose category was changed after the dispatch."""
    known = TicketSketch.objects.filter(learned__isnull=False)
    changed = known.exclude(learned=F("ticket__category"))
    return _learn_all(list(changed.order_by("pk").values_list("pk", flat=True)))


def _learn_all(keys: Sequence[int]) -> int:
    return sum(learn(some) for some in portions(keys, BATCH))


@transaction.atomic
def learn(keys: Sequence[int]) -> int:
    """Count these under the category they have now, and no longer under another."""
    sketches = TicketSketch.objects.filter(pk__in=keys).select_related("ticket")
    counts: Counter[tuple[int, int]] = Counter()
    learned: dict[int, list[int]] = {}
    for one in sketches.select_for_update(of=("self",)).order_by("pk"):
        if (category := one.ticket.category_id) == one.learned_id:
            continue  # another worker was first
        note(counts, one, category, 1)
        if one.learned_id is not None:
            note(counts, one, one.learned_id, -1)
        learned.setdefault(category, []).append(one.pk)
    count_kinds(counts)
    for category, some in learned.items():
        TicketSketch.objects.filter(pk__in=some).update(learned=category)
    return sum(map(len, learned.values()))


def note(
    counts: Counter[tuple[int, int]], sketch: TicketSketch, category: int, number: int
) -> None:
    for piece in (ALL, *pieces_of(*words_of(sketch.ticket))):
        counts[piece, category] += number
