"""Joint sessions in a list: called ones, those with open promises, all."""

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any, ClassVar

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import PAGE_SIZE, KeysetPage, keyset_page
from crm.lib.prepared import KEPT, Prepared, place
from crm.lib.workdays import Unit
from crm.models import Access, Lamp, User, lamp_of
from crm.models.people import anybody_with
from crm.services import calendar
from projects.models import JointSession, SessionLine
from projects.models.sessions import JointSessionQuerySet
from projects.tabs import Tab

NEWEST = ("-day", "-pk")
Status = JointSession.Status


def called(sessions: JointSessionQuerySet) -> JointSessionQuerySet:
    return sessions.filter(status=Status.PLANNED, project__archived_at=None)


def owing(sessions: JointSessionQuerySet) -> JointSessionQuerySet:
    promised = SessionLine.objects.owing().filter(session=OuterRef("pk"))
    return sessions.filter(Exists(promised), project__archived_at=None)


def every(sessions: JointSessionQuerySet) -> JointSessionQuerySet:
    return sessions


TABS = (
    Tab(
        "called",
        pgettext_lazy("joint sessions", "Called"),
        called,
        _("No session is called."),
    ),
    Tab(
        "owing",
        pgettext_lazy("joint sessions", "Promises open"),
        owing,
        _("No department owes an answer."),
    ),
    Tab(
        "all",
        pgettext_lazy("joint sessions", "All"),
        every,
        _("There has been no session yet."),
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One session, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "topic",
        "project__name",
        "day",
        "at",
        "place",
        "status",
        "total",
        "owed",
        "next_due",
    )
    today: date
    near: date
    pk: int
    topic: str
    project: str
    day: date
    at: time | None
    place: str
    status: str
    total: int
    owed: int
    next_due: date | None

    @property
    def status_label(self) -> str:
        return label_of(Status, self.status)

    @property
    def is_called(self) -> bool:
        return self.status == Status.PLANNED

    @property
    def days_left(self) -> int | None:
        """Working days to the next promise."""
        if self.next_due is None:
            return None
        return calendar.count_between(self.today, self.next_due, Unit.WORKING)

    @property
    def lamp(self) -> Lamp:
        """Of the next promise; before that, of the session that nobody closed."""
        if self.next_due:
            return lamp_of(self.next_due, False, self.today, self.near)
        if self.is_called:
            return Lamp.YELLOW if self.day < self.today else Lamp.GREEN
        return Lamp.GREY


def page_of(
    sessions: JointSessionQuerySet, cursor: str | None, today: date, near: date
) -> KeysetPage[Row]:
    def row(*values: Any) -> Row:  # Any: flat values
        return Row(today, near, *values)

    found = counted(sessions)
    return keyset_page(found, NEWEST, cursor, fields=Row.FIELDS, row=row)


def counted(sessions: JointSessionQuerySet) -> JointSessionQuerySet:
    """With the number of their lines, and of those that owe an answer."""
    lines = SessionLine.objects.filter(session=OuterRef("pk")).order_by()
    open_ones = lines.owing().values("session")
    return sessions.annotate(
        total=Coalesce(count(lines.values("session")), 0),
        owed=Coalesce(count(open_ones), 0),
        next_due=Subquery(
            open_ones.annotate(due_day=Min("due__due_on")).values("due_day")
        ),
    )


def count(lines: Any) -> Subquery:  # Any: values of a queryset
    return Subquery(lines.annotate(n=Count("pk")).values("n"))


def of_project(user: User, project: int, today: date, near: date) -> list[Row]:
    """The first of one project's, for its pages."""
    rows = by_project(user.access).rows([project, user.pk])
    return [Row(today, near, *values) for values in rows]


@lru_cache(maxsize=KEPT)
def by_project(access: Access) -> Prepared:
    def build() -> QuerySet[JointSession, tuple[Any, ...]]:
        visible = JointSession.objects.visible_to(anybody_with(access))
        mine = counted(visible.filter(project=place())).order_by(*NEWEST)
        return mine.values_list(*Row.FIELDS)[:PAGE_SIZE]

    return Prepared(build)
