"""好差评 in figures; every figure opens to the list of its ratings."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.lib.http import AppRequest
from crm.lib.listing import sliced
from crm.lib.months import month_of
from crm.lib.paging import PAGE_SIZE
from crm.models import Role
from crm.views.rights import only
from reports import rating_figures
from reports.rating_figures import CATEGORIES, UNITS, Line, Period


@dataclass(frozen=True)
class Figure:
    """A share with its numbers, and where the ratings are."""

    part: int | Decimal
    whole: int
    url: str


@dataclass(frozen=True)
class Shown:
    """One row as the page shows it."""

    label: str
    good: Figure
    satisfied: Figure
    rated: Figure
    corrected: Figure
    excluded: int
    excluded_url: str


def shown_of(line: Line, period: Period) -> Shown:
    numbers, narrow = line.numbers, line.narrow
    counted = {**narrow, **period.days, "counted": "true"}
    bad = {**counted, "level": "bad", "outcome": "corrected"}
    ended = {**narrow, **period.months, "counted": "true"}
    return Shown(
        label=line.label,
        good=Figure(numbers.good, numbers.rated, to({**counted, "level": "good"})),
        satisfied=Figure(numbers.weight, numbers.rated, to(counted)),
        rated=Figure(numbers.ended_rated, numbers.ended, to(ended)),
        corrected=Figure(numbers.corrected, numbers.bad, to(bad)),
        excluded=numbers.excluded,
        excluded_url=to({**narrow, **period.days, "counted": "false"}),
    )


def to(narrow: dict[str, str]) -> str:
    query = urlencode({"tab": "all", "figures": "true", **narrow})
    return f"{reverse('visits:ratings')}?{query}"


@require_safe
@only(Role.HANDLER, Role.UNIT_HEAD, Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR)
def figures(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    by = CATEGORIES if request.GET.get("by") == CATEGORIES else UNITS
    first = month_of(request.GET.get("first", ""))
    last = month_of(request.GET.get("last", ""))
    period = rating_figures.period_of(first, last, today)
    lines, total = rating_figures.lines_of(request.user, by, period)
    listing = sliced(request, lines, PAGE_SIZE)
    context = {
        "by": by,
        "period": period,
        "rows": [shown_of(line, period) for line in listing.rows],
        "total": shown_of(total, period) if lines else None,
        "page": listing,
        "rules": rating_figures.rules_of(period),
        "today": today,
    }
    return render(request, "reports/ratings.html", context)


urls = [path("ratings/figures/", figures, name="rating-figures")]
