"""The company's word: solved, or not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Deadline, DeadlinePause, User
from crm.services import deadlines
from crm.services.attaching import Sent, keep
from visits.models import Callback, ConfirmLink, Ticket

from .acts import Act, check, check_call, claim, need, save
from .merging import release_merged
from .parts import involve, release
from .raising import is_owner
from .silence import end_callback

Status = Ticket.Status
SignOff = Ticket.SignOff
SIGN_OFF = (
    "sign_off",
    "sign_off_note",
    "sign_off_person",
    "sign_off_phone",
    "sign_off_at",
    "sign_off_file",
    "sign_off_link",
)


@dataclass(frozen=True)
class Proof:
    """What the officer has in hand: a signature, or whom he asked by telephone.

    Of a word by link there is the link, and the name if the person gave one.
    """

    kind: str
    file: Sent | None = None
    person: str = ""
    phone: str = ""
    called_at: datetime | None = None
    link: ConfirmLink | None = None


@transaction.atomic
def confirm_ticket(
    ticket: Ticket,
    *,
    actor: User,
    outcome: str,
    note: str = "",
    proof: Proof | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """The company says what came of it; its officer may say so only with proof."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.CONFIRM)
    if ticket.status == Status.CLOSED and ticket.outcome == outcome:
        return ticket
    check(ticket, Act.CONFIRM, version)
    proof = _proof_of(ticket, actor, proof, now)
    return close(ticket, actor=actor, outcome=outcome, note=note, proof=proof, now=now)


def close(
    ticket: Ticket,
    *,
    actor: User | None,
    outcome: str,
    note: str,
    proof: Proof,
    now: datetime,
) -> Ticket:
    """The company's word closes it. The caller has claimed it and knows whose word."""
    if outcome not in Ticket.Outcome.values:
        raise DomainError(_("Choose what came of it."), field="outcome")
    before = ticket.status
    ticket.move_to(Status.CLOSED)
    ticket.outcome, ticket.closed_at = outcome, now
    ticket.sign_off, ticket.sign_off_note = proof.kind, note.strip()
    ticket.sign_off_person = proof.person.strip()
    ticket.sign_off_phone, ticket.sign_off_at = proof.phone.strip(), proof.called_at
    ticket.sign_off_link = proof.link
    if proof.file is not None and actor is not None:
        ticket.sign_off_file = keep(
            proof.file, company=ticket.company, actor=actor, now=now
        )
    save(ticket, "status", "outcome", "closed_at", *SIGN_OFF)
    _stop_parts(ticket, now)
    release(ticket)
    release_merged(ticket)
    end_callback(ticket, Callback.End.OVERTAKEN, now=now)
    events.record(
        actor,
        "ticket.confirmed",
        ticket,
        is_public=True,
        now=now,
        personal={"person": proof.person, "phone": proof.phone},
        status=[before, ticket.status],
        outcome=outcome,
        sign_off=proof.kind,
    )
    return ticket


@transaction.atomic
def reject_answer(
    ticket: Ticket,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """重办: it is not solved. Back to work, and the clock goes on where it began."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.REJECT)
    answer = ticket.answers.filter(part__is_lead=True).first()
    repeats = answer and answer.rejected_at and answer.rejection == reason.strip()
    if ticket.status == Status.WORKING and repeats:
        return ticket
    check(ticket, Act.REJECT, version)
    return send_back(ticket, actor=actor, reason=reason, now=now)


def send_back(
    ticket: Ticket,
    *,
    actor: User | None,
    reason: str,
    now: datetime,
    sign_off: str = "",
) -> Ticket:
    """The company says no. The caller has claimed it and knows whose word it is."""
    if not reason.strip():
        raise DomainError(_("Say what is not solved."), field="reason")
    answer = ticket.answers.filter(part__is_lead=True).first()
    if answer is not None:
        answer.rejected_at, answer.rejection = now, reason.strip()
        answer.save(update_fields=["rejected_at", "rejection"])
    before = ticket.status
    ticket.move_to(Status.WORKING)
    ticket.redo_count += 1
    _work_again(ticket)
    deadlines.unmeet(ticket.solve_by)
    save(ticket, "status", "redo_count")
    end_callback(ticket, Callback.End.OVERTAKEN, now=now)
    told: dict[str, Any] = {"sign_off": sign_off} if sign_off else {}
    events.record(
        actor,
        "ticket.rejected",
        ticket,
        is_public=True,
        now=now,
        status=[before, ticket.status],
        **told,
    )
    return ticket


@transaction.atomic
def reopen_ticket(
    ticket: Ticket,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """重办 after the close: it turned out not to be solved. The days between stand."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.REOPEN)
    check(ticket, Act.REOPEN, version)
    reason = need(reason, _("Say what is not solved."), "reason")
    check_recent(ticket, now)
    return take_up(ticket, actor=actor, reason=reason, now=now)


def take_up(
    ticket: Ticket,
    *,
    actor: User,
    reason: str,
    now: datetime,
    **told: Any,  # what the event says besides
) -> Ticket:
    """From closed back to work. The caller has claimed it, and may do so."""
    closed_at, outcome = ticket.closed_at, ticket.outcome
    ticket.move_to(Status.WORKING)
    ticket.outcome, ticket.closed_at = "", None
    ticket.sign_off, ticket.sign_off_note = "", ""
    ticket.sign_off_file = ticket.sign_off_link = None
    ticket.sign_off_person = ticket.sign_off_phone = ""
    ticket.sign_off_at = None
    ticket.redo_count += 1
    _work_again(ticket)
    _go_on_counting(ticket, actor, now)
    save(ticket, "status", "outcome", "closed_at", "redo_count", *SIGN_OFF)
    events.record(
        actor,
        "ticket.reopened",
        ticket,
        is_public=True,
        now=now,
        status=[Status.CLOSED, ticket.status],
        outcome=[outcome, ""],
        closed_at=[closed_at, None],
        personal={"reason": reason},
        **told,
    )
    return ticket


def check_recent(ticket: Ticket, now: datetime) -> None:
    days = settings.CRM_REOPEN_DAYS
    if ticket.closed_at and now - ticket.closed_at > timedelta(days=days):
        raise DomainError(
            _("It was closed more than %(days)s days ago. Please raise a new problem.")
            % {"days": days},
            code="too_late_to_reopen",
        )


def _work_again(ticket: Ticket) -> None:
    """The departments have it in their lists again, and see the company."""
    parts = ticket.parts.filter(ended_on=None)
    parts.update(is_running=True)
    involve(ticket, [part.department for part in parts.select_related("department")])


def _go_on_counting(ticket: Ticket, actor: User, now: datetime) -> None:
    """The clock goes on; the days on which it counted as solved do not count."""
    clock = ticket.solve_by
    if clock is None or clock.met_at is None:
        return
    first_on = timezone.localdate(clock.met_at) + timedelta(days=1)
    last_on = timezone.localdate(now)
    deadlines.unmeet(clock)
    if first_on <= last_on:
        deadlines.pause(
            clock,
            kind=DeadlinePause.Kind.CLOSED,
            first_on=first_on,
            last_on=last_on,
            reason="",
            actor=actor,
        )


def _proof_of(ticket: Ticket, actor: User, proof: Proof | None, now: datetime) -> Proof:
    if is_owner(actor, ticket.company):
        return Proof(SignOff.COMPANY)
    if proof is None or proof.kind not in (SignOff.SIGNATURE, SignOff.CALL):
        raise DomainError(
            _(
                "On the company's behalf a ticket is confirmed only with its signature "
                "or the record of a call."
            ),
            code="sign_off_missing",
            field="sign_off",
        )
    if proof.kind == SignOff.SIGNATURE and proof.file is None:
        raise DomainError(
            _("Add the picture of the signature."),
            code="signature_missing",
            field="file",
        )
    if proof.kind == SignOff.CALL:
        _check_call_record(ticket, proof, now)
    return proof


def _check_call_record(ticket: Ticket, proof: Proof, now: datetime) -> None:
    if not proof.person.strip():
        raise DomainError(_("Say who was called."), field="person")
    if not proof.phone.strip():
        raise DomainError(_("Say which number was called."), field="phone")
    check_call(ticket, proof.called_at, now)


def _stop_parts(ticket: Ticket, now: datetime) -> None:
    """Nobody waits for the assistants any more; what they did not answer stays open
    to see, for `answered_at` is empty."""
    deadlines.meet_all(Deadline.objects.filter(part__ticket=ticket), now=now)
    ticket.parts.update(is_running=False)
