"""What an order can be about: each kind of record says so here, once.

    register(Subject(Directive, _("directive"), seen_by, facts_of, overdue=(…,)))

An upper slice adds its own kind when the apps are loaded; nothing else need know it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.utils.functional import Promise

from crm.models import Department, User, subject_of


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What an order, or a record of responsibility, takes over from its subject."""

    matter: str
    # Path of the region in whose scope it lies.
    place_path: str
    company: int | None = None
    project: int | None = None
    # Who usually gets the order.
    department: Department | None = None
    person: User | None = None
    # Sentences of the basis, as of today.
    basis: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Overdue:
    """Where the sweep finds what is late: names of columns from `rows` on."""

    # A queryset of what can be late at all; Any: of whatever model.
    rows: Callable[[], "models.QuerySet[Any, Any]"]
    # The key to the deadline, and its kind: they lead the planner to its index.
    deadline: str
    kind: str
    place: str
    company: str
    department: str
    person: str
    matter: str
    # Counts how often the same clock has begun anew, where it can.
    turn: str = ""


@dataclass(frozen=True)
class Subject:
    """One kind of record that an order can be about."""

    model: type[models.Model]
    label: str | Promise
    # Those whose inner matters this person reads; Any: of this model.
    seen_by: Callable[[User], "models.QuerySet[Any, Any]"]
    facts: Callable[[Any, date], Facts]
    overdue: tuple[Overdue, ...] = field(default_factory=tuple)
    # Not of orders themselves: only responsibility for them is recorded.
    is_orderable: bool = True

    @property
    def key(self) -> str:
        return self.model._meta.label_lower


_subjects: dict[str, Subject] = {}


def register(*subjects: Subject) -> None:
    """Called once for each kind, when the apps are loaded.

    A second one of the same kind would silently take the place of the first.
    """
    for one in subjects:
        if _subjects.get(one.key, one) is not one:
            raise ValueError(f"{one.key} is registered already")
        _subjects[one.key] = one


def every() -> list[Subject]:
    return list(_subjects.values())


def of_type(subject_type: str) -> Subject | None:
    return _subjects.get(subject_type)


def of(record: models.Model) -> Subject:
    """Whoever orders about an unknown kind of record forgot to register it."""
    return _subjects[subject_of(record)[0]]


def found(user: User, subject_type: str, subject_id: int) -> models.Model | None:
    """The record, if this person reads it from inside."""
    subject = _subjects.get(subject_type)
    if subject is None:
        return None
    record: models.Model | None = subject.seen_by(user).filter(pk=subject_id).first()
    return record


def facts_of(record: models.Model, today: date) -> Facts:
    return of(record).facts(record, today)
