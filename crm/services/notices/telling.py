"""An event was recorded: write down who is told of it, and what will leave the house.

All in the transaction of the change. What is sent, the worker sends after it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.db import models
from django.utils import timezone

from crm import notices
from crm.lib.prepared import Prepared, places
from crm.models import Absence, Access, Event, Grant, Notice, User
from crm.notices import About, Kind
from crm.services import standing_in
from crm.services.absences import stand_ins

from . import outbox

Written = list[tuple[Event, models.Model]]


@dataclass(frozen=True)
class Address:
    """One event for one person."""

    event: Event
    person: int
    kind: Kind
    about: models.Model
    # Found by a right that lets him see the record.
    is_sure: bool
    instead_of: int | None = None


# A sweep or a bulk act is read on the lists that it fills: from so many addresses at
# once on, a person is told of so few of a kind.
MANY: Final = 200
MOST_OF_MANY: Final = 20
# So many people are asked for by queries that are written once a day.
FEW: Final = 12


def tell(written: Written) -> None:
    """Write the notices of these events, and the messages that go with them."""
    told = [pair for pair in written if notices.rules_of(pair[0])]
    if not told:
        return
    with notices.remembering():
        read_ahead(told)
        found = list(addresses(told))
    if len(found) > MANY:
        found = few_of_each(found)
    if found:
        write(found)


def read_ahead(told: Written) -> None:
    """What finding the people needs of many records, in one query each."""
    by_model: defaultdict[str, list[models.Model]] = defaultdict(list)
    for _event, subject in told:
        by_model[subject._meta.label_lower].append(subject)
    for label, records in by_model.items():
        about = notices.about_of(label)
        if about is not None and len(records) > 1:
            for path in about.needs:
                follow(records, path.split("__"))


def follow(records: Iterable[models.Model], path: Sequence[str]) -> None:
    """Read where foreign keys lead.

    Prefetching would ask for `a = 1 OR a = 2 …`, a thousand of which SQLite refuses.
    """
    for name in path:
        missing: defaultdict[int, list[models.Model]] = defaultdict(list)
        field: Any = None  # Any: a foreign key to whatever model
        for one in records:
            field = one._meta.get_field(name)
            key = getattr(one, field.attname)
            if key is not None and not field.is_cached(one):
                missing[key].append(one)
        if not missing:
            return
        found = field.related_model._base_manager.in_bulk(missing)
        for key, holders in missing.items():
            for one in holders:
                field.set_cached_value(one, found[key])
        records = found.values()


def few_of_each(found: list[Address]) -> list[Address]:
    counts: Counter[tuple[int, str]] = Counter()
    kept = []
    for one in found:
        counts[one.person, one.kind.key] += 1
        if counts[one.person, one.kind.key] <= MOST_OF_MANY:
            kept.append(one)
    return kept


def write(found: list[Address]) -> None:
    now = max(one.event.at for one in found)
    today = timezone.localdate(now)
    found = with_stand_ins(found, today)
    people = people_of({one.person for one in found}, today)
    seen = those_who_may(found, people)
    rows = Notice.objects.bulk_create(row_of(one) for one in seen)
    pairs = zip(rows, (one.kind for one in seen), strict=True)
    outbox.write(
        [outbox.News(row, kind, people[row.recipient_id]) for row, kind in pairs]
    )


def addresses(written: Written) -> Iterator[Address]:
    """Each person once for each event: as the first rule says that names him."""
    for event, subject in written:
        found: dict[int, Address] = {}
        rules = notices.rules_of(event)
        opened = {rule.opens: rule.opens(event, subject) for rule in rules}
        for rule in rules:
            about = opened[rule.opens]
            if about is None:
                continue
            for who in rule.who:
                is_sure = notices.is_sure(who)
                for person in who(event, about):
                    one = Address(event, person, rule.kind, about, is_sure)
                    known = found.setdefault(person, one)
                    if is_sure and known.about == about:
                        found[person] = replace(known, is_sure=True)
        # Whoever did it knows.
        yield from (one for key, one in found.items() if key != event.actor_id)


def with_stand_ins(found: list[Address], today: date) -> list[Address]:
    """For whoever is away today, the one who stands in for him at that record."""
    people = {one.person for one in found}
    away = Absence.objects.on(today).filter(officer__in=people)
    absent = set(away.values_list("officer", flat=True))
    if not absent:
        return found
    here = {
        (one.event.pk, one.person): one for one in found if one.person not in absent
    }
    for one in found:
        if one.person not in absent:
            continue
        other = stand_ins([one.person], one.about, today).get(one.person)
        # Of a department the handler's B, or the head who covers.
        other = other or standing_in.acting_for(one.person, today)
        if other is None:
            here[one.event.pk, one.person] = one
        elif other != one.event.actor_id:
            other_one = replace(one, person=other, is_sure=False, instead_of=one.person)
            here.setdefault((one.event.pk, other), other_one)
    return list(here.values())


def people_of(keys: Collection[int], today: date) -> dict[int, User]:
    """Those whose account is open, with what they may do where, in two queries."""
    if len(keys) <= FEW:
        accounts, grants = prepared(today)
        users, current = accounts.rows(list(keys)), grants.rows(list(keys))
    else:
        users, current = list(accounts_of(keys)), list(grants_of(keys, today))
    people = {user.pk: user for user in users}
    held: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for pk, *columns in current:
        held[pk].append(tuple(columns))
    for pk, user in people.items():
        user.access = Access.of(held[pk])
    return people


@lru_cache(maxsize=2)
def prepared(today: date) -> tuple[Prepared, Prepared]:
    """For one event it is most of the work to write these two queries."""
    keys = places(FEW)
    return Prepared(lambda: accounts_of(keys)), Prepared(lambda: grants_of(keys, today))


def accounts_of(keys: Collection[int]) -> "models.QuerySet[User, Any]":
    users = User.objects.active().filter(pk__in=keys)
    return users.select_related("department__region")


def grants_of(keys: Collection[int], today: date) -> "models.QuerySet[Grant, Any]":
    current = Grant.objects.current(today).filter(user__in=keys).order_by("pk")
    return current.values_list("user", *Access.COLUMNS)


def those_who_may(found: list[Address], people: dict[int, User]) -> list[Address]:
    """Of what a person may not see he is not told; asked once for each person."""
    reachable = [one for one in found if one.person in people]
    asked: defaultdict[tuple[int, type[models.Model]], set[int]] = defaultdict(set)
    for one in reachable:
        if not is_sure(one, people[one.person]):
            asked[one.person, type(one.about)].add(one.about.pk)
    hidden = {
        (person, model, key)
        for (person, model), keys in asked.items()
        for key in keys - visible_of(model, keys, people[person])
    }
    return [
        one
        for one in reachable
        if (one.person, type(one.about), one.about.pk) not in hidden
    ]


def is_sure(one: Address, person: User) -> bool:
    return one.is_sure or described(one.about).surely(one.about, person)


def is_visible(record: models.Model, person: User) -> bool:
    return bool(visible_of(type(record), [record.pk], person))


def visible_of(
    model: type[models.Model], keys: Collection[int], person: User
) -> set[int]:
    rows = model._default_manager.filter(pk__in=keys)
    seen = described(model).visible(rows, person)
    return set(seen.order_by().values_list("pk", flat=True))


def described(record: models.Model | type[models.Model]) -> About:
    label = record._meta.label_lower
    about = notices.about_of(label)
    if about is None:
        raise LookupError(f"No app describes {label!r} for notices.")
    return about


def row_of(one: Address) -> Notice:
    return Notice(
        event=one.event,
        recipient_id=one.person,
        instead_of_id=one.instead_of,
        kind=one.kind.key,
        about_type=described(one.about).model._meta.label_lower,
        about_id=one.about.pk,
        created_at=one.event.at,
    )


def mark_read(
    user: User,
    keys: Iterable[int] | None = None,
    *,
    until: int | None = None,
    now: datetime | None = None,
) -> int:
    """Note that he has read these, or all up to the one he saw first on the page.

    No event: what somebody read is nobody else's business.
    """
    unread = Notice.objects.visible_to(user).unread()
    if keys is not None:
        unread = unread.filter(pk__in=keys)
    if until is not None:
        unread = unread.filter(pk__lte=until)
    return unread.update(read_at=now or timezone.now())
