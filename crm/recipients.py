"""Whom an event concerns, by roles and places: what the tables of `telling.py` name.

Each takes the event and its record and gives keys of people.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from crm.lib import trees
from crm.models import Company, CompanyLiaison, Event, Grant, Role
from crm.models.liaisons import Liaison
from crm.notices import once, sees

Keys = Iterable[int]


def holders(event: Event, *roles: Role, **where: Any) -> Keys:
    """Who has one of these roles there, on the day of the event."""
    # Any: lookups of a grant, each a value or a tuple of values.
    today = timezone.localdate(event.at)

    def ask() -> list[int]:
        held = Grant.objects.current(today)
        held = held.filter(role__in=roles, user__is_active=True, **where)
        users = held.order_by("user").values_list("user", flat=True)
        return list(users.distinct())

    return once(("holders", today, roles, tuple(sorted(where.items()))), ask)


def in_region(event: Event, *roles: Role, path: str) -> Keys:
    return holders(event, *roles, region__path__in=tuple(trees.path_and_above(path)))


def in_department(event: Event, *roles: Role, path: str) -> Keys:
    return holders(
        event, *roles, department__path__in=tuple(trees.path_and_above(path))
    )


def in_departments(event: Event, *roles: Role, paths: Iterable[str]) -> Keys:
    above = {path for one in paths for path in trees.path_and_above(one)}
    near = {"department__path__in": tuple(sorted(above))}
    return holders(event, *roles, **near) if above else []


def region_of(event: Event) -> str:
    """The path of the company's region."""
    if event.company_id is None:
        return ""
    paths = Company.objects.filter(pk=event.company_id)
    found = paths.values_list("region_path", flat=True)
    return once(("region", event.company_id), lambda: found.first() or "")


@sees
def dispatchers_of_company(event: Event, subject: Any) -> Keys:
    """The dispatch centre of the company's region."""
    path = region_of(event)
    return in_region(event, Role.DISPATCHER, path=path) if path else []


@sees
def leaders_of_region(event: Event, subject: Any) -> Keys:
    """主要领导 of the company's region."""
    path = region_of(event)
    return in_region(event, Role.LEADER, path=path) if path else []


@sees
def officer_of_company(event: Event, subject: Any) -> Keys:
    """A; without one B. While A is away, B is told instead, as everywhere."""
    if event.company_id is None:
        return []
    pair = CompanyLiaison.objects.open().filter(company=event.company_id)
    return pair.order_by("role").values_list("officer", flat=True)[:1]


@sees
def owners_of_company(event: Event, subject: Any) -> Keys:
    """The company's own people, of what they may read."""
    if event.company_id is None or not event.is_public:
        return []
    return holders(event, Role.OWNER, company=event.company_id)


def officer_named(event: Event, subject: Liaison) -> Keys:
    return [subject.officer_id]
