"""好差评 in figures, by unit or by category: each with what it was divided by.

Never by person. What an upheld objection left out is counted apart and said.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from crm.lib import trees
from crm.lib.months import months_later, next_month
from crm.models import Department, User
from crm.models.companies import BY_DEPARTMENT, WIDE
from projects.models import Agency, AgencyState
from visits.filters.tickets import midnight
from visits.models import (
    Category,
    Correction,
    Rating,
    RatingLevel,
    RatingRule,
    Ticket,
    TicketPart,
    Visit,
)
from visits.models.ratings import BAD

GOOD: Final = (RatingLevel.VERY_GOOD, RatingLevel.GOOD, RatingLevel.FAIR)
UNITS, CATEGORIES = "unit", "category"
MOST_MONTHS: Final = 12
# Sum by key; None: without a category, which only tickets have.
Key = int | None
Counts = dict[Key, int]


@dataclass(frozen=True)
class Period:
    """Whole months, from the first to the last."""

    first: date
    last_month: date

    @property
    def last(self) -> date:
        return next_month(self.last_month) - timedelta(days=1)

    @property
    def months(self) -> dict[str, str]:
        """As the list of ratings takes the months in which a thing ended."""
        return {
            "ended_from": f"{self.first:%Y-%m}",
            "ended_to": f"{self.last_month:%Y-%m}",
        }

    @property
    def days(self) -> dict[str, str]:
        return {"first": self.first.isoformat(), "last": self.last.isoformat()}


def period_of(first: date | None, last: date | None, today: date) -> Period:
    """What was asked for, at most a year; else this month and the two before."""
    end = last or today.replace(day=1)
    start = first or months_later(end, -2)
    start = min(max(start, months_later(end, 1 - MOST_MONTHS)), end)
    return Period(start, end)


@dataclass
class Numbers:
    """What was counted for one unit, one category, or all of them."""

    rated: int = 0
    good: int = 0
    weight: Decimal = Decimal(0)
    # Of what ended in the period: how many things, and how many of them were rated.
    ended: int = 0
    ended_rated: int = 0
    bad: int = 0
    corrected: int = 0
    excluded: int = 0

    def add(self, other: "Numbers") -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Line:
    """One row of the table; `narrow` opens its ratings in the list."""

    label: str
    narrow: dict[str, str]
    numbers: Numbers = field(default_factory=Numbers)


def lines_of(user: User, by: str, period: Period) -> tuple[list[Line], Line]:
    """The rows in the order of the tree or of the categories, and their sum."""
    column = "department" if by == UNITS else "category"
    found: dict[Key, Numbers] = defaultdict(Numbers)
    count_levels(found, user, column, period)
    count_rest(found, user, column, period)
    for key, number in ended_of(user, by, period).items():
        found[key].ended += number
    lines = named(found, by)
    total = Line("", {})
    for line in lines:
        total.numbers.add(line.numbers)
    return lines, total


def ratings_of(user: User, period: Period, kind: str = "") -> Any:
    """Of all kinds of things, or of one. Any: a RatingQuerySet."""
    wanted = Q(rated_on__gte=period.first, rated_on__lte=period.last)
    if kind:
        wanted &= Q(subject_type=kind)
    return Rating.objects.in_figures_of(user).filter(wanted)


def count_levels(
    found: dict[Key, Numbers], user: User, column: str, period: Period, kind: str = ""
) -> None:
    """How many of each level, each weighed as the rules of its day say."""
    rules = rules_of(period)
    ratings = ratings_of(user, period, kind).counted()
    rows = (
        ratings.annotate(rule=place_of_rule(rules))
        .order_by()
        .values_list(column, "level", "rule")
        .annotate(n=Count("pk"))
    )
    for key, level, place, n in rows:
        numbers = found[key]
        numbers.rated += n
        numbers.good += n if level in GOOD else 0
        numbers.bad += n if level <= BAD else 0
        numbers.weight += n * rules[place].weights[level]


def rules_of(period: Period) -> list[RatingRule]:
    """Those in force in these months, the first one first."""
    later = RatingRule.objects.filter(
        effective_on__gt=period.first, effective_on__lte=period.last
    )
    return [RatingRule.objects.on(period.first), *later.order_by("effective_on")]


def place_of_rule(rules: list[RatingRule]) -> Any:  # Any: an expression
    whens = [
        When(rated_on__gte=rule.effective_on, then=Value(place))
        for place, rule in reversed(list(enumerate(rules)))
        if place
    ]
    first = Value(0, output_field=IntegerField())
    return Case(*whens, default=first, output_field=IntegerField()) if whens else first


def count_rest(
    found: dict[Key, Numbers], user: User, column: str, period: Period
) -> None:
    """Corrected ones, left out ones, and the rated ones of what ended."""
    told = ratings_of(user, period)
    mended = told.bad().filter(correction__outcome=Correction.Outcome.CORRECTED)
    months = Q(ended_on__gte=period.first, ended_on__lte=period.last)
    of_ended = Rating.objects.in_figures_of(user).counted().filter(months)
    for key, n in grouped(mended, column):
        found[key].corrected += n
    for key, n in grouped(told.exclude(excluded_at=None), column):
        found[key].excluded += n
    for key, n in grouped(of_ended, column):
        found[key].ended_rated += n


def grouped(rows: "QuerySet[Any, Any]", column: str) -> Iterable[tuple[Key, int]]:
    pairs: Any = rows.order_by().values_list(column)
    counted: Iterable[tuple[Key, int]] = pairs.annotate(n=Count("pk"))
    return counted


# --- What could have been rated ---------------------------------------------------


def ended_of(user: User, by: str, period: Period) -> Counts:
    """Tickets, visits and agencies that ended in these months, by the same key."""
    tickets = ended_tickets(user, period)
    others = [(ended_visits(user, period), "unit")]
    others.append((ended_agencies(user, period), "centre"))
    counts: Counts = defaultdict(int)
    for key, n in grouped(tickets, "lead" if by == UNITS else "category"):
        counts[key] += n
    for rows, column in others:
        if by == UNITS:
            for key, n in grouped(rows, column):
                counts[key] += n
        else:
            counts[None] += rows.count()
    return counts


def in_scope(user: User, company: str, department: str) -> Q:
    """As the ratings are: of the person's regions, or of his departments."""
    wide = trees.in_ranges(user.access.region_ranges(*WIDE), f"{company}__region_path")
    below = user.access.department_ranges(*BY_DEPARTMENT)
    return wide | trees.in_ranges(below, f"{department}__path")


def ended_tickets(user: User, period: Period) -> "QuerySet[Any, Any]":
    leads = TicketPart.objects.open().filter(ticket=OuterRef("pk"), is_lead=True)
    below = user.access.department_ranges(*BY_DEPARTMENT)
    wide = trees.in_ranges(user.access.region_ranges(*WIDE), "company__region_path")
    units = Department.objects.filter(trees.in_ranges(below, "path"))
    found = Ticket.objects.filter(
        status=Ticket.Status.CLOSED,
        closed_at__gte=midnight(period.first),
        closed_at__lt=midnight(period.last + timedelta(days=1)),
    ).annotate(lead=Subquery(leads.values("department")[:1]))
    return found.filter(wide | Q(lead__in=units.values("pk")))


def ended_visits(user: User, period: Period) -> "QuerySet[Any, Any]":
    days = Q(over__gte=period.first, over__lte=period.last)
    found = Visit.objects.held().annotate(over=Coalesce(F("ended_on"), F("day")))
    # By the plain column as well: its index knows where the months lie.
    near = Q(day__gte=period.first - timedelta(days=31), day__lte=period.last)
    return found.filter(near & days & in_scope(user, "company", "unit"))


def ended_agencies(user: User, period: Period) -> "QuerySet[Any, Any]":
    return Agency.objects.filter(
        in_scope(user, "project__company", "centre"),
        state=AgencyState.FINISHED,
        ended_at__gte=midnight(period.first),
        ended_at__lt=midnight(period.last + timedelta(days=1)),
    )


def named(found: dict[Key, Numbers], by: str) -> list[Line]:
    """In the order of the tree, or of the categories; never of the figures."""
    keys = [key for key in found if key is not None]
    lines = []
    if by == UNITS:
        rows: Any = Department.objects.filter(pk__in=keys).order_by("path")
        lines = [
            Line(name, {"unit": str(pk)}, found[pk])
            for pk, name in rows.values_list("pk", "name")
        ]
    else:
        rows = Category.objects.filter(pk__in=keys)
        lines = [
            Line(name, {"category": key}, found[pk])
            for pk, key, name in rows.values_list("pk", "key", "name")
        ]
    if None in found:
        lines.append(Line("", {"category": "none"}, found[None]))
    return lines
