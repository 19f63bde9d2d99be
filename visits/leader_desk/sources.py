"""What waits for a leader's decision: each source finds its own; others register."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.db.models import (
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Subquery,
)
from django.utils import timezone

from crm.lib.http import key_of
from crm.models import Role, User
from projects.models import KeyListing, Project
from visits.models import Directive, Extension, Ticket, TicketPart, TicketPause
from visits.models.escalation_sets import present
from visits.services.tickets.acts import IN_HAND

from .matters import (
    DIRECTIVE,
    PROJECT,
    TICKET,
    Key,
    Matter,
    of_directive,
    open_order,
)

# More than so many of one source are not counted one by one.
MOST: Final = 200
Rows = Any  # a queryset, of whatever model


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
    # Where the source has read it already.
    matter: Matter | None = None
    # Of which ticket it is, where it is about something that hangs from one.
    ticket: int | None = None
    # What else of the same waits for this person, told on the same card.
    also: "tuple[Waiting, ...]" = ()

    @property
    def card(self) -> str:
        again = f".{self.cycle}" if self.cycle else ""
        return f"{self.source}-{self.pk}{again}"

    @property
    def whole(self) -> Key:
        """What is decided on as one: the ticket, with all that hangs from it."""
        return (TICKET, self.ticket) if self.ticket else self.about


@dataclass
class Reading:
    """One look at the desk: what several parts of it need is read once."""

    user: User
    today: date

    @cached_property
    def directives(self) -> list[Directive]:
        """The leader's own that are not done, by the day they are due."""
        undone = [Directive.Status.OPEN, Directive.Status.ANSWERED]
        rows = Directive.objects.filter(leader=self.user, status__in=undone)
        shown = rows.for_page().annotate(has_open_order=open_order(DIRECTIVE))
        return list(shown.order_by("due__due_on", "pk")[:MOST])


# Those of this person, or only the one of this key.
Find = Callable[[Reading, int | None], Iterable[Waiting]]


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


def find_all(reading: Reading) -> list[Waiting]:
    """Everything that waits, by source; nothing for who is no leader."""
    if not reading.user.has_role(Role.LEADER):
        return []
    return [one for source in every() for one in source.find(reading, None)]


def find_one(reading: Reading, card: str) -> Waiting | None:
    """The one of this card, if it waits for this person still."""
    name, _dash, text = card.rpartition("-")
    source, pk = _sources.get(name), key_of(text.partition(".")[0])
    if source is None or not pk or not reading.user.has_role(Role.LEADER):
        return None
    found = source.find(reading, pk)
    return next((one for one in found if one.card == card), None)


def only(rows: Rows, pk: int | None) -> Rows:
    return rows[:MOST] if pk is None else rows.filter(pk=pk)


def without_nearer(rows: Rows, user: User, today: date, *roles: Role) -> Rows:
    """Of rows with `place` and `asked_by`: nobody who is here is nearer than this one.

    A head of the unit where heads decide, and before the chief leader the one in
    charge. Whoever asks does not count.
    """
    place = ExpressionWrapper(OuterRef("place"), output_field=CharField())
    # A department's path begins with those of all above it.
    here = present(today).filter(department__isnull=False).annotate(place=place)
    here = here.filter(place__startswith=F("department__path"))
    here = here.exclude(user=OuterRef("asked_by"))
    in_charge = here.filter(role=Role.LEADER)
    if Role.UNIT_HEAD in roles:
        heads = here.filter(role=Role.UNIT_HEAD).exclude(user=user)
        rows = rows.filter(~Exists(heads))
    return rows.filter(~Exists(in_charge) | Exists(in_charge.filter(user=user)))


# --- Extensions and pauses ---------------------------------------------------------


def asked(model: Any, reading: Reading) -> Rows:  # Any: Extension or TicketPause
    """Requests that no head of the unit can decide on: then they are the leader's."""
    user = reading.user
    led = Ticket.objects.led_by(user).filter(status__in=IN_HAND)
    parts = TicketPart.objects.open().filter(ticket=OuterRef("ticket"), is_lead=True)
    # From the few requests to their tickets, never from all that are in hand.
    is_led = Exists(led.filter(pk=OuterRef("ticket")))
    rows = model.objects.filter(is_led, decided_at=None)
    placed = rows.exclude(asked_by=user).annotate(
        place=Subquery(parts.values("department__path")[:1])
    )
    return without_nearer(placed, user, reading.today, Role.UNIT_HEAD)


def extensions(reading: Reading, pk: int | None) -> Iterable[Waiting]:
    rows = asked(Extension, reading).order_by("due_before", "pk")
    fields = ("pk", "ticket", "days", "days_before", "reason", "due_before")
    for row in only(rows, pk).values(*fields):
        about, on = (TICKET, row["ticket"]), row["due_before"]
        yield Waiting("extension", row["pk"], about, rank=1, on=on, facts=row)


def pauses(reading: Reading, pk: int | None) -> Iterable[Waiting]:
    """Of more than a few days: those are not the department's own to take."""
    rows = asked(TicketPause, reading).order_by("asked_at", "pk")
    fields = ("pk", "ticket", "kind", "reason", "until_on", "asked_at")
    for row in only(rows, pk).values(*fields):
        about, on = (TICKET, row["ticket"]), timezone.localdate(row["asked_at"])
        yield Waiting("pause", row["pk"], about, rank=1, on=on, facts=row)


# --- The key list ------------------------------------------------------------------


def listings(reading: Reading, pk: int | None) -> Iterable[Waiting]:
    """Entry into or exit from the key list."""
    decided = Project.objects.decided_by(reading.user)
    waiting = KeyListing.objects.filter(
        decided_at=None, project__in=decided.values("pk")
    ).order_by("asked_at", "pk")
    fields = ("pk", "project", "kind", "reason", "asked_at")
    for row in only(waiting, pk).values(*fields):
        about, on = (PROJECT, row["project"]), timezone.localdate(row["asked_at"])
        yield Waiting("listing", row["pk"], about, rank=4, on=on, facts=row)


# --- Directives --------------------------------------------------------------------


def directives(reading: Reading, pk: int | None) -> Iterable[Waiting]:
    """One's own that nobody answered in time; asked again it is another card."""
    for one in reading.directives:
        due_on = one.due.due_on if one.due else None
        is_late = one.is_open and due_on is not None and due_on < reading.today
        if is_late and pk in (None, one.pk):
            matter = of_directive(one)
            yield Waiting(
                "directive",
                one.pk,
                matter.key,
                one.version,
                one.again_count,
                rank=3,
                on=due_on or date.max,
                matter=matter,
                ticket=one.ticket_id,
            )


def hang() -> None:
    """Called once, when the apps are loaded."""
    register(Source("extension", 10, extensions))
    register(Source("pause", 15, pauses))
    register(Source("directive", 30, directives))
    register(Source("listing", 40, listings))
