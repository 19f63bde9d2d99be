"""What an improvement has changed: equal windows before and after it took effect.

Tickets are counted by the day they were raised. Shares come with numerator and
denominator, and without any there is nothing to say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.lib import trees
from crm.models import Company
from crm.services import calendar
from visits.models import Case, CaseTicket, Improvement, Ticket

# Longer ago says little about today.
LONGEST: Final = 90
MONTH: Final = 30
# Below these the figures are more luck than effect.
SHORT: Final = 30
FEW: Final = 10


@dataclass(frozen=True)
class Row:
    """What of a ticket is counted."""

    raised_on: date
    is_chosen: bool
    is_closed: bool
    is_solved: bool
    # Working days from dispatch to closing.
    days: int | None


@dataclass(frozen=True)
class Window:
    """Tickets of the kind within some days, and the companies they could come from."""

    first: date
    # The day after the last one.
    end: date
    count: int
    companies: int
    closed: int
    solved: int
    median_days: float | None
    chosen: int

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def open(self) -> int:
        return self.count - self.closed

    @property
    def rate(self) -> float | None:
        """Tickets per 100 companies and month."""
        if not self.companies:
            return None
        months = (self.end - self.first).days / MONTH
        return 100 * self.count / self.companies / months


@dataclass(frozen=True)
class Effect:
    """Before and after, in windows of the same length."""

    length: int
    before: Window
    after: Window
    # Working days that such a ticket may take.
    usual_days: int

    def cautions(self) -> Iterator[str]:
        """Why the figures are to be read with care; nothing when they need none."""
        if self.length < SHORT:
            yield ngettext(
                "The windows are short: %(n)s day each. Measure again later.",
                "The windows are short: %(n)s days each. Measure again later.",
                self.length,
            ) % {"n": self.length}
        if (total := self.before.count + self.after.count) < FEW:
            yield ngettext(
                "%(n)s ticket in all: one more or less changes everything.",
                "%(n)s tickets in all: one more or less changes everything.",
                total,
            ) % {"n": total}
        if self.after.open:
            yield ngettext(
                "%(n)s ticket of the window after is still open: days and share will "
                "change.",
                "%(n)s tickets of the window after are still open: days and share "
                "will change.",
                self.after.open,
            ) % {"n": self.after.open}
        if self.before.chosen:
            yield _(
                "%(n)s of the window before were chosen by hand when the case was "
                "opened; all others, before and after, are told like them."
            ) % {"n": self.before.chosen}

    def as_json(self) -> dict[str, Any]:  # Any: what JSON holds
        windows = {"before": self.before, "after": self.after}
        told = {name: _plain(one) for name, one in windows.items()}
        return {"length": self.length, "usual_days": self.usual_days, **told}


def _plain(window: Window) -> dict[str, Any]:  # Any: what JSON holds
    values = asdict(window)
    return values | {name: values[name].isoformat() for name in ("first", "end")}


def from_json(told: dict[str, Any]) -> Effect:  # Any: what JSON holds
    """As it was measured then."""

    def window(name: str) -> Window:
        values = dict(told[name])
        first, end = (date.fromisoformat(values.pop(key)) for key in ("first", "end"))
        return Window(first=first, end=end, **values)

    return Effect(
        length=told["length"],
        usual_days=told["usual_days"],
        before=window("before"),
        after=window("after"),
    )


def windows_of(effective_on: date, today: date) -> tuple[date, date, date] | None:
    """Where the window before begins, where the one after does, and where it ends."""
    length = min((today - effective_on).days, LONGEST)
    if length < 1:
        return None
    span = timedelta(days=length)
    return effective_on - span, effective_on, effective_on + span


def effect_of(case: Case, improvement: Improvement, today: date) -> Effect | None:
    """Of the whole case; None before the day it holds from is over."""
    if improvement.effective_on is None:
        return None
    days = windows_of(improvement.effective_on, today)
    if days is None:
        return None
    begins, turns, ends = days
    rows = list(rows_of(members_between(case, begins, ends)))
    return Effect(
        length=(ends - turns).days,
        before=window_of(case, rows, begins, turns),
        after=window_of(case, rows, turns, ends),
        usual_days=case.category.solve_days if case.category else 0,
    )


def members_between(case: Case, first: date, end: date) -> "QuerySet[CaseTicket]":
    """Tickets of the kind that were raised from a day on and before another."""
    return CaseTicket.objects.present().filter(
        case=case,
        ticket__raised_at__gte=midnight(first),
        ticket__raised_at__lt=midnight(end),
    )


def midnight(day: date) -> datetime:
    naive = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware
    return timezone.make_aware(naive)


def rows_of(members: "QuerySet[CaseTicket]") -> Iterator[Row]:
    """Refused and doubled tickets are no problems more; they are left out."""
    counted = members.exclude(
        ticket__status__in=[Ticket.Status.REFUSED, Ticket.Status.MERGED]
    )
    fields = ("raised_at", "outcome", "dispatched_at", "closed_at")
    for how, raised, outcome, dispatched, closed in counted.values_list(
        "how", *(f"ticket__{name}" for name in fields)
    ):
        yield Row(
            raised_on=timezone.localdate(raised),
            is_chosen=how == CaseTicket.How.CHOSEN,
            is_closed=closed is not None,
            is_solved=outcome == Ticket.Outcome.SOLVED,
            days=_days(dispatched, closed),
        )


def _days(dispatched: datetime | None, closed: datetime | None) -> int | None:
    if dispatched is None or closed is None:
        return None
    first, last = timezone.localdate(dispatched), timezone.localdate(closed)
    return calendar.count_between(first, last)


def window_of(case: Case, rows: Iterable[Row], first: date, end: date) -> Window:
    mine = [one for one in rows if first <= one.raised_on < end]
    days = [one.days for one in mine if one.is_closed and one.days is not None]
    return Window(
        first=first,
        end=end,
        count=len(mine),
        companies=companies_in(case, first, end),
        closed=sum(one.is_closed for one in mine),
        solved=sum(one.is_solved for one in mine),
        median_days=median(days) if days else None,
        chosen=sum(one.is_chosen for one in mine),
    )


def companies_in(case: Case, first: date, end: date) -> int:
    """Those that were there on any day of the window."""
    here = trees.in_ranges([trees.PathRange(case.region_path)], "region_path")
    still = Q(archived_at__isnull=True) | Q(archived_at__gte=midnight(first))
    known = Company.objects.filter(here, still, created_at__lt=midnight(end))
    return known.filter(merged_into=None).count()


# Which tickets a figure counts, for the list behind it.
WHICH: Final = {
    "all": Q(),
    "closed": Q(closed_at__isnull=False),
    "solved": Q(outcome=Ticket.Outcome.SOLVED),
    "open": Q(closed_at__isnull=True),
}


def tickets_behind(
    case: Case, improvement: Improvement | None, window: str, which: str, today: date
) -> "QuerySet[Ticket]":
    """The tickets of a figure: of a window or of all, all of them or some."""
    every = CaseTicket.objects.present().filter(case=case)
    found = Ticket.objects.filter(pk__in=every.values("ticket"))
    days = None
    if improvement and improvement.effective_on:
        days = windows_of(improvement.effective_on, today)
    if window in {"before", "after"} and days:
        begins, turns, ends = days
        first, end = (begins, turns) if window == "before" else (turns, ends)
        members = members_between(case, first, end)
        found = Ticket.objects.filter(pk__in=members.values("ticket")).exclude(
            status__in=[Ticket.Status.REFUSED, Ticket.Status.MERGED]
        )
    return found.filter(WHICH.get(which, Q()))
