"""The list of projects: tabs, their order, flat rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.lib.labels import label_of
from crm.lib.paging import PAGE_SIZE, KeysetPage, flat_page
from crm.lib.prepared import Prepared, places
from crm.models import Lamp, Role, User
from projects import lamp_words
from projects.models import Milestone, Project, ProjectLiaison
from projects.models.projects import ProjectQuerySet
from projects.models.states import APPROVED
from projects.services import lamps

NEWEST = ("-updated_at", "-pk")
Narrow = Callable[[User, date], ProjectQuerySet]
WORKERS = frozenset({Role.OFFICER, Role.HANDLER, Role.UNIT_HEAD})
OFFICIALS = WORKERS | {Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR}


@dataclass(frozen=True)
class Tab:
    """One view of the list, for the roles whose day it is part of."""

    key: str
    label: str | Promise
    narrow: Narrow
    roles: frozenset[str]
    empty: str | Promise


def mine(user: User, today: date) -> ProjectQuerySet:
    return Project.objects.worked_by(user)


def in_charge(user: User, today: date) -> ProjectQuerySet:
    return Project.objects.living().filter(leader=user)


def key_list(user: User, today: date) -> ProjectQuerySet:
    return Project.objects.visible_to(user).living().filter(is_key=True)


def running(user: User, today: date) -> ProjectQuerySet:
    return Project.objects.visible_to(user).running()


def everything(user: User, today: date) -> ProjectQuerySet:
    return Project.objects.visible_to(user).living()


def archived(user: User, today: date) -> ProjectQuerySet:
    return Project.objects.visible_to(user).exclude(archived_at=None)


TABS = (
    Tab(
        "mine",
        pgettext_lazy("tab", "Mine"),
        mine,
        frozenset({Role.OFFICER}),
        _("You serve no project."),
    ),
    Tab(
        "charge",
        pgettext_lazy("tab", "In my charge"),
        in_charge,
        frozenset({Role.LEADER}),
        _("No project is in your charge."),
    ),
    Tab(
        "running",
        pgettext_lazy("tab", "In approval"),
        running,
        OFFICIALS,
        _("No project is in approval."),
    ),
    Tab(
        "key",
        pgettext_lazy("tab", "Key list"),
        key_list,
        OFFICIALS,
        _("No project is on the key list."),
    ),
    Tab(
        "all",
        pgettext_lazy("tab", "All"),
        everything,
        OFFICIALS,
        _("There is no project yet."),
    ),
    Tab(
        "archived",
        pgettext_lazy("tab", "Archive"),
        archived,
        frozenset({Role.DISPATCHER, Role.SUPERVISOR}),
        _("No project is archived."),
    ),
)


def tabs_for(user: User) -> list[Tab]:
    return [tab for tab in TABS if user.access.roles & tab.roles]


def tab_of(user: User, key: str) -> Tab | None:
    """The one asked for; else the first of this person's day."""
    tabs = tabs_for(user)
    asked = next((tab for tab in tabs if tab.key == key), None)
    return asked or next(iter(tabs), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One project in a list, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "name",
        "code",
        "company__name",
        "investor",
        "region__name",
        "stage",
        "is_key",
        "green_until",
        "officer_a",
        "done",
        "total",
        "next_due",
        "started_on",
        "finished_on",
    )
    today: date
    pk: int
    name: str
    code: str | None
    company: str | None
    investor: str
    region: str
    stage: str
    is_key: bool
    green_until: date | None
    officer_a: str | None
    done: int
    total: int
    next_due: date | None
    started_on: date | None
    finished_on: date | None
    # Of the project itself, once with_lamps() has asked.
    lamp: Lamp = Lamp.GREY

    @property
    def stage_label(self) -> str:
        return label_of(Project.Stage, self.stage)

    @property
    def is_green(self) -> bool:
        return self.green_until is not None and self.green_until >= self.today

    @property
    def is_running(self) -> bool:
        return self.started_on is not None and self.finished_on is None

    @property
    def lamp_word(self) -> str:
        if self.is_running:
            return str(lamp_words.WORDS[self.lamp])
        if self.finished_on:
            return pgettext("approvals", "through")
        return gettext("not begun")


def page_of(
    projects: ProjectQuerySet, cursor: str | None, today: date
) -> KeysetPage[Row]:
    def row(*values: Any) -> Row:  # Any: flat values
        return Row(today, *values)

    page = flat_page(projects, NEWEST, cursor, by_keys(), row)
    return replace(page, rows=with_lamps(page.rows, today))


def with_lamps(rows: Iterable[Row], today: date) -> list[Row]:
    """The same rows with their lamps; one that is not in approval has none."""
    rows = list(rows)
    lit = lamps.lamps_of([row.pk for row in rows], today=today)
    return [
        replace(row, lamp=lit[row.pk].lamp) if row.is_running and row.pk in lit else row
        for row in rows
    ]


@lru_cache(maxsize=1)
def by_keys() -> Prepared:
    return Prepared(lambda: rows().filter(pk__in=places(PAGE_SIZE)))


def rows() -> QuerySet[Project, tuple[Any, ...]]:
    """What a line needs, by subquery: no query per row."""
    open_a = ProjectLiaison.objects.open().filter(project=OuterRef("pk"), role="A")
    items = Milestone.objects.living().filter(project=OuterRef("pk"))
    per_project = items.order_by().values("project")
    total = per_project.annotate(n=Count("pk")).values("n")
    done = items.filter(state__in=APPROVED).order_by().values("project")
    due = per_project.filter(decide_by__met_at=None).annotate(
        due=Min("decide_by__due_on")
    )
    annotated = Project.objects.annotate(
        officer_a=Subquery(open_a.values("officer__name")[:1]),
        total=Coalesce(Subquery(total), 0),
        done=Coalesce(Subquery(done.annotate(n=Count("pk")).values("n")), 0),
        next_due=Subquery(due.values("due")),
    )
    return annotated.order_by().values_list(*Row.FIELDS)
