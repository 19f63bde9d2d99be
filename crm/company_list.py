"""Rows of the list of companies: flat, 25 a page."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from crm.filters import CompanyFilter
from crm.lib.listing import address
from crm.lib.paging import KeysetPage, capped_count, keyset_page
from crm.models import Absence, Company, CompanyLiaison, User
from crm.models.companies import CompanyQuerySet, tag_words

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
# Nobody reads how many there are beyond this when the list is narrowed.
NARROWED_CAP = 1_000
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
        return f"{before_key()}{self.pk}/"

    @property
    def size_label(self) -> str:
        return (
            "" if self.size == Company.Size.UNKNOWN else label(Company.Size, self.size)
        )

    @property
    def tags(self) -> list[tuple[str, str]]:
        return tags_of(self.tag_words)


@lru_cache(maxsize=1)
def before_key() -> str:
    """A company's address up to its key: reversing 25 of them costs milliseconds."""
    return reverse("crm:company", args=[0]).removesuffix("0/")


def label(choices: Any, value: str) -> str:  # Any: one of the model's choices
    return str(choices(value).label)


def tags_of(words: str | None) -> list[tuple[str, str]]:
    """Key and name of each, from with_tags(); two rows of the table may be many."""
    pairs = [word.partition("=") for word in (words or "").split("\n") if word]
    found = [(key, name) for key, _sign, name in pairs]
    # What is wrong is read first.
    return sorted(found, key=lambda pair: (pair[0] != "troubled", pair[0]))


def rows_of(companies: CompanyQuerySet, today: date) -> CompanyQuerySet:
    """What a line needs, as annotations: no query per row."""
    return companies.annotate(**annotations(today))


@lru_cache(maxsize=2)
def annotations(today: date) -> dict[str, Any]:  # any: expressions of several kinds
    """Built once a day: making them costs as much as running the query."""
    away = Absence.objects.on(today).values("officer")
    a_away = CompanyLiaison.objects.open().filter(
        company=OuterRef("pk"), role=CompanyLiaison.Role.A, officer__in=away
    )
    return {
        "officer_a": CompanyLiaison.name_of(CompanyLiaison.Role.A),
        "officer_b": CompanyLiaison.name_of(CompanyLiaison.Role.B),
        "tag_words": tag_words(),
        "a_is_away": Exists(a_away),
    }


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


def list_of(request: HttpRequest, user: User, filtered: CompanyFilter) -> CompanyList:
    found = counted = Company.objects.none()
    if filtered.is_valid():
        found = filtered.qs
        counted = filtered.counted(Company.objects.visible_to(user))
    page: KeysetPage[CompanyRow] = keyset_page(
        rows_of(found, timezone.localdate()),
        filtered.ordering,
        request.GET.get("cursor"),
        fields=FIELDS,
        row=CompanyRow,
    )
    chosen = {name: request.GET.get(name, "") for name in filtered.filters}
    is_plain = not any(value for name, value in chosen.items() if name not in PLAIN)
    count = capped_count(counted) if is_plain else capped_count(counted, NARROWED_CAP)
    links = {
        name: address(request.GET, getattr(page, name))
        for name in ("first", "previous", "next", "last")
    }
    return CompanyList(page.rows, {"count": count, **links}, chosen)
