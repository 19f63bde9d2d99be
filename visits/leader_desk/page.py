"""The desk of one leader: ten cards at most, and below them what is his already."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Lamp, Role, User, lamp_of
from crm.services import deadlines
from visits.models import Adoption, Decision, Directive

from . import lines, sources
from .lines import Part
from .matters import Matter, matters_of
from .offers import Offers, offers_of
from .proposals import Case
from .sources import Waiting

CARDS: Final = 10
OWN: Final = 20
# How long it is told that a decision could not be carried out.
TOLD: Final = timedelta(days=1)
State = Decision.State


@dataclass(frozen=True)
class Card:
    """At most five lines and the buttons."""

    waiting: Waiting
    matter: Matter
    offers: Offers
    lamp: Lamp
    # Of what no clock runs for: how it stands.
    word: str = ""
    whom: list[Part] = field(default_factory=list)
    how_long: list[Part] = field(default_factory=list)
    tried: list[Part] = field(default_factory=list)
    proposal: str = ""

    @property
    def key(self) -> str:
        return self.waiting.card


@dataclass(frozen=True)
class Taken:
    """A card that was decided on: one line, with 「撤销」 as long as it works."""

    decision: Decision
    title: str
    url: str
    label: str
    # Seconds in which it can still be taken back.
    seconds: int

    @property
    def can_be_undone(self) -> bool:
        return self.seconds > 0 and self.decision.is_pending


@dataclass(frozen=True)
class Own:
    """One of the leader's own directives."""

    row: Directive
    lamp: Lamp
    days_left: int | None


@dataclass(frozen=True)
class Held:
    """What the leader took on, and how it stands."""

    row: Adoption
    matter: Matter
    lamp: Lamp
    left: int | None


@dataclass(frozen=True)
class Desk:
    today: date
    cards: list[Card]
    taken: list[Taken]
    failed: list[Taken]
    # All that waits, and where the next ten begin.
    total: int
    after: int
    adoptions: list[Held]
    directives: list[Own]

    @property
    def rest(self) -> int:
        return max(self.total - self.after, 0)

    @property
    def is_empty(self) -> bool:
        return not (self.cards or self.taken or self.failed)


def desk_of(user: User, *, begin: int = 0, now: datetime | None = None) -> Desk:
    now = now or timezone.now()
    today = timezone.localdate(now)
    near = deadlines.yellow_from(today)
    reading = sources.Reading(user, today)
    found = sources.find_all(reading)
    decisions = decisions_of(user, [one.card for one in found], now)
    waiting = grouped(undecided(found, decisions))
    own = [one for one in decisions if one.leader_id == user.pk]
    held = adoptions_of(user)
    shown = first_of(waiting, begin)
    known = {one.about: one.matter for one in shown if one.matter}
    wanted = {one.about for one in shown} - set(known)
    wanted |= {(one.subject_type, one.subject_id) for one in own}
    wanted |= {(one.about._meta.label_lower, one.about.pk) for one in held}
    matters = matters_of(wanted) | known
    is_chief = bool(user.access.region_ranges(Role.LEADER))
    cases = [
        Case(one, matters[one.about], today, is_chief)
        for one in shown
        if one.about in matters
    ]
    return Desk(
        today=today,
        cards=[card_of(case, near) for case in cases],
        taken=[taken_of(one, matters, now) for one in own if one.is_pending],
        failed=[
            taken_of(one, matters, now) for one in own if one.state == State.FAILED
        ],
        total=len(waiting),
        after=begin + len(shown),
        adoptions=[held_of(one, matters, today, near) for one in held],
        directives=[own_of(one, today, near) for one in first_own(reading)],
    )


def undecided(waiting: list[Waiting], decisions: list[Decision]) -> list[Waiting]:
    """Without what is decided; while it can be taken back the whole matter rests."""
    ended = {one.card for one in decisions if one.state == State.DONE}
    pending = {one.card for one in decisions if one.is_pending}
    resting = {one.whole for one in waiting if one.card in pending}
    return [
        one for one in waiting if one.card not in ended and one.whole not in resting
    ]


def grouped(waiting: list[Waiting]) -> list[Waiting]:
    """One card per matter: what is about it itself speaks first, then by source."""
    groups: dict[tuple[str, int], list[Waiting]] = {}
    for one in waiting:
        groups.setdefault(one.whole, []).append(one)
    return [spoken(group) for group in groups.values()]


def spoken(group: list[Waiting]) -> Waiting:
    """The card of one matter, as pressing as the most pressing of its kind."""
    first, *rest = sorted(group, key=lambda one: one.about != one.whole)
    rank, on = min((one.rank, one.on) for one in group)
    return replace(first, rank=rank, on=on, also=tuple(rest))


def first_of(waiting: list[Waiting], begin: int) -> list[Waiting]:
    """The most pressing ones; the order is the same however often one looks."""
    ordered = sorted(waiting, key=lambda one: (one.rank, one.on, one.pk))
    return ordered[begin : begin + CARDS]


def decisions_of(user: User, cards: list[str], now: datetime) -> list[Decision]:
    """What holds for these cards, whoever decided, and one's own of late."""
    standing = Q(card__in=cards, state__in=[State.PENDING, State.DONE])
    own = Q(leader=user, state=State.PENDING)
    failed = Q(leader=user, state=State.FAILED, ended_at__gt=now - TOLD)
    return list(Decision.objects.filter(standing | own | failed).order_by("-pk"))


def card_of(case: Case, near: date) -> Card:
    offers = offers_of(case)
    return Card(
        waiting=case.waiting,
        matter=case.matter,
        offers=offers,
        lamp=lamp_of(case.due_on, not case.due_on, case.today, near),
        word="" if case.due_on else case.matter.state or _("to decide on"),
        whom=lines.whom(case),
        how_long=lines.how_long(case),
        tried=lines.tried(case),
        proposal=lines.proposal(offers, case.today),
    )


def case_for(user: User, card: str, today: date) -> Case | None:
    """The case of one card, if it waits for this person still."""
    waiting = sources.find_one(sources.Reading(user, today), card)
    if waiting is None:
        return None
    matter = waiting.matter or matters_of([waiting.about]).get(waiting.about)
    is_chief = bool(user.access.region_ranges(Role.LEADER))
    return Case(waiting, matter, today, is_chief) if matter else None


def taken_of(
    decision: Decision, matters: dict[tuple[str, int], Matter], now: datetime
) -> Taken:
    matter = matters.get((decision.subject_type, decision.subject_id))
    left = (decision.effective_at - now).total_seconds()
    return Taken(
        decision=decision,
        title=matter.title if matter else "",
        url=matter.url if matter else "",
        label=str(decision.get_act_display()),
        seconds=max(int(left), 0),
    )


def adoptions_of(user: User) -> list[Adoption]:
    held = Adoption.objects.held().filter(leader=user)
    return list(held.select_related("ticket", "project").order_by("-pk")[:OWN])


def held_of(
    adoption: Adoption,
    matters: dict[tuple[str, int], Matter],
    today: date,
    near: date,
) -> Held:
    about = adoption.about
    matter = matters[(about._meta.label_lower, about.pk)]
    return Held(adoption, matter, matter.lamp(today, near), matter.left(today))


def first_own(reading: sources.Reading) -> list[Directive]:
    """Answered ones first: they wait for his yes."""
    return sorted(reading.directives, key=lambda one: one.is_open)[:OWN]


def own_of(one: Directive, today: date, near: date) -> Own:
    lamp = one.due.lamp(today, near) if one.due and one.is_open else Lamp.GREY
    return Own(one, lamp, deadlines.days_left(one.due, today) if one.due else None)
