"""The departments' side: sign for it, call, work, answer."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError
from crm.models import Department, Event, Grant, User
from crm.services import deadlines
from crm.services.attaching import Sent, attach
from visits.models import Answer, Ticket, TicketPart
from visits.models.visits import UNIT_ROLES

from .acts import Act, check, check_call, claim, save
from .asking import void_requests
from .merging import answer_merged

Status = Ticket.Status


@transaction.atomic
def accept_ticket(
    ticket: Ticket,
    *,
    actor: User,
    handler: User | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """签收: the lead department has it, in the hands of the actor or a colleague."""
    now = now or timezone.now()
    handler = handler or actor
    ticket = claim(ticket, actor, Act.ACCEPT)
    if ticket.status == Status.ACCEPTED and ticket.handler_id == handler.pk:
        return ticket
    check(ticket, Act.ACCEPT, version)
    _check_colleague(ticket, actor, handler, now)
    before = events.snapshot(ticket, "status", "handler")
    ticket.move_to(Status.ACCEPTED)
    ticket.handler = handler
    save(ticket, "status", "handler")
    _hand_clocks(ticket, handler)
    events.record(
        actor,
        "ticket.accepted",
        ticket,
        is_public=True,
        now=now,
        **events.changed(before, ticket),
    )
    return ticket


@transaction.atomic
def hand_ticket(
    ticket: Ticket,
    *,
    actor: User,
    handler: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Give it to a colleague of the same department."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.HAND)
    if ticket.handler_id == handler.pk:
        return ticket
    check(ticket, Act.HAND, version)
    _check_colleague(ticket, actor, handler, now)
    before = ticket.handler_id
    ticket.handler = handler
    save(ticket, "handler")
    _hand_clocks(ticket, handler)
    events.record(
        actor,
        "ticket.handed",
        ticket,
        is_public=True,
        now=now,
        handler=[before, handler.pk],
    )
    return ticket


def colleagues(ticket: Ticket, now: datetime) -> QuerySet[User]:
    """Who of the lead department may have it in hand."""
    lead = Department.objects.filter(
        ticket_parts__ticket=ticket,
        ticket_parts__is_lead=True,
        ticket_parts__ended_on=None,
    ).values_list("path", flat=True)
    above = [path for one in lead for path in trees.path_and_above(one)]
    today = timezone.localdate(now)
    held = Grant.objects.current(today).filter(
        role__in=UNIT_ROLES, department__path__in=above
    )
    return User.objects.active().filter(pk__in=held.values("user"))


@transaction.atomic
def record_contact(
    ticket: Ticket,
    *,
    actor: User,
    person: str,
    called_at: datetime,
    phone: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Somebody of the company was called. The clock of the first contact stands.

    It is met by this record, not by the time of the call that the record claims.
    """
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.CONTACT)
    if _is_last_contact(ticket, actor, called_at):
        return ticket
    check(ticket, Act.CONTACT, version)
    if not person.strip():
        raise DomainError(_("Say who was called."), field="person")
    check_call(ticket, called_at, now)
    is_first = deadlines.meet(ticket.contact_by, now=now)
    save(ticket)
    events.record(
        actor,
        "ticket.contacted",
        ticket,
        is_public=True,
        now=now,
        personal={"person": person.strip(), "phone": phone.strip()},
        called_at=called_at,
        is_first=is_first,
    )
    return ticket


@transaction.atomic
def start_work(
    ticket: Ticket,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """办理中."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.START)
    if ticket.status == Status.WORKING:
        return ticket
    check(ticket, Act.START, version)
    before = ticket.status
    ticket.move_to(Status.WORKING)
    save(ticket, "status")
    events.record(
        actor,
        "ticket.started",
        ticket,
        is_public=True,
        now=now,
        status=[before, ticket.status],
    )
    return ticket


@transaction.atomic
def answer_part(
    ticket: Ticket,
    *,
    actor: User,
    text: str,
    department: Department | None = None,
    client_key: uuid.UUID | None = None,
    files: Sequence[Sent] = (),
    now: datetime | None = None,
) -> Ticket:
    """An assisting department answers the lead; late is allowed and shown."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.ANSWER_PART)
    if _is_known_answer(actor, client_key):
        return ticket
    check(ticket, Act.ANSWER_PART, None)
    part = _own_part(ticket, actor, department)
    _need_text(text)
    _write_answer(ticket, part, actor, text, client_key, now)
    attach(
        ticket,
        files,
        company=ticket.company,
        actor=actor,
        is_internal=True,
        now=now,
    )
    if part.answered_at is None:
        part.answered_at = now
        part.save(update_fields=["answered_at"])
    deadlines.meet(part.answer_by, now=now)
    events.record(
        actor, "ticket.part_answered", ticket, now=now, department=part.department
    )
    return ticket


@transaction.atomic
def answer_ticket(
    ticket: Ticket,
    *,
    actor: User,
    text: str,
    proposed: str,
    client_key: uuid.UUID | None = None,
    files: Sequence[Sent] = (),
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """The lead department's answer, and what it says it achieved: the company decides.

    The clocks stand; if the company does not agree, the last one goes on.
    """
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.ANSWER)
    if _is_known_answer(actor, client_key):
        return ticket
    check(ticket, Act.ANSWER, version)
    _need_text(text)
    if proposed not in Ticket.Outcome.values:
        raise DomainError(_("Choose what was achieved."), field="proposed")
    part = ticket.parts.get(is_lead=True, ended_on=None)
    answer = _write_answer(
        ticket, part, actor, text, client_key, now, proposed=proposed
    )
    company = ticket.company
    attach(ticket, files, company=company, actor=actor, is_internal=False, now=now)
    before = ticket.status
    ticket.move_to(Status.CONFIRMING)
    _stop_clocks(ticket, now)
    save(ticket, "status")
    answer_merged(ticket, answer, now=now)
    events.record(
        actor,
        "ticket.answered",
        ticket,
        is_public=True,
        now=now,
        status=[before, ticket.status],
        proposed=proposed,
    )
    return ticket


def _stop_clocks(ticket: Ticket, now: datetime) -> None:
    """Whoever has the answer was reached: no clock and no request is left."""
    for clock in (ticket.contact_by, ticket.reply_by, ticket.solve_by):
        deadlines.meet(clock, now=now)
    void_requests(ticket, now)


def _hand_clocks(ticket: Ticket, handler: User) -> None:
    deadlines.hand((ticket.contact_by, ticket.reply_by, ticket.solve_by), handler)


def _write_answer(
    ticket: Ticket,
    part: TicketPart,
    actor: User,
    text: str,
    client_key: uuid.UUID | None,
    now: datetime,
    *,
    proposed: str = "",
) -> Answer:
    return Answer.objects.create(
        ticket=ticket,
        part=part,
        text=text.strip(),
        proposed=proposed,
        # A part's answer is for the lead department alone.
        is_public=part.is_lead,
        given_by=actor,
        given_at=now,
        client_key=client_key or uuid.uuid4(),
    )


def _is_known_answer(actor: User, client_key: uuid.UUID | None) -> bool:
    if client_key is None:
        return False
    return Answer.objects.filter(given_by=actor, client_key=client_key).exists()


def _need_text(text: str) -> None:
    if not text.strip():
        raise DomainError(_("Write the answer."), field="text")


def own_parts(ticket: Ticket, actor: User) -> QuerySet[TicketPart]:
    """The assisting parts that this person may answer, those unanswered first."""
    below = actor.access.department_ranges(*UNIT_ROLES)
    parts = TicketPart.objects.of(below).open().filter(ticket=ticket, is_lead=False)
    return parts.select_related("department", "answer_by").order_by("answered_at", "pk")


def _own_part(ticket: Ticket, actor: User, department: Department | None) -> TicketPart:
    parts = own_parts(ticket, actor)
    if department is not None:
        parts = parts.filter(department=department)
    found = list(parts)
    if not found:
        raise DomainError(
            _("Your department has no part in this ticket."), field="department"
        )
    return next((part for part in found if part.answered_at is None), found[0])


def _check_colleague(ticket: Ticket, actor: User, handler: User, now: datetime) -> None:
    if handler.pk != actor.pk and not colleagues(ticket, now).filter(pk=handler.pk):
        raise DomainError(
            _("%(name)s does not work for the lead department.")
            % {"name": handler.name},
            code="not_a_colleague",
            field="handler",
        )


def _is_last_contact(ticket: Ticket, actor: User, called_at: datetime) -> bool:
    """A button pressed twice: the same person, the same minute."""
    last = (
        Event.objects.for_subject(ticket)
        .filter(action="ticket.contacted")
        .newest_first()
        .first()
    )
    if last is None or last.actor_id != actor.pk:
        return False
    return bool(last.changes["called_at"][1] == events.plain(called_at))
