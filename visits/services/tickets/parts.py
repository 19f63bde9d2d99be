"""The departments of a ticket: who has a part, and sees the company because of it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from crm.models import Deadline, Department, Involvement
from crm.services import deadlines
from visits.models import Ticket, TicketPart


def lead_part(ticket: Ticket) -> TicketPart | None:
    parts = ticket.parts.filter(is_lead=True, ended_on=None)
    return parts.select_related("department").first()


def involve(ticket: Ticket, departments: Iterable[Department]) -> None:
    """Let these departments see the company while the ticket runs."""
    Involvement.objects.bulk_create(
        [
            Involvement(
                company_id=ticket.company_id,
                department=department,
                kind=Involvement.Kind.TICKET,
                reference=ticket.pk,
            )
            for department in departments
        ],
        update_conflicts=True,
        unique_fields=["kind", "reference", "department"],
        update_fields=["is_open"],
    )


def release(ticket: Ticket) -> None:
    """The ticket has ended: the company is theirs no longer because of it."""
    Involvement.objects.filter(
        kind=Involvement.Kind.TICKET, reference=ticket.pk, is_open=True
    ).update(is_open=False)


def follow_lead(ticket: Ticket, merged: Iterable[Ticket], *, now: datetime) -> None:
    """Those merged into it are with the same department, without clocks that run."""
    lead, today = lead_part(ticket), timezone.localdate(now)
    for child in merged:
        stop_parts(child, child.parts.filter(ended_on=None), now)
        if lead is None:
            continue
        TicketPart.objects.create(
            ticket=child,
            department=lead.department,
            is_lead=True,
            started_on=today,
            is_running=False,
        )
        involve(child, [lead.department])


def stop_parts(ticket: Ticket, parts: "QuerySet[TicketPart]", now: datetime) -> None:
    """They end today: history from now on, and the company is theirs no longer."""
    ended = list(parts.values_list("pk", "department"))
    keys = [pk for pk, _department in ended]
    deadlines.meet_all(Deadline.objects.filter(part__in=keys), now=now)
    Involvement.objects.filter(
        kind=Involvement.Kind.TICKET,
        reference=ticket.pk,
        department__in=[department for _pk, department in ended],
    ).update(is_open=False)
    TicketPart.objects.filter(pk__in=keys).update(
        ended_on=timezone.localdate(now), is_running=False
    )
