"""One tap: the decision is written down at once and has its effect a little later.

Nothing outside, no notice and no record of the matter changes before the ten seconds
are over: to take it back is then to do nothing (docs/decisions/0016-leaders-undo.md).
"""

from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.lib.tasks import enqueue
from crm.models import Role, User
from visits.leader_desk.offers import Offer, offers_of
from visits.leader_desk.page import case_for
from visits.leader_desk.proposals import Case
from visits.models import Decision

State = Decision.State
# So long a tap can be taken back, and so long its answer may be on the way.
UNDO: Final = timedelta(seconds=10)
TRAVEL: Final = timedelta(seconds=2)


def take_decision(
    card: str, *, actor: User, act: str, seen: str, now: datetime | None = None
) -> Decision:
    """Decide with one tap; the same tap again is the same decision.

    Whoever is second on a card is told what was decided on it, and by whom.
    """
    now = now or timezone.now()
    require_leader(actor)
    if known := standing(card):
        return same_or_refuse(known, actor, act)
    try:
        with transaction.atomic():
            return taken(card, actor, act, seen, now)
    except IntegrityError:
        # Somebody was first in this very moment.
        known = standing(card)
        if known is None:
            raise
        return same_or_refuse(known, actor, act)


def require_leader(actor: User) -> None:
    if not actor.has_role(Role.LEADER):
        raise PermissionDenied


def standing(card: str) -> Decision | None:
    found = Decision.objects.standing().filter(card=card)
    return found.select_related("leader").first()


def same_or_refuse(known: Decision, actor: User, act: str) -> Decision:
    if known.leader_id == actor.pk and known.act == act:
        return known
    raise decided_already(known)


def decided_already(known: Decision) -> DomainError:
    values = {
        "name": known.leader.name,
        "act": known.get_act_display(),
        "time": f"{timezone.localtime(known.taken_at):%H:%M}",
    }
    sentence = _("%(name)s decided on this at %(time)s: “%(act)s”.")
    return DomainError(sentence % values, code="decided_already")


def taken(card: str, actor: User, act: str, seen: str, now: datetime) -> Decision:
    case = open_case(card, actor, now)
    offer = offered(case, act, seen)
    decision = draft(case, actor, act, offer.terms, now)
    decision.effective_at = now + UNDO + TRAVEL
    decision.save(force_insert=True)
    events.record(actor, "decision.taken", decision, now=now, act=act, card=card)
    due = decision.effective_at
    enqueue("visits.jobs.carry_out_decision", decision.pk, run_after=due)
    return decision


def draft(
    case: Case,
    actor: User,
    act: str,
    terms: dict[str, object],
    now: datetime,
) -> Decision:
    return Decision(
        card=case.waiting.card,
        subject_type=case.matter.subject_type,
        subject_id=case.matter.pk,
        company_id=case.matter.company,
        leader=actor,
        act=act,
        terms=terms,
        taken_at=now,
    )


def open_case(card: str, actor: User, now: datetime) -> Case:
    """What waits, or a sentence that it does not any more."""
    case = case_for(actor, card, timezone.localdate(now))
    if case is None:
        sentence = _("This does not wait for your decision any more.")
        raise WrongStatus(sentence)
    return case


def offered(case: Case, act: str, seen: str) -> Offer:
    """The button that was tapped, as it is offered now; another one is told."""
    offer = next((one for one in offers_of(case).taps if one.act == act), None)
    if offer is None or offer.seen != seen:
        sentence = _("Something changed since you looked. Look again, then decide.")
        raise StaleVersion(sentence, current=case)
    return offer


@transaction.atomic
def undo_decision(
    decision: Decision, *, actor: User, now: datetime | None = None
) -> Decision:
    """撤销: within its ten seconds; afterwards it says that it was carried out."""
    now = now or timezone.now()
    decision = Decision.objects.claim(decision.pk, actor)
    if decision.state == State.UNDONE:
        return decision
    if not decision.can_be_undone(now):
        sentence = _("It is too late to take this back; it is carried out.")
        raise WrongStatus(sentence)
    decision.move_to(State.UNDONE)
    decision.ended_at = now
    decision.save(update_fields=["state", "ended_at"])
    events.record(actor, "decision.undone", decision, now=now, act=decision.act)
    return decision
