"""The papers of a ticket, on the ticket's own page."""

from datetime import date
from typing import Any

from crm.models import Document, User, subject_of
from crm.services.comments import may_remark
from visits import ticket_panels
from visits.models import Ticket

from .dispatch_sheets import SHEET


def of_ticket(ticket: Ticket, user: User, today: date) -> dict[str, Any] | None:
    """For officials, once a department has it."""
    reads = bool(getattr(ticket, "may_read_internal", False))
    if ticket.dispatched_at is None or not reads:
        return None
    kind, key = subject_of(ticket)
    papers = Document.objects.filter(kind=SHEET, subject_type=kind, subject_id=key)
    return {"papers": papers.order_by("-version"), "may_make": may_remark(user)}


PANEL = ticket_panels.Panel("papers", 90, "reports/_ticket_papers.html", of_ticket)
