"""What waits on the dispatcher's desk: doubles, a kind that recurs, and returns."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from crm.demo.county import County
from crm.models import CompanyLiaison, Grant, Role, User
from visits.models import Category, Ticket
from visits.services import tickets
from visits.services.tickets.raising import usual_category

from .stage import moment_of

FILE = Path(__file__).resolve().parent.parent / "data" / "demo_desk.json"
STEP = timedelta(minutes=3)
RETURNED_AFTER = timedelta(minutes=40)
Told = dict[str, Any]  # Any: JSON


@cache
def waiting() -> list[Told]:
    return list(json.loads(FILE.read_text(encoding="utf-8"))["tickets"])


def set_desk(county: County) -> None:
    """Raised this morning and the days before, the oldest first."""
    now = county.agenda.now
    timed = [
        (moment_of(now, county.today, told["ago"], number), told)
        for number, told in enumerate(waiting())
        if told["company"] < len(county.keys)
    ]
    for raised_at, told in sorted(timed, key=lambda one: one[0]):
        ticket = raise_it(county, told, raised_at)
        if "to" in told:
            give_back(county, ticket, told, raised_at)


def raise_it(county: County, told: Told, now: datetime) -> Ticket:
    company = county.company(told["company"])
    voices = {"owner": owner_of(county, company.pk), "officer": officer_of(company.pk)}
    key = told["category"]
    category = Category.objects.get(key=key) if key else usual_category()
    return tickets.raise_ticket(
        actor=voices.get(told["by"]) or county.users["dispatch1"],
        company=company,
        text=told["text"],
        wish=told["wish"],
        category=category,
        now=now,
    )


def owner_of(county: County, company: int) -> User | None:
    own = Grant.objects.filter(role=Role.OWNER, company=company)
    grant = own.select_related("user").first()
    return grant.user if grant else None


def officer_of(company: int) -> User | None:
    pair = CompanyLiaison.objects.open().filter(company=company, role="A")
    liaison = pair.select_related("officer").first()
    return liaison.officer if liaison else None


def give_back(county: County, ticket: Ticket, told: Told, raised_at: datetime) -> None:
    """Dispatched to a department that says it is not its own."""
    lead = county.departments[told["to"]]
    held = Grant.objects.filter(role=Role.HANDLER, department=lead)
    handler = held.select_related("user").order_by("pk").first()
    if handler is None:
        return
    tickets.dispatch_ticket(
        ticket, actor=county.users["dispatch1"], lead=lead, now=raised_at + STEP
    )
    tickets.return_ticket(
        ticket,
        actor=handler.user,
        reason=told["reason"],
        suggested=county.departments[told["suggested"]],
        now=raised_at + RETURNED_AFTER,
    )
