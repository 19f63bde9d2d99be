"""同类 n 件: what a ticket's page says of its kind, to officials."""

from datetime import date
from typing import Any

from crm.models import User
from visits.desk_detail import Alike, visible_rows
from visits.models import Case, CaseTicket, Suggestion, Ticket
from visits.similar import SAME_KIND

from .case_page import oversees

SHOWN = 5


def of_ticket(ticket: Ticket, user: User, today: date) -> dict[str, Any] | None:
    """Its case, else the tickets that are told like it; never to the company."""
    if not ticket.may_read_internal:  # type: ignore[attr-defined] # annotated
        return None
    case = case_of(ticket, user)
    percents = members_of(case, ticket) if case else alike_to(ticket)
    visible = visible_rows(percents, user)
    if case is None and not visible:
        return None
    found = [Alike(percents[key], *values) for key, values in visible.items()]
    found.sort(key=lambda one: (-one.percent, -one.pk))
    return {
        "case": case,
        "count": len(found),
        "rows": found[:SHOWN],
        "may_open": oversees(user),
    }


def case_of(ticket: Ticket, user: User) -> Case | None:
    members = CaseTicket.objects.present().filter(ticket=ticket)
    return Case.objects.visible_to(user).filter(pk__in=members.values("case")).first()


def members_of(case: Case, ticket: Ticket) -> dict[int, int]:
    members = CaseTicket.objects.present().filter(case=case).exclude(ticket=ticket)
    return dict(members.values_list("ticket", "percent"))


def alike_to(ticket: Ticket) -> dict[int, int]:
    row = Suggestion.objects.filter(ticket=ticket).first()
    pairs = row.alike if row else ()
    return {key: percent for key, percent in pairs if percent >= SAME_KIND * 100}
