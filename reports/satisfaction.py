"""满意 beside 办结 and 解决: as the figures of ratings define it, of tickets alone."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from crm.models import User
from visits.models import Category
from visits.outcomes import CATEGORIES, UNITS

from . import rating_figures
from .rating_figures import Numbers

TICKETS: Final = "visits.ticket"


@dataclass
class Satisfied:
    """The weighted ratings, out of how many, and where they are."""

    weight: Decimal = Decimal(0)
    rated: int = 0
    url: str = ""


def satisfied_by(
    user: User, by: str, first: date, last_month: date
) -> dict[int | None, Satisfied]:
    """By unit or category; under None all together."""
    period = rating_figures.Period(first, last_month)
    found: dict[int | None, Numbers] = defaultdict(Numbers)
    column = "department" if by == UNITS else "category"
    rating_figures.count_levels(found, user, column, period, kind=TICKETS)
    names = dict(Category.objects.values_list("pk", "key")) if by == CATEGORIES else {}
    satisfied: dict[int | None, Satisfied] = {}
    total = Numbers()
    for key, numbers in found.items():
        narrow = {by: str(names.get(key or 0, key))}
        satisfied[key] = as_satisfied(numbers, {**period.days, **narrow})
        total.add(numbers)
    satisfied[None] = as_satisfied(total, period.days)
    return satisfied


def as_satisfied(numbers: Numbers, narrow: dict[str, str]) -> Satisfied:
    """Opens to the ratings it is made of, which name no company that wanted none."""
    only = {"tab": "all", "figures": "true", "counted": "true", "kind": TICKETS}
    url = f"{reverse('visits:ratings')}?{urlencode({**only, **narrow})}"
    return Satisfied(numbers.weight, numbers.rated, url)
