"""Who is told of what: each app says it in one table, its `telling.py`.

    ASSIGNED = notices.register(Kind("assigned", _("Given to my unit"), "inbox", ...))
    notices.on("ticket.dispatched", ASSIGNED, handlers_of_lead, heads_of_lead)
    notices.describe(About(Ticket, rows=with_lead, told=told_of_ticket))

Every event passes here when it is recorded, in the same transaction. What is not in
any table costs one look into a dictionary.
"""

from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.db import models
from django.utils.functional import Promise

from crm.models import Event, User
from crm.models.notices import Mail

# Keys of people who are told of this event, given the record that the notice opens.
# Any: whatever record it is.
Recipients = Callable[[Event, Any], Iterable[int]]
R = TypeVar("R", bound=Recipients)
# The record that the notice opens; None: nobody is told after all.
Opens = Callable[[Event, Any], models.Model | None]
Rows = models.QuerySet[Any, Any]
# Before it nobody is told of anything.
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Kind:
    """What a person can choose about: some events that mean the same to him.

    `roles` are those on whose page of choices it stands. Urgent ones do not wait for
    the morning. Discreet ones are never said in a group, and who sees to what is sent
    does not read what they were. `mail` and `robot` hold for whoever has not chosen.
    """

    key: str
    label: str | Promise
    icon: str
    roles: Collection[str]
    is_urgent: bool = False
    is_discreet: bool = False
    mail: str = Mail.DIGEST
    robot: bool = False


@dataclass(frozen=True)
class Rule:
    """Of this event these people are told, as this kind."""

    kind: Kind
    who: tuple[Recipients, ...]
    opens: Opens


@dataclass(frozen=True)
class Told:
    """A record in a notice; a robot says of it only number, unit and day."""

    title: str
    url: str
    number: str = ""
    company: str = ""
    unit: str = ""
    due_on: date | None = None
    # In place of what was done: why it has come to this person.
    why: str = ""


@dataclass(frozen=True)
class About:
    """How records of a model are told: what to read, and what to say to whom.

    `words` says what was done, to follow the person's name, for several events at
    once; without it the audit log's word for the event stands there.
    """

    model: type[models.Model]
    told: Callable[[Any, User | None], Told]  # Any: a record of the model
    # Reads what told() needs, in as many queries for one record as for twenty.
    rows: Callable[[Any], Iterable[Any]] = lambda rows: rows
    # What whom it concerns is found by: read ahead when many are told at once.
    needs: tuple[str, ...] = ()
    # Without asking the database: a right that this person surely has. False: ask.
    surely: Callable[[Any, User], bool] = lambda record, user: False
    # Where its page is open to more people than visible_to() says.
    visible: Callable[[Any, User], Rows] = lambda rows, user: rows.visible_to(user)
    words: Callable[[Sequence[Event]], Mapping[int, str]] | None = None


_kinds: dict[str, Kind] = {}
_rules: dict[str, list[Rule]] = {}
_about: dict[str, About] = {}


def register(kind: Kind) -> Kind:
    """Registering the same key again replaces it."""
    _kinds[kind.key] = kind
    return kind


def kind_of(key: str) -> Kind | None:
    return _kinds.get(key)


def every_kind() -> list[Kind]:
    return list(_kinds.values())


def kinds_for(roles: Iterable[str]) -> list[Kind]:
    """What people with these roles can be told, in the order of registering."""
    held = set(roles)
    return [kind for kind in _kinds.values() if held & set(kind.roles)]


def subject_itself(event: Event, subject: models.Model) -> models.Model:
    return subject


def on(
    action: str, kind: Kind, *who: Recipients, opens: Opens = subject_itself
) -> None:
    """Tell these people of this event. Of several rules the first counts for each."""
    _rules.setdefault(action, []).append(Rule(kind, who, opens))


def describe(about: About) -> None:
    _about[about.model._meta.label_lower] = about


def about_of(label: str) -> About | None:
    return _about.get(label)


def rules_of(event: Event) -> list[Rule]:
    rules = _rules.get(event.action)
    if not rules:
        return []
    since = _since.get()
    return rules if since is None or event.at >= since else []


def actions() -> set[str]:
    """Of which somebody is told."""
    return set(_rules)


def sees(function: R) -> R:
    """Mark recipients who see the record by the right by which they are found.

    Of all others it is asked one by one. A test holds each marked one to it.
    """
    function.sees = True  # type: ignore[attr-defined] # our own mark
    return function


def is_sure(function: Recipients) -> bool:
    return getattr(function, "sees", False)


_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("memory", default=None)
V = TypeVar("V")


def once(key: Hashable, ask: Callable[[], V]) -> V:
    """Ask the database only once for what is the same for all that is told now."""
    memory = _memory.get()
    if memory is None:
        return ask()
    if key not in memory:
        memory[key] = ask()
    answer: V = memory[key]
    return answer


@contextmanager
def remembering() -> Iterator[None]:
    """What once() has heard within counts to the end, and no longer.

    Within another one to the end of that.
    """
    if _memory.get() is not None:
        yield
        return
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


_since: ContextVar[datetime | None] = ContextVar("since", default=None)


@contextmanager
def only_since(moment: datetime) -> Iterator[None]:
    """Tell nobody of what happened before: for a past that is loaded."""
    token = _since.set(moment)
    try:
        yield
    finally:
        _since.reset(token)
