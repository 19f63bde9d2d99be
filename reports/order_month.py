"""督办月报: all orders that a region issued in a month, as page, table and paper."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.lib import trees
from crm.lib.labels import label_of
from crm.lib.months import months_later
from crm.lib.phones import without_mobiles
from crm.models import Document, Region, Role, User
from visits.models import OrderAnswer, OrderMonth, SupervisionOrder
from visits.models.orders import ISSUERS, number_of, title_of

from .agency_papers import paper_day
from .kinds import Kind
from .visit_reports import version_words

MONTH: Final = "order_month"
# More orders than these no region issues in a month; a paper has its limits.
MOST: Final = 2000
ON_PAPER: Final = 500
Status = SupervisionOrder.Status


def is_readable(user: User, document: Document) -> bool:
    months = OrderMonth.objects.visible_to(user)
    return months.filter(pk=document.subject_id).exists()


def address(document: Document) -> str:
    month = OrderMonth.objects.get(pk=document.subject_id)
    return page_address(month.region_id, month.first_on)


def page_address(region: int, first_on: date) -> str:
    return f"{reverse('reports:order-month')}?region={region}&month={first_on:%Y-%m}"


KIND: Final = Kind(
    key=MONTH,
    label=pgettext_lazy("paper", "Monthly list of supervision orders"),
    job="reports.order_jobs.make_order_month",
    is_readable=is_readable,
    address=address,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One order of the month. No telephone number of anybody stands in it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "year",
        "serial",
        "colour",
        "status",
        "department__name",
        "matter",
        "company__name",
        "issued_at",
        "answer_by__due_on",
        "answer_by__met_at",
        "answered_at",
        "answer_due_on",
        "returned_count",
        "ended_at",
    )
    today: date
    pk: int
    year: int
    serial: int
    colour: str
    status: str
    department: str
    matter_said: str
    company: str | None
    issued_at: datetime
    due_on: date
    met_at: datetime | None
    answered_at: datetime | None
    answer_due_on: date | None
    returned_count: int
    ended_at: datetime | None

    @property
    def number(self) -> str:
        return number_of(self.year, self.serial)

    @property
    def title(self) -> str:
        return title_of(self.colour)

    @property
    def state(self) -> str:
        return label_of(Status, self.status)

    @property
    def matter(self) -> str:
        return without_mobiles(self.matter_said)

    @property
    def is_counted(self) -> bool:
        """What was withdrawn is listed and stands in no figure."""
        return self.status != Status.WITHDRAWN

    @property
    def is_answered(self) -> bool:
        return self.status in {Status.ANSWERED, Status.CLOSED}

    @property
    def is_closed(self) -> bool:
        return self.status == Status.CLOSED

    @property
    def is_late(self) -> bool:
        """Answered after its day, or still silent beyond it."""
        if not self.is_counted:
            return False
        if self.met_at is None:
            return self.due_on < self.today
        if self.answered_at is None or self.answer_due_on is None:
            return False
        return timezone.localdate(self.answered_at) > self.answer_due_on

    @property
    def answered_on(self) -> date | None:
        return timezone.localdate(self.answered_at) if self.answered_at else None

    @property
    def closed_on(self) -> date | None:
        is_over = self.is_closed and self.ended_at
        return timezone.localdate(self.ended_at) if is_over else None


@dataclass(frozen=True)
class Figures:
    """Each with what it is a part of."""

    issued: int
    withdrawn: int
    answered: int
    late: int
    closed: int
    by_colour: list[tuple[str, int]]

    @property
    def counted(self) -> int:
        return self.issued - self.withdrawn


def regions_for(user: User) -> list[Region]:
    """His own regions, and those below that have issued an order."""
    ranges = user.access.region_ranges(*ISSUERS)
    below = Region.objects.filter(trees.in_ranges(ranges, "path"))
    issuing = SupervisionOrder.objects.filter(region__in=below.values("pk"))
    paths = [one.path for one in ranges]
    found = below.filter(pk__in=issuing.values("region")) | below.filter(path__in=paths)
    return list(found.order_by("path"))


def may_read(user: User) -> bool:
    return bool(user.access.region_ranges(Role.SUPERVISOR, Role.LEADER))


def first_of(text: str, today: date) -> date:
    """2026-03 as its first day; what is no month is the last whole one."""
    last_whole = months_later(today.replace(day=1), -1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return last_whole
    return first if 2000 <= first.year <= today.year + 1 else last_whole


def rows_of(region: Region, first_on: date, today: date) -> list[Row]:
    """In the order of their numbers: one query."""
    answers = OrderAnswer.objects.filter(order=OuterRef("pk")).order_by("-pk")
    orders = SupervisionOrder.objects.filter(
        region=region,
        issued_at__gte=midnight(first_on),
        issued_at__lt=midnight(months_later(first_on, 1)),
    ).annotate(
        answered_at=Subquery(answers.values("given_at")[:1]),
        answer_due_on=Subquery(answers.values("due_on")[:1]),
    )
    flat = orders.order_by("year", "serial").values_list(*Row.FIELDS)[:MOST]
    return [Row(today, *values) for values in flat]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())


def figures_of(rows: Iterable[Row]) -> Figures:
    listed = list(rows)
    counted = [one for one in listed if one.is_counted]
    colours = SupervisionOrder.Colour.choices
    return Figures(
        issued=len(listed),
        withdrawn=len(listed) - len(counted),
        answered=sum(one.is_answered for one in counted),
        late=sum(one.is_late for one in counted),
        closed=sum(one.is_closed for one in counted),
        by_colour=[
            (str(label), sum(one.colour == value for one in counted))
            for value, label in colours
        ],
    )


def months_before(today: date, count: int = 12) -> list[date]:
    """This month and those before it, for the choice on the page."""
    first = today.replace(day=1)
    return [months_later(first, -back) for back in range(count)]


def last_of(first_on: date) -> date:
    return months_later(first_on, 1) - timedelta(days=1)


# --- As a table ----------------------------------------------------------------

WIDTHS: Final = [18, 14, 22, 44, 30, 12, 12, 12, 10, 12, 12]
Cell = str | int | None


def headings() -> list[str]:
    return [
        pgettext("month", "Number"),
        pgettext("month", "Colour"),
        pgettext("month", "Addressee"),
        pgettext("month", "Matter"),
        pgettext("month", "Company"),
        pgettext("month", "Issued on"),
        pgettext("month", "Answer until"),
        pgettext("month", "Answered on"),
        pgettext("month", "Late"),
        pgettext("month", "State"),
        pgettext("month", "Closed on"),
    ]


def table_of(rows: Sequence[Row]) -> list[list[Cell]]:
    """Texts are written as texts and guarded by crm.lib.workbooks."""
    return [list(headings()), *(cells_of(row) for row in rows)]


def cells_of(row: Row) -> list[Cell]:
    return [
        row.number,
        row.title,
        row.department,
        row.matter,
        row.company or "",
        timezone.localdate(row.issued_at).isoformat(),
        row.due_on.isoformat(),
        row.answered_on.isoformat() if row.answered_on else "",
        pgettext("month", "late") if row.is_late else "",
        row.state,
        row.closed_on.isoformat() if row.closed_on else "",
    ]


# --- On paper ------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """Everything the paper shows, in words."""

    title: str
    region: str
    facts: list[str]
    rows: list[tuple[str, str, str, str, str]]
    left_out: int
    date: str
    number: str
    version_words: str
    verify_url: str


def sheet_of(month: OrderMonth, document: Document) -> Sheet:
    """The caller has activated the paper's language."""
    today = timezone.localdate(document.created_at)
    rows = rows_of(month.region, month.first_on, today)
    verify = reverse("reports:verify", args=[document.number])
    return Sheet(
        title=pgettext("paper", "Monthly list of supervision orders"),
        region=month.region.name,
        facts=list(facts_of(month, figures_of(rows))),
        rows=[on_paper(row) for row in rows[:ON_PAPER]],
        left_out=max(len(rows) - ON_PAPER, 0),
        date=paper_day(document.created_at),
        number=document.number,
        version_words=version_words(document.version),
        verify_url=settings.CRM_BASE_URL + verify,
    )


def facts_of(month: OrderMonth, figures: Figures) -> Iterator[str]:
    values: dict[str, Any] = {  # Any: numbers and words
        "month": formats.date_format(month.first_on, "YEAR_MONTH_FORMAT"),
        "region": month.region.name,
        "issued": figures.issued,
        "withdrawn": figures.withdrawn,
        "counted": figures.counted,
        "answered": figures.answered,
        "late": figures.late,
        "closed": figures.closed,
    }
    yield (
        pgettext(
            "paper",
            "In %(month)s %(region)s issued %(issued)s supervision orders, of which "
            "%(withdrawn)s were withdrawn. Of the other %(counted)s, %(answered)s are "
            "answered, %(late)s were or are late, %(closed)s are closed.",
        )
        % values
    )
    between = pgettext("between names", ", ")
    told = between.join(f"{label} {count}" for label, count in figures.by_colour)
    yield pgettext("paper", "By colour: %s") % told


def on_paper(row: Row) -> tuple[str, str, str, str, str]:
    due = formats.date_format(row.due_on, _("paper date"))
    said = [row.state]
    if row.answered_on:
        day = formats.date_format(row.answered_on, _("paper date"))
        said.append(pgettext("paper", "answered %s") % day)
    if row.is_late:
        said.append(pgettext("month", "late"))
    return (
        f"{row.number}\n{row.title}",
        row.department,
        row.matter,
        due,
        "\n".join(said),
    )
