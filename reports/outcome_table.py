"""The rows of the outcomes, as the page and its file show them.

办结, 解决 and 满意 always stand side by side, each with what it was divided by. The
rows have the order of the tree or of the categories: it is no ranking.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from crm.lib.months import months_later, next_month
from crm.lib.words import share
from crm.models import User
from visits.outcomes import SHARES, UNITS, Days, Line, lines_of

from .satisfaction import Satisfied, satisfied_by

USUAL_MONTHS: Final = 3
MOST_MONTHS: Final = 12
# How one knows that it is solved, in the order in which one can trust it.
WAYS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("solved_company", pgettext_lazy("by whose word", "itself")),
    ("solved_link", pgettext_lazy("by whose word", "link")),
    ("solved_signature", pgettext_lazy("by whose word", "signature")),
    ("solved_call", pgettext_lazy("by whose word", "call")),
)
# Numbers that are no share.
PLAIN: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("parked", pgettext_lazy("tickets", "Parked")),
    ("late", gettext_lazy("Late and open")),
)
# Of all together only.
APART: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("dispatched", gettext_lazy("Dispatched")),
    ("running", gettext_lazy("Running in time, not counted yet")),
    ("unreached", gettext_lazy("Called back in vain")),
    ("refused", pgettext_lazy("tickets", "Not accepted")),
)
LEADING: Final = ("closed", "solved")
Value = int | Decimal


@dataclass(frozen=True)
class Period:
    """Whole months, from the first to the last."""

    first: date
    last_month: date

    @property
    def days(self) -> Days:
        return Days(self.first, next_month(self.last_month) - timedelta(days=1))

    @property
    def query(self) -> dict[str, str]:
        return {"first": f"{self.first:%Y-%m}", "last": f"{self.last_month:%Y-%m}"}


def period_of(first: date | None, last: date | None, today: date) -> Period:
    """What was asked for, at most a year; else this month and the two before."""
    end = last or today.replace(day=1)
    start = first or months_later(end, 1 - USUAL_MONTHS)
    start = min(max(start, months_later(end, 1 - MOST_MONTHS)), end)
    return Period(start, end)


@dataclass(frozen=True)
class Figure:
    """A share with its numbers, or a number alone, and where its records are."""

    label: str
    part: Value
    whole: int | None
    url: str
    whole_url: str = ""

    @property
    def text(self) -> str:
        return str(self.part) if self.whole is None else share(self.part, self.whole)

    @property
    def percent(self) -> str:
        """Of a share, what stands before its numbers."""
        return f"{100 * self.part / self.whole:.1f}%" if self.whole else ""

    @property
    def ratio(self) -> str:
        """What is left of the text: a line of its own where it is narrow."""
        return self.text.removeprefix(self.percent)

    @property
    def is_empty(self) -> bool:
        """Nothing to open."""
        return not (self.part if self.whole is None else self.whole)


@dataclass(frozen=True)
class Row:
    """One unit, one category, or all together."""

    label: str
    closed: Figure
    solved: Figure
    satisfied: Figure
    ways: list[Figure]
    shares: list[Figure]
    plain: list[Figure]
    median_days: int | None

    @property
    def three(self) -> list[Figure]:
        return [self.closed, self.solved, self.satisfied]


@dataclass(frozen=True)
class Table:
    """The rows of one person's outcomes, and all together."""

    rows: list[Row]
    total: Row
    apart: list[Figure]


def table_of(user: User, by: str, period: Period, today: date) -> Table:
    lines, total = lines_of(user, by, period.days, today)
    satisfied = satisfied_by(user, by, period.first, period.last_month)
    nobody = Satisfied()
    rows = [row_of(line, satisfied.get(line.key, nobody), by, period) for line in lines]
    whole = satisfied.get(None, nobody)
    counts = total.numbers.counts
    apart = [
        Figure(str(label), counts[key], None, to(key, period)) for key, label in APART
    ]
    return Table(rows, row_of(total, whole, "", period), apart)


def row_of(line: Line, satisfied: Satisfied, by: str, period: Period) -> Row:
    """Each number with the address of the tickets that it counts."""
    counts = line.numbers.counts
    narrow = {by: str(line.key)} if by else {}

    def number(key: str, label: str | Promise) -> Figure:
        return Figure(str(label), counts[key], None, to(key, period, **narrow))

    shares = {
        one.key: Figure(
            str(one.label),
            counts[one.part],
            counts[one.whole],
            to(one.part, period, **narrow),
            to(one.whole, period, **narrow),
        )
        for one in SHARES
    }
    return Row(
        label=line.label,
        closed=shares["closed"],
        solved=shares["solved"],
        satisfied=Figure(
            pgettext("share", "Satisfied"),
            satisfied.weight,
            satisfied.rated,
            satisfied.url,
        ),
        ways=[number(key, label) for key, label in WAYS],
        shares=[one for key, one in shares.items() if key not in LEADING],
        plain=[number(key, label) for key, label in PLAIN],
        median_days=line.numbers.median_days,
    )


def to(figure: str, period: Period, **narrow: str) -> str:
    query = {"figure": figure, **period.query, **narrow}
    return f"{reverse('reports:outcome-tickets')}?{urlencode(query)}"


# --- The file ------------------------------------------------------------------------

FIRST_WIDTHS: Final = (28,)
OTHER_WIDTH: Final = 20
# Title, scope and an empty line stand above the heading.
HEADING: Final = 3


def as_cells(table: Table, by: str, period: Period) -> list[Sequence[str | int | None]]:
    """What the page shows: shares in words, and of the three their numbers beside."""
    first = _("Unit") if by == UNITS else _("Category")
    rows: list[Sequence[str | int | None]] = [
        [_("Outcomes")],
        [f"{period.days.first} – {period.days.last}"],
        [],
        [first, *headings(table.total)],
    ]
    rows += [[row.label, *cells_of(row)] for row in table.rows]
    rows.append([_("All together"), *cells_of(table.total)])
    rows.append([])
    rows += [[one.label, int(one.part)] for one in table.apart]
    return rows


def headings(row: Row) -> Iterator[str]:
    for one in row.three:
        yield from (one.label, _("part"), _("of"))
    for one in row.ways:
        yield _("solved, %(way)s") % {"way": one.label}
    yield from (one.label for one in (*row.shares, *row.plain))
    yield _("Median of working days")


def cells_of(row: Row) -> Iterator[str | int | None]:
    for one in row.three:
        # A weighted sum is no whole number: it stands in the words.
        part = int(one.part) if one.part == int(one.part) else None
        yield from (one.text, part, one.whole)
    for one in row.ways:
        yield int(one.part)
    yield from (one.text for one in row.shares)
    yield from (int(one.part) for one in row.plain)
    yield row.median_days


def widths_of(rows: Sequence[Sequence[object]]) -> list[int]:
    columns = max(len(row) for row in rows)
    return [*FIRST_WIDTHS, *[OTHER_WIDTH] * (columns - 1)]
