"""The dispatch centre: admit, refuse, give to departments. Here the clocks start."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError
from crm.models import Department, Role, User
from crm.services import deadlines
from crm.services.deadlines import Wanted
from visits.models import Category, Ticket, TicketPart
from visits.models.parts import PART
from visits.models.ticket_codes import SOLVE
from visits.services import queueing

from .acts import Act, check, claim, save
from .parts import follow_lead, involve

CONTACT, FIRST_REPLY = "contact", "first_reply"
Status = Ticket.Status
# A department and what it is asked to do.
Assistant = tuple[Department, str]
TASK_LENGTH = 400


@transaction.atomic
def admit_ticket(
    ticket: Ticket,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Take up what a company wrote itself: it now waits for dispatch."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.ADMIT)
    if ticket.status == Status.QUEUED:
        return ticket
    check(ticket, Act.ADMIT, version)
    before = ticket.status
    ticket.move_to(Status.QUEUED)
    ticket.first_receiver = ticket.first_receiver or actor
    save(ticket, "status", "first_receiver")
    events.record(
        actor,
        "ticket.admitted",
        ticket,
        is_public=True,
        now=now,
        status=[before, ticket.status],
    )
    return ticket


@transaction.atomic
def refuse_ticket(
    ticket: Ticket,
    *,
    actor: User,
    refusal: str,
    note: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Not accepted, for a typed reason in words that the company reads."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.REFUSE)
    if ticket.status == Status.REFUSED and ticket.refusal == refusal:
        return ticket
    check(ticket, Act.REFUSE, version)
    if not note.strip():
        raise DomainError(
            _("Tell the company why, and where it can turn instead."), field="note"
        )
    before = ticket.status
    ticket.move_to(Status.REFUSED)
    ticket.refusal, ticket.refusal_note = refusal, note.strip()
    ticket.refused_at = now
    save(ticket, "status", "refusal", "refusal_note", "refused_at")
    events.record(
        actor,
        "ticket.refused",
        ticket,
        is_public=True,
        now=now,
        status=[before, ticket.status],
        refusal=refusal,
    )
    return ticket


@transaction.atomic
def dispatch_ticket(
    ticket: Ticket,
    *,
    actor: User,
    lead: Department,
    assistants: Sequence[Assistant] = (),
    category: Category | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Give it to a lead and assisting departments. From now on the clocks run."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.DISPATCH)
    if _is_same_dispatch(ticket, lead, assistants):
        return ticket
    check(ticket, Act.DISPATCH, version)
    check_targets(actor, lead, assistants)
    before = events.snapshot(ticket, "status", "category")
    ticket.move_to(Status.DISPATCHED)
    ticket.category = category or ticket.category
    ticket.first_receiver = ticket.first_receiver or actor
    ticket.dispatched_at = now
    ticket.dispatch_count += 1
    parts = _start_clocks(ticket, lead, assistants, timezone.localdate(now))
    save(
        ticket,
        "status",
        "category",
        "first_receiver",
        "dispatched_at",
        "dispatch_count",
        "contact_by",
        "reply_by",
        "solve_by",
    )
    involve(ticket, [part.department for part in parts])
    follow_lead(ticket, ticket.merged.filter(status=Status.MERGED), now=now)
    queueing.note_dispatch(ticket, at=now)
    events.record(
        actor,
        "ticket.dispatched",
        ticket,
        is_public=True,
        now=now,
        lead=lead,
        assistants=[[], [unit for unit, _task in assistants]],
        due_on=ticket.solve_by.due_on if ticket.solve_by else None,
        **events.changed(before, ticket),
    )
    return ticket


def dispatch_targets(actor: User) -> QuerySet[Department]:
    """Departments of the dispatcher's regions, and of those above them."""
    ranges = actor.access.region_ranges(Role.DISPATCHER)
    above = {path for one in ranges for path in trees.path_and_above(one.path)}
    return Department.objects.filter(
        trees.in_ranges(ranges, "region__path") | Q(region__path__in=above),
        is_active=True,
    )


def check_targets(
    actor: User, lead: Department, assistants: Sequence[Assistant]
) -> None:
    """One lead, everybody at most once, each assistant with a task."""
    units = [lead, *(unit for unit, _task in assistants)]
    keys = {unit.pk for unit in units}
    if len(keys) < len(units):
        raise DomainError(
            _("Name each department once: it leads or it assists."),
            code="department_twice",
            field="assistants",
        )
    if dispatch_targets(actor).filter(pk__in=keys).count() < len(keys):
        raise DomainError(
            _("A department that is closed or of another region cannot be chosen."),
            code="department_out_of_reach",
            field="lead",
        )
    if not all(task.strip() for _unit, task in assistants):
        raise DomainError(
            _("Say for each assisting department what it is asked to do."),
            code="task_missing",
            field="assistants",
        )


def clocks_of(category: Category, today: date, lead: Department) -> list[Wanted]:
    """The three promises of a category, from the day of dispatch."""
    return [
        Wanted(CONTACT, category.contact_days, today, department=lead),
        Wanted(FIRST_REPLY, category.first_reply_days, today, department=lead),
        Wanted(SOLVE, category.solve_days, today, department=lead),
    ]


def part_clock(category: Category, today: date, unit: Department) -> Wanted:
    """An assisting department answers the lead by the day of the first reply."""
    return Wanted(PART, category.first_reply_days, today, department=unit)


def _start_clocks(
    ticket: Ticket, lead: Department, assistants: Sequence[Assistant], today: date
) -> list[TicketPart]:
    category = ticket.category
    wanted = clocks_of(category, today, lead)
    wanted += [part_clock(category, today, unit) for unit, _task in assistants]
    started = deadlines.start_many(wanted)
    ticket.contact_by, ticket.reply_by, ticket.solve_by, *of_parts = started
    parts = [TicketPart(ticket=ticket, department=lead, is_lead=True, started_on=today)]
    parts += [
        TicketPart(
            ticket=ticket,
            department=unit,
            is_lead=False,
            task=task.strip()[:TASK_LENGTH],
            started_on=today,
            answer_by=clock,
        )
        for (unit, task), clock in zip(assistants, of_parts, strict=True)
    ]
    return TicketPart.objects.bulk_create(parts)


def _is_same_dispatch(
    ticket: Ticket, lead: Department, assistants: Sequence[Assistant]
) -> bool:
    """A button pressed twice: the second time says what is already so."""
    if ticket.status != Status.DISPATCHED:
        return False
    parts = ticket.parts.filter(ended_on=None)
    known = {(part.department_id, part.is_lead) for part in parts}
    return known == {(lead.pk, True)} | {(unit.pk, False) for unit, _task in assistants}
