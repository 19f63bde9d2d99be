"""办结, 解决, and what stands beside them: each figure is defined here, nowhere else.

A figure is a set of tickets. Counted together or opened as a list, it is the same set,
so that every number on a page opens to exactly as many tickets. Of persons there is no
figure.

What is counted: the tickets dispatched in the days asked for, as they stand now.
Doubles of the same company count once, as the ticket that they were merged into. One
that still runs in time is not counted yet; a parked one is open, however long.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Department, User
from crm.services import calendar
from visits.filters.tickets import midnight
from visits.models import Callback, Category, Ticket, TicketPart
from visits.models.ticket_sets import TicketQuerySet

Status, Outcome, SignOff = Ticket.Status, Ticket.Outcome, Ticket.SignOff
UNITS: Final = "unit"
CATEGORIES: Final = "category"


@dataclass(frozen=True)
class Days:
    """From the first to the last, both inclusive."""

    first: date
    last: date

    def holds(self, column: str) -> Q:
        """Of a moment in these local days."""
        after = self.last + timedelta(days=1)
        return Q(
            **{f"{column}__gte": midnight(self.first), f"{column}__lt": midnight(after)}
        )


# --- The figures -------------------------------------------------------------------

CLOSED: Final = Q(status=Status.CLOSED)
UNCONFIRMED: Final = Q(status=Status.CONFIRMING)
PARKED: Final = Q(status=Status.PARKED)
SETTLED: Final = (Status.CLOSED, Status.CONFIRMING, Status.PARKED)
# Worked as one with another of the same company, which counts in its place.
DOUBLE: Final = Q(status=Status.MERGED, merged_into__company=F("company"))


def solved_by(way: str) -> Q:
    """By whose word: the company's own, or one through an official's hands."""
    return CLOSED & Q(outcome=Outcome.SOLVED, sign_off=way)


def figures_on(today: date) -> dict[str, Q]:
    """Which of the dispatched tickets belong to each figure, seen from today."""
    late = ~Q(status__in=SETTLED) & Q(solve_by__due_on__lt=today)
    in_time = Q(solve_by__due_on__gte=today) | Q(solve_by__due_on=None)
    running = ~Q(status__in=SETTLED) & in_time
    answered = CLOSED | UNCONFIRMED
    return {
        "dispatched": Q(),
        "running": running,
        "counted": answered | PARKED | late,
        "closed": CLOSED,
        "answered": answered,
        "solved": CLOSED & Q(outcome=Outcome.SOLVED),
        "solved_company": solved_by(SignOff.COMPANY),
        "solved_link": solved_by(SignOff.LINK),
        "solved_call": solved_by(SignOff.CALL),
        "solved_signature": solved_by(SignOff.SIGNATURE),
        "partly": CLOSED & Q(outcome=Outcome.PARTLY),
        "explained": CLOSED & Q(outcome=Outcome.EXPLAINED),
        "unconfirmed": UNCONFIRMED,
        "unreached": UNCONFIRMED & Q(is_unreached=True),
        "parked": PARKED,
        "late": late,
        # Answered at least once, whatever came of it.
        "answered_once": answered | Q(redo_count__gt=0),
        "redone": Q(redo_count__gt=0),
        "returned": Q(return_count__gt=0),
        "extended": Q(extended_at__isnull=False),
    }


LABELS: Final[dict[str, str | Promise]] = {
    "dispatched": _("Dispatched"),
    "running": _("Running in time, not counted yet"),
    "counted": _("To be closed"),
    "closed": _("Closed"),
    "answered": _("Answered"),
    "solved": _("Solved, says the company"),
    "solved_company": _("Solved, by the company's own word"),
    "solved_link": _("Solved, by a one-time link"),
    "solved_call": _("Solved, by the record of a call"),
    "solved_signature": _("Solved, by a signature"),
    "partly": _("Partly solved"),
    "explained": _("Only explained"),
    "unconfirmed": _("Answered, and nobody has said anything"),
    "unreached": _("Called back in vain"),
    "parked": pgettext_lazy("tickets", "Parked"),
    "late": _("Late and open"),
    "answered_once": _("Answered at least once"),
    "redone": pgettext_lazy("tickets", "Done again"),
    "returned": pgettext_lazy("tickets", "Returned"),
    "extended": pgettext_lazy("tickets", "Extended"),
    "refused": pgettext_lazy("tickets", "Not accepted"),
}


@dataclass(frozen=True)
class Share:
    """A figure out of another one, which it is a part of."""

    key: str
    label: str | Promise
    part: str
    whole: str


# The first two stand side by side with 满意 wherever one of them is shown.
SHARES: Final = (
    Share("closed", pgettext_lazy("share", "Closed"), "closed", "counted"),
    Share("solved", pgettext_lazy("share", "Solved"), "solved", "answered"),
    Share("partly", pgettext_lazy("share", "Partly"), "partly", "answered"),
    Share("explained", pgettext_lazy("share", "Explained"), "explained", "answered"),
    Share(
        "unconfirmed", pgettext_lazy("share", "Unconfirmed"), "unconfirmed", "answered"
    ),
    Share("redone", pgettext_lazy("share", "Done again"), "redone", "answered_once"),
    Share("returned", pgettext_lazy("share", "Returned"), "returned", "dispatched"),
    Share("extended", pgettext_lazy("share", "Extended"), "extended", "dispatched"),
)


# --- The sets ----------------------------------------------------------------------


def dispatched(user: User, days: Days) -> TicketQuerySet:
    """Those that this person's figures are made of."""
    found = Ticket.objects.in_figures_of(user).filter(days.holds("dispatched_at"))
    return found.exclude(DOUBLE).alias(is_unreached=Exists(unreached_calls()))


def refused(user: User, days: Days) -> TicketQuerySet:
    """Apart: they were never anybody's to solve."""
    return Ticket.objects.in_figures_of(user).filter(days.holds("refused_at"))


def unreached_calls() -> Any:  # Any: a CallbackQuerySet
    return Callback.objects.unreached().filter(ticket=OuterRef("pk"))


@dataclass(frozen=True)
class Asked:
    """One number of the page: whose, of which days, which figure, and narrowed how."""

    days: Days
    figure: str = "dispatched"
    unit: int | None = None
    category: int | None = None


def tickets_of(user: User, asked: Asked, today: date) -> TicketQuerySet:
    """The tickets behind one number."""
    if asked.figure == "refused":
        found = refused(user, asked.days)
    else:
        condition = figures_on(today)[asked.figure]
        found = dispatched(user, asked.days).filter(condition)
    if asked.category is not None:
        found = found.filter(category=asked.category)
    if asked.unit is not None:
        leads = TicketPart.objects.open().filter(is_lead=True, department=asked.unit)
        found = found.filter(pk__in=leads.values("ticket"))
    return found


# --- Counted -------------------------------------------------------------------------


@dataclass
class Numbers:
    """How many tickets each figure has, and after how many working days they closed."""

    counts: Counter[str] = field(default_factory=Counter)
    # Working days → tickets.
    took: Counter[int] = field(default_factory=Counter)

    def add(self, other: "Numbers") -> None:
        self.counts.update(other.counts)
        self.took.update(other.took)

    @property
    def median_days(self) -> int | None:
        """From dispatch to close; half of the closed ones took longer than this."""
        return median_low(self.took.elements()) if self.took else None


@dataclass
class Line:
    """One row: a unit or a category; `key` narrows its tickets."""

    label: str
    key: int
    numbers: Numbers = field(default_factory=Numbers)


Groups = dict[int, Numbers]


def lines_of(user: User, by: str, days: Days, today: date) -> tuple[list[Line], Line]:
    """The rows in the order of the tree or of the categories, and all together."""
    groups: Groups = {}
    column = "parts__department" if by == UNITS else "category"
    led = dispatched(user, days).filter(parts__is_lead=True, parts__ended_on=None)
    count(groups, led, column, today)
    measure(groups, led, column)
    total = Line("", 0)
    for numbers in groups.values():
        total.numbers.add(numbers)
    total.numbers.counts["refused"] = refused(user, days).count()
    return named(groups, by), total


def count(groups: Groups, led: TicketQuerySet, column: str, today: date) -> None:
    """All figures in one statement, however many tickets there are."""
    figures = figures_on(today)
    counted = {
        f"n_{key}": Count("pk", filter=condition) if condition else Count("pk")
        for key, condition in figures.items()
    }
    rows: Any = led.order_by().values(column).annotate(**counted)
    for row in rows:
        numbers = groups.setdefault(row[column], Numbers())
        for key in figures:
            numbers.counts[key] += row[f"n_{key}"]


def measure(groups: Groups, led: TicketQuerySet, column: str) -> None:
    """Working days from the dispatch to the close, of those that are closed."""
    fields = (column, "solve_by__started_on", "closed_at")
    rows: Any = led.filter(CLOSED).order_by().values_list(*fields)
    pairs: Counter[tuple[int, date, date]] = Counter()
    for key, started_on, closed_at in rows.iterator(chunk_size=2000):
        pairs[key, started_on, local_day(closed_at)] += 1
    known = calendar.current()
    for (key, first, last), n in pairs.items():
        groups.setdefault(key, Numbers()).took[known.count_between(first, last)] += n


def local_day(moment: datetime) -> date:
    return timezone.localdate(moment)


def named(groups: Groups, by: str) -> list[Line]:
    """In the order of the tree, or of the categories; never of the figures."""
    rows: Any = Department.objects.filter(pk__in=groups).order_by("path")
    if by == CATEGORIES:
        rows = Category.objects.filter(pk__in=groups)
    return [Line(name, pk, groups[pk]) for pk, name in rows.values_list("pk", "name")]
