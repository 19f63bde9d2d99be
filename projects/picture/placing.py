"""Where words find room: beside the bars of a row, or one after the other on a line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .measure import cut, width

Taken = tuple[float, float]
GAP = 6.0
# Less says nothing: then the words stand in the title alone.
LEAST = 40.0
# How much farther words may stand on the right than on the left.
RIGHT_FIRST = 60.0


@dataclass(frozen=True, slots=True)
class Placed:
    x: float
    text: str


def free(taken: Iterable[Taken], right: float) -> list[Taken]:
    """The gaps between what stands on a row from 0 to `right`, without their edges."""
    gaps, at = [], 0.0
    for low, high in [*sorted(taken), (right + GAP, right + GAP)]:
        gap = at + GAP, min(low - GAP, right)
        if gap[1] > gap[0]:
            gaps.append(gap)
        at = max(at, high)
    return gaps


def beside(
    bar: Taken, others: Iterable[Taken], text: str, size: float, right: float
) -> Placed | None:
    """As near to the bar as there is room, rather right than left; else cut."""
    gaps = free([bar, *others], right)
    first, last = bar
    needed = width(text, size)
    places = [
        (first - high + RIGHT_FIRST, high - needed)
        if high <= first
        else (abs(low - last), low)
        for low, high in gaps
        if high - low >= needed
    ]
    if places:
        return Placed(round(min(places)[1], 1), text)
    low, high = max(gaps, key=lambda gap: gap[1] - gap[0], default=(0.0, 0.0))
    if high - low < LEAST:
        return None
    return Placed(round(low, 1), cut(text, size, high - low))


def stacked(
    wanted: Sequence[tuple[float, str]], size: float, right: float
) -> list[tuple[int, Placed]]:
    """Words centred on their place, each on the first line where it fits."""
    lines: list[float] = []
    placed: dict[int, tuple[int, Placed]] = {}
    for n in sorted(range(len(wanted)), key=lambda n: wanted[n][0]):
        x, text = wanted[n]
        room = width(text, size)
        left = max(min(x - room / 2, right - room), 0)
        line = next((n for n, end in enumerate(lines) if end + GAP <= left), len(lines))
        lines[line : line + 1] = [left + room]
        placed[n] = line, Placed(round(left, 1), text)
    return [placed[n] for n in range(len(wanted))]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Neighbours too near to be drawn apart; `room` is free until the next one."""

    x: float
    members: tuple[int, ...]
    room: float


def clusters(places: Sequence[float], apart: float, right: float) -> Iterator[Cluster]:
    """Places in their order, drawn together where they lie nearer than `apart`."""
    groups: list[list[int]] = []
    for n, x in enumerate(places):
        if groups and x - places[groups[-1][0]] < apart:
            groups[-1].append(n)
        else:
            groups.append([n])
    edges = [places[group[0]] for group in groups] + [right]
    for group, (x, after) in zip(groups, pairwise(edges), strict=True):
        yield Cluster(x, tuple(group), after - x)
