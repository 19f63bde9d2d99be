"""The dispatch centre's desk: what waits to be dispatched or ruled on, oldest first."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import words
from crm.lib.labels import label_of
from crm.lib.paging import (
    NARROWED_CAP,
    CappedCount,
    KeysetPage,
    capped_count,
    keyset_page,
)
from crm.models import Lamp, User
from visits.models import (
    FirstDispatch,
    Ticket,
    TicketReturn,
)
from visits.models.ticket_sets import TicketQuerySet
from visits.services import queueing
from visits.services.tickets.raising import OTHER

from .ticket_list import lead_of

OLDEST = ("raised_at", "pk")
LATEST_FIRST = ("-at", "-pk")
# From this share of the target on the lamp is yellow.
NEAR = 0.75
# More returns than these never wait on one day; the others are a page further.
MOST_RETURNS = 25
MOST_COUNTED = 5


@dataclass(frozen=True)
class Tab:
    key: str
    label: str | Promise
    empty: str | Promise


TABS = (
    Tab("all", pgettext_lazy("desk", "All that waits"), _("The desk is empty.")),
    Tab(
        "over",
        pgettext_lazy("desk", "Over the target"),
        _("Nothing has waited longer than it should."),
    ),
    Tab(
        "returns",
        pgettext_lazy("desk", "To rule on"),
        _("No return waits for a ruling."),
    ),
)


def tab_of(key: str) -> Tab:
    return next((tab for tab in TABS if tab.key == key), TABS[0])


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket of the queue, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "number",
        "title",
        "version",
        "urgency",
        "company__name",
        "category__name",
        "category__key",
        "suggestion__category__name",
        "suggestion__lead__name",
        "suggestion__lead_count",
        "suggestion__lead_of",
        "suggestion__alike",
        "raised_at",
    )
    now: datetime
    pk: int
    number: str
    title: str
    version: int
    urgency: str
    company: str
    own_category: str
    own_key: str
    likely_category: str | None
    lead: str | None
    lead_count: int | None
    lead_of: int | None
    alike: list[list[int]] | None
    since: datetime
    # How many look-alikes this person may see.
    alike_count: int = 0

    is_return: ClassVar[bool] = False

    @property
    def nearest(self) -> list[int]:
        """Keys of the most alike: more than these nobody counts in a list."""
        return [key for key, _percent in (self.alike or ())[:MOST_COUNTED]]

    @property
    def category(self) -> str:
        """As it will be dispatched, unless the dispatcher says otherwise."""
        is_open = self.own_key == OTHER and self.likely_category
        return str(self.likely_category) if is_open else self.own_category

    @property
    def waited(self) -> timedelta:
        return queueing.waited(self.since, self.now)

    @property
    def lamp(self) -> Lamp:
        target = queueing.target()
        if self.waited > target:
            return Lamp.RED
        return Lamp.YELLOW if self.waited >= NEAR * target else Lamp.GREEN

    @property
    def waited_words(self) -> str:
        return words.hours(self.waited)

    @property
    def token(self) -> str:
        """As its box says it when it is ticked."""
        return f"{self.pk}-{self.version}"

    @property
    def is_pressing(self) -> bool:
        return self.urgency != Ticket.Urgency.ORDINARY

    @property
    def urgency_label(self) -> str:
        return label_of(Ticket.Urgency, self.urgency)


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return that waits for its ruling: the same day, so it stands on top."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "ticket",
        "ticket__number",
        "ticket__title",
        "ticket__company__name",
        "part__department__name",
        "reason",
        "asked_at",
        "rule_by__due_on",
    )
    today: date
    now: datetime
    pk: int
    number: str
    title: str
    company: str
    department: str
    reason: str
    since: datetime
    due_on: date

    is_return: ClassVar[bool] = True

    @property
    def waited(self) -> timedelta:
        return queueing.waited(self.since, self.now)

    @property
    def waited_words(self) -> str:
        return words.hours(self.waited)

    @property
    def lamp(self) -> Lamp:
        return Lamp.RED if self.due_on < self.today else Lamp.YELLOW


@dataclass(frozen=True)
class Figure:
    """Dispatched in time of those dispatched since a moment."""

    key: str
    label: str | Promise
    in_time: int
    total: int


@dataclass(frozen=True)
class Queue:
    """What the desk's list shows on one page."""

    tab: Tab
    returns: list[ReturnRow]
    page: KeysetPage[Row]
    count: CappedCount

    @property
    def rows(self) -> list[ReturnRow | Row]:
        return [*self.returns, *self.page.rows]

    @property
    def pairs(self) -> list[tuple[ReturnRow | Row, int | None]]:
        """Each row, and the key of the one with which the desk goes on after it."""
        keys = [row.pk for row in self.rows]
        return [(row, follower(keys, row.pk)) for row in self.rows]

    @property
    def total(self) -> CappedCount:
        number = self.count.number + len(self.returns)
        return CappedCount(number, self.count.is_capped)


def follower(keys: list[int], pk: int) -> int | None:
    """Which one comes next on the list; after the last the one before it."""
    if pk not in keys:
        return keys[0] if keys else None
    place = keys.index(pk)
    around = [*keys[place + 1 : place + 2], *keys[max(place - 1, 0) : place]]
    return around[0] if around else None


def waiting(user: User) -> TicketQuerySet:
    return Ticket.objects.dispatchable_by(user).waiting_for_dispatch()


def over_target(tickets: TicketQuerySet, now: datetime) -> TicketQuerySet:
    return tickets.filter(raised_at__lt=queueing.over_target_before(now))


def open_returns(user: User) -> "QuerySet[TicketReturn]":
    tickets = Ticket.objects.dispatchable_by(user)
    returned = tickets.filter(status=Ticket.Status.RETURNED)
    return TicketReturn.objects.filter(ruled_at=None, ticket__in=returned.values("pk"))


def narrowed(user: User, tab: Tab, text: str, now: datetime) -> TicketQuerySet:
    """What of the queue is asked for; of the returns' tab nothing."""
    tickets = waiting(user)
    if tab.key == "returns":
        return tickets.none()
    if tab.key == "over":
        tickets = over_target(tickets, now)
    return searched(tickets, text)


def searched(tickets: TicketQuerySet, text: str) -> TicketQuerySet:
    if not text:
        return tickets
    in_company = Q(company__name__contains=text)
    return tickets.filter(
        Q(title__contains=text) | Q(number__endswith=text) | in_company
    )


def queue_of(
    user: User, tab: Tab, cursor: str | None, text: str, now: datetime
) -> Queue:
    """Returns first, for they are ruled on today; then the queue, the oldest first.

    Whoever came first has waited longest: what is over the target stands on top.
    """

    def row(*values: Any) -> Row:  # Any: Row.FIELDS
        return Row(now, *values)

    tickets = narrowed(user, tab, text, now)
    page = keyset_page(tickets, OLDEST, cursor, fields=Row.FIELDS, row=row)
    returns = []
    if page.previous is None and not text:
        returns = returns_of(user, tab, now)
    count = CappedCount(len(page.rows), is_capped=False)
    if not page.is_only:
        count = capped_count(tickets, NARROWED_CAP)
    return Queue(tab, returns, page, count)


def returns_of(user: User, tab: Tab, now: datetime) -> list[ReturnRow]:
    today = timezone.localdate(now)
    found = open_returns(user).order_by("asked_at", "pk")
    if tab.key == "over":
        found = found.filter(rule_by__due_on__lt=today)
    rows = found.values_list(*ReturnRow.FIELDS)[:MOST_RETURNS]
    return [ReturnRow(today, now, *values) for values in rows]


def with_alike_counts(queue: Queue, visible: Container[int]) -> Queue:
    """Only those that this person may see are counted."""
    rows = [
        replace(row, alike_count=sum(key in visible for key in row.nearest))
        for row in queue.page.rows
    ]
    return replace(queue, page=replace(queue.page, rows=rows))


def versions_of(user: User, tab: Tab, text: str, now: datetime) -> dict[int, int]:
    """All that the list would show on its pages, for a dispatch of all of them."""
    rows = narrowed(user, tab, text, now).order_by("pk")
    return dict(rows.values_list("pk", "version"))


def begins(now: datetime) -> Mapping[str, datetime]:
    """When today and this month began."""
    local = timezone.localtime(now)
    today = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return {"today": today, "month": today.replace(day=1)}


def figures_of(user: User, now: datetime) -> list[Figure]:
    """How many left the queue in time, of how many, today and this month."""
    since = begins(now)
    counts: dict[str, Any] = {}
    for key, at in since.items():
        counts[key] = Count("pk", filter=Q(at__gte=at))
        counts[f"{key}_in_time"] = Count("pk", filter=Q(at__gte=at, is_in_time=True))
    rows = FirstDispatch.objects.visible_to(user).since(since["month"])
    found = rows.aggregate(**counts)
    labels = {
        "today": pgettext_lazy("desk", "today"),
        "month": pgettext_lazy("desk", "this month"),
    }
    return [
        Figure(key, labels[key], found[f"{key}_in_time"], found[key]) for key in since
    ]


@dataclass(frozen=True, slots=True)
class DispatchedRow:
    """A ticket that left the queue, and how long it had waited."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "ticket__number",
        "ticket__title",
        "ticket__company__name",
        "lead",
        "at",
        "waited_minutes",
        "is_in_time",
    )
    pk: int
    number: str
    title: str
    company: str
    lead: str | None
    at: datetime
    waited_minutes: int
    is_in_time: bool

    @property
    def waited_words(self) -> str:
        return words.hours(timedelta(minutes=self.waited_minutes))


def dispatched(user: User, span: str, which: str, now: datetime) -> Any:
    """What a figure counts: of a span, all of them or those in time or late."""
    since = begins(now)
    rows = FirstDispatch.objects.visible_to(user).since(since.get(span, since["today"]))
    if which in {"in-time", "late"}:
        rows = rows.filter(is_in_time=which == "in-time")
    visible = Ticket.objects.visible_to(user)
    return rows.filter(ticket__in=visible.values("pk"))


def dispatched_page(rows: Any, cursor: str | None) -> KeysetPage[DispatchedRow]:
    found = rows.annotate(lead=lead_of("ticket"))
    return keyset_page(
        found, LATEST_FIRST, cursor, fields=DispatchedRow.FIELDS, row=DispatchedRow
    )
