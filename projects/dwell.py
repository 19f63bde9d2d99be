"""Where the days of approvals go: medians by item and department, down to the items.

Of what was approved in the period, as far as the person may see it. The days were kept
with each approval when it was given (services.milestones.days).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any, ClassVar, Final, NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from crm.lib.paging import PAGE_SIZE, KeysetPage, flat_page
from crm.lib.prepared import Prepared, places
from crm.models import User
from projects.models import Milestone
from projects.models.milestones import MilestoneQuerySet

PERIODS: Final[dict[str, str | Promise]] = {
    "90": pgettext_lazy("dwell", "Last 90 days"),
    "365": pgettext_lazy("dwell", "Last 12 months"),
    "1095": pgettext_lazy("dwell", "Last 3 years"),
}
USUAL: Final = "365"
GROUPS: Final[dict[str, str | Promise]] = {
    "both": pgettext_lazy("dwell", "By item and department"),
    "item": pgettext_lazy("dwell", "By item"),
    "department": pgettext_lazy("dwell", "By department"),
}
# Of a page; the bars of all are drawn to the same measure.
LINES: Final = 50
CLOCKS: Final = ("company", "authority", "special")
# Those that took longest come first.
SLOWEST = ("-spent", "-pk")


class Approval(NamedTuple):
    """One approval's days: calendar days of the clocks, then days as promised."""

    key: str
    name: str
    department: int
    unit: str
    company: int
    authority: int
    special: int
    statutory: int
    promised: int
    counted: int | None


COLUMNS = (
    "key",
    "name",
    "department_id",
    "department__name",
    "company_days",
    "authority_days",
    "special_days",
    "statutory_days",
    "promised_days",
    "counted_days",
)


@dataclass(frozen=True)
class Figure:
    """A line of the map: medians, and of how many."""

    name: str
    unit: str
    key: str
    department: int | None
    count: int
    spent: float
    company: float
    authority: float
    special: float
    statutory: float
    promised: float
    counted: float | None
    counted_count: int
    in_time: int

    @property
    def is_slower(self) -> bool:
        return self.counted is not None and self.counted > self.promised


def approved(user: User, since: date) -> MilestoneQuerySet:
    """What was approved after that day."""
    visible = Milestone.objects.visible_to(user)
    return visible.filter(company_days__isnull=False, ended_on__gt=since)


PROMISED: Final = Coalesce("decide_by__days", "committed_days")
SPENT: Final = F("company_days") + F("authority_days") + F("special_days")


def since(period: str, today: date) -> date:
    return today - timedelta(days=int(period))


def figures(items: MilestoneQuerySet, group: str) -> list[Figure]:
    """The slowest first; a group without an approval is not there."""
    found: dict[Any, list[Approval]] = defaultdict(list)
    rows = items.annotate(promised_days=PROMISED).order_by("ended_on")
    for one in map(Approval._make, rows.values_list(*COLUMNS)):
        found[KEYS[group](one)].append(one)
    lines = [_figure(group, rows) for rows in found.values()]
    return sorted(lines, key=lambda one: (-one.spent, -one.count, one.name))


# What belongs together; extra items of projects share a key but not a name.
KEYS: Final[dict[str, Callable[[Approval], Any]]] = {
    "both": lambda one: (one.key, one.name, one.department),
    "item": lambda one: (one.key, one.name),
    "department": lambda one: one.department,
}


def _figure(group: str, rows: list[Approval]) -> Figure:
    last = rows[-1]
    counted = [one.counted for one in rows if one.counted is not None]
    return Figure(
        name=last.unit if group == "department" else last.name,
        unit=last.unit if group == "both" else "",
        key="" if group == "department" else last.key,
        department=None if group == "item" else last.department,
        count=len(rows),
        spent=median(one.company + one.authority + one.special for one in rows),
        company=median(one.company for one in rows),
        authority=median(one.authority for one in rows),
        special=median(one.special for one in rows),
        statutory=median(one.statutory for one in rows),
        promised=median(one.promised for one in rows),
        counted=median(counted) if counted else None,
        counted_count=len(counted),
        in_time=_in_time(rows),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in hundredths of the longest one."""

    clock: str
    x: int
    width: int


def bars(lines: list[Figure]) -> list[tuple[Figure, list[Part]]]:
    """Each line with its bar of three pieces."""
    longest = max((sum(_pieces(one)) for one in lines), default=0) or 1
    return [(one, _bar(_pieces(one), longest)) for one in lines]


def _pieces(line: Figure) -> tuple[float, float, float]:
    return line.company, line.authority, line.special


def _bar(pieces: tuple[float, ...], longest: float) -> list[Part]:
    parts, x = [], 0
    for clock, days in zip(CLOCKS, pieces, strict=True):
        width = round(100 * days / longest)
        parts.append(Part(clock, x, width))
        x += width
    return parts


def _in_time(rows: Iterable[Approval]) -> int:
    return sum(one.counted is not None and one.counted <= one.promised for one in rows)


@dataclass(frozen=True, slots=True)
class Row:
    """One approval of a list, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "name",
        "department__name",
        "project__name",
        "ended_on",
        "spent",
        "company_days",
        "authority_days",
        "special_days",
        "counted_days",
        "promised_days",
        "corrections",
    )
    pk: int
    name: str
    unit: str
    project: str
    ended_on: date
    spent: int
    company: int
    authority: int
    special: int
    counted: int | None
    promised: int
    corrections: int


def page_of(items: MilestoneQuerySet, cursor: str | None) -> KeysetPage[Row]:
    return flat_page(items.annotate(spent=SPENT), SLOWEST, cursor, BY_KEYS, Row)


BY_KEYS: Final = Prepared(
    lambda: (
        Milestone.objects.filter(pk__in=places(PAGE_SIZE))
        .annotate(promised_days=PROMISED, spent=SPENT)
        .order_by()
        .values_list(*Row.FIELDS)
    )
)
