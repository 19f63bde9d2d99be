"""The department's desk: the items that are with my units, by the day they are due."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.labels import label_of
from crm.lib.paging import KeysetPage, keyset_page
from crm.lib.workdays import Unit
from crm.models import Department, Lamp, User, lamp_of
from crm.services import calendar
from projects.models import Milestone, MilestoneNeed, State
from projects.models.milestones import UNIT_ROLES, MilestoneQuerySet
from projects.models.states import APPROVED, OPEN, PAUSING, UNBEGUN
from projects.services.milestones import Act
from projects.services.milestones.acts import FROM, RULES
from projects.tabs import Tab

# Those that can wait no longer come first; a far day stands for none.
BY_DUE = ("due", "pk")
NO_DAY = date(9999, 12, 31)
# With one press, or for many at once: nothing has to be said.
PLAIN = (Act.ACCEPT, Act.REVIEW, Act.SPECIAL_END, Act.CORRECTED)
# For many at once, with words for all of them.
BULK = (*PLAIN, Act.APPROVE, Act.CORRECT, Act.NOT_ACCEPT, Act.REFUSE, Act.REJECT)
# What the row offers beside its first act.
OFFERED = (
    Act.ACCEPT,
    Act.CORRECTED,
    Act.SPECIAL_END,
    Act.APPROVE,
    Act.CORRECT,
    Act.SPECIAL,
    Act.NOT_ACCEPT,
    Act.REFUSE,
    Act.REJECT,
)


def to_do(items: MilestoneQuerySet) -> MilestoneQuerySet:
    """With the department, and it is its turn."""
    return items.filter(state__in=OPEN - UNBEGUN - PAUSING)


def paused(items: MilestoneQuerySet) -> MilestoneQuerySet:
    return items.filter(state__in=PAUSING)


def coming(items: MilestoneQuerySet) -> MilestoneQuerySet:
    """Not handed in yet, and nothing stands before it any more."""
    before = MilestoneNeed.objects.filter(
        milestone=OuterRef("pk"), needed__removed_at=None
    ).exclude(needed__state__in=APPROVED)
    return items.filter(~Exists(before), state__in=UNBEGUN)


def done(items: MilestoneQuerySet) -> MilestoneQuerySet:
    return items.filter(state__in=APPROVED)


TABS = (
    Tab(
        "todo",
        pgettext_lazy("desk", "To decide"),
        to_do,
        _("Nothing waits for your department."),
        bulk=True,
    ),
    Tab(
        "paused",
        pgettext_lazy("desk", "Waiting"),
        paused,
        _("Nothing waits for a correction or a special procedure."),
        bulk=True,
    ),
    Tab(
        "coming",
        pgettext_lazy("desk", "Coming"),
        coming,
        _("Nothing is about to be handed in."),
    ),
    Tab("done", pgettext_lazy("desk", "Done"), done, _("Nothing is done yet.")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One item on the desk, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "name",
        "state",
        "state_since",
        "version",
        "corrections",
        "department__name",
        "project__name",
        "project__company__name",
        "project__green_until",
        "ready_told_at",
        "due_day",
        "due_unit",
        "is_provisional",
    )
    today: date
    near: date
    pk: int
    name: str
    state: int
    since: date | None
    version: int
    corrections: int
    department: str
    project: str
    company: str | None
    green_until: date | None
    ready_told_at: datetime | None
    due_on: date | None
    unit: str | None
    is_provisional: bool | None

    @property
    def state_label(self) -> str:
        return label_of(State, self.state)

    @property
    def lamp(self) -> Lamp:
        return lamp_of(self.due_on, False, self.today, self.near)

    @property
    def days_left(self) -> int | None:
        if self.due_on is None or self.unit is None:
            return None
        return calendar.count_between(self.today, self.due_on, Unit(self.unit))

    @property
    def is_green(self) -> bool:
        return self.green_until is not None and self.green_until >= self.today

    @property
    def quick(self) -> Act | None:
        return offers(self.state).quick

    @property
    def shown(self) -> list[Act]:
        return offers(self.state).shown

    @property
    def folded(self) -> list[Act]:
        return offers(self.state).folded


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be done now: what one press does without a word, a button or two."""

    quick: Act | None
    shown: list[Act]
    # What is rarer waits behind them.
    folded: list[Act]


@cache
def offers(state: int) -> Offers:
    """The most likely first."""
    acts = [act for act in OFFERED if state in FROM[act]]
    quick = next((act for act in acts if act in PLAIN), None)
    others = [act for act in acts if act != quick]
    buttons = 1 if quick else 2
    return Offers(quick, others[:buttons], others[buttons:])


def items_of(user: User) -> MilestoneQuerySet:
    """Of the person's departments, in projects that live."""
    below = user.access.department_ranges(*UNIT_ROLES)
    units = Department.objects.filter(trees.in_ranges(below, "path"))
    # By their keys too: of a subquery nobody knows how few it finds, and SQLite would
    # begin with all projects.
    keys = list(units.values_list("pk", flat=True)) if below else []
    return Milestone.objects.decidable_by(user).filter(department__in=keys)


def page_of(
    items: MilestoneQuerySet, cursor: str | None, today: date, near: date
) -> KeysetPage[Row]:
    found = items.with_clock().annotate(
        due=Coalesce("due_day", NO_DAY),
        is_provisional=F("decide_by__is_provisional"),
    )

    def row(*values: Any) -> Row:  # Any: flat values
        return Row(today, near, *values)

    return keyset_page(found, BY_DUE, cursor, fields=Row.FIELDS, row=row)


def needs_words(act: Act) -> bool:
    return RULES[act].needs_notice
