"""The three clocks of one attempt: company, authority and special procedure.

The calendar days after its first day, up to its end or today, each belong to exactly
one. A day touched by a special procedure is that's, else one touched by a correction
is the company's, else it belongs to the state that held when the day began.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Literal

from projects.models.states import ENDED, TURN, State, Turn

# The day and the state that was taken on it.
Move = tuple[date, int]
Clock = Literal["company", "authority", "special"]


@dataclass(frozen=True, slots=True)
class Clocks:
    """Calendar days. They add up to the days from the first move to the end."""

    company: int = 0
    authority: int = 0
    special: int = 0

    @property
    def total(self) -> int:
        return self.company + self.authority + self.special


def clocks_of(moves: Sequence[Move], *, today: date) -> Clocks:
    """The days of one attempt, from its moves in order; after its end none count."""
    if not moves:
        return Clocks()
    days: dict[Clock, int] = {"company": 0, "authority": 0, "special": 0}
    before, held = moves[0]
    for day, same_day in groupby(moves, key=itemgetter(0)):
        states = [state for _, state in same_day]
        if day > before:
            days[_clock_of([held])] += (day - before).days - 1
            days[_clock_of([held, *states])] += 1
        before, held = day, states[-1]
        if held in ENDED:
            return Clocks(**days)
    days[_clock_of([held])] += max((today - before).days, 0)
    return Clocks(**days)


def _clock_of(touched: Sequence[int]) -> Clock:
    """Whose day it is, from the states that touched it, the one at its start first."""
    if State.SPECIAL in touched:
        return "special"
    if State.CORRECTION in touched or TURN[touched[0]] == Turn.COMPANY:
        return "company"
    return "authority"
