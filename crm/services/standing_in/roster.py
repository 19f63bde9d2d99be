"""Who has a handler's work on a day: himself, the head who covers, B, or B's B."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from django.db.models import Q

from crm.lib.trees import path_and_above
from crm.models import Absence, Grant, Role, StandIn, User

UNIT_ROLES: Final = (Role.HANDLER, Role.UNIT_HEAD)
# Longer chains nobody sets up; a ring ends where it began.
LONGEST: Final = 10


@dataclass(frozen=True)
class Away:
    """Days on which somebody is not there, and the head who covers, if one does."""

    first: date
    last: date
    cover: int | None = None

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Roster:
    """Pairs, absences and units of some people: read once, asked for any day."""

    stand_in: Mapping[int, int]
    away: Mapping[int, list[Away]]
    # Paths of the units in which a person handles, and which he heads.
    handles: Mapping[int, set[str]] = field(default_factory=dict)
    heads: Mapping[int, set[str]] = field(default_factory=dict)

    def absence(self, person: int, day: date) -> Away | None:
        return next((one for one in self.away.get(person, ()) if day in one), None)

    def is_here(self, person: int, day: date) -> bool:
        return self.absence(person, day) is None

    def may_work(self, person: int, handler: int) -> bool:
        """Whether the person's roles cover every unit in which the handler works."""
        held = self.handles.get(person, set()) | self.heads.get(person, set())
        needed = self.handles.get(handler) or self.heads.get(handler, set())
        return bool(needed) and all(
            held.intersection(path_and_above(path)) for path in needed
        )

    def holder(self, handler: int, day: date) -> int | None:
        """Who has the work that day; None when nobody of the chain is there."""
        seen: set[int] = set()
        person: int | None = handler
        while person is not None and person not in seen and len(seen) < LONGEST:
            seen.add(person)
            absence = self.absence(person, day)
            if absence is None:
                return person if self.is_able(person, handler) else None
            if absence.cover is not None and self.can_cover(
                absence.cover, handler, day
            ):
                return absence.cover
            person = self.stand_in.get(person)
        return None

    def is_able(self, person: int, handler: int) -> bool:
        return person == handler or self.may_work(person, handler)

    def can_cover(self, head: int, handler: int, day: date) -> bool:
        here = head != handler and self.is_here(head, day)
        return here and self.may_work(head, handler)

    def with_absence(self, person: int, days: Away) -> "Roster":
        """As it would be if this person were away then."""
        away = {**self.away, person: [*self.away.get(person, ()), days]}
        return replace(self, away=away)

    def days_of_change(self, first: date, last: date) -> list[date]:
        """Days between these from which on somebody comes or goes."""
        every = [one for days in self.away.values() for one in days]
        moments = {one.first for one in every}
        moments |= {one.last + timedelta(days=1) for one in every}
        return sorted({first, *(day for day in moments if first <= day <= last)})


def read(people: Collection[int], first: date, last: date, today: date) -> Roster:
    """The roster of these people and of all they stand in for or are stood in by."""
    pairs = pairs_around(people)
    everybody = {*people, *pairs, *pairs.values()}
    away = absences_of(everybody, first, last)
    covers = {one.cover for days in away.values() for one in days if one.cover}
    if unknown := covers - everybody:
        away |= absences_of(unknown, first, last)
    handles, heads = units_of(everybody | covers, today)
    return Roster(pairs, away, handles, heads)


def pairs_around(people: Collection[int]) -> dict[int, int]:
    """Open pairs, followed in both directions until nobody new is named."""
    known: dict[int, int] = {}
    fresh = set(people)
    for _step in range(LONGEST):
        if not fresh:
            break
        rows = StandIn.objects.open().filter(
            Q(handler__in=fresh) | Q(stand_in__in=fresh)
        )
        found = dict(rows.values_list("handler", "stand_in"))
        fresh = {*found, *found.values()} - {*known, *known.values(), *people}
        known |= found
    return known


def absences_of(
    people: Iterable[int], first: date, last: date
) -> dict[int, list[Away]]:
    found: dict[int, list[Away]] = defaultdict(list)
    rows = Absence.objects.overlapping(first, last).filter(officer__in=list(people))
    columns = ("officer", "starts_on", "ends_on", "cover")
    for officer, starts_on, ends_on, cover in rows.values_list(*columns):
        found[officer].append(Away(starts_on, ends_on, cover))
    return dict(found)


def units_of(
    people: Iterable[int], today: date
) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Where each of them handles, and which units he heads, of open accounts."""
    handles: dict[int, set[str]] = defaultdict(set)
    heads: dict[int, set[str]] = defaultdict(set)
    held = Grant.objects.current(today).filter(
        user__in=list(people), user__is_active=True, role__in=UNIT_ROLES
    )
    for user, role, path in held.values_list("user", "role", "department__path"):
        (handles if role == Role.HANDLER else heads)[user].add(path)
    return dict(handles), dict(heads)


def heads_over(paths: Iterable[str], today: date) -> list[User]:
    """Active heads of these units or of those above them, in a fixed order."""
    above = {one for path in paths for one in path_and_above(path)}
    held = Grant.objects.current(today).filter(
        role=Role.UNIT_HEAD, department__path__in=sorted(above)
    )
    people = User.objects.active().filter(pk__in=held.values("user"))
    return list(people.select_related("department").order_by("pk"))
