"""The sweep that proposes orders by itself, and what people decide about them."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm import events
from crm.events import Entry, record_many
from crm.lib.errors import DomainError
from crm.models import User
from crm.services import calendar
from visits.models import OrderProposal, SupervisionOrder

from . import subjects
from .issuing import issue_order, people_of
from .judging import need_reason, raise_order
from .subjects import Facts, Overdue, Subject

State = OrderProposal.State
Rule = OrderProposal.Rule
# So many rows are written in one transaction: others get their turn between.
BATCH: Final = 500
COLOUR: Final = SupervisionOrder.Colour.YELLOW


class Late(NamedTuple):
    """One overdue record, as the sweep reads it."""

    subject_id: int
    deadline: int
    days: int
    due_on: date
    place: str
    company: int | None
    department: int
    person: int | None
    matter: str
    turn: int


@dataclass(frozen=True)
class Swept:
    """What one sweep did."""

    proposed: int
    lapsed: int


def propose_overdue(*, now: datetime | None = None) -> Swept:
    """Propose an order for whatever is overdue for long; lapse what was settled.

    However many sweeps run at once, each subject is proposed once per cycle: the
    database refuses the second row.
    """
    now = now or timezone.now()
    lapsed = lapse_settled(now)
    proposed = sum(
        propose(subject, overdue, now)
        for subject in subjects.every()
        for overdue in subject.overdue
    )
    return Swept(proposed, lapsed)


def last_day(today: date) -> date:
    """What was due on this day or before is late by more than the days of grace."""
    days = settings.CRM_ORDER_OVERDUE_DAYS + 1
    start = calendar.current().subtract(today, days).start
    # Days off after it are as late as the working day itself.
    following = calendar.add(start, 1).due or start
    return following - timedelta(days=1)


def propose(subject: Subject, overdue: Overdue, now: datetime) -> int:
    """All of one kind, a few hundred in a transaction; how many are new."""
    count, after = 0, 0
    late = late_rows(subject, overdue, last_day(timezone.localdate(now)))
    while True:
        batch = [Late._make(row) for row in late.filter(pk__gt=after)[:BATCH]]
        count += write(subject, batch, now)
        if len(batch) < BATCH:
            return count
        after = batch[-1].subject_id


def late_rows(
    subject: Subject, overdue: Overdue, last: date
) -> "models.QuerySet[Any, Any]":  # Any: values
    """From the deadlines' index; without what was proposed or ordered already."""
    clock = overdue.deadline
    late = overdue.rows().filter(
        **{
            f"{clock}__kind": overdue.kind,
            f"{clock}__met_at": None,
            f"{clock}__due_on__lte": last,
            f"{overdue.department}__isnull": False,
        }
    )
    turn = F(overdue.turn) if overdue.turn else Value(0)
    known = OrderProposal.objects.filter(
        deadline=OuterRef(clock), days=OuterRef(f"{clock}__days"), turn=OuterRef("turn")
    )
    ordered = SupervisionOrder.objects.open().filter(
        subject_type=subject.key, subject_id=OuterRef("pk")
    )
    columns = (
        "pk",
        clock,
        f"{clock}__days",
        f"{clock}__due_on",
        overdue.place,
        overdue.company,
        overdue.department,
        overdue.person,
        overdue.matter,
        "turn",
    )
    rest = late.annotate(turn=turn).exclude(Exists(known)).exclude(Exists(ordered))
    found: models.QuerySet[Any, Any] = rest.order_by("pk").values_list(*columns)
    return found


@transaction.atomic
def write(subject: Subject, batch: list[Late], now: datetime) -> int:
    """The rows of this sweep, and an event for each that nobody wrote before."""
    if not batch:
        return 0
    sweep = uuid.uuid4()
    OrderProposal.objects.bulk_create(
        [row_of(subject, one, sweep, now) for one in batch], ignore_conflicts=True
    )
    mine = OrderProposal.objects.filter(sweep=sweep).order_by("pk")
    made = record_many(
        Entry(
            actor=None,
            action="order.proposed",
            subject=row,
            now=now,
            changes={"rule": row.rule},
        )
        for row in mine
    )
    return len(made)


def row_of(
    subject: Subject, one: Late, sweep: uuid.UUID, now: datetime
) -> OrderProposal:
    return OrderProposal(
        rule=Rule.OVERDUE,
        subject_type=subject.key,
        subject_id=one.subject_id,
        cycle=f"{one.deadline}/{one.days}/{one.turn}",
        deadline_id=one.deadline,
        days=one.days,
        turn=one.turn,
        due_on=one.due_on,
        colour=COLOUR,
        place_path=one.place,
        company_id=one.company,
        department_id=one.department,
        person_id=one.person,
        matter=one.matter[:200],
        proposed_at=now,
        sweep=sweep,
    )


def lapse_settled(now: datetime) -> int:
    """Nobody need decide any more about what was settled meanwhile; how many."""
    count = 0
    while True:
        with transaction.atomic():
            locked = settled().order_by("pk").select_for_update(of=("self",))
            batch = list(locked[:BATCH])
            for one in batch:
                decide(one, State.LAPSED, None, now)
        count += len(batch)
        if len(batch) < BATCH:
            return count


def settled() -> "models.QuerySet[OrderProposal]":
    """Open ones whose clock was met or is gone, or whose order has ended."""
    is_met = Q(deadline=None) | Q(deadline__met_at__isnull=False)
    ended = SupervisionOrder.objects.exclude(status__in=SupervisionOrder.OPEN)
    return OrderProposal.objects.open().filter(
        Q(rule=Rule.OVERDUE) & is_met
        | Q(rule=Rule.TWO_YELLOWS, subject_id__in=ended.values("pk"))
    )


def decide(
    proposal: OrderProposal,
    state: State,
    actor: User | None,
    now: datetime,
    reason: str = "",
    order: SupervisionOrder | None = None,
) -> None:
    proposal.state, proposal.order = state, order
    proposal.decided_by, proposal.decided_at = actor, now
    proposal.reason = reason.strip()[:400]
    proposal.save(
        update_fields=["state", "order", "decided_by", "decided_at", "reason"]
    )
    action = f"order.proposal_{state.value}"
    events.record(actor, action, proposal, now=now, state=[State.OPEN, state])


# --- What people decide --------------------------------------------------------


def claim(proposal: OrderProposal, actor: User) -> OrderProposal:
    every = OrderProposal.objects.select_related(
        "department__region", "person", "deadline", "order"
    )
    return OrderProposal.objects.lock(every.changeable_by(actor), proposal.pk)


def check_open(proposal: OrderProposal) -> None:
    if not proposal.is_open:
        sentence = _("This was decided already: %(state)s.")
        values = {"state": proposal.get_state_display()}
        raise DomainError(sentence % values, code="decided_already")


@transaction.atomic
def issue_proposed(
    proposal: OrderProposal,
    *,
    actor: User,
    now: datetime | None = None,
    **changes: Any,  # what issue_order() takes, where it was changed before
) -> SupervisionOrder:
    """As it is proposed, or as it was changed before; a red one raises its order."""
    now = now or timezone.now()
    proposal = claim(proposal, actor)
    if proposal.order is not None and proposal.decided_by_id == actor.pk:
        return proposal.order  # pressed twice
    check_open(proposal)
    if proposal.rule == Rule.TWO_YELLOWS:
        order = raised(proposal, actor, now)
    else:
        order = ordered(proposal, actor, now, changes)
    decide(proposal, State.ISSUED, actor, now, order=order)
    return order


def ordered(
    proposal: OrderProposal, actor: User, now: datetime, changes: dict[str, Any]
) -> SupervisionOrder:  # Any: as issue_order() takes them
    """Filled in by itself, in the site's language: it goes on paper."""
    refuse_settled(proposal)
    subject = subjects.found(actor, proposal.subject_type, proposal.subject_id)
    if subject is None:
        raise PermissionDenied
    with translation.override(settings.LANGUAGE_CODE):
        facts = subjects.facts_of(subject, timezone.localdate(now))
        usual = usual_of(proposal, facts, now)
        return issue_order(
            actor=actor, subject=subject, now=now, **{**usual, **changes}
        )


def usual_of(proposal: OrderProposal, facts: Facts, now: datetime) -> dict[str, Any]:
    """What is ordered when nothing is changed; Any: as issue_order() takes it.

    Of whoever has it now, which may be another than when it was proposed.
    """
    addressee, person = facts.department or proposal.department, facts.person
    if person and not people_of(addressee, now).filter(pk=person.pk).exists():
        person = None  # gone from the unit since
    return {
        "colour": proposal.colour,
        "addressee": addressee,
        "person": person,
        "requirement": usual_requirement(),
        "days": settings.CRM_ORDER_ANSWER_DAYS,
    }


def draft_of(facts: Facts | None, proposal: OrderProposal | None) -> dict[str, Any]:
    """What the form of a new order comes filled in with; Any: values of its fields."""
    found: dict[str, Any] = {"colour": proposal.colour if proposal else COLOUR}
    if facts is None:
        return found
    found |= {
        "addressee": facts.department,
        "person": facts.person,
        "matter": facts.matter,
        "basis": "\n".join(facts.basis),
        "requirement": usual_requirement(),
    }
    return found


def raised(proposal: OrderProposal, actor: User, now: datetime) -> SupervisionOrder:
    order = SupervisionOrder.objects.get(pk=proposal.subject_id)
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("Two yellow orders in a row on the same matter.")
    return raise_order(
        order, actor=actor, colour=proposal.colour, reason=reason, now=now
    )


def refuse_settled(proposal: OrderProposal) -> None:
    if proposal.deadline is None or proposal.deadline.met_at is not None:
        sentence = _("The matter was answered meanwhile: there is nothing to order.")
        raise DomainError(sentence, code="settled")


def usual_requirement() -> str:
    return _(
        "Finish the matter within the deadline, answer in writing with evidence what "
        "was done, and say why it was late."
    )


@transaction.atomic
def dismiss_proposal(
    proposal: OrderProposal,
    *,
    actor: User,
    reason: str,
    now: datetime | None = None,
) -> OrderProposal:
    """No order, for a reason that stays with the proposal."""
    now = now or timezone.now()
    proposal = claim(proposal, actor)
    check_open(proposal)
    need_reason(reason)
    decide(proposal, State.DISMISSED, actor, now, reason)
    return proposal
