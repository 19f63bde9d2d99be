"""What a person who is about to log or plan a visit is offered. Reads only."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from crm.models import Company, Contact, User
from crm.models.companies import CompanyQuerySet
from visits.models import Category, Finding, Visit

from . import gate
from .gate import Burden, Near
from .projects import ProjectOffer, offers_at
from .reach import companies_of_region, own_companies, reach

MOST: Final = 20
RECENT: Final = 5
CHIPS: Final = 6
# Visits that are looked at to know what a person usually writes.
HABIT: Final = 40


@dataclass(frozen=True)
class Offer:
    """Name and code of a company, and whose visit it would be."""

    pk: int
    name: str
    uscc: str
    for_unit: bool


@dataclass(frozen=True)
class ContactOffer:
    pk: int
    name: str
    title: str


@dataclass(frozen=True)
class Facts:
    """What the page shows once the company is chosen."""

    pk: int
    name: str
    uscc: str
    for_unit: bool
    burden: Burden
    contacts: list[ContactOffer] = field(default_factory=list)
    projects: list[ProjectOffer] = field(default_factory=list)

    @property
    def needs_reason(self) -> bool:
        return self.burden.needs_reason

    @property
    def in_30(self) -> int:
        return self.burden.in_30

    @property
    def in_90(self) -> int:
        return self.burden.in_90

    @property
    def past(self) -> list[dict[str, object]]:
        return [shown(one, self.for_unit) for one in self.burden.past]

    @property
    def ahead(self) -> list[dict[str, object]]:
        return [shown(one, self.for_unit) for one in self.burden.ahead]


@dataclass(frozen=True)
class Plan:
    """A planned visit that is due today, one tap from being logged."""

    pk: int
    company: str
    purpose: str


def shown(near: Near, for_unit: bool) -> dict[str, object]:
    """Who logs for a unit learns days and units, and nothing else."""
    return {
        "day": near.day,
        "unit": near.unit,
        "mode": "" if for_unit else near.mode_label,
        "officer": "" if for_unit else near.officer,
        "asked_by_company": near.asked_by_company,
    }


def companies_for(user: User, text: str) -> list[Offer]:
    """Companies that match, the person's own before those of the region."""
    own = some(own_companies(user), text, for_unit=False)
    known = {one.pk for one in own}
    others = some(companies_of_region(user), text, for_unit=True) if text else []
    return [*own, *(one for one in others if one.pk not in known)][:MOST]


def some(companies: CompanyQuerySet, text: str, *, for_unit: bool) -> list[Offer]:
    rows = companies.search(text).order_by("sort_key", "pk")
    return [
        Offer(pk, name, uscc or "", for_unit)
        for pk, name, uscc in rows.values_list("pk", "name", "uscc")[:MOST]
    ]


def recent_companies(user: User) -> list[Offer]:
    """Where the person has been lately, newest first; still reachable ones only."""
    visits = Visit.objects.filter(logged_by=user).held().order_by("-day", "-pk")
    rows = list(visits.values_list("company", "for_unit")[:HABIT])
    latest = dict(reversed(rows))
    keys = list(dict(rows))
    own = own_companies(user).filter(pk__in=keys).values_list("pk", "name", "uscc")
    found = {pk: Offer(pk, name, uscc or "", False) for pk, name, uscc in own}
    if any(latest.values()):
        region = companies_of_region(user).filter(pk__in=keys)
        for pk, name, uscc in region.values_list("pk", "name", "uscc"):
            found.setdefault(pk, Offer(pk, name, uscc or "", True))
    lately = [found[pk] for pk in keys if pk in found][:RECENT]
    if len(lately) < RECENT:
        # A new officer's list is as long as anybody's.
        lately += [one for one in companies_for(user, "") if one.pk not in found]
    return lately[:RECENT]


def plans_of_today(user: User, today: date) -> list[Plan]:
    mine = Visit.objects.filter(logged_by=user, day=today).planned()
    rows = mine.order_by("starts_at", "pk").values_list(
        "pk", "company__name", "purpose"
    )
    return [Plan(*row) for row in rows[:RECENT]]


def facts_for(user: User, pk: int, *, today: date) -> Facts | None:
    """The company's people and its visits of late, if the person may log there."""
    place = reach(user, pk)
    if place is None:
        return None
    company: Company = place.company
    contacts = Contact.objects.filter(company=company).current()
    rows = contacts.order_by("-is_main", "pk").values_list("pk", "name", "title")
    return Facts(
        pk=company.pk,
        name=company.name,
        uscc=company.uscc or "",
        for_unit=place.for_unit,
        burden=gate.burden_on(company, day=today, today=today),
        contacts=[] if place.for_unit else [ContactOffer(*row) for row in rows[:MOST]],
        projects=offers_at(user, company.pk),
    )


def usual_purposes(user: User) -> list[str]:
    """What the person wrote most of late: one tap instead of typing."""
    visits = Visit.objects.filter(logged_by=user).order_by("-day", "-pk")
    lately = visits.values_list("purpose", flat=True)[:HABIT]
    counted = Counter(one for one in lately if len(one) <= 16)
    return [purpose for purpose, _ in counted.most_common(CHIPS)]


def categories_for(user: User) -> tuple[list[Category], list[Category]]:
    """Those the person uses most, as chips; and all that are in use."""
    every = list(Category.objects.filter(is_active=True))
    visits = Visit.objects.filter(logged_by=user).order_by("-day", "-pk")[:HABIT]
    lately = list(visits.values_list("pk", flat=True))
    heard = Finding.objects.filter(visit__in=lately)
    used = Counter(heard.values_list("category", flat=True))
    often = sorted(every, key=lambda one: -used[one.pk])
    return often[:CHIPS], every


def colleagues_of(user: User) -> list[User]:
    """People of the same unit, to be named as companions."""
    same = User.objects.active().filter(department=user.department_id)
    return list(same.exclude(pk=user.pk).order_by("name", "pk")[:MOST])
