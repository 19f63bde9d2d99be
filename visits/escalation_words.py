"""What escalations say to people. They hold codes and values; here are the words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext, pgettext_lazy

from crm.lib.labels import label_of
from crm.models import Event, Unit
from visits.models import Escalation, Rating
from visits.models.escalation_rules import Level, Trigger

from . import escalation_kinds
from .escalation_kinds import Clock

ACTIONS = {
    "escalation.raised": _lazy("escalated"),
    "escalation.settled": _lazy("escalation settled"),
    "ticket.level_raised": _lazy("ticket raised to a higher level"),
    "escalation_rule.added": _lazy("escalation rule added"),
    "escalation_rule.edited": _lazy("escalation rule changed"),
}
ICONS = {"ticket.level_raised": "stairs-up"}
# What an event says of its record beside the record's own columns.
NAMES = {"of": _lazy("record")}
# After the name of a level that was passed over.
PASSED = {
    "nobody": pgettext_lazy("escalation", "there is none"),
    "away": pgettext_lazy("escalation", "away"),
}
Why = dict[str, Any]  # Any: codes and values as JSON keeps them


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence is made of, from a record or from a row of a list."""

    subject_type: str
    trigger: str
    level: int
    rule: str
    why: Why
    raised_at: datetime
    raised_by: str | None
    reason: str

    # As a list asks for them, in the order of the above.
    FIELDS: ClassVar[tuple[str, ...]] = (
        *("subject_type", "trigger", "level", "rule__name", "why"),
        *("raised_at", "raised_by__name", "reason"),
    )


def facts_of(escalation: Escalation) -> Facts:
    person = escalation.raised_by
    return Facts(
        subject_type=escalation.subject_type,
        trigger=escalation.trigger,
        level=escalation.level,
        rule=escalation.rule.name,
        why=escalation.why,
        raised_at=escalation.raised_at,
        raised_by=person.name if person else None,
        reason=escalation.reason,
    )


def sentence(facts: Facts) -> str:
    """Why it has come so far, in one sentence."""
    if facts.trigger == Trigger.HAND:
        return _by_hand(facts)
    if facts.trigger in COUNTS:
        return COUNTS[facts.trigger](facts)
    return _of_clock(facts)


def notes(facts: Facts) -> list[str]:
    """How it came to this level and no other, and what is not certain yet."""
    return list(_notes(facts.why))


def whole(facts: Facts) -> str:
    return " ".join([sentence(facts), *notes(facts)])


def level_raised(event: Event, names: object) -> str:
    """In the stream of a ticket, to follow the person's name."""
    level = level_label(event.changes["level"][1])
    return _("raised it to the %(level)s") % {"level": level}


SENTENCES = {"ticket.level_raised": level_raised}


def level_label(level: int) -> str:
    return label_of(Level, level)


def _of_clock(facts: Facts) -> str:
    why = facts.why
    clock = clock_of(facts)
    values = {
        "nth": why["counted"],
        "unit": label_of(Unit, why["unit"]),
        "days": why["days"],
        "since": clock.since if clock else "",
        "due": short_day(why["due_on"], timezone.localdate(facts.raised_at).year),
        "rule": facts.rule,
        "level": level_label(facts.level),
    }
    if not why["is_late"]:
        return _near({**values, "clock": clock.label if clock else ""}, why["left"])
    values["undone"] = clock.undone if clock else ""
    if facts.level == Level.HANDLER:
        return (
            _(
                "Day %(nth)s %(since)s, in %(unit)s: %(undone)s (limit: %(days)s, due "
                "%(due)s). The rule “%(rule)s” reminds the %(level)s."
            )
            % values
        )
    return (
        _(
            "Day %(nth)s %(since)s, in %(unit)s: %(undone)s (limit: %(days)s, due "
            "%(due)s). By the rule “%(rule)s” it goes to the %(level)s."
        )
        % values
    )


def _near(values: Why, left: int) -> str:
    return ngettext(
        "Day %(nth)s %(since)s, in %(unit)s: %(clock)s is due %(due)s, %(left)s "
        "working day is left. The rule “%(rule)s” tells the %(level)s.",
        "Day %(nth)s %(since)s, in %(unit)s: %(clock)s is due %(due)s, %(left)s "
        "working days are left. The rule “%(rule)s” tells the %(level)s.",
        left,
    ) % {**values, "left": left}


def _counted(facts: Facts) -> Why:
    return {
        "count": facts.why["count"],
        "rule": facts.rule,
        "level": level_label(facts.level),
    }


def _returned(facts: Facts) -> str:
    return _(
        "Returned by departments %(count)s times. By the rule “%(rule)s” it goes "
        "to the %(level)s."
    ) % _counted(facts)


def _misdirected(facts: Facts) -> str:
    return _(
        "Dispatched in vain %(count)s times. By the rule “%(rule)s” it goes to the "
        "%(level)s."
    ) % _counted(facts)


def _not_solved(facts: Facts) -> str:
    values = _counted(facts)
    return (
        ngettext(
            "The company said %(count)s time that it is not solved. By the rule "
            "“%(rule)s” it goes to the %(level)s.",
            "The company said %(count)s times that it is not solved. By the rule "
            "“%(rule)s” it goes to the %(level)s.",
            values["count"],
        )
        % values
    )


def _yellow(facts: Facts) -> str:
    values = _counted(facts)
    return (
        ngettext(
            "Behind the plan at the end of %(count)s month. By the rule “%(rule)s” it "
            "goes to the %(level)s.",
            "Behind the plan at the end of %(count)s months in a row. By the rule "
            "“%(rule)s” it goes to the %(level)s.",
            values["count"],
        )
        % values
    )


def _bad_rating(facts: Facts) -> str:
    values = _counted(facts)
    values["rating"] = label_of(Rating.Level, facts.why["count"])
    return (
        _("The company is %(rating)s. By the rule “%(rule)s” it goes to the %(level)s.")
        % values
    )


COUNTS: dict[str, Callable[[Facts], str]] = {
    Trigger.RETURNED: _returned,
    Trigger.MISDIRECTED: _misdirected,
    Trigger.NOT_SOLVED: _not_solved,
    Trigger.YELLOW: _yellow,
    Trigger.BAD_RATING: _bad_rating,
}


def _by_hand(facts: Facts) -> str:
    values = {
        "name": facts.raised_by or "",
        "level": level_label(facts.level),
        "reason": facts.reason,
    }
    return _("%(name)s took it to the %(level)s: %(reason)s") % values


def _notes(why: Why) -> Iterable[str]:
    if why.get("is_stood_in"):
        yield _("Whoever has it in hand is away; the others of the unit stand in.")
    for level, reason in why.get("passed", ()):
        values = {"level": level_label(level), "reason": PASSED[reason]}
        yield _("Passed over: %(level)s (%(reason)s).") % values
    if "climbed_from" in why:
        yield _("It had been at the level below already.")
    if why.get("is_provisional"):
        yield _("The last day is provisional until next year's notice is published.")


def clock_of(facts: Facts) -> Clock | None:
    kind = escalation_kinds.of_type(facts.subject_type)
    return kind.clocks.get(facts.why.get("clock", "")) if kind else None


def short_day(text: str, year: int) -> str:
    """「10-09」, in another year with it."""
    day = date.fromisoformat(text)
    return f"{day:%m-%d}" if day.year == year else text
