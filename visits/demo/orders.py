"""督办 in the demo county: an order in every state, on what is really late there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from crm.demo.county import County
from crm.demo.story import at
from crm.models import Department, User
from visits.models import SupervisionOrder, Ticket
from visits.services import accountability, orders

from .story import workdays

FILE: Final = Path(__file__).parent.parent / "data" / "demo_orders.json"
# So far back the oldest of the orders was issued, in calendar days.
BACK: Final = 45
# Whose window the order about no ticket is for: a named handler and head work there.
UNIT: Final = "hrss"
# Working days ago that the orders about tickets were issued.
OVERDUE, ANSWERED, NEW = 5, 2, 1


@cache
def words() -> dict[str, Any]:  # Any: JSON of many shapes
    read: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return read


def press(county: County, handlers: Mapping[int, Sequence[User]]) -> None:
    """Through the services, whatever the county's size; rules propose the rest."""
    days = workdays(county.today - timedelta(days=BACK), county.today)
    telling = Pressing(county, handlers, days)
    telling.window()
    running = Ticket.objects.running().exclude(handler=None)
    late = running.filter(solve_by__due_on__lt=days[-1 - OVERDUE])
    found = list(late.order_by("solve_by__due_on", "number")[:3])
    for tell, ticket in zip(
        (telling.leave_overdue, telling.wait_for_judgement, telling.begin),
        found,
        strict=False,
    ):
        tell(ticket)


@dataclass
class Pressing:
    """Who orders what in the demo, and how far each order has come."""

    county: County
    handlers: Mapping[int, Sequence[User]]
    days: list[date]

    def moment(self, ago: int, hour: int) -> datetime:
        """So many working days ago; never later than now."""
        return min(at(self.days[-1 - ago], hour), self.county.agenda.now)

    def user(self, login: str) -> User:
        return self.county.users[login]

    def handler_of(self, unit: Department) -> User:
        return self.handlers[unit.pk][0]

    def window(self) -> None:
        """Raised, sent back, closed; the unit was held responsible and asks leave."""
        unit, watcher = self.county.departments[UNIT], self.user("supervisor1")
        order = orders.issue_order(
            actor=watcher,
            colour="blue",
            addressee=unit,
            days=5,
            now=self.moment(18, 9),
            **words()["words"],
        )
        self.raised_and_closed(order, watcher)
        record = accountability.record_decision(
            order,
            actor=watcher,
            department=unit,
            kind="reminder",
            decided_on=self.days[-6],
            decided_by=self.user("leader1"),
            basis=words()["accountability"],
            now=self.moment(5, 11),
        )
        accountability.ask_exemption(
            record,
            actor=self.user("head1"),
            reason=words()["exemption"],
            now=self.moment(4, 15),
        )

    def raised_and_closed(self, order: SupervisionOrder, watcher: User) -> None:
        told = words()
        clerk = self.handler_of(order.department)
        orders.sign_order(order, actor=clerk, now=self.moment(17, 10))
        orders.raise_order(
            order,
            actor=watcher,
            colour="yellow",
            reason=told["raised"],
            now=self.moment(12, 9),
        )
        self.answer(order, 0, 11)
        orders.send_back_order(
            order,
            actor=watcher,
            reason=told["returned"],
            days=5,
            now=self.moment(10, 10),
        )
        self.answer(order, 0, 7)
        orders.close_order(
            order, actor=watcher, note=told["closed"], now=self.moment(6, 15)
        )

    def about(
        self, ticket: Ticket, number: int, issuer: str, colour: str, days: int, ago: int
    ) -> SupervisionOrder:
        return orders.issue_order(
            actor=self.user(issuer),
            subject=ticket,
            colour=colour,
            addressee=lead_of(ticket),
            person=ticket.handler,
            requirement=words()["requirements"][number],
            days=days,
            now=self.moment(ago, 9),
        )

    def leave_overdue(self, ticket: Ticket) -> None:
        self.about(ticket, 1, "supervisor1", "red", 3, OVERDUE)

    def wait_for_judgement(self, ticket: Ticket) -> None:
        order = self.about(ticket, 0, "supervisor1", "yellow", 5, ANSWERED)
        self.answer(order, 1, ANSWERED - 1)

    def begin(self, ticket: Ticket) -> None:
        self.about(ticket, 2, "leader1", "blue", 5, NEW)

    def answer(self, order: SupervisionOrder, number: int, ago: int) -> None:
        orders.answer_order(
            order,
            actor=self.handler_of(order.department),
            text=words()["answers"][number],
            now=self.moment(ago, 14),
        )


def lead_of(ticket: Ticket) -> Department:
    part = ticket.parts.select_related("department__region").get(
        is_lead=True, ended_on=None
    )
    return part.department
