"""How many companies each officer serves, and how many of them he has seen."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from crm.models import Absence, Company, CompanyLiaison, User

A, B = CompanyLiaison.Role.A, CompanyLiaison.Role.B
FIELDS = ("pk", "name", "unit", "a_count", "b_count", "seen_count", "is_away")
ORDER = ("-a_count", "pk")


@dataclass(frozen=True, slots=True)
class Load:
    """One officer's companies; `seen` of `a_count` were visited in the last days."""

    pk: int
    name: str
    unit: str | None
    a_count: int
    b_count: int
    seen: int
    is_away: bool


def loads(officers: "QuerySet[User]", user: User, today: date) -> "QuerySet[User]":
    """The officers with their counts, of companies that the dispatcher manages."""
    living = Company.objects.living().managed_by(user).values("pk")
    is_open = Q(companyliaisons__ended_on=None, companyliaisons__company__in=living)
    is_a = is_open & Q(companyliaisons__role=A)
    since = today - timedelta(days=settings.CRM_COVERAGE_DAYS)
    seen = is_a & Q(companyliaisons__company__last_visit_on__gte=since)
    away = Absence.objects.on(today).filter(officer=OuterRef("pk"))
    return officers.annotate(
        unit=F("department__name"),
        a_count=Count("companyliaisons", filter=is_a),
        b_count=Count("companyliaisons", filter=is_open & Q(companyliaisons__role=B)),
        seen_count=Count("companyliaisons", filter=seen),
        is_away=Exists(away),
    )
