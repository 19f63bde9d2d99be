"""合并: doubles are worked as one, and every company keeps its thread and its word.

A merged ticket follows another one: the same department, no clock of its own. When
that one is answered, tickets of other companies get the answer and each company says
for itself whether it is solved; a double of the same company has nothing to add.
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Deadline, Involvement, User
from crm.services import deadlines
from visits.models import Answer, Ticket

from .acts import MERGE_TARGETS, Act, check, claim, need, save
from .asking import void_requests
from .dispatching import clocks_of
from .parts import follow_lead, involve, lead_part

Status = Ticket.Status
CLOCKS = ("contact_by", "reply_by", "solve_by")


@transaction.atomic
def merge_tickets(
    ticket: Ticket,
    *,
    into: Ticket,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Work this one as one with `into`; what was merged into it moves along."""
    now = now or timezone.now()
    ticket, target = _claim_both(ticket, into, actor)
    if ticket.status == Status.MERGED and ticket.merged_into_id == target.pk:
        return ticket
    check(ticket, Act.MERGE, version)
    _check_target(ticket, target)
    before = ticket.status
    ticket.move_to(Status.MERGED)
    ticket.merged_into, ticket.merged_at = target, now
    void_requests(ticket, now)
    for name in CLOCKS:
        # It stands while merged; unmerge_ticket() lets it go on as if it never had.
        deadlines.meet(getattr(ticket, name), now=now)
    save(ticket, "status", "merged_into", "merged_at")
    ticket.merged.filter(status=Status.MERGED).update(merged_into=target)
    follow_lead(target, target.merged.filter(status=Status.MERGED), now=now)
    events.record(
        actor,
        "ticket.merged",
        ticket,
        is_public=True,
        now=now,
        status=[before, ticket.status],
        into=target.number,
    )
    events.record(actor, "ticket.merged_in", target, now=now, merged=ticket.number)
    return ticket


@transaction.atomic
def unmerge_ticket(
    ticket: Ticket,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Not the same after all: it goes on by itself, where its department has it."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.UNMERGE)
    check(ticket, Act.UNMERGE, version)
    reason = need(reason, _("Say why it is another matter."), "reason")
    target, part = ticket.merged_into, lead_part(ticket)
    ticket.move_to(Status.DISPATCHED if part else Status.QUEUED)
    ticket.merged_into = ticket.merged_at = None
    fields = ["status", "merged_into", "merged_at"]
    if part is not None:
        fields += _clocks_of_its_own(ticket, now)
        ticket.parts.filter(ended_on=None).update(is_running=True)
    save(ticket, *fields)
    events.record(
        actor,
        "ticket.unmerged",
        ticket,
        is_public=True,
        now=now,
        status=[Status.MERGED, ticket.status],
        into=[target.number if target else None, None],
        personal={"reason": reason},
    )
    return ticket


def answer_merged(ticket: Ticket, answer: Answer, *, now: datetime) -> None:
    """Give the answer to the companies of the tickets that were merged into it."""
    following = ticket.merged.filter(status=Status.MERGED).select_for_update(
        of=("self",)
    )
    for child in following.exclude(company=ticket.company_id).select_related(
        "category", *CLOCKS
    ):
        _pass_on(child, answer, now)


def _pass_on(child: Ticket, answer: Answer, now: datetime) -> None:
    part = lead_part(child)
    if part is None:
        return
    fields = _clocks_of_its_own(child, now)
    for name in CLOCKS:
        deadlines.meet(getattr(child, name), now=now)
    child.move_to(Status.CONFIRMING)
    child.handler = answer.ticket.handler
    save(child, "status", "handler", *fields)
    Answer.objects.create(
        ticket=child,
        part=part,
        text=answer.text,
        proposed=answer.proposed,
        given_by=answer.given_by,
        given_at=now,
        client_key=uuid.uuid4(),
    )
    events.record(
        answer.given_by,
        "ticket.answered",
        child,
        is_public=True,
        now=now,
        status=[Status.MERGED, child.status],
        proposed=answer.proposed,
    )


def _clocks_of_its_own(ticket: Ticket, now: datetime) -> list[str]:
    """Its clocks run: its old ones, or new ones since the department has it."""
    part = lead_part(ticket)
    if ticket.solve_by is None and part is not None:
        wanted = clocks_of(ticket.category, part.started_on, part.department)
        started = deadlines.start_many(wanted)
        ticket.contact_by, ticket.reply_by, ticket.solve_by = started
        ticket.dispatched_at = _moment_of(part.started_on, ticket, now)
        ticket.dispatch_count += 1
        involve(ticket, [part.department])
        return [*CLOCKS, "dispatched_at", "dispatch_count"]
    for name in CLOCKS:
        clock: Deadline | None = getattr(ticket, name)
        deadlines.unmeet(clock)
        if clock is not None and part is not None:
            deadlines.give(clock, part.department)
    return []


def _moment_of(day: date, ticket: Ticket, now: datetime) -> datetime:
    """When the department got it: at the merger, or when the other was dispatched."""
    merged_at = ticket.merged_at or now
    return merged_at if timezone.localdate(merged_at) >= day else now


def _claim_both(ticket: Ticket, into: Ticket, actor: User) -> tuple[Ticket, Ticket]:
    """Both rows, in the order of their keys: two mergers must not wait crosswise."""
    if ticket.pk == into.pk:
        raise DomainError(
            _("A ticket cannot be merged into itself."),
            code="same_ticket",
            field="into",
        )
    rows = {}
    for one in sorted((ticket, into), key=lambda row: row.pk):
        rows[one.pk] = claim(one, actor, Act.MERGE)
    return rows[ticket.pk], rows[into.pk]


def _check_target(ticket: Ticket, target: Ticket) -> None:
    if target.status == Status.MERGED and target.merged_into is not None:
        raise DomainError(
            _("Ticket %(number)s is merged into %(into)s itself. Choose that one.")
            % {"number": target.number, "into": target.merged_into.number},
            code="target_merged",
            field="into",
        )
    if target.status not in MERGE_TARGETS:
        raise DomainError(
            _("Ticket %(number)s is “%(state)s”: nothing more can be merged into it.")
            % {"number": target.number, "state": target.get_status_display()},
            code="target_answered",
            field="into",
        )


def release_merged(ticket: Ticket) -> None:
    """The ticket has ended: its doubles of the same company have, too."""
    following = ticket.merged.filter(status=Status.MERGED).values("pk")
    Involvement.objects.filter(
        kind=Involvement.Kind.TICKET, reference__in=following, is_open=True
    ).update(is_open=False)
