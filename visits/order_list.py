"""Supervision orders as people work through them: tabs, flat rows, proposals."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import KeysetPage, keyset_page
from crm.models import Lamp, Role, User, lamp_of
from crm.services import calendar, deadlines
from visits.models import OrderProposal, SupervisionOrder
from visits.models.order_proposals import OrderProposalQuerySet
from visits.models.orders import (
    ISSUERS,
    ORDER,
    OrderQuerySet,
    number_of,
    title_of,
)

from .role_tabs import RoleTab

NEWEST = ("-pk",)
BY_DUE = ("answer_by__due_on", "pk")
UNIT = frozenset({Role.HANDLER, Role.UNIT_HEAD})
READERS = UNIT | {Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR}
PROPOSALS = "proposals"
Narrow = Callable[[User, date], OrderQuerySet]


Tab = RoleTab[Narrow]


def to_answer(user: User, today: date) -> OrderQuerySet:
    owing = SupervisionOrder.objects.filter(status__in=SupervisionOrder.OWING)
    return owing.addressed_to(user)


def to_judge(user: User, today: date) -> OrderQuerySet:
    waiting = SupervisionOrder.Status.ANSWERED
    return SupervisionOrder.objects.filter(status=waiting).judged_by(user)


def running(user: User, today: date) -> OrderQuerySet:
    return SupervisionOrder.objects.open().visible_to(user)


def overdue(user: User, today: date) -> OrderQuerySet:
    late = {"answer_by__met_at": None, "answer_by__due_on__lt": today}
    return running(user, today).filter(answer_by__kind=ORDER, **late)


def ended(user: User, today: date) -> OrderQuerySet:
    over = SupervisionOrder.objects.exclude(status__in=SupervisionOrder.OPEN)
    return over.visible_to(user)


TABS = (
    Tab(
        "mine",
        pgettext_lazy("orders", "To answer"),
        to_answer,
        BY_DUE,
        UNIT,
        _("No supervision order waits for your unit's answer."),
    ),
    Tab(
        "judge",
        pgettext_lazy("orders", "To judge"),
        to_judge,
        BY_DUE,
        frozenset(ISSUERS),
        _("No answer waits for your judgement."),
    ),
    Tab(
        "open",
        pgettext_lazy("orders", "Open"),
        running,
        BY_DUE,
        READERS,
        _("No supervision order is open."),
    ),
    Tab(
        "overdue",
        pgettext_lazy("orders", "Overdue"),
        overdue,
        BY_DUE,
        READERS,
        _("No supervision order is overdue."),
    ),
    Tab(
        "closed",
        pgettext_lazy("orders", "Closed"),
        ended,
        NEWEST,
        READERS,
        _("No supervision order has been closed yet."),
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One order in a list, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "year",
        "serial",
        "colour",
        "status",
        "matter",
        "department__name",
        "company__name",
        "answer_by__due_on",
        "answer_by__met_at",
        "issued_at",
        "ended_at",
    )
    today: date
    near: date
    days_left: int | None
    pk: int
    year: int
    serial: int
    colour: str
    status: str
    matter: str
    department: str
    company: str | None
    due_on: date | None
    met_at: datetime | None
    issued_at: datetime
    ended_at: datetime | None

    @property
    def number(self) -> str:
        return number_of(self.year, self.serial)

    @property
    def title(self) -> str:
        return title_of(self.colour)

    @property
    def state(self) -> str:
        return label_of(SupervisionOrder.Status, self.status)

    @property
    def is_running(self) -> bool:
        return self.met_at is None

    @property
    def lamp(self) -> Lamp:
        return lamp_of(self.due_on, not self.is_running, self.today, self.near)


DUE_ON = Row.FIELDS.index("answer_by__due_on")


def row_of(today: date, near: date, *values: Any) -> Row:  # Any: Row.FIELDS
    due_on = values[DUE_ON]
    left = calendar.count_between(today, due_on) if due_on else None
    return Row(today, near, left, *values)


def page_of(
    orders: OrderQuerySet, ordering: tuple[str, ...], cursor: str | None, today: date
) -> KeysetPage[Row]:
    row = partial(row_of, today, deadlines.yellow_from(today))
    return keyset_page(orders, ordering, cursor, fields=Row.FIELDS, row=row)


@dataclass(frozen=True, slots=True)
class Proposed:
    """One order that a rule asks for, in a list."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "rule",
        "colour",
        "matter",
        "subject_type",
        "subject_id",
        "department__name",
        "person__name",
        "company__name",
        "due_on",
        "deadline__met_at",
        "proposed_at",
    )
    today: date
    pk: int
    rule: str
    colour: str
    matter: str
    subject_type: str
    subject_id: int
    department: str
    person: str | None
    company: str | None
    due_on: date | None
    met_at: datetime | None
    proposed_at: datetime

    @property
    def title(self) -> str:
        return title_of(self.colour)

    @property
    def is_raise(self) -> bool:
        """Whether an order that stands is to become red."""
        return self.rule == OrderProposal.Rule.TWO_YELLOWS

    @property
    def is_settled(self) -> bool:
        """Answered since; the next sweep takes it away."""
        return self.met_at is not None

    @property
    def days_left(self) -> int | None:
        if self.due_on is None:
            return None
        return calendar.count_between(self.today, self.due_on)


LONGEST_LATE = ("due_on", "pk")


def proposals_page(
    proposals: OrderProposalQuerySet, cursor: str | None, today: date
) -> KeysetPage[Proposed]:
    """What is late for longest comes first."""
    row = partial(Proposed, today)
    return keyset_page(proposals, LONGEST_LATE, cursor, fields=Proposed.FIELDS, row=row)
