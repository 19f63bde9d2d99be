"""What has come to a person by escalation, on the first page: only if there is any."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import User
from visits import escalation_list
from visits.escalation_list import Row
from visits.models import Escalation

from .queries import TicketRow
from .sections import More, Section

TEMPLATE: Final = "reports/home/_escalations.html"
# So many are looked through: most of them stand in another section already.
LOOK: Final = 100
# A matter is known by its page; a part of a ticket by that of its ticket.
Address = str


def waiting(user: User, today: date) -> Iterable[Section]:
    """The highest first, each matter once; each row says why it came."""
    found = Escalation.objects.waiting_for(user, today)
    if rows := once(escalation_list.first_of(found, LOOK, today)):
        yield Section(
            title=_("Escalated, to settle"),
            template=TEMPLATE,
            rows=rows,
            empty="",
            more=More(reverse("visits:escalations"), _("All of them")),
        )


def once(rows: Iterable[Row]) -> list[Row]:
    """Of several rules on one matter the highest speaks."""
    first: dict[Address, Row] = {}
    for row in rows:
        first.setdefault(address_of(row), row)
    return list(first.values())


def address_of(row: Row) -> Address:
    return row.named.url.partition("#")[0] if row.named else f"#{row.flat.pk}"


def told_where_it_stands(sections: list[Section]) -> list[Section]:
    """What has its row elsewhere stands only there; a ticket's says why it came."""
    raised = next((one for one in sections if one.template == TEMPLATE), None)
    if raised is None:
        return sections
    by_address = {address_of(row): row for row in raised.rows}
    told: set[Address] = set()
    for section in sections:
        marked = [marked_row(row, by_address, told) for row in section.shown]
        section.rows = [*marked, *section.rows[len(marked) :]]
        told |= opened_by(section)
    raised.rows = [row for row in raised.rows if address_of(row) not in told]
    return [one for one in sections if one is not raised or one.rows]


def opened_by(section: Section) -> set[Address]:
    """The pages of directives and orders: their lamp and day say why."""
    if not section.opens:
        return set()
    keys = [row["pk"] if isinstance(row, dict) else row.pk for row in section.shown]
    return {reverse(section.opens, args=[key]) for key in keys}


def marked_row(row: Any, raised: dict[Address, Row], told: set[Address]) -> Any:
    """The row with what brought it here; rows of other things (Any) stay."""
    if not isinstance(row, TicketRow):
        return row
    address = reverse("visits:ticket", args=[row.pk])
    why = raised.get(address)
    if why is None or address in told:
        return row
    told.add(address)
    return row._replace(raised=why)
