"""Who is at a level: 经办人, 单位负责人, 分管领导, 主要领导 of a matter, on a day.

Nearest first: up the tree of departments, for the chief leader up the tree of regions.
Whoever is away is not there; where nobody is, the next level up stands in, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db.models import F

from crm.lib import trees
from crm.models import Absence, Department, Grant, Region, Role, User
from crm.services import standing_in
from visits.models import Escalation
from visits.models.escalation_rules import Level
from visits.models.escalation_sets import present, role_at, tree_of

# Why a level was passed over.
NOBODY: Final = "nobody"
AWAY: Final = "away"
ROLES: Final = (Role.HANDLER, Role.UNIT_HEAD, Role.LEADER, Role.DISPATCHER)


@dataclass(frozen=True)
class Placed:
    """The level at which somebody is, and which ones below it were passed over."""

    level: Level
    passed: tuple[tuple[int, str], ...] = ()
    # The named handler is away, and the unit's others stand in.
    is_stood_in: bool = False


@dataclass
class Posts:
    """Who holds which post on a day; read once for a whole sweep."""

    departments: Mapping[int, str]
    regions: Mapping[int, str]
    away: frozenset[int]
    # By role and path: whether somebody is here (else all of them are away).
    held: dict[tuple[str, str], bool] = field(default_factory=dict)
    # The department of the dispatchers of a region, by its path.
    centres: dict[str, int] = field(default_factory=dict)
    known: dict[tuple[int, int | None, int | None], Placed] = field(
        default_factory=dict
    )

    @classmethod
    def on(cls, today: date) -> "Posts":
        posts = cls(
            departments=dict(Department.objects.order_by().values_list("pk", "path")),
            regions=dict(Region.objects.order_by().values_list("pk", "path")),
            away=frozenset(Absence.objects.on(today).values_list("officer", flat=True)),
        )
        rows = (
            Grant.objects.current(today)
            .filter(role__in=ROLES, user__is_active=True)
            .order_by("pk")
            .values_list(
                *("role", "user_id", "user__department_id"),
                *("department__path", "region__path"),
            )
        )
        for role, user, unit, department, region in rows:
            posts._note(role, user, unit, department or region, bool(region))
        return posts

    def _note(
        self, role: str, user: int, unit: int | None, path: str, of_region: bool
    ) -> None:
        if role == Role.DISPATCHER:
            if unit is not None:
                self.centres.setdefault(path, unit)
            return
        key = (f"{role}@{of_region}", path)
        self.held[key] = self.held.get(key, False) or user not in self.away

    def place(
        self,
        level: Level,
        *,
        department: int | None,
        region: int | None,
        handler: int | None = None,
        is_handler_here: bool = True,
    ) -> Placed:
        """The lowest level from this one up at which somebody is today."""
        if level == Level.HANDLER and handler is not None:
            if is_handler_here and handler not in self.away:
                return Placed(level)
            found = self._placed(level, department, region)
            return Placed(found.level, found.passed, is_stood_in=True)
        return self._placed(level, department, region)

    def _placed(
        self, level: Level, department: int | None, region: int | None
    ) -> Placed:
        key = (int(level), department, region)
        if key not in self.known:
            self.known[key] = self._search(level, department, region)
        return self.known[key]

    def _search(
        self, level: Level, department: int | None, region: int | None
    ) -> Placed:
        passed: list[tuple[int, str]] = []
        for height in range(level, Level.TOP + 1):
            is_top = height == Level.TOP
            path = (
                self.regions.get(region or 0, "")
                if is_top
                else (self.departments.get(department or 0, ""))
            )
            found = self._nearest(role_at(Level(height)), path, of_region=is_top)
            if found == "":
                return Placed(Level(height), tuple(passed))
            passed.append((height, found))
        # Nobody at all: it stands in the lists of the whole region.
        return Placed(Level.TOP, tuple(passed))

    def _nearest(self, role: str, path: str, *, of_region: bool) -> str:
        """Empty when somebody is there, else why nobody is."""
        reason = NOBODY
        for place in reversed(trees.path_and_above(path)) if path else ():
            is_here = self.held.get((f"{role}@{of_region}", place))
            if is_here:
                return ""
            if is_here is False:
                reason = AWAY
        return reason

    def centre_of(self, region: int | None) -> int | None:
        """The department whose dispatchers rule on the returns of a region."""
        path = self.regions.get(region or 0, "")
        for place in reversed(trees.path_and_above(path)) if path else ():
            if place in self.centres:
                return self.centres[place]
        return None


def people_of(escalation: Escalation, today: date) -> list[User]:
    """Whom it has come to: everybody at the nearest place of its level who is here."""
    level = Level(escalation.level)
    if level == Level.HANDLER and (named := handler_of(escalation, today)):
        return [named]
    return people_at(level, path_of(escalation, level), today)


def people_at(level: Level, path: str, today: date) -> list[User]:
    """Who holds a level nearest to this place."""
    if not path:
        return []
    tree = tree_of(level)
    grants = (
        present(today)
        .filter(role=role_at(level), **{f"{tree}__in": trees.path_and_above(path)})
        .select_related("user")
        .annotate(place=F(tree))
        .order_by("pk")
    )
    # The deepest place that somebody holds.
    deepest = max((len(one.place) for one in grants), default=0)
    found = {one.user_id: one.user for one in grants if len(one.place) == deepest}
    return list(found.values())


def handler_of(escalation: Escalation, today: date) -> User | None:
    """Who has the promise in hand; while he is away, who stands in for him."""
    deadline = escalation.deadline
    handler = deadline.handler if deadline else None
    if handler is None or not handler.is_active:
        return None
    is_away = Absence.objects.on(today).filter(officer=handler).exists()
    if not is_away:
        return handler
    other = standing_in.acting_for(handler.pk, today)
    return User.objects.active().filter(pk=other).first() if other else None


def path_of(escalation: Escalation, level: Level) -> str:
    """From where to look up: the region for the chief leader, else the department."""
    if level != Level.TOP:
        return str(escalation.department.path) if escalation.department else ""
    if escalation.company is not None:
        return str(escalation.company.region_path)
    return str(escalation.region.path) if escalation.region else ""
