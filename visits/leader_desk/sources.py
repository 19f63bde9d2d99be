"""What waits for a leader's decision: each source finds its own; others register."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from crm.lib import trees
from crm.lib.http import key_of
from crm.models import Absence, Grant, Role, User
from projects.models import KeyListing, Project
from visits.models import Directive, Extension, Ticket, TicketPart
from visits.services.tickets.acts import IN_HAND

from .matters import DIRECTIVE, PROJECT, TICKET, Key

# More than so many of one source are not counted one by one.
MOST: Final = 200


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for this person: found again by its source and key."""

    source: str
    pk: int
    about: Key
    # Whether it is still as it was when the page was made.
    version: int = 1
    # The same thing may wait again: then it is another card.
    cycle: int = 0
    # How pressing its kind is, 0 the most, and the day from which it presses.
    rank: int = 9
    on: date = date.max
    # What proposals and sentences are made of.
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def card(self) -> str:
        again = f".{self.cycle}" if self.cycle else ""
        return f"{self.source}-{self.pk}{again}"


# Those of this person today, or only the one of this key.
Find = Callable[[User, date, int | None], Iterable[Waiting]]


@dataclass(frozen=True)
class Source:
    """`order` decides which of several on the same matter its card speaks of."""

    name: str
    order: int
    find: Find


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Called once for each, when the apps are loaded."""
    _sources[source.name] = source


def every() -> list[Source]:
    return sorted(_sources.values(), key=lambda source: source.order)


def find_all(user: User, today: date) -> list[Waiting]:
    """Everything that waits, by source."""
    return [one for source in every() for one in source.find(user, today, None)]


def find_one(user: User, today: date, card: str) -> Waiting | None:
    """The one of this card, if it waits for this person still."""
    name, _dash, text = card.rpartition("-")
    source, pk = _sources.get(name), key_of(text.partition(".")[0])
    found = source.find(user, today, pk) if source and pk else ()
    return next((one for one in found if one.card == card), None)


def only(rows: Any, pk: int | None) -> Any:  # Any: a queryset
    return rows[:MOST] if pk is None else rows.filter(pk=pk)


# --- Extensions --------------------------------------------------------------------


def extensions(user: User, today: date, pk: int | None) -> Iterable[Waiting]:
    """Those that no head of the unit can decide on: then it is the leader's."""
    led = Ticket.objects.led_by(user).filter(status__in=IN_HAND)
    parts = TicketPart.objects.open().filter(ticket=OuterRef("ticket"), is_lead=True)
    asked = (
        Extension.objects.filter(decided_at=None, ticket__in=led.values("pk"))
        .exclude(asked_by=user)
        .annotate(place=Subquery(parts.values("department__path")[:1]))
        .order_by("due_before", "pk")
    )
    fields = ("pk", "ticket", "days", "days_before", "reason", "due_before")
    rows = only(asked, pk).values(*fields, "asked_by", "asked_by__name", "place")
    return [of_extension(row) for row in ours(user, list(rows), today)]


def of_extension(row: dict[str, Any]) -> Waiting:
    about, on = (TICKET, row["ticket"]), row["due_before"]
    return Waiting("extension", row["pk"], about, rank=1, on=on, facts=row)


def ours(user: User, rows: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """Of rows with `place` and `asked_by`, those that have nobody nearer."""
    if not rows:
        return []
    places = {path for row in rows for path in trees.path_and_above(row["place"] or "")}
    posts = list(
        present(today)
        .filter(role__in=[Role.UNIT_HEAD, Role.LEADER], department__path__in=places)
        .values_list("role", "department__path", "user")
    )
    return [row for row in rows if not has_nearer(user, row, posts)]


def has_nearer(
    user: User, row: dict[str, Any], posts: list[tuple[str, str, int]]
) -> bool:
    """A head of the unit, or before the chief leader the one in charge."""
    above = set(trees.path_and_above(row["place"] or ""))
    here = [one for one in posts if one[1] in above and one[2] != row["asked_by"]]
    in_charge = {one[2] for one in here if one[0] == Role.LEADER}
    heads = [one for one in here if one[0] == Role.UNIT_HEAD and one[2] != user.pk]
    return bool(heads) or bool(in_charge and user.pk not in in_charge)


def present(today: date) -> Any:  # a queryset of grants
    """Roles in force of people who have not left and are not away."""
    away = Absence.objects.on(today).values("officer")
    current = Grant.objects.current(today).filter(user__is_active=True)
    return current.exclude(user__in=away)


# --- The key list ------------------------------------------------------------------


def listings(user: User, today: date, pk: int | None) -> Iterable[Waiting]:
    """Entry into or exit from the key list."""
    decided = Project.objects.decided_by(user)
    waiting = KeyListing.objects.filter(
        decided_at=None, project__in=decided.values("pk")
    ).order_by("asked_at", "pk")
    fields = ("pk", "project", "kind", "reason", "asked_at", "asked_by__name")
    return [
        Waiting(
            "listing",
            row["pk"],
            (PROJECT, row["project"]),
            rank=4,
            on=timezone.localdate(row["asked_at"]),
            facts=row,
        )
        for row in only(waiting, pk).values(*fields)
    ]


# --- Directives --------------------------------------------------------------------


def directives(user: User, today: date, pk: int | None) -> Iterable[Waiting]:
    """One's own that nobody answered in time."""
    late = Directive.objects.filter(leader=user).open().filter(due__due_on__lt=today)
    rows = only(late.order_by("due__due_on", "pk"), pk)
    fields = ("pk", "version", "again_count", "due__due_on")
    for key, version, again, due_on in rows.values_list(*fields):
        about = (DIRECTIVE, key)
        yield Waiting("directive", key, about, version, again, rank=3, on=due_on)


def hang() -> None:
    """What is here without others; orders and escalations hang themselves."""
    register(Source("extension", 10, extensions))
    register(Source("listing", 40, listings))
    register(Source("directive", 30, directives))
