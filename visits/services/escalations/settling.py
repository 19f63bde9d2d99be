"""Settled: by the answer of a person, or because what it was raised for is gone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.events import Entry
from crm.lib.errors import DomainError, StaleVersion
from crm.models import User
from visits.escalation_kinds import Kind
from visits.models import Escalation
from visits.models.escalation_rules import OF_CLOCKS

from .promises import Promise, Subject

Decision = Escalation.Decision
BATCH: Final = 1000
NOTE_LENGTH: Final = 400


@transaction.atomic
def settle_escalation(
    escalation: Escalation,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Escalation:
    """Say what was done about it; by whoever is at its level or above."""
    now, reason = now or timezone.now(), reason.strip()
    escalation = Escalation.objects.claim(escalation.pk, actor)
    if not escalation.is_open:
        if escalation.decided_by_id == actor.pk and escalation.decision_note == reason:
            return escalation  # a button pressed twice
        raise DomainError(
            _("This escalation is settled already: %(how)s.")
            % {"how": escalation.get_decision_display()},
            code="settled_already",
        )
    if version is not None and version != escalation.version:
        raise StaleVersion(
            _("Somebody else changed this escalation meanwhile. Look at it again."),
            current=escalation,
        )
    if not reason:
        raise DomainError(_("Say what is done about it."), field="reason")
    if len(reason) > NOTE_LENGTH:
        most = {"most": NOTE_LENGTH}
        raise DomainError(_("At most %(most)s characters.") % most, field="reason")
    escalation.state = Escalation.State.DECIDED
    escalation.decision, escalation.decision_note = Decision.ANSWERED, reason
    escalation.decided_at, escalation.decided_by = now, actor
    escalation.version += 1
    escalation.save(
        update_fields=[
            *("state", "decision", "decision_note"),
            *("decided_at", "decided_by", "version"),
        ]
    )
    events.record_many([_entry(escalation, Decision.ANSWERED, actor, now)])
    return escalation


# --- By itself ---------------------------------------------------------------------


def settle_changed(
    seen: Sequence[int],
    promises: Sequence[Promise],
    held: Mapping[int, Subject],
    *,
    now: datetime,
) -> None:
    """Kept meanwhile, another promise by now, or of a matter that has ended."""
    if not seen:
        return
    by_pk = {one.pk: one for one in promises}
    rows = Escalation.objects.open().filter(deadline__in=seen, trigger__in=OF_CLOCKS)
    found: dict[Decision, list[Escalation]] = defaultdict(list)
    for one in _locked(rows):
        promise = by_pk[one.deadline_id or 0]
        subject = held.get(promise.pk)
        if subject is None:  # another deadline has taken its place
            found[Decision.MOVED].append(one)
        elif promise.met_at is not None:
            found[Decision.MET].append(one)
        elif not subject.is_alive:
            found[Decision.ENDED].append(one)
        elif promise.round != one.round:
            found[Decision.MOVED].append(one)
    for decision, settled in found.items():
        _settle(settled, decision, now)


def settle_ended(kind: Kind, *, now: datetime) -> None:
    """Those that no deadline speaks for: its record has ended, or it was taken back."""
    living = kind.living().filter(pk=OuterRef("subject_id"))
    of_kind = Escalation.objects.open().filter(subject_type=kind.subject_type)
    counted = of_kind.exclude(trigger__in=OF_CLOCKS)
    _settle_all(counted.filter(~Exists(living)), Decision.ENDED, now)
    taken_back = of_kind.filter(trigger__in=OF_CLOCKS, deadline=None)
    _settle_all(taken_back, Decision.MOVED, now)


def _settle_all(
    rows: models.QuerySet[Escalation], decision: Decision, now: datetime
) -> None:
    while rows.exists():
        with transaction.atomic():
            batch = _locked(rows.order_by("pk")[:BATCH])
            _settle(batch, decision, now)
        if not batch:
            return  # somebody is answering them at this moment


def _locked(rows: models.QuerySet[Escalation]) -> list[Escalation]:
    """Those that nobody is answering at this moment."""
    return list(rows.select_for_update(of=("self",), skip_locked=True))


def _settle(rows: Sequence[Escalation], decision: Decision, now: datetime) -> None:
    if not rows:
        return
    Escalation.objects.filter(pk__in=[one.pk for one in rows]).update(
        state=Escalation.State.DECIDED,
        decision=decision,
        decided_at=now,
        version=models.F("version") + 1,
    )
    events.record_many(_entry(one, decision, None, now) for one in rows)


def _entry(
    escalation: Escalation, decision: Decision, actor: User | None, now: datetime
) -> Entry:
    return Entry(
        actor=actor,
        action="escalation.settled",
        subject=escalation,
        company=escalation.company_id,
        now=now,
        changes={
            "state": [Escalation.State.OPEN, Escalation.State.DECIDED],
            "decision": decision,
        },
    )
