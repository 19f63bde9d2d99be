"""Call-backs in a list: mine to make, all open ones, those nobody was reached for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import KeysetPage, keyset_page
from crm.models import Lamp, Role, User, lamp_of
from crm.services import calendar
from visits.models import Callback
from visits.models.callbacks import MOST_TRIES, CallbackQuerySet

from .role_tabs import RoleTab
from .ticket_list import OFFICIALS, lead_of

Narrow = Callable[[User, date], CallbackQuerySet]
BY_DUE = ("call_by__due_on", "pk")
NEWEST = ("-pk",)


def mine(user: User, today: date) -> CallbackQuerySet:
    return Callback.objects.work_of(user, today)


def open_ones(user: User, today: date) -> CallbackQuerySet:
    return Callback.objects.visible_to(user).open()


def unreached(user: User, today: date) -> CallbackQuerySet:
    return Callback.objects.visible_to(user).unreached()


def every(user: User, today: date) -> CallbackQuerySet:
    return Callback.objects.visible_to(user)


Tab = RoleTab[Narrow]


TABS = (
    Tab(
        "mine",
        pgettext_lazy("call-backs", "Mine to call"),
        mine,
        BY_DUE,
        frozenset({Role.OFFICER}),
        _("None of your companies has to be called back."),
    ),
    Tab(
        "open",
        pgettext_lazy("call-backs", "Open"),
        open_ones,
        BY_DUE,
        OFFICIALS - {Role.OFFICER},
        _("No company has to be called back."),
    ),
    Tab(
        "unreached",
        pgettext_lazy("call-backs", "Not reached"),
        unreached,
        NEWEST,
        OFFICIALS,
        _("No answer is left without a word after three calls in vain."),
    ),
    Tab(
        "all",
        pgettext_lazy("call-backs", "All"),
        every,
        NEWEST,
        OFFICIALS,
        _("There has been no call-back yet."),
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One call-back, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "ticket__title",
        "ticket__number",
        "ticket__company__name",
        "lead",
        "opened_at",
        "tries",
        "end",
        "ended_at",
        "call_by__due_on",
    )
    today: date
    near: date
    pk: int
    title: str
    number: str
    company: str
    lead: str | None
    opened_at: datetime
    tries: int
    end: str
    ended_at: datetime | None
    due_on: date | None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def lamp(self) -> Lamp:
        return lamp_of(self.due_on, not self.is_open, self.today, self.near)

    @property
    def days_left(self) -> int | None:
        if self.due_on is None:
            return None
        return calendar.count_between(self.today, self.due_on)

    @property
    def state(self) -> str:
        return label_of(Callback.End, self.end) if self.end else ""

    @property
    def most(self) -> int:
        return MOST_TRIES


def page_of(
    found: CallbackQuerySet,
    ordering: tuple[str, ...],
    cursor: str | None,
    today: date,
    near: date,
) -> KeysetPage[Row]:
    def row(*values: Any) -> Row:  # Any: Row.FIELDS
        return Row(today, near, *values)

    rows = found.annotate(lead=lead_of("ticket"))
    return keyset_page(rows, ordering, cursor, fields=Row.FIELDS, row=row)
