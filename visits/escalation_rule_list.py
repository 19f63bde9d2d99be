"""The rules of escalation as their page shows them: by subject, one sentence each."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.lib.labels import label_of
from visits.models import EscalationRule, Rating, Ticket
from visits.models.escalation_rules import Trigger

from . import escalation_kinds
from .escalation_words import level_label


@dataclass(frozen=True)
class Line:
    """One rule: when it speaks, of whom alone, and who is told."""

    rule: EscalationRule
    when: str
    only: str
    level: str


@dataclass(frozen=True)
class Group:
    label: str | Promise
    lines: list[Line]


def groups() -> list[Group]:
    """By subject, in the order in which they are registered; the hand's comes last."""
    rules = list(EscalationRule.objects.select_related("category"))
    labels = {kind.key: kind.label for kind in escalation_kinds.every()}
    found = []
    for key, label in (*labels.items(), ("", pgettext("rule", "of every kind"))):
        lines = [line_of(rule) for rule in rules if rule.subject_kind == key]
        if lines:
            found.append(Group(label, lines))
    return found


def line_of(rule: EscalationRule) -> Line:
    level = level_label(rule.level)
    if rule.trigger == Trigger.HAND:
        level = _("whoever raises it chooses")
    elif rule.climbs:
        level = _("%(level)s, each time one higher") % {"level": level}
    return Line(
        rule, when_of(rule), pgettext("between names", ", ").join(only_of(rule)), level
    )


def only_of(rule: EscalationRule) -> Iterable[str]:
    if rule.category:
        yield rule.category.name
    if rule.urgency:
        yield label_of(Ticket.Urgency, rule.urgency)


def when_of(rule: EscalationRule) -> str:
    """From when on, in a sentence."""
    count = rule.threshold or 0
    values = {"clock": clock_label(rule), "count": count}
    match rule.trigger:
        case Trigger.DUE_SOON:
            sentence = ngettext(
                "%(clock)s: %(count)s working day left",
                "%(clock)s: %(count)s working days left",
                count,
            )
        case Trigger.OVERDUE if count:
            sentence = ngettext(
                "%(clock)s: more than %(count)s working day late",
                "%(clock)s: more than %(count)s working days late",
                count,
            )
        case Trigger.OVERDUE:
            sentence = _("%(clock)s: late")
        case Trigger.HAND:
            sentence = _("by a person, with a reason")
        case Trigger.BAD_RATING:
            values["rating"] = label_of(Rating.Level, count)
            sentence = _("rated “%(rating)s” or worse")
        case _other:
            values["what"] = label_of(Trigger, rule.trigger)
            sentence = ngettext(
                "%(what)s: from the first time on",
                "%(what)s: from %(count)s times on",
                count,
            )
    return sentence % values


def clock_label(rule: EscalationRule) -> str:
    kind = escalation_kinds.by_key(rule.subject_kind)
    clock = kind.clocks.get(rule.clock) if kind else None
    return str(clock.label) if clock else pgettext("rule", "every clock")
