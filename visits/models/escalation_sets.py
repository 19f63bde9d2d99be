"""Sets of escalations: who may read them, who is to act, and on whom they wait."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.lib.trees import PathRange
from crm.models import (
    Absence,
    Company,
    CompanyLiaison,
    Department,
    Grant,
    Region,
    Role,
    User,
)
from crm.models.companies import BY_DEPARTMENT, WIDE

from .escalation_rules import OF_CLOCKS, Level

if TYPE_CHECKING:
    from .escalations import Escalation  # noqa: F401 - the model of the set

# Who is at a level of a department's matter. The chief leader is one of the region.
AT_LEVEL: Final = {
    Level.HANDLER: Role.HANDLER,
    Level.HEAD: Role.UNIT_HEAD,
    Level.CHARGE: Role.LEADER,
}
Rows = models.QuerySet[Any, Any]  # Any: of whatever model


@dataclass(frozen=True)
class Area:
    """What is below some places of a tree, without what others below are nearer to."""

    ranges: list[PathRange]
    holes: list[PathRange]

    def q(self, field: str) -> Q:
        return trees.in_ranges(self.ranges, field) & ~self._in_holes(field)

    def _in_holes(self, field: str) -> Q:
        return trees.in_ranges(self.holes, field)


class EscalationQuerySet(ScopedQuerySet["Escalation"]):
    def visible_to(self, user: User) -> Self:
        """From the company's region, the department, or the officer's companies."""
        access = user.access
        wide = access.region_ranges(*WIDE)
        branches: list[Self] = []
        if below := access.department_ranges(*BY_DEPARTMENT):
            branches.append(self._every().of_departments(trees_below(below)))
        if access.has(Role.OFFICER):
            own = CompanyLiaison.objects.open().filter(officer=user)
            branches.append(self._every().filter(company__in=own.values("company")))
        if wide:
            branches.append(self._every().filter(in_regions(wide)))
        return self._any_of(branches)

    def changeable_by(self, user: User) -> Self:
        """By those at its level and by those above them, also when it is settled."""
        access, every = user.access, self._every()
        branches: list[Self] = []
        if ranges := access.region_ranges(Role.LEADER):
            branches.append(every.filter(in_regions(ranges)))
        for highest, role in AT_LEVEL.items():
            if below := access.department_ranges(role):
                own = every.filter(level__lte=highest)
                branches.append(own.of_departments(trees_below(below)))
        return self._any_of(branches)

    def waiting_for(self, user: User, today: date) -> Self:
        """Those that have come to this person: nobody nearer is at their level today.

        Whoever is away or has left is not there, so that the next one up the tree
        stands in, and a new holder of a post finds what waits.
        """
        places = places_of(user, today)
        standing = self._every().standing()
        branches = [self._in_hand(standing, user, today, places.get(Level.HANDLER))]
        for level in (Level.HEAD, Level.CHARGE):
            if area := places.get(level):
                units = Department.objects.filter(area.q("path"))
                branches.append(standing.filter(level=level).of_departments(units))
        if area := places.get(Level.TOP):
            at_top = standing.filter(level=Level.TOP)
            branches.append(at_top.filter(of_region(area)))
        return self._any_of(branches)

    def _in_hand(
        self, standing: Self, user: User, today: date, area: Area | None
    ) -> Self:
        """The named handler's, and the unit's where nobody is named or he is away."""
        of_handlers = standing.filter(level=Level.HANDLER)
        own = Q(deadline__handler=user)
        if area is None:
            return of_handlers.filter(own)
        units = Department.objects.filter(area.q("path"))
        away = Absence.objects.on(today).values("officer")
        unnamed = (
            Q(deadline__handler=None)
            | Q(deadline__handler__is_active=False)
            | Q(deadline__handler__in=away)
        )
        return of_handlers.filter(own | Q(department__in=units.values("pk")) & unnamed)

    def _every(self) -> Self:
        every: Self = self.model.objects.all()  # type: ignore[assignment] # of itself
        return every

    def _any_of(self, branches: list[Self]) -> Self:
        if len(branches) == 1:
            # A subquery would gather all of the branch to look for the few of self.
            return self & branches[0]
        keys = union_of([one.values("pk") for one in branches])
        return self.none() if keys is None else self.filter(pk__in=keys)

    def of_departments(self, units: Rows) -> Self:
        return self.filter(department__in=units.values("pk"))

    def open(self) -> Self:
        # As the partial indexes say it.
        return self.filter(decided_at=None)

    def standing(self) -> Self:
        """Open, and the promise has not been kept since the last sweep."""
        is_kept = Q(trigger__in=OF_CLOCKS, deadline__met_at__isnull=False)
        return self.open().exclude(is_kept)

    def for_subject(self, subject: models.Model) -> Self:
        label = subject._meta.label_lower
        return self.filter(subject_type=label, subject_id=subject.pk)

    def for_page(self) -> Self:
        return self.select_related(
            "rule", "company", "department", "deadline", "raised_by", "decided_by"
        )


def trees_below(ranges: list[PathRange]) -> Rows:
    return Department.objects.filter(trees.in_ranges(ranges, "path"))


def in_regions(ranges: list[PathRange]) -> Q:
    return of_region(Area(ranges, []))


def of_region(area: Area) -> Q:
    """Of the company as it stands today; without one, of the place it is in."""
    companies = Company.objects.filter(area.q("region_path"), pk=OuterRef("company"))
    places = Region.objects.filter(area.q("path"))
    return Q(Exists(companies)) | Q(company=None, region__in=places.values("pk"))


def places_of(user: User, today: date) -> dict[Level, Area]:
    """At which levels this person is, and for what: nobody who is here is nearer."""
    held = user.access.held
    own = {
        level: trees.outermost(
            one.department for one in held if one.role == role and one.department
        )
        for level, role in AT_LEVEL.items()
    }
    own[Level.TOP] = trees.outermost(
        one.region for one in held if one.role == Role.LEADER and one.region
    )
    areas = {level: ranges for level, ranges in own.items() if ranges}
    if not areas:
        return {}
    nearer = nearer_than(areas, today)
    return {level: Area(ranges, nearer[level]) for level, ranges in areas.items()}


def nearer_than(
    areas: dict[Level, list[PathRange]], today: date
) -> dict[Level, list[PathRange]]:
    """The places strictly below, of people who are here today."""
    condition = Q(pk__in=[])
    for level, ranges in areas.items():
        condition |= Q(role=role_at(level)) & trees.in_ranges(ranges, tree_of(level))
    columns = ("role", "department__path", "region__path")
    rows = present(today).filter(condition).order_by().values_list(*columns)
    held = set(rows.distinct())
    return {level: _inside(level, ranges, held) for level, ranges in areas.items()}


def _inside(
    level: Level, ranges: list[PathRange], held: set[tuple[str, str | None, str | None]]
) -> list[PathRange]:
    tops = {one.path for one in ranges}
    paths = {
        region if level == Level.TOP else department
        for role, department, region in held
        if role == role_at(level)
    }
    inside = {path for path in paths if path and any(path in one for one in ranges)}
    return trees.outermost(inside - tops)


def present(today: date) -> "models.QuerySet[Grant]":
    """Roles in force of people who have not left and are not away."""
    away = Absence.objects.on(today).values("officer")
    current = Grant.objects.current(today).filter(user__is_active=True)
    return current.exclude(user__in=away)


def role_at(level: Level) -> Role:
    return Role.LEADER if level == Level.TOP else AT_LEVEL[level]


def tree_of(level: Level) -> str:
    return "region__path" if level == Level.TOP else "department__path"
