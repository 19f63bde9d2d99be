"""How alike two problems are told, and of what kind one is: by pieces of their words.

Pure functions on texts and numbers; what they are asked of is read elsewhere. A piece
is a character or two neighbours, as one number, so that an index needs no dictionary.

Each ticket is found by a few of its pieces only, its sketch. A dice that knows nothing
but the piece decides which, loaded by how rare it is: so two texts that share much draw
the same pieces, whoever is asked first, and what stands in every text is not drawn.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Final

from crm.lib.search_tokens import DROPPED

# Of a long text the beginning says what it is about.
MOST_CHARACTERS: Final = 800
SKETCH: Final = 24
# What stands in every fifth text tells no problems apart; of few texts nobody knows.
COMMON: Final = 0.2
ENOUGH: Final = 40
# From here on two tickets are shown as alike, or counted as of one kind.
ALIKE: Final = 0.15
SAME_KIND: Final = 0.22
# Above the last code point: two characters side by side in one number.
SHIFT: Final = 21
# Row 0 of any counts: how many tickets were counted. No piece is 0.
ALL: Final = 0
# A piece that was seen once says little, however sure it sounds.
DOUBT: Final = 5.0
# Texts have many pieces that say the same; categories that are rare stay possible.
PRIOR: Final = 0.3


def pieces_of(*texts: str) -> frozenset[int]:
    """Characters, and neighbours in a clause; digits are amounts and say nothing."""
    whole = "\n".join(texts)[:MOST_CHARACTERS]
    found, before = set(), 0
    for char in unicodedata.normalize("NFKC", whole).lower():
        if is_sign(char):
            found.add(ord(char))
            if before:
                found.add(before << SHIFT | ord(char))
        before = ord(char) if is_sign(char) else 0
    return frozenset(found)


@lru_cache(maxsize=8192)
def is_sign(char: str) -> bool:
    """Whether it can be a piece."""
    return not char.isdigit() and not unicodedata.category(char).startswith(DROPPED)


def written(piece: int) -> str:
    """The characters of a piece."""
    second = chr(piece & ((1 << SHIFT) - 1))
    return chr(piece >> SHIFT) + second if piece >> SHIFT else second


@dataclass(frozen=True)
class Rarity:
    """In how many tickets each piece stands, of how many."""

    counts: Mapping[int, int]

    def weight(self, piece: int) -> float:
        """0 for what is common; the rarer the heavier."""
        total = self.counts.get(ALL, 0)
        share = (self.counts.get(piece, 0) + 1) / (total + 2)
        if total >= ENOUGH and share > COMMON:
            return 0.0
        return max(-log(share), 0.0)

    def weights(self, pieces: Iterable[int]) -> dict[int, float]:
        """Without those that weigh nothing."""
        weights = ((piece, self.weight(piece)) for piece in pieces)
        return {piece: weight for piece, weight in weights if weight}


def sketch_of(weights: Mapping[int, float]) -> list[int]:
    """The pieces by which a ticket is found, at most SKETCH."""
    throws = [(dice(piece) / weight, piece) for piece, weight in weights.items()]
    return [piece for _throw, piece in sorted(throws)[:SKETCH]]


@lru_cache(maxsize=65_536)
def dice(piece: int) -> float:
    """The same throw for the same piece, as long as one waits for a rare event."""
    # Steele, Lea and Flood's mixing of 64 bits: neighbours throw independently.
    mixed = (piece + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    mixed ^= mixed >> 31
    return -log((mixed + 1) / (2**64 + 1))


def likeness(own: Mapping[int, float], other: Collection[int]) -> float:
    """From 0 to 1: what both say, of all that either says, by weight.

    What only the other says is weighed as one's own pieces are on average: good enough,
    and the other's weights need not be read.
    """
    whole = sum(own.values())
    if not whole:
        return 0.0
    shared = own.keys() & other
    mean = whole / len(own)
    only_other = len(other) - len(shared)
    return sum(own[piece] for piece in shared) / (whole + mean * only_other)


@dataclass(frozen=True, slots=True)
class Kind:
    """How well a category fits, and the piece that spoke for it most."""

    category: int
    score: float
    piece: int
    # Of so many tickets with that piece so many are of the category.
    count: int
    of: int


def kinds_of(
    pieces: Iterable[int], counts: Mapping[int, Mapping[int, int]]
) -> list[Kind]:
    """The categories by what their tickets say, the likeliest first (naive Bayes).

    `counts[piece][category]` is in how many tickets of the category the piece stands;
    nothing is said where no piece is known.
    """
    totals = counts.get(ALL, {})
    everything = sum(totals.values())
    known = [piece for piece in pieces if counts.get(piece)]
    if not known:
        return []
    scores = {
        category: PRIOR * log(total / everything)
        for category, total in totals.items()
        if total
    }
    best: dict[int, tuple[float, int]] = {}
    for piece in known:
        by_category = counts[piece]
        total = sum(by_category.values())
        for category in scores:
            base = totals[category] / everything
            seen = by_category.get(category, 0) + DOUBT * base
            gain = log(seen / (total + DOUBT) / base)
            scores[category] += gain
            best[category] = max(best.get(category, (gain, piece)), (gain, piece))
    order = sorted(scores, key=lambda key: (-scores[key], key))
    return [_kind(key, scores[key], best[key][1], counts) for key in order]


def _kind(
    category: int, score: float, piece: int, counts: Mapping[int, Mapping[int, int]]
) -> Kind:
    by_category = counts[piece]
    count, of = by_category.get(category, 0), sum(by_category.values())
    return Kind(category, score, piece, count, of)


def counted(texts: Iterable[Iterable[str]]) -> Counter[int]:
    """In how many of the texts each piece stands, and how many they are."""
    counts: Counter[int] = Counter()
    for words in texts:
        counts.update([ALL, *pieces_of(*words)])
    return counts
