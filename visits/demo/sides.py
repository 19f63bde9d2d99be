"""What stands still, and why: a pause, one that is asked for, an extension, 挂账."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from crm.demo.county import County
from crm.demo.story import workday_after
from visits.models import Category, Ticket
from visits.services import tickets

from .desk import owner_of
from .stage import moment_of

FILE = Path(__file__).resolve().parent.parent / "data" / "demo_sides.json"
STEP = timedelta(minutes=7)
UNIT = "hrss"
Told = dict[str, Any]  # Any: JSON


@cache
def told_sides() -> list[Told]:
    return list(json.loads(FILE.read_text(encoding="utf-8"))["tickets"])


def set_sides(county: County) -> None:
    """Each came to handler1 some days ago, and turned to its side way."""
    for number, told in enumerate(told_sides()):
        if told["company"] < len(county.keys):
            raised_at = moment_of(
                county.agenda.now, county.today, told["ago"], 20 + number
            )
            turn(county, begun(county, told, raised_at), told, raised_at + 4 * STEP)


def begun(county: County, told: Told, raised_at: datetime) -> Ticket:
    """Raised, dispatched, signed for; the company was called."""
    company = county.company(told["company"])
    centre, handler = county.users["dispatch1"], county.users["handler1"]
    ticket = tickets.raise_ticket(
        actor=owner_of(county, company.pk) or centre,
        company=company,
        text=told["text"],
        wish=told["wish"],
        category=Category.objects.get(key=told["category"]),
        now=raised_at,
    )
    lead = county.departments[UNIT]
    tickets.dispatch_ticket(ticket, actor=centre, lead=lead, now=raised_at + STEP)
    tickets.accept_ticket(ticket, actor=handler, now=raised_at + 2 * STEP)
    called_at = raised_at + 3 * STEP
    return tickets.record_contact(
        ticket, actor=handler, person="王经理", called_at=called_at, now=called_at
    )


def turn(county: County, ticket: Ticket, told: Told, now: datetime) -> None:
    handler, reason = county.users["handler1"], told["reason"]
    last = workday_after(county.today, told["in"])
    match told["then"]:
        case "pause":
            tickets.pause_ticket(
                ticket,
                actor=handler,
                kind=told["kind"],
                reason=reason,
                until_on=last,
                now=now,
            )
        case "extend":
            tickets.ask_extension(
                ticket, actor=handler, days=told["in"], reason=reason, now=now
            )
        case "park":
            tickets.park_ticket(
                ticket,
                actor=county.users["head1"],
                reason=reason,
                next_on=last,
                now=now,
            )
