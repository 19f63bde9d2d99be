"""Which tickets are of the kind: the chosen ones, and what is told like one of them.

The same rule for what came before an improvement and after it; a person can take out
what does not belong.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crm import events
from crm.lib import trees
from visits.models import Case, CaseTicket, Ticket
from visits.services.suggestions import neighbours_of
from visits.services.suggestions.counting import WORDS, rarity_of, words_of
from visits.services.suggestions.finding import Neighbour
from visits.services.suggestions.indexing import area_of
from visits.similar import SAME_KIND, likeness, pieces_of

How = CaseTicket.How
# So many of one example's look-alikes are compared: a kind may be large.
COMPARED = 1000
# A new ticket is compared with so many of the newest examples.
MOST_EXAMPLES = 500


def free(tickets: Iterable[int]) -> "QuerySet[Ticket]":
    """Those among the keys that are in no case."""
    keys = list(tickets)
    taken = CaseTicket.objects.present().filter(ticket__in=keys)
    return Ticket.objects.filter(pk__in=keys).exclude(pk__in=taken.values("ticket"))


def add_alike(case: Case, examples: Iterable[Ticket], *, now: datetime) -> int:
    """Join whatever of the last year is told like an example; how many that were."""
    percents: dict[int, int] = {}
    for ticket in examples:
        for one in like(ticket, now):
            percent = round(one.likeness * 100)
            percents[one.pk] = max(percents.get(one.pk, 0), percent)
    return len(join(case, percents, now=now))


def add_missed(case: Case, *, now: datetime) -> int:
    """Join what came while the case was closed, as it would have done by itself."""
    chosen = CaseTicket.objects.present().filter(case=case, how=How.CHOSEN)
    examples = Ticket.objects.filter(pk__in=chosen.values("ticket"))
    return add_alike(case, examples.select_related("company"), now=now)


def like(ticket: Ticket, now: datetime) -> list[Neighbour]:
    found = neighbours_of(
        words_of(ticket),
        area=area_of(ticket.company.region_path),
        now=now,
        besides=ticket.pk,
        most=COMPARED,
    )
    return [one for one in found if one.likeness >= SAME_KIND]


def join(case: Case, percents: Mapping[int, int], *, now: datetime) -> list[CaseTicket]:
    """Those that are free and lie in the region; whoever was taken out stays out."""
    inside = trees.PathRange(case.region_path).q("company__region_path")
    out = CaseTicket.objects.filter(case=case, removed_at__isnull=False)
    known = free(percents).filter(inside).exclude(pk__in=out.values("ticket"))
    keys = known.values_list("pk", flat=True)
    rows = [
        CaseTicket(
            case=case, ticket_id=pk, how=How.ALIKE, percent=percents[pk], added_at=now
        )
        for pk in sorted(keys)
    ]
    return CaseTicket.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def join_alike(ticket: Ticket, *, now: datetime) -> Case | None:
    """A new ticket that is told like one of a case's chosen ones joins it."""
    pieces = pieces_of(*words_of(ticket))
    chosen = list(chosen_near(ticket))
    if not chosen or not free([ticket.pk]).exists():
        return None
    weights = rarity_of(pieces).weights(pieces)
    alike = [(likeness(weights, pieces_of(*words)), key) for key, *words in chosen]
    best, key = max(alike)
    if best < SAME_KIND:
        return None
    # Locked, and asked again: somebody may be ending it just now.
    locked = Case.objects.select_for_update(of=("self",)).filter(pk=key)
    case = locked.exclude(status__in=Case.ENDED).first()
    if case is None:
        return None
    if rows := join(case, {ticket.pk: round(best * 100)}, now=now):
        numbers = [[], [ticket.number]]
        events.record(None, "case.ticket_joined", case, now=now, tickets=numbers)
    return case if rows else None


def chosen_near(ticket: Ticket) -> "QuerySet[CaseTicket, tuple[Any, ...]]":
    """The words of what people chose for the cases at work where the company lies."""
    above = trees.path_and_above(ticket.company.region_path)
    at_work = Case.objects.filter(region_path__in=above).exclude(status__in=Case.ENDED)
    members = CaseTicket.objects.present().filter(
        how=How.CHOSEN, case__in=at_work.values("pk")
    )
    names = (f"ticket__{name}" for name in WORDS)
    return members.order_by("-pk").values_list("case", *names)[:MOST_EXAMPLES]
