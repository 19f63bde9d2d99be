"""What waits to happen in the demo county, in the order of time."""

import heapq
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

Act = Callable[[datetime], None]
BATCH = 200


@dataclass
class Agenda:
    """Acts with their moments; one that lies ahead of `now` does not happen."""

    now: datetime
    waiting: list[tuple[datetime, int, Act]] = field(default_factory=list)
    order: "count[int]" = field(default_factory=count)

    def later(self, when: datetime, act: Act) -> None:
        if when <= self.now:
            heapq.heappush(self.waiting, (when, next(self.order), act))

    def happen(self, together: Callable[[], AbstractContextManager[object]]) -> None:
        """Act by act, a few hundred within one `together`; an act may add others."""
        while self.waiting:
            with together():
                for _ in range(BATCH):
                    if not self.waiting:
                        break
                    when, _order, act = heapq.heappop(self.waiting)
                    act(when)
