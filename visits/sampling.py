"""The draw itself: who has the same list and seed draws the same tickets, by hand too.

Each ticket gets a number between 0 and 1 from the SHA-256 of seed and ticket number,
and its root by the weight; the largest are drawn (Efraimidis and Spirakis, 2006). So a
weight of three is drawn three times as likely, and nothing depends on the order.
"""

import hashlib
import math
from collections.abc import Sequence
from typing import Final

# A ticket's number and its weight.
Weighed = tuple[str, int]
BITS: Final = 256


def chance(seed: str, number: str) -> float:
    """Between 0 and 1, the same for the same two, and for nobody else to choose."""
    digest = hashlib.sha256(f"{seed}:{number}".encode()).digest()
    # Never 0, which has no logarithm.
    return (int.from_bytes(digest, "big") + 0.5) / float(2**BITS)


def draw(population: Sequence[Weighed], size: int, seed: str) -> list[str]:
    """The numbers that are drawn, the first one first."""
    keyed = [
        # The logarithm of the root: small chances stay apart.
        (math.log(chance(seed, number)) / weight, number)
        for number, weight in population
    ]
    keyed.sort(reverse=True)
    return [number for _key, number in keyed[:size]]


def size_of(population: int, *, percent: int | None, number: int | None) -> int:
    """How many a share or a number makes; of a few, a small share is still one."""
    if population == 0:
        return 0
    wanted = number if number else math.ceil(population * (percent or 0) / 100)
    return min(max(wanted, 1), population)
