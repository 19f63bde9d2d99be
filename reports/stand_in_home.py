"""First pages: whose work one has today, handover notes, and the pairs of a unit."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from crm import stand_in_page
from crm.models import Role, User
from crm.services import standing_in
from visits.models import Ticket
from visits.ticket_list import with_lead

from . import queries
from .queries import TICKET_FIELDS, TicketRow
from .sections import ROWS, More, Section


def in_hand_of(user: User, today: date, limit: int) -> list[TicketRow]:
    """One's own unless one is away, with those of whom one stands in for."""
    duty = standing_in.duty_of(user, today)
    if duty.is_plain:
        return queries.in_hand_of(user, today, limit)
    owed = Ticket.objects.owed_by_units_of(user).filter(
        solve_by__handler__in=duty.handlers
    )
    owed = owed.exclude(status=Ticket.Status.PARKED)
    columns = (*TICKET_FIELDS, "solve_by__handler")
    found = with_lead(queries.by_due(owed)).values_list(*columns)[:limit]
    flat = list(found)
    rows = queries.ticket_rows([values[:-1] for values in flat], today)
    return [
        row._replace(lead=None, is_stood_in=values[-1] in duty.others)
        for row, values in zip(rows, flat, strict=True)
    ]


def unit(user: User, today: date) -> Iterable[Section]:
    """Notes to sign and to write, and the work of a head who covers."""
    if notes := stand_in_page.for_home(user, today, ROWS + 1):
        yield Section(
            title=_("Standing in"),
            template="reports/home/_standing.html",
            rows=notes,
            empty="",
        )
    others = standing_in.duty_of(user, today).others
    if others and not user.has_role(Role.HANDLER):
        yield Section(
            title=_("Covered by you, by due date"),
            template="reports/home/_tickets.html",
            rows=in_hand_of(user, today, ROWS + 1),
            empty=_("Nothing of theirs is open."),
            more=More(reverse("visits:tickets") + "?tab=mine", _("My tickets")),
        )


def unit_head(user: User, today: date) -> Iterable[Section]:
    """Who is away, who has the work; those without a B as long as there are any."""
    rows = [
        row
        for row in stand_in_page.rows_of(user, today)
        if row.is_away or row.pair is None
    ]
    if rows:
        yield Section(
            title=_("A and B of my unit"),
            template="reports/home/_pairs.html",
            rows=rows[: ROWS + 1],
            empty="",
            more=More(reverse("crm:stand-ins"), _("All of them")),
            act=More(reverse("crm:stand-ins"), _("Set B")),
            is_aside=True,
            is_counted=False,
        )
