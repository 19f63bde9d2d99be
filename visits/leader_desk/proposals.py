"""Which act is proposed for what, and why: a table, read from the top."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from visits.models import Decision

from .matters import Matter
from .sources import Waiting

Act = Decision.Act
# What a standard directive gives a department: working days to answer.
DAYS = 3


@dataclass(frozen=True)
class Case:
    """What waits and what it is about, as rules look at them."""

    waiting: Waiting
    matter: Matter
    today: date
    # Whether the person leads a region; then nobody stands above him here.
    is_chief: bool = False

    @property
    def late(self) -> int:
        return self.matter.late(self.today)

    @property
    def is_late(self) -> bool:
        return self.matter.is_late(self.today)

    @property
    def due_on(self) -> date | None:
        """Of its clock; of what has none, the promise for which it was raised."""
        if self.matter.is_running:
            return self.matter.due_on
        why = self.fact("why") or {}
        is_held = self.matter.due_on is not None  # paused, met
        return None if is_held else parse_date(why.get("due_on") or "")

    @property
    def department(self) -> int | None:
        """Whose it is; of what is only raised, whose promise it was."""
        found: int | None = self.matter.department or self.fact("department")
        return found

    @property
    def department_name(self) -> str:
        return self.matter.department_name or self.fact("department__name") or ""

    def tried(self, name: str) -> int:
        return self.matter.tried.get(name, 0)

    def fact(self, name: str) -> Any:  # Any: as its source has it
        return self.waiting.facts.get(name)


When = Callable[[Case], bool]


@dataclass(frozen=True)
class Rule:
    """For this source, when this is so: this act, for this reason."""

    source: str
    when: When
    act: str
    why: str | Promise
    # What goes along with the act, as its service wants it.
    terms: dict[str, Any] = field(default_factory=dict)
    # The words of a directive or an order; they name department and company.
    text: str | Promise = ""


def always(case: Case) -> bool:
    return True


def is_late(case: Case) -> bool:
    return case.is_late


def was_asked_again(case: Case) -> bool:
    return case.tried("again") > 0


YELLOW, RED = {"colour": "yellow"}, {"colour": "red"}
# What is asked of a department in one's name, in words that a leader can send.
MEET_THE_COMPANY = pgettext_lazy(
    "standard directive",
    "%(department)s: meet %(company)s within %(days)s working days, settle it, and "
    "report in writing.",
)
REPORT = pgettext_lazy(
    "standard directive",
    "%(department)s: say within %(days)s working days what keeps “%(title)s”, and by "
    "when it is done.",
)
ANSWER_AT_LAST = pgettext_lazy(
    "standard order",
    "Answer the directive “%(title)s” within %(days)s working days.",
)

RULES: list[Rule] = [
    Rule(
        "extension",
        is_late,
        Act.DENY,
        _("it is late already: a late ticket is not extended"),
    ),
    Rule("extension", always, Act.GRANT, _("asked for in time, for the first time")),
    Rule("pause", always, Act.APPROVE, _("asked for with its reason and last day")),
    Rule("listing", always, Act.APPROVE, _("asked for by who serves the project")),
    Rule(
        "directive",
        was_asked_again,
        Act.ORDER,
        _("not answered in time although it was asked again"),
        RED,
        ANSWER_AT_LAST,
    ),
    Rule(
        "directive",
        always,
        Act.ORDER,
        _("your directive was not answered in time"),
        YELLOW,
        ANSWER_AT_LAST,
    ),
]
# After the proposed one these are offered, as far as they fit the matter.
OFFERED: dict[str, Sequence[str]] = {
    "extension": (Act.GRANT, Act.DENY),
    "pause": (Act.APPROVE, Act.REFUSE),
    "listing": (Act.APPROVE, Act.REFUSE),
    "directive": (Act.ORDER, Act.DIRECT, Act.TABLE),
}
# What is rarer, behind 「更多」.
MORE: Sequence[str] = (
    Act.DIRECT,
    Act.ADOPT,
    Act.ORDER,
    Act.RAISE,
    Act.REASSIGN,
    Act.MEET,
    Act.TABLE,
    Act.SETTLE,
)


# Of what is asked for only a yes or a no is an answer; other acts leave the card.
ANSWERS: dict[str, frozenset[str]] = {
    "extension": frozenset({Act.GRANT, Act.DENY}),
    "pause": frozenset({Act.APPROVE, Act.REFUSE}),
    "listing": frozenset({Act.APPROVE, Act.REFUSE}),
}


def settles(source: str, act: str) -> bool:
    """Whether the card is gone with this act."""
    return source not in ANSWERS or act in ANSWERS[source]


def add(rules: Sequence[Rule], source: str, offered: Sequence[str]) -> None:
    """Of a source that hangs itself; called once, when the apps are loaded."""
    RULES.extend(rules)
    OFFERED[source] = offered


def proposed(case: Case) -> Rule:
    """The first rule that fits; each source ends with one that always does."""
    source = case.waiting.source
    return next(one for one in RULES if one.source == source and one.when(case))
