"""Rows of the list of companies: flat, 25 a page."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from crm.filters import CompanyFilter
from crm.lib.labels import label_of
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, PAGE_SIZE, capped_count, flat_page
from crm.lib.prepared import Prepared, places
from crm.lib.templates.urls import address as address_of
from crm.models import Absence, Company, CompanyLiaison, User
from crm.models.companies import CompanyQuerySet

FIELDS = (
    "pk",
    "name",
    "region__name",
    "industry__name",
    "size",
    "stage",
    "last_visit_on",
    "archived_at",
    "officer_a",
    "officer_b",
    "a_is_away",
    "tag_words",
)
# Filters that leave the count as cheap as without them.
PLAIN = {"region", "archived", "sort"}
# The filters that every list shows.
QUICK = {"q", "sort", "size", "stage"}


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One line of the list."""

    pk: int
    name: str
    region: str
    industry: str | None
    size: str
    stage: str
    last_visit_on: date | None
    archived_at: object
    officer_a: str | None
    officer_b: str | None
    a_is_away: bool
    tag_words: str | None

    @property
    def url(self) -> str:
        return address_of("crm:company", self.pk)

    @property
    def size_label(self) -> str:
        return (
            ""
            if self.size == Company.Size.UNKNOWN
            else label_of(Company.Size, self.size)
        )

    @property
    def tags(self) -> list[tuple[str, str]]:
        return tags_of(self.tag_words)


def tags_of(words: str | None) -> list[tuple[str, str]]:
    return list(pairs_of(words or ""))


@lru_cache(maxsize=512)  # a few dozen tags, in the mixtures that occur
def pairs_of(words: str) -> tuple[tuple[str, str], ...]:
    """Key and name of each, from with_tags(); two rows of the table may be many."""
    pairs = [word.partition("=") for word in words.split("\n") if word]
    found = [(key, name) for key, _sign, name in pairs]
    # What is wrong is read first.
    return tuple(sorted(found, key=lambda pair: (pair[0] != "troubled", pair[0])))


@lru_cache(maxsize=2)
def by_keys(today: date) -> Prepared:
    """The rows of 25 companies; whose they are is asked with their keys."""
    return Prepared(lambda: rows_on(today).filter(pk__in=places(PAGE_SIZE)))


def rows_on(today: date) -> QuerySet[Company, tuple[Any, ...]]:
    """What a line needs, as annotations: no query per row."""
    away = Absence.objects.on(today).values("officer")
    a_away = CompanyLiaison.objects.open().filter(
        company=OuterRef("pk"), role=CompanyLiaison.Role.A, officer__in=away
    )
    annotated = Company.objects.with_officers().with_tags()
    return annotated.annotate(a_is_away=Exists(a_away)).order_by().values_list(*FIELDS)


@dataclass(frozen=True)
class CompanyList:
    """One page of the list as `companies.html` shows it."""

    rows: list[CompanyRow]
    page: dict[str, Any]  # any: what parts/_pages.html wants
    chosen: dict[str, str]

    @property
    def is_filtered(self) -> bool:
        return any(value for name, value in self.chosen.items() if name != "sort")

    @property
    def more_chosen(self) -> list[tuple[str, str]]:
        """What is on among the filters that are loaded apart."""
        return [
            (name, value)
            for name, value in self.chosen.items()
            if value and name not in QUICK
        ]

    @property
    def more_is_on(self) -> bool:
        return bool(self.more_chosen)


def to_count(filtered: CompanyFilter) -> CompanyQuerySet:
    """By region, but the few without an officer by their own index."""
    every = Company.objects.all()
    return every.in_order() if filtered.form.cleaned_data.get("unassigned") else every


def list_of(request: HttpRequest, user: User, filtered: CompanyFilter) -> CompanyList:
    found = counted = Company.objects.none()
    if filtered.is_valid():
        found = filtered.qs
        counted = filtered.counted(to_count(filtered).visible_to(user))
    cursor, prepared = request.GET.get("cursor"), by_keys(timezone.localdate())
    page = flat_page(found, filtered.ordering, cursor, prepared, CompanyRow)
    chosen = filtered.chosen
    is_plain = not any(value for name, value in chosen.items() if name not in PLAIN)
    count = capped_count(counted) if is_plain else capped_count(counted, NARROWED_CAP)
    links = addresses(request.GET, page)
    return CompanyList(page.rows, {"count": count, **links}, chosen)
