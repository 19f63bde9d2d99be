"""How good the proposals would have been: each newer ticket asked of the older ones.

The words alone are asked, not the category that whoever raised it had chosen. What was
decided is taken as right: a dispatcher may have been wrong, and a proposal that he
followed looks right by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from visits.models import Ticket, TicketPart, TicketSketch
from visits.similar import ALL, kinds_of, pieces_of

from .counting import portions, words_of
from .finding import neighbours_of
from .indexing import KEPT
from .suggesting import at_company, by_number, leads_ranked, units_among, voters

TOP: Final = 3
BATCH: Final = 500
# Decided: the ticket, its area, its lead.
Case = tuple[Ticket, int, int | None]


@dataclass
class Hits:
    """How many were asked and answered; the right one first, or among the three."""

    asked: int = 0
    answered: int = 0
    first: int = 0
    among: int = 0

    def note(self, right: int | None, ranked: Sequence[int | None]) -> None:
        self.asked += 1
        self.answered += bool(ranked)
        self.first += ranked[:1] == [right]
        self.among += right in ranked[:TOP]


@dataclass
class Score:
    category: Hits = field(default_factory=Hits)
    lead: Hits = field(default_factory=Hits)
    # Among how many older ones they could be looked for.
    known: int = 0


@dataclass
class Past:
    """What had been decided before the tickets that are asked about."""

    kinds: defaultdict[int, Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    customs: defaultdict[tuple[int, int], Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def learn(self, ticket: Ticket, area: int, lead: int | None) -> None:
        for piece in (ALL, *pieces_of(*words_of(ticket))):
            self.kinds[piece][ticket.category_id] += 1
        if lead is not None:
            self.customs[area, ticket.category_id][lead] += 1


def backtest(*, share: float = 0.2, most: int = 2000, now: datetime) -> Score:
    """Ask about the newest share of the last year's tickets, at most so many."""
    dispatched = Ticket.objects.filter(
        dispatched_at__gte=now - KEPT, sketch__isnull=False
    )
    keys = list(dispatched.order_by("pk").values_list("pk", flat=True))
    wanted = min(round(len(keys) * share), most)
    older, newer = keys[: len(keys) - wanted], keys[len(keys) - wanted :]
    past, score = Past(), Score(known=len(older))
    for case in decided(older):
        past.learn(*case)
    for case in decided(newer):
        ask(score, past, case, newer[0], now)
    return score


def decided(keys: Sequence[int]) -> Iterator[Case]:
    for some in portions(keys, BATCH):
        sketches = TicketSketch.objects.filter(ticket__in=some)
        leads = leads_of(some)
        for one in sketches.select_related("ticket__company").order_by("pk"):
            yield one.ticket, one.area, leads.get(one.ticket_id)


def leads_of(keys: Iterable[int]) -> dict[int, int]:
    parts = TicketPart.objects.open().filter(ticket__in=keys, is_lead=True)
    return dict(parts.values_list("ticket", "department"))


def ask(score: Score, past: Past, case: Case, first: int, now: datetime) -> None:
    ticket, area, lead = case
    texts = words_of(ticket)
    kinds = [one.category for one in kinds_of(pieces_of(*texts), past.kinds)]
    score.category.note(ticket.category_id, kinds)
    chosen = kinds[0] if kinds else ticket.category_id
    found = neighbours_of(texts, area=area, now=now, before=first)
    ranked = leads_ranked(voters(found, chosen))
    led = past.customs[area, chosen]
    units = units_among(led)
    custom: Counter[int] = Counter()
    for key, number in led.items():
        if key in units:
            custom[units[key]] += number
    leads = [*ranked, *by_number(custom)]
    both = [at_company(one, ticket.company).key for one in leads]
    score.lead.note(lead, list(dict.fromkeys(both)))
