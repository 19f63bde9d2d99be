"""The supervisors' list of complaints: tabs, their order, flat rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import KeysetPage, keyset_page
from crm.models import Lamp, User, lamp_of
from crm.services import calendar, deadlines
from visits.models import Complaint
from visits.models.complaints import ComplaintQuerySet

NEWEST = ("-pk",)
# Annotated, and never empty where somebody owes something.
BY_DUE = ("due", "pk")


@dataclass(frozen=True)
class Tab:
    """One view of the list."""

    key: str
    label: str | Promise
    narrow: Callable[[User, date], ComplaintQuerySet]
    ordering: tuple[str, ...]
    empty: str | Promise


def on_desk(user: User, today: date) -> ComplaintQuerySet:
    return Complaint.objects.on_desk_of(user, today)


def owed(user: User, today: date) -> ComplaintQuerySet:
    return Complaint.objects.supervised_by(user).owed()


def answered(user: User, today: date) -> ComplaintQuerySet:
    found = Complaint.objects.supervised_by(user)
    return found.filter(status=Complaint.Status.ANSWERED)


def every(user: User, today: date) -> ComplaintQuerySet:
    return Complaint.objects.supervised_by(user)


TABS = (
    Tab(
        "desk",
        pgettext_lazy("complaints", "To do"),
        on_desk,
        BY_DUE,
        _("No complaint waits for you."),
    ),
    Tab(
        "owed",
        pgettext_lazy("complaints", "Not answered"),
        owed,
        BY_DUE,
        _("Every complaint is answered."),
    ),
    Tab(
        "answered",
        pgettext_lazy("complaints", "With the complainant"),
        answered,
        NEWEST,
        _("No answer waits for the complainant's word."),
    ),
    Tab(
        "all",
        pgettext_lazy("complaints", "All"),
        every,
        NEWEST,
        _("There has been no complaint."),
    ),
)


def tab_of(key: str) -> Tab:
    return next((one for one in TABS if one.key == key), TABS[0])


@dataclass(frozen=True, slots=True)
class Row:
    """One complaint, without a model object behind it and without who made it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "number",
        "category",
        "status",
        "accused__name",
        "accused_name",
        "unit__name",
        "received_at",
        "taken_by__name",
        "due",
    )
    today: date
    near: date
    pk: int
    number: str
    category: str
    status: str
    person: str | None
    typed: str
    unit: str
    received_at: datetime
    taken_by: str | None
    due: date | None

    @property
    def about(self) -> str:
        return self.person or self.typed

    @property
    def category_label(self) -> str:
        return label_of(Complaint.Category, self.category)

    @property
    def state(self) -> str:
        return label_of(Complaint.Status, self.status)

    @property
    def lamp(self) -> Lamp:
        return lamp_of(self.due, self.due is None, self.today, self.near)

    @property
    def lamp_word(self) -> str:
        return self.state if self.lamp == Lamp.GREY else ""

    @property
    def days_left(self) -> int | None:
        return calendar.count_between(self.today, self.due) if self.due else None


def page_of(
    found: ComplaintQuerySet, ordering: tuple[str, ...], cursor: str | None, today: date
) -> KeysetPage[Row]:
    near = deadlines.yellow_from(today)

    def row(*values: Any) -> Row:  # Any: Row.FIELDS
        return Row(today, near, *values)

    rows = found.with_due()
    return keyset_page(rows, ordering, cursor, fields=Row.FIELDS, row=row)


def first_of(found: ComplaintQuerySet, today: date, most: int) -> list[Row]:
    """The most urgent, for a first page."""
    near = deadlines.yellow_from(today)
    rows = found.with_due().order_by(*BY_DUE).values_list(*Row.FIELDS)
    return [Row(today, near, *values) for values in rows[:most]]
