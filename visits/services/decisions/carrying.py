"""A decision has its effect: each act by the service that everybody else uses."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm import events
from crm.lib.errors import DomainError
from crm.lib.tasks import enqueue
from crm.models import Department, User
from projects.models import KeyListing, Milestone, Project
from projects.services import life
from visits.leader_desk import escalated
from visits.leader_desk.escalated import answered
from visits.leader_desk.matters import (
    DIRECTIVE,
    MILESTONE,
    ORDER,
    PROJECT,
    TASK,
    TICKET,
)
from visits.models import (
    Decision,
    Directive,
    Meeting,
    MeetingTask,
    SupervisionOrder,
    Ticket,
)
from visits.models.escalation_rules import Level
from visits.services import directives, escalations, meetings, orders, tickets
from visits.services.directives import About
from visits.services.escalations.settling import NOTE_LENGTH
from visits.services.meetings import Plan
from visits.services.orders import subjects

from .taking import decided_already, draft, open_case, require_leader, standing

State, Act = Decision.State, Decision.Act


@dataclass(frozen=True)
class Doing:
    """What an act's service needs: the decision, its record and its terms."""

    decision: Decision
    record: Any  # of the kind that the act fits
    terms: dict[str, Any]
    now: datetime

    @property
    def actor(self) -> User:
        return self.decision.leader

    @property
    def about(self) -> About:
        return about_of(self.record)

    @property
    def department(self) -> Department:
        return Department.objects.get(pk=self.terms["department"])


def about_of(record: Any) -> About:  # Any: of whatever kind can wait
    """The record, or what a directive or an order is about."""
    if isinstance(record, SupervisionOrder):
        record = subjects.found(
            record.issued_by, record.subject_type, record.subject_id or 0
        )
    if isinstance(record, Ticket):
        return About(ticket=record)
    if isinstance(record, Milestone):
        return About(milestone=record)
    if isinstance(record, Project):
        return About(project=record)
    if isinstance(record, Directive):
        if record.milestone:
            return About(milestone=record.milestone)
        return About(ticket=record.ticket, project=record.project)
    return About()


def record_of(subject_type: str, pk: int) -> Any:  # Any: as above
    rows = MODELS.get(subject_type)
    if rows is None:
        rows = apps.get_model(subject_type)._default_manager.all()
    return rows.get(pk=pk)


Do = Callable[[Doing], None]
MODELS: Final[dict[str, Any]] = {
    TICKET: Ticket.objects.select_related("company"),
    MILESTONE: Milestone.objects.select_related("project", "department"),
    PROJECT: Project.objects.all(),
    DIRECTIVE: Directive.objects.select_related(
        "ticket", "project", "milestone__project"
    ),
    TASK: MeetingTask.objects.all(),
    ORDER: SupervisionOrder.objects.select_related("issued_by"),
}


def direct(doing: Doing) -> None:
    terms = doing.terms
    person = User.objects.filter(pk=terms.get("person") or 0).first()
    directives.give_directive(
        doing.about,
        actor=doing.actor,
        text=terms["text"],
        department=doing.department,
        person=person,
        days=terms["days"],
        client_key=doing.decision.client_key,
        now=doing.now,
    )


def answer(doing: Doing) -> None:
    """A yes or a no to what was asked for, by the card that asked."""
    source = doing.decision.card.rpartition("-")[0]
    is_granted = doing.decision.act in {Act.GRANT, Act.APPROVE}
    told: dict[str, Any] = {"actor": doing.actor, "now": doing.now}
    note = doing.terms.get("note", "")
    if source == "listing":
        rows = KeyListing.objects.select_related("project", "decided_by")
        found = rows.get(pk=key_in(doing.decision.card))
        life.decide_listing(found, is_approved=is_granted, answer=note, **told)
        return
    decide = tickets.decide_pause if source == "pause" else tickets.decide_extension
    decide(doing.record, is_granted=is_granted, note=note, **told)


def order(doing: Doing) -> None:
    terms = doing.terms
    person = User.objects.filter(pk=terms.get("person") or 0).first()
    orders.issue_order(
        actor=doing.actor,
        subject=doing.record,
        colour=terms["colour"],
        addressee=doing.department,
        requirement=terms["text"],
        days=terms["days"],
        person=person,
        client_key=doing.decision.client_key,
        now=doing.now,
    )


def take_higher(doing: Doing) -> None:
    escalations.raise_by_hand(
        doing.record,
        actor=doing.actor,
        level=Level.TOP,
        reason=doing.terms["reason"],
        client_key=doing.decision.client_key,
        now=doing.now,
    )


def nothing(doing: Doing) -> None:
    """The word itself is the act: it settles what was raised."""


def adopt(doing: Doing) -> None:
    directives.adopt(doing.record, actor=doing.actor, now=doing.now)


def reassign(doing: Doing) -> None:
    tickets.reassign_ticket(
        doing.record,
        actor=doing.actor,
        lead=doing.department,
        reason=doing.terms["reason"],
        now=doing.now,
    )


def table(doing: Doing) -> None:
    """Onto the agenda of a meeting that is called, or was a moment ago."""
    meeting = Meeting.objects.get(pk=doing.terms["meeting"])
    about, title = doing.about, ""
    if about.milestone or not (about.ticket or about.project):
        title = doing.terms.get("title", "")
    meetings.add_item(
        meeting,
        actor=doing.actor,
        ticket=about.ticket,
        project=about.project,
        title=title,
        now=doing.now,
    )


def key_in(card: str) -> int:
    """The row behind a card: "listing-3", or "directive-9.1" the second time."""
    return int(card.rpartition("-")[2].partition(".")[0])


DOES: Final[dict[str, Do]] = {
    Act.DIRECT: direct,
    Act.GRANT: answer,
    Act.DENY: answer,
    Act.ADOPT: adopt,
    Act.REASSIGN: reassign,
    Act.MEET: table,
    Act.TABLE: table,
    Act.APPROVE: answer,
    Act.REFUSE: answer,
    Act.ORDER: order,
    Act.RAISE: take_higher,
    Act.SETTLE: nothing,
}


def settle(doing: Doing) -> None:
    """What was raised is answered with the decision, in its own words if it has any."""
    terms = doing.terms
    said = terms.get("note") or terms.get("reason") or terms.get("text") or ""
    values = {"act": doing.decision.get_act_display(), "words": said}
    told = pgettext("answer", "%(act)s: %(words)s") if said else "%(act)s"
    words = told % values
    for one in answered(doing.decision):
        escalations.settle_escalation(
            one, actor=doing.actor, reason=words[:NOTE_LENGTH], now=doing.now
        )


def do(decision: Decision, now: datetime) -> None:
    """The act itself, in the transaction of its decision."""
    record = record_of(decision.subject_type, decision.subject_id)
    doing = Doing(decision, record, decision.terms, now)
    DOES[decision.act](doing)
    if decision.card.rpartition("-")[0] == escalated.NAME:
        settle(doing)


@transaction.atomic
def carry_out(pk: int, *, now: datetime | None = None) -> Decision | None:
    """What was tapped has its effect now, once; what was taken back has none."""
    now = now or timezone.now()
    rows = Decision.objects.select_for_update(of=("self",)).select_related("leader")
    decision = rows.filter(pk=pk).first()
    if decision is None or not decision.is_pending:
        return decision
    if now < decision.effective_at:
        # A worker whose clock is ahead: not before it could be taken back.
        due = decision.effective_at
        enqueue("visits.jobs.carry_out_decision", decision.pk, run_after=due)
        return decision
    try:
        with transaction.atomic():
            do(decision, now)
    except (DomainError, PermissionDenied, ObjectDoesNotExist) as error:
        return fail(decision, why(error), now)
    return end(decision, State.DONE, "decision.carried_out", now)


def why(error: Exception) -> str:
    """What the rule said; to whom the matter is closed, that it is not his any more."""
    if isinstance(error, DomainError):
        return str(error.sentence)[:400]
    return _("It is not yours to decide any more.")


def fail(decision: Decision, problem: str, now: datetime) -> Decision:
    """The card is free again, and its leader is told why on his desk."""
    decision.problem = problem
    return end(decision, State.FAILED, "decision.failed", now)


def end(decision: Decision, state: str, action: str, now: datetime) -> Decision:
    decision.move_to(State(state))
    decision.ended_at = now
    decision.save(update_fields=["state", "ended_at", "problem"])
    events.record(decision.leader, action, decision, now=now, act=decision.act)
    return decision


def decide_in_words(
    card: str,
    *,
    actor: User,
    act: str,
    terms: dict[str, Any],
    now: datetime | None = None,
) -> Decision:
    """With words of one's own: they were read before they were sent, so at once."""
    now = now or timezone.now()
    require_leader(actor)
    if known := standing(card):
        raise decided_already(known)
    try:
        with transaction.atomic():
            case = open_case(card, actor, now)
            decision = draft(case, actor, act, terms, now)
            decision.effective_at = decision.ended_at = now
            decision.state = State.DONE
            decision.save(force_insert=True)
            events.record(actor, "decision.carried_out", decision, now=now, act=act)
            do(decision, now)
    except IntegrityError:
        known = standing(card)
        if known is None:
            raise
        raise decided_already(known) from None
    return decision


@transaction.atomic
def decide_by_meeting(
    card: str,
    *,
    actor: User,
    plan: Plan,
    title: str,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Decision:
    """召开协调会: a new meeting with this matter on its agenda."""
    now = now or timezone.now()
    meeting = meetings.call_meeting(
        actor=actor, plan=plan, client_key=client_key, now=now
    )
    terms = {"meeting": meeting.pk, "title": title}
    return decide_in_words(card, actor=actor, act=Act.MEET, terms=terms, now=now)
