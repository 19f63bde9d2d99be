"""Escalations in a list: those that wait for me, of my unit, in my scope, settled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.labels import label_of
from crm.lib.paging import PAGE_SIZE, KeysetPage, flat_page
from crm.lib.prepared import Prepared, places
from crm.models import Department, Lamp, Role, User, lamp_of
from crm.services import deadlines
from visits.models import Escalation
from visits.models.escalation_rules import Level
from visits.models.escalation_sets import EscalationQuerySet

from . import escalation_kinds, escalation_words
from .escalation_kinds import Named
from .escalation_words import Facts
from .role_tabs import RoleTab

NEWEST = ("-pk",)
OLDEST = ("pk",)
UNIT = frozenset({Role.HANDLER, Role.UNIT_HEAD})
WIDE = frozenset({Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR})
DECIDERS = frozenset({*UNIT, Role.LEADER})
READERS = frozenset({*UNIT, *WIDE, Role.OFFICER})
Narrow = Callable[[User, date], EscalationQuerySet]


Tab = RoleTab[Narrow]


def waiting(user: User, today: date) -> EscalationQuerySet:
    return Escalation.objects.waiting_for(user, today)


def of_unit(user: User, today: date) -> EscalationQuerySet:
    """Open ones of the departments in which this person works."""
    below = user.access.department_ranges(*UNIT)
    units = Department.objects.filter(trees.in_ranges(below, "path"))
    return Escalation.objects.standing().of_departments(units)


def in_scope(user: User, today: date) -> EscalationQuerySet:
    return Escalation.objects.visible_to(user).standing()


def settled(user: User, today: date) -> EscalationQuerySet:
    return Escalation.objects.visible_to(user).exclude(decided_at=None)


TABS = (
    Tab(
        "waiting",
        pgettext_lazy("escalations", "For me"),
        waiting,
        OLDEST,
        DECIDERS,
        _("Nothing has come to you."),
    ),
    Tab(
        "unit",
        pgettext_lazy("escalations", "My unit"),
        of_unit,
        OLDEST,
        UNIT,
        _("Nothing of your unit has been escalated."),
    ),
    Tab(
        "open",
        pgettext_lazy("escalations", "Open"),
        in_scope,
        NEWEST,
        frozenset({*WIDE, Role.OFFICER}),
        _("Nothing is escalated at the moment."),
    ),
    Tab(
        "settled",
        pgettext_lazy("escalations", "Settled"),
        settled,
        NEWEST,
        READERS,
        _("Nothing has been settled yet."),
    ),
)


@dataclass(frozen=True, slots=True)
class Flat:
    """An escalation as the database gives it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        *("pk", "subject_id", "company__name", "department__name"),
        *("deadline__due_on", "deadline__met_at", "decided_at", "decision"),
        *Facts.FIELDS,
    )
    pk: int
    subject_id: int
    company: str | None
    department: str | None
    due_on: date | None
    met_at: datetime | None
    decided_at: datetime | None
    decision: str
    facts: Facts


@dataclass(frozen=True)
class Row:
    """One escalation in a list."""

    flat: Flat
    named: Named | None
    today: date
    near: date

    @property
    def kind(self) -> str:
        kind = escalation_kinds.of_type(self.flat.facts.subject_type)
        return str(kind.label) if kind else ""

    @property
    def level(self) -> str:
        return label_of(Level, self.flat.facts.level)

    @property
    def why(self) -> str:
        return escalation_words.sentence(self.flat.facts)

    @property
    def is_open(self) -> bool:
        return self.flat.decided_at is None

    @property
    def state(self) -> str:
        if self.is_open:
            return label_of(Escalation.State, Escalation.State.OPEN)
        return label_of(Escalation.Decision, self.flat.decision)

    @property
    def lamp(self) -> Lamp:
        """Of the promise as it stands now; grey when settled or without one."""
        if not self.is_open:
            return Lamp.GREY
        is_met = self.flat.met_at is not None
        return lamp_of(self.flat.due_on, is_met, self.today, self.near)


# Whose they are is asked with their keys.
BY_KEYS = Prepared(
    lambda: (
        Escalation.objects.filter(pk__in=places(PAGE_SIZE))
        .order_by()
        .values_list(*Flat.FIELDS)
    )
)


def page_of(
    rows: EscalationQuerySet, ordering: tuple[str, ...], cursor: str | None, today: date
) -> KeysetPage[Row]:
    """25 rows with the names of what they are about."""
    page = flat_page(rows, ordering, cursor, BY_KEYS, _flat)
    return KeysetPage(
        rows_of(page.rows, today), page.first, page.previous, page.next, page.last
    )


def first_of(rows: EscalationQuerySet, count: int, today: date) -> list[Row]:
    """The first few, for a card or a home page, the highest and oldest first."""
    ordered = rows.order_by("-level", "pk").values_list(*Flat.FIELDS)
    return rows_of([_flat(*values) for values in ordered[:count]], today)


def rows_of(flat: Sequence[Flat], today: date) -> list[Row]:
    """One query for each kind of subject among them."""
    keys: dict[str, set[int]] = {}
    for one in flat:
        keys.setdefault(one.facts.subject_type, set()).add(one.subject_id)
    named = {}
    for subject_type, wanted in keys.items():
        if kind := escalation_kinds.of_type(subject_type):
            named[subject_type] = kind.named(wanted)
    near = deadlines.yellow_from(today)
    row = partial(Row, today=today, near=near)
    return [
        row(one, named.get(one.facts.subject_type, {}).get(one.subject_id))
        for one in flat
    ]


def _flat(*values: Any) -> Flat:  # Any: Flat.FIELDS
    pk, subject, company, unit, due_on, met_at, decided_at, decision, *facts = values
    return Flat(
        pk,
        subject,
        company,
        unit,
        due_on,
        met_at,
        decided_at,
        decision,
        Facts(*facts),
    )
