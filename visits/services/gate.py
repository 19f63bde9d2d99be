"""无事不扰: how often a company has been visited, and when that asks for a reason."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.lib.errors import DomainError
from crm.models import Company
from visits.models import Visit

SHORT: Final = timedelta(days=30)
LONG: Final = timedelta(days=90)
# More rows than a person reads; the counts are of these, so they stop here too.
MOST: Final = 100


class ReasonNeeded(DomainError):
    """The company had many visits; another one needs a reason."""

    code = "gate_reason_required"


@dataclass(frozen=True)
class Near:
    """One visit as anybody who plans another may know it."""

    pk: int
    day: date
    mode: str
    status: str
    asked_by_company: bool
    unit: str
    officer: str

    @property
    def mode_label(self) -> str:
        return str(Visit.Mode(self.mode).label)

    @property
    def is_planned(self) -> bool:
        return self.status == Visit.Status.PLANNED

    def counts(self, today: date) -> bool:
        """A plan whose day has passed unused disturbed nobody."""
        if self.asked_by_company:
            return False
        return not self.is_planned or self.day >= today


@dataclass(frozen=True)
class Burden:
    """What a company had in the windows that end on a day, and what lies ahead."""

    day: date
    in_30: int
    in_90: int
    past: list[Near] = field(default_factory=list)
    ahead: list[Near] = field(default_factory=list)

    @property
    def needs_reason(self) -> bool:
        return (
            self.in_30 >= settings.CRM_VISITS_IN_30_DAYS
            or self.in_90 >= settings.CRM_VISITS_IN_90_DAYS
        )


def burden_on(
    company: Company, *, day: date, today: date, without: Visit | None = None
) -> Burden:
    """Count the visits of anyone in the 30 and 90 days up to and including `day`.

    Visits that the company asked for are shown and do not count; cancelled ones are
    neither shown nor counted.
    """
    first = min(day, today) - LONG
    near = [
        one
        for one in rows(company, first=first, last=max(day, today) + LONG)
        if without is None or one.pk != without.pk
    ]
    counted = [one.day for one in near if one.counts(today) and one.day <= day]
    return Burden(
        day=day,
        in_30=sum(one >= day - SHORT for one in counted),
        in_90=sum(one >= day - LONG for one in counted),
        past=[one for one in near if one.day <= today and not one.is_planned],
        ahead=[one for one in reversed(near) if one.day >= today and one.is_planned],
    )


def rows(company: Company, *, first: date, last: date) -> list[Near]:
    """Newest first, whoever they belong to: the one place that looks past scopes."""
    visits = (
        Visit.objects.filter(company=company)
        .between(first, last)
        .exclude(status=Visit.Status.CANCELLED)
        .order_by("-day", "-pk")
    )
    columns = ["pk", "day", "mode", "status", "asked_by_company"]
    names = ["unit__name", "logged_by__name"]
    return [Near(*row) for row in visits.values_list(*columns, *names)[:MOST]]


def check(burden: Burden, *, asked_by_company: bool, reason: str) -> None:
    """Refuse another visit without a reason when the company had many."""
    if burden.needs_reason and not asked_by_company and not reason.strip():
        sentence = _(
            "This company has had %(in_30)s visits in 30 days and %(in_90)s in 90. "
            "Please say why another one is needed."
        )
        counts = {"in_30": burden.in_30, "in_90": burden.in_90}
        raise ReasonNeeded(sentence % counts, field="gate_reason")
