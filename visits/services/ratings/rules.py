"""How 满意率 is counted and how many days follow: set for days to come, never back."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Role, User
from crm.services.rights import require
from visits.models import RatingRule

WEIGHTS: Final = ("very_good", "good", "fair", "poor", "very_poor")
DAYS: Final = ("fix_days", "objection_days", "look_days")
FARTHEST: Final = timedelta(days=366)


@transaction.atomic
def set_rule(
    *,
    actor: User,
    effective_on: date,
    values: dict[str, Any],  # Any: weights and days by name
    now: datetime | None = None,
) -> RatingRule:
    """A new row from a day on; what was counted before that day stays as it was."""
    require(actor, Role.SYSTEM_ADMIN)
    now = now or timezone.now()
    today = timezone.localdate(now)
    if not today < effective_on <= today + FARTHEST:
        sentence = _("Choose a day from tomorrow on, within a year.")
        raise DomainError(sentence, code="bad_day", field="effective_on")
    before = RatingRule.objects.on(effective_on)
    rule = RatingRule(effective_on=effective_on, set_by=actor, set_at=now)
    for name in (*WEIGHTS, *DAYS):
        setattr(rule, name, values[name])
    check(rule)
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError:
        sentence = _("There are rules from this day on already.")
        raise DomainError(sentence, code="day_taken", field="effective_on") from None
    changes: dict[str, Any] = {  # as events take them
        name: [getattr(before, name), getattr(rule, name)]
        for name in (*WEIGHTS, *DAYS)
        if getattr(before, name) != getattr(rule, name)
    }
    events.record(
        actor, "rating_rule.set", rule, now=now, effective_on=effective_on, **changes
    )
    return rule


def check(rule: RatingRule) -> None:
    try:
        rule.clean_fields(exclude=["set_by"])
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise DomainError(sentences[0], code="bad_value", field=name) from None
    weights: list[Decimal] = [getattr(rule, name) for name in WEIGHTS]
    if weights != sorted(weights, reverse=True):
        sentence = _("A better level must not count less than a worse one.")
        raise DomainError(sentence, code="weights_rise", field="fair")
