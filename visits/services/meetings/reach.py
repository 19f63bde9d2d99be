"""Whom a meeting reaches: the leader's region, its departments and people."""

from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.lib import trees
from crm.models import Department, Region, Role, User

HOLDERS: Final = (Role.LEADER, Role.DISPATCHER, Role.UNIT_HEAD)


def home_region(actor: User) -> Region:
    """The leader's own region, or that of the departments in his charge."""
    access = actor.access
    regions = [one.path for one in access.region_ranges(Role.LEADER)]
    if not regions:
        below = access.department_ranges(Role.LEADER)
        units = Department.objects.filter(trees.in_ranges(below, "path"))
        found = units.order_by("region__path").values_list("region__path", flat=True)
        regions = list(found[:1]) if below else []
    if not regions:
        raise PermissionDenied
    return Region.objects.get(path=regions[0])


def near(region: Region, path: str) -> Q:
    """Of the region, of what lies in it and of what lies above it."""
    return trees.in_ranges([trees.PathRange(region.path)], path) | Q(
        **{f"{path}__in": trees.path_and_above(region.path)}
    )


def invited(region: Region) -> "QuerySet[Department]":
    """The departments that may be called: those a matter of the region goes to."""
    return Department.objects.filter(near(region, "region__path"), is_active=True)


def holders(region: Region, now: datetime) -> "QuerySet[User]":
    """Who can lead a meeting or write its minutes."""
    people = User.objects.active().with_role(*HOLDERS, today=timezone.localdate(now))
    found: QuerySet[User] = people.filter(near(region, "department__region__path"))
    return found.select_related("department").order_by("name", "pk")
