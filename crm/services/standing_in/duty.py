"""Whose work is whose today, as home pages, lists and notices ask it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from crm.models import Absence, Grant, Role, StandIn, User

from . import roster
from .roster import UNIT_ROLES, Roster


@dataclass(frozen=True)
class Duty:
    """What a person has in hand today beside or instead of his own."""

    user: int
    is_here: bool
    # Handlers who are away and whose work this person has.
    others: frozenset[int] = frozenset()

    @property
    def handlers(self) -> frozenset[int]:
        """Whose tickets are on this person's desk."""
        return self.others | {self.user} if self.is_here else self.others

    @property
    def is_plain(self) -> bool:
        return self.is_here and not self.others


def away_today(today: date) -> "QuerySet[Absence]":
    """Of those whose work is a department's: who has the role, or a B."""
    pairs = StandIn.objects.open().filter(handler=OuterRef("officer"))
    held = Grant.objects.current(today).filter(
        role=Role.HANDLER, user=OuterRef("officer")
    )
    return Absence.objects.on(today).filter(Exists(pairs) | Exists(held))


def duty_of(user: User, today: date) -> Duty:
    """Asked once a request, and one query unless somebody is away."""
    known: dict[date, Duty] = user.__dict__.setdefault("duties", {})
    if today not in known:
        known[today] = read_duty(user, today)
    return known[today]


def read_duty(user: User, today: date) -> Duty:
    if not user.has_role(*UNIT_ROLES):
        return Duty(user.pk, is_here=True)
    rows = away_today(today) | Absence.objects.on(today).filter(officer=user)
    away = set(rows.values_list("officer", flat=True))
    if not away:
        return Duty(user.pk, is_here=True)
    known = roster.read({user.pk, *away}, today, today, today)
    others = {
        one
        for one in away - {user.pk}
        if user.pk == known.holder(one, today)
        or (known.holder(one, today) is None and covers_gap(user, known, one, today))
    }
    is_mine = known.holder(user.pk, today) in {user.pk, None}
    return Duty(user.pk, is_here=is_mine, others=frozenset(others))


def covers_gap(user: User, known: Roster, handler: int, today: date) -> bool:
    """Where nobody of the chain is there, the head of the unit has the work."""
    if not user.has_role(Role.UNIT_HEAD) or not known.is_here(user.pk, today):
        return False
    units = known.handles.get(handler, set())
    ranges = user.access.department_ranges(Role.UNIT_HEAD)
    return bool(units) and all(any(path in one for one in ranges) for path in units)


def on_duty(handler: User, today: date) -> User:
    """To whom this person's matters go today: for notices, and for what pages say."""
    if not Absence.objects.on(today).filter(officer=handler).exists():
        return handler
    known = roster.read({handler.pk}, today, today, today)
    holder = known.holder(handler.pk, today)
    if holder is None:
        units = known.handles.get(handler.pk, set())
        heads = roster.heads_over(units, today)
        away = roster.absences_of([one.pk for one in heads], today, today)
        here = [one for one in heads if one.pk not in away and one.pk != handler.pk]
        return here[0] if here else handler
    return handler if holder == handler.pk else User.objects.get(pk=holder)


def acting_for(person: int, today: date) -> int | None:
    """Whose turn it is instead of somebody who is away; None: his own."""
    known = roster.read({person}, today, today, today)
    if person not in known.handles and person not in known.stand_in:
        return None
    holder = known.holder(person, today)
    return None if holder in {None, person} else holder
