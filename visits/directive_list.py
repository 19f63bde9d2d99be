"""Directives in a list: those to be answered, those to be read, all."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import KeysetPage, keyset_page
from crm.lib.workdays import Unit
from crm.models import Lamp, lamp_of
from crm.services import calendar
from projects.tabs import Tab
from visits.models import Directive
from visits.models.directives import DirectiveQuerySet

Order = tuple[str, ...]
NEWEST: Order = ("-given_at", "-pk")
# What waits is read by its last day; all of it has one.
BY_DAY: Order = ("due__due_on", "pk")
Status = Directive.Status


def to_answer(rows: DirectiveQuerySet) -> DirectiveQuerySet:
    return rows.open()


def answered(rows: DirectiveQuerySet) -> DirectiveQuerySet:
    return rows.filter(status=Status.ANSWERED)


def every(rows: DirectiveQuerySet) -> DirectiveQuerySet:
    return rows


TABS = (
    Tab(
        "open",
        pgettext_lazy("directives", "To be answered"),
        to_answer,
        _("No directive waits for an answer."),
    ),
    Tab(
        "answered",
        pgettext_lazy("directives", "Answered"),
        answered,
        _("No answer waits for its leader."),
    ),
    Tab(
        "all",
        pgettext_lazy("directives", "All"),
        every,
        _("There is no directive yet."),
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One directive, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "text",
        "status",
        "leader__name",
        "department__name",
        "person__name",
        "ticket__title",
        "project__name",
        "given_at",
        "due__due_on",
        "due__met_at",
    )
    today: date
    near: date
    pk: int
    text: str
    status: str
    leader: str
    department: str
    person: str | None
    ticket: str | None
    project: str | None
    given_at: datetime
    due_on: date | None
    met_at: datetime | None

    @property
    def status_label(self) -> str:
        return label_of(Status, self.status)

    @property
    def is_waiting(self) -> bool:
        return self.status == Status.OPEN

    @property
    def about(self) -> str:
        return self.ticket or self.project or ""

    @property
    def lamp(self) -> Lamp:
        met = self.met_at is not None or not self.is_waiting
        return lamp_of(self.due_on, met, self.today, self.near)

    @property
    def days_left(self) -> int | None:
        if self.due_on is None:
            return None
        return calendar.count_between(self.today, self.due_on, Unit.WORKING)


def order_of(tab: Tab[DirectiveQuerySet]) -> Order:
    return BY_DAY if tab.key == "open" else NEWEST


def page_of(
    rows: DirectiveQuerySet,
    cursor: str | None,
    today: date,
    near: date,
    order: Order = NEWEST,
) -> KeysetPage[Row]:
    def row(*values: Any) -> Row:  # Any: flat values
        return Row(today, near, *values)

    return keyset_page(rows, order, cursor, fields=Row.FIELDS, row=row)
