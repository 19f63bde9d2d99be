"""What may be a case: by night, tickets of several companies that are told alike.

By their sketches alone, which are drawn alike for texts that share much: the share of
pieces that two have in common says how alike they are, without reading their words.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from crm import events
from crm.lib import trees
from crm.models import Region, User
from visits.models import CaseProposal, CaseTicket, Ticket, TicketSketch
from visits.similar import SKETCH

from .opening import need

# Tickets of the last days, of so many companies at least.
SPAN: Final = timedelta(days=90)
FEWEST: Final = 3
# So many pieces of two sketches are the same: what SAME_KIND is for whole texts.
SHARED: Final = 6
# A piece that many have leads to too many pairs, and tells little.
COMMON: Final = 400
MOST_PER_REGION: Final = 20
MOST_TICKETS: Final = 200
TITLE_LENGTH: Final = 80


@dataclass(frozen=True)
class Node:
    """A ticket as far as grouping needs it."""

    pk: int
    company: int
    category: int
    title: str
    raised_at: datetime
    pieces: frozenset[int]


@dataclass
class Group:
    """A ticket and those that are like it."""

    centre: Node
    others: list[Node] = field(default_factory=list)

    @property
    def nodes(self) -> list[Node]:
        return [self.centre, *self.others]

    @property
    def keys(self) -> frozenset[int]:
        return frozenset(one.pk for one in self.nodes)

    @property
    def companies(self) -> int:
        return len({one.company for one in self.nodes})

    @property
    def category(self) -> int:
        ((key, _count),) = Counter(one.category for one in self.nodes).most_common(1)
        return key


def propose_cases(*, now: datetime | None = None) -> int:
    """Look through each county's newest tickets; how many groups were found."""
    now = now or timezone.now()
    areas = TicketSketch.objects.order_by().values_list("area", flat=True).distinct()
    regions = Region.objects.filter(pk__in=list(areas)).order_by("path")
    return sum(_propose(region, now) for region in regions)


@transaction.atomic
def _propose(region: Region, now: datetime) -> int:
    """Tonight's groups; those that were found before keep their page."""
    groups = grouped(nodes_of(region.pk, now))
    mine = CaseProposal.objects.filter(region=region)
    put_aside = [set(one.tickets) for one in mine.exclude(dismissed_at=None)]
    wanted = [one for one in groups if not is_known(one, put_aside)][:MOST_PER_REGION]
    old = {frozenset(one.tickets): one.pk for one in mine.open()}
    kept = [old[one.keys] for one in wanted if one.keys in old]
    mine.open().exclude(pk__in=kept).delete()
    mine.open().update(computed_at=now)
    new = [row_of(one, region, now) for one in wanted if one.keys not in old]
    CaseProposal.objects.bulk_create(new)
    return len(wanted)


def nodes_of(area: int, now: datetime) -> list[Node]:
    """The area's tickets of the last days that are in no case yet."""
    taken = CaseTicket.objects.present().values("ticket")
    fields = ("company_id", "category_id", "title", "raised_at")
    rows = (
        TicketSketch.objects.filter(area=area, ticket__raised_at__gte=now - SPAN)
        .exclude(ticket__in=taken)
        .exclude(ticket__status__in=[Ticket.Status.REFUSED, Ticket.Status.MERGED])
        .order_by("pk")
        .values_list("pk", *(f"ticket__{name}" for name in fields), "pieces")
    )
    return [
        Node(pk, company, category, title, raised_at, frozenset(pieces))
        for pk, company, category, title, raised_at, pieces in rows
    ]


def grouped(nodes: Sequence[Node]) -> list[Group]:
    """Stars: whoever has most likes is a centre, and each belongs to one centre.

    Never chains: the first and the last of those may have nothing in common.
    """
    by_key = {one.pk: one for one in nodes}
    likes = likes_of(nodes)
    order = sorted(likes, key=lambda key: (-len(likes[key]), key))
    free, found = set(by_key), []
    for key in order:
        if key not in free:
            continue
        others = [by_key[one] for one in sorted(likes[key] & free)]
        group = Group(by_key[key], others[: MOST_TICKETS - 1])
        if group.companies >= FEWEST:
            found.append(group)
            free -= {one.pk for one in group.nodes}
    return sorted(found, key=lambda one: (-one.companies, -len(one.nodes)))


def likes_of(nodes: Sequence[Node]) -> dict[int, set[int]]:
    """By ticket: those with enough of the same pieces."""
    having: defaultdict[int, list[int]] = defaultdict(list)
    for node in nodes:
        for piece in node.pieces:
            having[piece].append(node.pk)
    likes: dict[int, set[int]] = {}
    sizes = {node.pk: len(node.pieces) for node in nodes}
    for node in nodes:
        shared: Counter[int] = Counter()
        for piece in node.pieces:
            if len(having[piece]) <= COMMON:
                shared.update(having[piece])
        shared.pop(node.pk, None)
        likes[node.pk] = {
            other
            for other, count in shared.items()
            if count >= needed(sizes[node.pk], sizes[other])
        }
    return likes


def needed(one: int, other: int) -> int:
    """Of short texts all pieces are drawn, and fewer are enough."""
    return max(SHARED * min(one, other) // SKETCH, 3)


def is_known(group: Group, put_aside: Iterable[set[int]]) -> bool:
    """Whether somebody said of the same tickets that they are no case."""
    keys = group.keys
    return any(2 * len(keys & old) > len(keys) for old in put_aside)


def row_of(group: Group, region: Region, now: datetime) -> CaseProposal:
    days = [timezone.localdate(one.raised_at) for one in group.nodes]
    return CaseProposal(
        region=region,
        region_path=region.path,
        title=group.centre.title[:TITLE_LENGTH],
        category_id=group.category,
        tickets=[one.pk for one in group.nodes],
        ticket_count=len(group.nodes),
        company_count=group.companies,
        first_on=min(days),
        last_on=max(days),
        computed_at=now,
    )


@transaction.atomic
def dismiss_proposal(
    proposal: CaseProposal, *, actor: User, reason: str, now: datetime | None = None
) -> CaseProposal:
    """It is no case: it does not come back while most of its tickets are the same."""
    now = now or timezone.now()
    proposal = CaseProposal.objects.claim(proposal.pk, actor)
    if proposal.dismissed_at is not None or proposal.case_id is not None:
        return proposal
    proposal.reason = need(reason)
    proposal.dismissed_by, proposal.dismissed_at = actor, now
    proposal.save(update_fields=["reason", "dismissed_by", "dismissed_at"])
    events.record(
        actor,
        "case_proposal.dismissed",
        proposal,
        now=now,
        personal={"reason": proposal.reason},
        title=proposal.title,
    )
    return proposal


def tickets_of(proposal: CaseProposal, user: User) -> Iterator[Ticket]:
    """In the order of the proposal, as far as this person sees them."""
    visible = Ticket.objects.visible_to(user).filter(pk__in=proposal.tickets)
    found = {one.pk: one for one in visible.select_related("company", "category")}
    inside = trees.PathRange(proposal.region_path)
    for key in proposal.tickets:
        if (ticket := found.get(key)) and ticket.company.region_path in inside:
            yield ticket
