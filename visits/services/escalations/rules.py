"""Rules as data: the system administrator adds and changes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Role, User
from crm.services import deadlines
from crm.services.rights import require
from visits import escalation_kinds
from visits.models import EscalationRule
from visits.models.escalation_rules import COUNTED, OF_CLOCKS, Trigger
from visits.models.ratings import BAD

# What a rule is about never changes: another matter is another rule.
FIXED: Final = ("subject_kind", "trigger", "clock")
EDITABLE: Final = (
    *("name", "threshold", "level", "climbs"),
    *("category", "urgency", "is_active"),
)
MOST_DAYS: Final = 250
MOST_TIMES: Final = 20
# From here down a rating is bad.
WORST: Final = {Trigger.BAD_RATING: BAD}


@transaction.atomic
def add_rule(
    *,
    actor: User,
    values: Mapping[str, Any],  # Any: of each field's own type
    now: datetime | None = None,
) -> EscalationRule:
    """One more rule; it speaks of what is due from the next sweep on."""
    require(actor, Role.SYSTEM_ADMIN)
    last = EscalationRule.objects.select_for_update(of=("self",)).order_by("order")
    orders = list(last.values_list("order", flat=True))
    rule = EscalationRule(
        **{name: values[name] for name in (*FIXED, *EDITABLE) if name in values},
        order=min(max(orders, default=0) + 1, 32767),
    )
    rule.key = _free_key(rule)
    _check(rule)
    rule.save(force_insert=True)
    events.record(actor, "escalation_rule.added", rule, now=now, **_told(rule))
    _look_again(rule)
    return rule


@transaction.atomic
def edit_rule(
    rule: EscalationRule,
    *,
    actor: User,
    version: int,
    values: Mapping[str, Any],  # Any: of each field's own type
    now: datetime | None = None,
) -> EscalationRule:
    """Change when a rule speaks and to whom; what was raised stays as it was."""
    require(actor, Role.SYSTEM_ADMIN)
    rule = EscalationRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if version != rule.version:
        sentence = _("Somebody else changed this rule meanwhile. Look at it again.")
        raise StaleVersion(sentence, current=rule)
    before = events.snapshot(rule, *EDITABLE)
    for name in EDITABLE:
        if name in values:
            setattr(rule, name, values[name])
    _check(rule)
    if changes := events.changed(before, rule):
        rule.version += 1
        rule.save(update_fields=[*changes, "version"])
        events.record(actor, "escalation_rule.edited", rule, now=now, **changes)
        _look_again(rule)
    return rule


def _told(rule: EscalationRule) -> dict[str, Any]:  # Any: as record() takes them
    names = ("key", *FIXED, *EDITABLE)
    return {name: events.value_of(rule, name) for name in names}


def _free_key(rule: EscalationRule) -> str:
    """Made of what it is about: ticket_overdue_2."""
    stem = f"{rule.subject_kind}_{rule.trigger}"
    taken = set(EscalationRule.objects.values_list("key", flat=True))
    keys = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (stem, *keys) if key not in taken)


def _look_again(rule: EscalationRule) -> None:
    """Deadlines that were looked at by other rules are to be looked at by this one."""
    if rule.trigger in OF_CLOCKS:
        deadlines.look_again()


def _check(rule: EscalationRule) -> None:
    if rule.trigger == Trigger.HAND:
        if not rule.is_active or rule.pk is None:
            sentence = _("Raising by hand is always possible, by one rule.")
            raise DomainError(sentence, code="by_hand", field="is_active")
        return
    kind = escalation_kinds.by_key(rule.subject_kind)
    if kind is None:
        raise DomainError(_("Choose of what."), field="subject_kind")
    if rule.trigger in OF_CLOCKS and rule.clock and rule.clock not in kind.clocks:
        sentence = _("A %(kind)s has no such clock.") % {"kind": kind.label}
        raise DomainError(sentence, code="no_such_clock", field="clock")
    if rule.trigger in OF_CLOCKS and not kind.clocks:
        sentence = _("A %(kind)s has no clock.") % {"kind": kind.label}
        raise DomainError(sentence, code="no_clock", field="trigger")
    if rule.trigger in COUNTED and rule.trigger not in kind.counts:
        sentence = _("This is not counted of a %(kind)s.") % {"kind": kind.label}
        raise DomainError(sentence, code="not_counted", field="trigger")
    if rule.trigger not in OF_CLOCKS:
        rule.clock = ""
    if (rule.category_id and not kind.category) or (rule.urgency and not kind.urgency):
        sentence = _("A %(kind)s has neither category nor urgency.")
        raise DomainError(
            sentence % {"kind": kind.label}, code="no_filter", field="category"
        )
    _check_threshold(rule)


def _check_threshold(rule: EscalationRule) -> None:
    most = MOST_TIMES if rule.trigger in COUNTED else MOST_DAYS
    most = WORST.get(Trigger(rule.trigger), most)
    least = 1 if rule.trigger in COUNTED else 0
    if rule.threshold is None:
        if rule.trigger == Trigger.OVERDUE:
            return
        raise DomainError(_("Say from when on."), field="threshold")
    if not least <= rule.threshold <= most:
        raise DomainError(
            _("From %(least)s to %(most)s.") % {"least": least, "most": most},
            code="out_of_range",
            field="threshold",
        )
