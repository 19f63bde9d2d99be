"""By hand: whoever answers for a matter takes it to a level above, with a reason."""

import uuid
from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import User
from visits import escalation_kinds
from visits.escalation_kinds import Kind
from visits.models import Escalation, EscalationRule
from visits.models.escalation_rules import Level, Trigger

from .firing import write
from .levels import Placed, Posts
from .promises import Subject, facts

REASON_LENGTH: Final = 400
# The rule under which people raise by hand; it is always in use.
BY_HAND: Final = "by_hand"


@transaction.atomic
def raise_by_hand(
    subject: models.Model,
    *,
    actor: User,
    level: int,
    reason: str,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Escalation:
    """提级 by a leader, the unit's head, the dispatch centre or the officer."""
    now, key = now or timezone.now(), client_key or uuid.uuid4()
    kind = escalation_kinds.of(subject)
    _claim(kind, subject, actor)
    found = facts(kind, [subject.pk])[subject.pk]
    if known := _known(kind, found, key):
        return known
    reason = _checked(kind, found, level, reason)
    rule = EscalationRule.objects.get(key=BY_HAND)
    placed = Posts.on(timezone.localdate(now)).place(
        Level(level), department=found.department, region=found.region
    )
    _refuse_repeated(kind, found, placed)
    draft = Escalation(
        subject_type=kind.subject_type,
        subject_id=found.pk,
        rule=rule,
        cycle=_cycle(key),
        trigger=Trigger.HAND,
        level=placed.level,
        company_id=found.company,
        region_id=found.region,
        department_id=found.department,
        deadline_id=found.deadline,
        why=_why(level, placed),
        raised_at=now,
        raised_by=actor,
        reason=reason,
    )
    write([draft], kind, {found.pk: found}, actor=actor, now=now)
    return draft


def may_raise(subject: models.Model, actor: User) -> bool:
    """Whether this person may take it higher at all."""
    kind = escalation_kinds.of(subject)
    if kind.raisable_by is None:
        return False
    allowed = kind.raisable_by(actor).filter(kind.alive)
    return bool(allowed.filter(pk=subject.pk).exists())


def check_alive(subject: models.Model) -> None:
    """Refuse what has ended: nobody can decide on it any more."""
    kind = escalation_kinds.of(subject)
    if not kind.living().filter(pk=subject.pk).exists():
        raise _ended()


def _ended() -> DomainError:
    sentence = _("This matter has ended; it cannot be escalated.")
    return DomainError(sentence, code="ended")


def _claim(kind: Kind, subject: models.Model, actor: User) -> None:
    """Lock the subject as every act does, or refuse whoever may not raise it."""
    if kind.raisable_by is None:
        raise PermissionDenied
    rows = kind.raisable_by(actor).select_for_update(of=("self",))
    if rows.filter(pk=subject.pk).first() is None:
        raise PermissionDenied


def _cycle(key: uuid.UUID) -> str:
    return f"{Trigger.HAND}-{key.hex}"


def _known(kind: Kind, subject: Subject, key: uuid.UUID) -> Escalation | None:
    """A button pressed twice."""
    return Escalation.objects.filter(
        subject_type=kind.subject_type, subject_id=subject.pk, cycle=_cycle(key)
    ).first()


def _checked(kind: Kind, subject: Subject, level: int, reason: str) -> str:
    if not subject.is_alive:
        raise _ended()
    if level not in (Level.HEAD, Level.CHARGE, Level.TOP):
        raise DomainError(_("Choose to whom it goes."), code="no_level", field="level")
    if not reason.strip():
        raise DomainError(_("Say why it has to go higher."), field="reason")
    if len(reason.strip()) > REASON_LENGTH:
        most = {"most": REASON_LENGTH}
        raise DomainError(_("At most %(most)s characters.") % most, field="reason")
    return reason.strip()


def _refuse_repeated(kind: Kind, subject: Subject, placed: Placed) -> None:
    """It waits there already: one more card would not make it more urgent."""
    waits = Escalation.objects.standing().filter(
        subject_type=kind.subject_type, subject_id=subject.pk, level__gte=placed.level
    )
    if other := waits.order_by("-level", "-pk").first():
        raise DomainError(
            _("It is with the %(level)s already; the answer is still to come.")
            % {"level": Level(other.level).label},
            code="raised_already",
            field="level",
        )


def _why(level: int, placed: Placed) -> dict[str, object]:
    if not placed.passed:
        return {}
    return {"asked": level, "passed": [list(one) for one in placed.passed]}
