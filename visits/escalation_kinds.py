"""What can be escalated. Each kind of record says here how its promises are read.

A part of the project that has deadlines of its own registers its kind when the apps are
loaded; the sweep, the pages and the rules know no other. Complaints never register.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from crm.models import User

Rows = models.QuerySet[Any, Any]  # Any: of whatever model


@dataclass(frozen=True)
class Clock:
    """One promise of a subject: where its deadline hangs, and how it is called."""

    # From the subject to the deadline.
    path: str
    label: str | Promise
    # 「交办后」, 「仍未答复」: from what its days count, and what has not been done.
    since: str | Promise
    undone: str | Promise
    # The dispatch centre's own promise, whoever leads.
    is_of_centre: bool = False


@dataclass(frozen=True)
class Reached:
    """A subject that has come to so many of something, and what is told once of it."""

    pk: int
    count: int
    cycle: str


# The subjects that have come to this number, in which nothing was told of it yet.
Counted = Callable[[int, date], Iterable[Reached]]


@dataclass(frozen=True)
class Named:
    """How a list calls a subject: its name, whose it is, and its address."""

    title: str
    url: str
    number: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of subject; the strings are paths from its model."""

    key: str
    label: str | Promise
    model: type[models.Model]
    # By the kind of deadline; no two kinds of subjects share one.
    clocks: Mapping[str, Clock]
    # What has not ended.
    alive: Q
    # How these are called, by key.
    named: Callable[[Collection[int]], dict[int, Named]]
    company: str = "company_id"
    region: str = "company__region_id"
    department: str = "department_id"
    category: str = ""
    urgency: str = ""
    # Where the level reached is kept.
    level: str = ""
    # The clock that stands for the whole.
    main_clock: str = ""
    counts: Mapping[str, Counted] = field(default_factory=dict)
    # Those that a person may escalate by hand.
    raisable_by: Callable[[User], Rows] | None = None

    @property
    def subject_type(self) -> str:
        return self.model._meta.label_lower

    @property
    def rows(self) -> Rows:
        return self.model._default_manager.all()

    def living(self) -> Rows:
        return self.rows.filter(self.alive)


_kinds: dict[str, Kind] = {}
_by_clock: dict[str, Kind] = {}
_by_type: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called once for each kind, when the apps are loaded."""
    for clock in kind.clocks:
        other = _by_clock.get(clock)
        if other is not None and other.key != kind.key:
            raise ValueError(f"{clock} is a clock of {other.key} already")
        _by_clock[clock] = kind
    _kinds[kind.key] = kind
    _by_type[kind.subject_type] = kind


def every() -> list[Kind]:
    return list(_kinds.values())


def by_key(key: str) -> Kind | None:
    return _kinds.get(key)


def of_clock(clock: str) -> Kind | None:
    """Whose promise a deadline of this kind is."""
    return _by_clock.get(clock)


def of_type(subject_type: str) -> Kind | None:
    return _by_type.get(subject_type)


def of(subject: models.Model) -> Kind:
    """The kind of this record; only what is registered can be escalated."""
    found = _by_type.get(subject._meta.label_lower)
    if found is None:
        raise LookupError(f"{subject._meta.label} is no subject of escalations")
    return found
