"""Ratings in a list: tabs of each role's work, flat rows; and what waits for one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import (
    NARROWED_CAP,
    PAGE_SIZE,
    CappedCount,
    KeysetPage,
    capped_count,
    flat_page,
)
from crm.lib.prepared import Prepared, places
from crm.models import Lamp, Role, User, lamp_of
from crm.services import calendar, deadlines
from projects.models import Agency, AgencyState
from visits.filters.tickets import midnight
from visits.models import Correction, Rating, RatingLevel, RatingTag, Ticket, Visit
from visits.models.ratings import BAD, RatingQuerySet
from visits.services.ratings import Record, first_day, title_of
from visits.ticket_list import OFFICIALS

from . import role_tabs
from .role_tabs import RoleTab

NEWEST = ("-rated_on", "-pk")
# `due` is annotated: never empty there.
BY_DUE = ("due", "pk")
Narrow = Callable[[User], RatingQuerySet]
State = Correction.State


Tab = RoleTab[Narrow]


def to_fix(user: User) -> RatingQuerySet:
    found = Rating.objects.visible_to(user).filter(correction__state=State.FIXING)
    return found.annotate(due=F("correction__fix_by__due_on"))


def to_call(user: User) -> RatingQuerySet:
    found = Rating.objects.asked_back_by(user).filter(correction__state=State.SENT)
    return found.annotate(due=F("correction__fix_by__due_on"))


def to_rule(user: User) -> RatingQuerySet:
    return Rating.objects.ruled_by(user).filter(
        objection__isnull=False, objection__decision=""
    )


def bad(user: User) -> RatingQuerySet:
    return Rating.objects.visible_to(user).filter(level__lte=BAD)


def everything(user: User) -> RatingQuerySet:
    return Rating.objects.visible_to(user)


TABS = (
    Tab(
        "fixing",
        pgettext_lazy("tab", "To correct"),
        to_fix,
        BY_DUE,
        OFFICIALS,
        gettext_lazy("No bad rating waits for its correction."),
    ),
    Tab(
        "calls",
        pgettext_lazy("tab", "To call back"),
        to_call,
        BY_DUE,
        frozenset({Role.OFFICER, Role.DISPATCHER, Role.SUPERVISOR}),
        gettext_lazy("No correction waits for a call-back."),
    ),
    Tab(
        "objections",
        pgettext_lazy("tab", "Objections"),
        to_rule,
        NEWEST,
        frozenset({Role.SUPERVISOR}),
        gettext_lazy("No objection waits for your decision."),
    ),
    Tab(
        "bad",
        pgettext_lazy("tab", "Bad ratings"),
        bad,
        NEWEST,
        OFFICIALS,
        gettext_lazy("There is no bad rating."),
    ),
    Tab(
        "all",
        pgettext_lazy("ratings", "All"),
        everything,
        NEWEST,
        OFFICIALS | {Role.OWNER},
        gettext_lazy("There is no rating yet."),
    ),
)


def tab_of(user: User, key: str) -> Tab | None:
    """The one asked for, else all of them."""
    return role_tabs.tab_of(TABS, user, key, default=-1)


@dataclass(frozen=True, slots=True)
class Row:
    """One rating in a list; the company only where this person may read it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "level",
        "words",
        "tags",
        "subject_type",
        "department__name",
        "category__name",
        "company__name",
        "company_id",
        "is_anonymous",
        "rated_on",
        "excluded_at",
        "correction__state",
        "correction__outcome",
        "correction__fix_by__due_on",
        "correction__fix_by__met_at",
    )
    today: date
    near: date
    days_left: int | None
    is_own: bool
    pk: int
    level: int
    words: str
    tags: tuple[str, ...]
    subject_type: str
    department: str
    category: str | None
    # Empty without a name.
    company: str
    is_anonymous: bool
    rated_on: date
    excluded_at: datetime | None
    state: str | None
    outcome: str | None
    due_on: date | None
    met_at: datetime | None

    @property
    def level_label(self) -> str:
        return label_of(RatingLevel, self.level)

    @property
    def is_bad(self) -> bool:
        return self.level <= BAD

    @property
    def kind_label(self) -> str:
        return str(Rating.KINDS[self.subject_type])

    @property
    def tag_labels(self) -> list[str]:
        return [label_of(RatingTag, one) for one in self.tags]

    @property
    def state_label(self) -> str:
        if self.outcome:
            return label_of(Correction.Outcome, self.outcome)
        return label_of(State, self.state) if self.state else ""

    @property
    def is_running(self) -> bool:
        return self.state == State.FIXING

    @property
    def lamp(self) -> Lamp:
        return lamp_of(self.due_on, self.met_at is not None, self.today, self.near)


def row_of(
    today: date, near: date, owned: frozenset[int], *values: Any
) -> Row:  # Any: Row.FIELDS
    given = dict(zip(Row.FIELDS, values, strict=True))
    company_id, due_on = given.pop("company_id"), given["correction__fix_by__due_on"]
    is_own = company_id in owned
    if given["is_anonymous"] and not is_own:
        given["company__name"] = ""
    given["tags"] = tuple(given["tags"])
    left = calendar.count_between(today, due_on) if due_on else None
    return Row(today, near, left, is_own, *given.values())


BY_KEYS = Prepared(
    lambda: (
        Rating.objects.filter(pk__in=places(PAGE_SIZE))
        .order_by()
        .values_list(*Row.FIELDS)
    )
)


def page_of(
    ratings: RatingQuerySet,
    ordering: tuple[str, ...],
    cursor: str | None,
    user: User,
    today: date,
) -> KeysetPage[Row]:
    """25 flat rows of these ratings."""
    owned = frozenset(user.access.company_ids(Role.OWNER))
    row = partial(row_of, today, deadlines.yellow_from(today), owned)
    return flat_page(ratings, ordering, cursor, BY_KEYS, row)


def count_of(ratings: RatingQuerySet) -> CappedCount:
    return capped_count(ratings, NARROWED_CAP)


# --- What the company has not rated yet ---------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """One thing that ended and can be rated."""

    kind: str
    pk: int
    title: str
    ended_on: date

    @property
    def url_name(self) -> str:
        return f"visits:rate-{self.kind}"


MOST = 10


def waiting_of(user: User, today: date, most: int = MOST) -> list[Waiting]:
    """The newest few of the person's own companies."""
    owned = user.access.company_ids(Role.OWNER)
    if not owned:
        return []
    first = first_day(today)
    tickets = unrated(Ticket, "visits.ticket").filter(
        company__in=owned,
        company__archived_at=None,
        status=Ticket.Status.CLOSED,
        closed_at__gte=midnight(first),
    )
    visits = unrated(Visit, "visits.visit").filter(
        Q(ended_on=None, day__gte=first) | Q(ended_on__gte=first),
        company__in=owned,
        company__archived_at=None,
        status=Visit.Status.HELD,
    )
    agencies = unrated(Agency, "projects.agency").filter(
        project__company__in=owned,
        project__company__archived_at=None,
        state=AgencyState.FINISHED,
        ended_at__gte=midnight(first),
    )
    found = [
        *waiting("ticket", tickets.order_by("-closed_at", "-pk")[:most]),
        *waiting(
            "visit",
            visits.select_related("logged_by").order_by("-day", "-pk")[:most],
        ),
        *waiting(
            "agency",
            agencies.select_related("project").order_by("-ended_at", "-pk")[:most],
        ),
    ]
    return sorted(found, key=lambda one: one.ended_on, reverse=True)[:most]


def unrated(model: Any, kind: str) -> "QuerySet[Any, Any]":  # Any: of three models
    given = Rating.objects.filter(subject_type=kind, subject_id=OuterRef("pk"))
    return model.objects.filter(~Exists(given))  # type: ignore[no-any-return] # as above


def waiting(kind: str, records: "QuerySet[Any, Any]") -> list[Waiting]:
    return [Waiting(kind, one.pk, title_of(one), ended(one)) for one in records]


def ended(record: Record) -> date:
    if isinstance(record, Visit):
        return record.ended_on or record.day
    moment = record.closed_at if isinstance(record, Ticket) else record.ended_at
    assert moment is not None, "it has ended"
    return timezone.localdate(moment)
