"""What is proposed for a ticket: the category by its words, the lead by its likes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from crm.lib import trees
from crm.models import Company, Department
from visits.models import Category, Suggestion, Ticket, TicketPart
from visits.services import categories
from visits.services.categories import LOCAL
from visits.services.tickets.raising import OTHER
from visits.similar import ALIKE, Kind, kinds_of, pieces_of, written

from .counting import kind_counts, words_of
from .finding import Neighbour, neighbours_of
from .indexing import KEPT, add, area_of

Why = Suggestion.Why
# So many of the most alike have a say, each by how alike it is; what is less alike than
# FAINT says nothing, and fewer than FEW decide nothing.
VOTERS: Final = 20
FAINT: Final = 0.12
FEW: Final = 3
# How many look-alikes are kept, and how many of a category are asked who led them.
KEPT_ALIKE: Final = 25
ASKED: Final = 200
NEXT: Final = 3
# Stands for whichever town or park the company lies in.
OWN_TOWN: Final = 0


@dataclass(frozen=True, slots=True)
class Lead:
    """A department, and on how many of how many it rests."""

    key: int | None = None
    count: int = 0
    of: int = 0
    why: str = ""


def ensure(ticket: Ticket, *, now: datetime | None = None) -> None:
    """Index a new ticket; if it waits for the centre, say what may become of it."""
    now = now or timezone.now()
    add(ticket)
    if ticket.status in Ticket.UNDISPATCHED:
        _tell_waiting(suggest(ticket, now=now))


def refresh(tickets: Iterable[int], *, now: datetime | None = None) -> int:
    """Compute anew what is said of these, if they still wait; how many that were."""
    now = now or timezone.now()
    waiting = Ticket.objects.waiting_for_dispatch().filter(pk__in=list(tickets))
    found = list(waiting.select_related("company", "category"))
    for ticket in found:
        suggest(ticket, now=now)
    return len(found)


@transaction.atomic
def _tell_waiting(suggestion: Suggestion) -> None:
    """Look-alikes see each other, whichever came first."""
    percents, key = dict(suggestion.alike), suggestion.pk
    waiting = Ticket.objects.waiting_for_dispatch().filter(pk__in=percents)
    rows = Suggestion.objects.filter(ticket__in=waiting.values("pk")).order_by("pk")
    others = list(rows.select_for_update(of=("self",)))
    for one in others:
        rest = [pair for pair in one.alike if pair[0] != key]
        told = sorted([*rest, [key, percents[one.pk]]], key=lambda it: (-it[1], -it[0]))
        one.alike = told[:KEPT_ALIKE]
    Suggestion.objects.bulk_update(others, ["alike"])


@transaction.atomic
def suggest(ticket: Ticket, *, now: datetime | None = None) -> Suggestion:
    """Compute what is proposed for this ticket, and keep it."""
    now = now or timezone.now()
    sketch, texts = add(ticket), words_of(ticket)
    kinds = active(ranked_kinds(texts))
    found = neighbours_of(texts, area=sketch.area, now=now, besides=ticket.pk)
    chosen = chosen_category(ticket, kinds)
    lead = lead_by(found, chosen, ticket.company)
    if lead.key is None:
        lead = lead_by_custom(chosen, sketch.area, ticket.company, now)
    suggestion = Suggestion(
        ticket=ticket,
        other_categories=[one.category for one in kinds[1 : NEXT + 1]],
        lead_id=lead.key,
        lead_why=lead.why,
        lead_count=lead.count,
        lead_of=lead.of,
        alike=shown(found),
        computed_at=now,
    )
    if kinds:
        suggestion.category_id = kinds[0].category
        suggestion.category_piece = written(kinds[0].piece)
        suggestion.category_count = kinds[0].count
        suggestion.category_of = kinds[0].of
    return _keep(suggestion)


def suggest_lead(
    ticket: Ticket, category: Category, *, now: datetime | None = None
) -> Suggestion:
    """Who would lead it under this category, and why; nothing is kept."""
    now = now or timezone.now()
    area = area_of(ticket.company.region_path)
    found = neighbours_of(words_of(ticket), area=area, now=now, besides=ticket.pk)
    lead = lead_by(found, category.pk, ticket.company)
    if lead.key is None:
        lead = lead_by_custom(category.pk, area, ticket.company, now)
    return Suggestion(
        ticket=ticket,
        lead_id=lead.key,
        lead_why=lead.why,
        lead_count=lead.count,
        lead_of=lead.of,
        computed_at=now,
    )


def chosen_category(ticket: Ticket, kinds: Sequence[Kind]) -> int:
    """Whoever raised it knows best, unless he left it to the centre."""
    is_open = ticket.category.key == OTHER and kinds
    return kinds[0].category if is_open else ticket.category_id


def _keep(suggestion: Suggestion) -> Suggestion:
    fields = [field.name for field in Suggestion._meta.fields if not field.primary_key]
    Suggestion.objects.bulk_create(
        [suggestion],
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=fields,
    )
    return suggestion


def ranked_kinds(texts: Sequence[str]) -> list[Kind]:
    """The categories by what was decided on the same words before."""
    pieces = pieces_of(*texts)
    return kinds_of(pieces, kind_counts(pieces))


def active(kinds: list[Kind]) -> list[Kind]:
    """Without those that may no longer be chosen."""
    keys = {one.category for one in kinds}
    found = Category.objects.filter(pk__in=keys, is_active=True)
    known = set(found.values_list("pk", flat=True)) if keys else set()
    return [one for one in kinds if one.category in known]


def shown(found: Sequence[Neighbour]) -> list[list[int]]:
    alike = [one for one in found if one.likeness >= ALIKE][:KEPT_ALIKE]
    return [[one.pk, round(one.likeness * 100)] for one in alike]


def voters(found: Sequence[Neighbour], category: int) -> list[Neighbour]:
    """Those on which the centre has decided so, the most alike of them."""
    decided = [
        one
        for one in found
        if one.is_dispatched and one.category == category and one.likeness >= FAINT
    ]
    return decided[:VOTERS]


def lead_by(found: Sequence[Neighbour], category: int, company: Company) -> Lead:
    """Who led the similar ones of this category."""
    ranked = leads_ranked(voters(found, category))
    return at_company(ranked[0], company) if ranked else Lead()


def leads_ranked(voting: Sequence[Neighbour]) -> list[Lead]:
    """Departments by key, the towns as one; those that were closed have no say."""
    units = units_among(one.lead for one in voting)
    choices = {one: units[one.lead] for one in voting if one.lead in units}
    return ranked_by(choices)


def ranked_by(choices: Mapping[Neighbour, int]) -> list[Lead]:
    """What they choose, the likeliest first; nothing if they are too few."""
    if len(choices) < FEW:
        return []
    weights: dict[int, float] = {}
    for one, choice in choices.items():
        weights[choice] = weights.get(choice, 0) + one.likeness**2
    counts = Counter(choices.values())
    order = sorted(weights, key=lambda key: (-weights[key], key))
    return [Lead(key, counts[key], len(choices), Why.ALIKE) for key in order]


def units_among(keys: Iterable[int | None]) -> dict[int | None, int]:
    """By department: itself, or that it was the company's own town."""
    wanted = {key for key in keys if key is not None}
    if not wanted:
        return {}
    rows = Department.objects.filter(pk__in=wanted, is_active=True)
    kinds = rows.values_list("pk", "kind")
    return {pk: OWN_TOWN if kind in LOCAL else pk for pk, kind in kinds}


def lead_by_custom(category: int, area: int, company: Company, now: datetime) -> Lead:
    """Who led the area's tickets of the category within a year, else as it is set."""
    parts = TicketPart.objects.open().filter(
        is_lead=True,
        ticket__category=category,
        ticket__sketch__area=area,
        ticket__dispatched_at__gte=now - KEPT,
    )
    led = list(parts.order_by("-ticket").values_list("department", flat=True)[:ASKED])
    units = units_among(led)
    for lead in by_number(Counter(units[key] for key in led if key in units)):
        if (here := at_company(lead, company)).key is not None:
            return here
    usual = categories.usual_lead(Category.objects.get(pk=category), company)
    return Lead(usual.pk, why=Why.USUAL) if usual else Lead()


def by_number(counts: Counter[int]) -> list[Lead]:
    """The most frequent first; nothing if they are too few."""
    if (total := counts.total()) < FEW:
        return []
    order = sorted(counts, key=lambda key: (-counts[key], key))
    return [Lead(key, counts[key], total, Why.KIND) for key in order]


def at_company(lead: Lead, company: Company) -> Lead:
    """The town of the company instead of the towns of others."""
    if lead.key != OWN_TOWN:
        return lead
    above = trees.path_and_above(company.region_path)
    towns = Department.objects.filter(
        kind__in=LOCAL, is_active=True, region__path__in=above
    )
    town = towns.order_by("-region__path", "path").first()
    return replace(lead, key=town.pk) if town else Lead()
