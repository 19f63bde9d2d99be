"""What the demo's leaders said, took on and decided, in every state it can have."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from crm.demo.county import County
from crm.demo.story import at, workday_after, workday_until
from crm.models import Department, Grant, Role, User
from projects.models import Project
from visits.models import Directive, Extension, Meeting, Ticket, TicketPart
from visits.services import directives, meetings, tickets
from visits.services.directives import About
from visits.services.meetings import Plan, Rule
from visits.services.tickets.acts import IN_HAND

FILE = Path(__file__).resolve().parent.parent / "data" / "demo_leading.json"
Handlers = Mapping[int, Sequence[User]]
# What was asked for by departments that have no head.
EXTENSIONS = 3
SERIES_WEEKS = 3


@cache
def words() -> dict[str, Any]:  # Any: what the file holds
    told: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return told


def lead(county: County, handlers: Handlers) -> None:
    """Through the services, whatever the county's size."""
    chief, charge = county.users["leader1"], county.users["leader2"]
    told = Telling(county, handlers, days_before(county.today))
    running = told.running(chief)
    told.directives(chief, running)
    told.adoptions(chief, running)
    if own := told.running(charge):
        told.give(charge, own[0], 1, 6)
        directives.adopt(own[0], actor=charge, now=told.when(3))
    told.extensions()
    told.series(chief)
    if running:
        told.meeting(chief, running[-1])


def days_before(today: date) -> list[date]:
    """Working days back from today, today or the last one first."""
    found = [workday_until(today)]
    while len(found) < 30:
        found.append(workday_until(found[-1] - timedelta(days=1)))
    return found


def without_a_head(near: date, far: datetime) -> Iterable[Ticket]:
    """In hand since before `far`, due from `near` on, with nobody who could extend."""
    headed = Grant.objects.filter(role=Role.UNIT_HEAD).values("department")
    led = TicketPart.objects.open().filter(is_lead=True, department__in=headed)
    waiting = Ticket.objects.filter(
        status__in=IN_HAND,
        solve_by__due_on__gte=near,
        solve_by__met_at=None,
        dispatched_at__lt=far,
        extended_at=None,
    ).exclude(pk__in=led.values("ticket"))
    related = ("category", "handler", "solve_by")
    return waiting.select_related(*related).order_by("number")


@dataclass
class Telling:
    """The past of the leaders, by working days back from today."""

    county: County
    handlers: Handlers
    back: list[date]
    count: int = field(default=0)

    def when(self, days: int, hour: int = 10) -> datetime:
        """So many working days ago, never in what is still to come."""
        return min(at(self.back[days], hour), self.county.agenda.now)

    def key(self) -> UUID:
        self.count += 1
        return UUID(int=self.count, version=4)

    def running(self, leader: User) -> list[Ticket]:
        """In the hands of departments for two weeks; those that wait longest first."""
        led = Ticket.objects.led_by(leader).filter(
            status__in=IN_HAND, dispatched_at__lte=at(self.back[9], 0)
        )
        return list(led.select_related("company").order_by("number")[:16])

    def lead_of(self, ticket: Ticket) -> Department:
        part = ticket.parts.select_related("department").get(
            is_lead=True, ended_on=None
        )
        return part.department

    def give(
        self, leader: User, ticket: Ticket, text: int, ago: int, days: int = 3
    ) -> Directive:
        return directives.give_directive(
            About(ticket=ticket),
            actor=leader,
            text=words()["directives"][text],
            department=self.lead_of(ticket),
            days=days,
            client_key=self.key(),
            now=self.when(ago),
        )

    def answered(self, directive: Directive, text: int, ago: int) -> Directive | None:
        people = self.handlers.get(directive.department_id)
        if not people:
            return None
        return directives.answer_directive(
            directive,
            actor=people[0],
            text=words()["answers"][text],
            client_key=self.key(),
            now=self.when(ago, 15),
        )

    def directives(self, leader: User, running: list[Ticket]) -> None:
        """Open, late, answered, accepted, asked again, withdrawn; one of its own."""
        for ticket, tell in zip(running, states_of(self, leader), strict=False):
            tell(ticket)
        directives.give_directive(
            About(),
            actor=leader,
            text=words()["directives"][4],
            department=self.county.departments["commerce"],
            days=5,
            client_key=self.key(),
            now=self.when(2),
        )

    def adoptions(self, leader: User, running: list[Ticket]) -> None:
        """Two tickets and a project of his own; one that he handed back."""
        for number, ticket in enumerate(running[3:6]):
            adoption = directives.adopt(ticket, actor=leader, now=self.when(8 - number))
            if number == 2:
                reason = words()["handed_back"]
                now = self.when(2)
                directives.hand_back(adoption, actor=leader, reason=reason, now=now)
        mine = Project.objects.decided_by(leader).running().order_by("code", "pk")
        if project := mine.first():
            directives.adopt(project, actor=leader, now=self.when(10))

    def extensions(self) -> None:
        """Of departments without a head: the leader decides."""
        near, far = workday_after(self.county.today, 2), at(self.back[1], 16)
        asked = 0
        for ticket in without_a_head(near, far):
            if asked == EXTENSIONS:
                return
            asked += self.ask(ticket)

    def ask(self, ticket: Ticket) -> bool:
        clock, handler = ticket.solve_by, ticket.handler
        most = tickets.most_days(ticket)
        known = Extension.objects.filter(ticket=ticket).exists()
        if clock is None or handler is None or known or clock.days >= most:
            return False
        tickets.ask_extension(
            ticket,
            actor=handler,
            days=min(clock.days + 8, most),
            reason=words()["extension"],
            now=min(at(self.back[1], 17), self.county.agenda.now),
        )
        return True

    def units(self) -> list[Department]:
        codes = ("hrss", "natural-resources", "power", "housing", "commerce")
        found = self.county.departments
        return [found[code] for code in codes if code in found]

    def series(self, leader: User) -> None:
        """A meeting each week; the first was held, of its tasks one is done."""
        first = self.back[5 * SERIES_WEEKS]
        rule = Rule(
            name=words()["series"],
            rhythm="weekly",
            # A Saturday that is worked holds no weekly meeting.
            weekday=min(first.weekday(), 4),
            first_on=first,
            at=time(15),
            place=words()["place"],
            chair=leader,
            recorder=self.county.users["dispatch1"],
            departments=self.units(),
        )
        begun = self.when(5 * SERIES_WEEKS + 4)
        series = meetings.begin_series(
            actor=leader, rule=rule, client_key=self.key(), now=begun
        )
        while planned := series.meetings.filter(status="planned").first():
            if planned.day >= self.back[0]:
                return
            self.hold(planned)

    def hold(self, meeting: Meeting) -> None:
        """Talked about, decided, closed in the evening of its day."""
        recorder = self.county.users["dispatch1"]
        now = at(meeting.day, 17)
        is_first = not meeting.items.exists()
        for title, note in zip(words()["items"], words()["notes"], strict=True):
            item = meetings.add_item(meeting, actor=recorder, title=title, now=now)
            meetings.note_item(item, actor=recorder, note=note, now=now)
        if is_first:
            self.decide(meeting, now)
        meetings.close_meeting(
            meeting,
            actor=recorder,
            summary=words()["summary"],
            attendees=words()["attendees"],
            now=now,
        )
        if is_first:
            self.follow(meeting)

    def decide(self, meeting: Meeting, now: datetime) -> None:
        units = zip(self.units(), words()["tasks"], (10, 7, 5), strict=False)
        for unit, text, days in units:
            meetings.give_task(
                meeting,
                actor=meeting.chair,
                department=unit,
                text=text,
                days=days,
                now=now,
            )

    def follow(self, meeting: Meeting) -> None:
        """The first is verified, the second reported, the third is late."""
        for number, task in enumerate(meeting.tasks.order_by("pk")[:2]):
            people = self.handlers.get(task.department_id)
            if not people:
                continue
            now = at(workday_after(meeting.day, 4 + number), 16)
            answer = words()["done"][number]
            done = meetings.answer_task(task, actor=people[0], answer=answer, now=now)
            if number == 0:
                meetings.verify_task(done, actor=meeting.chair, now=now)

    def meeting(self, leader: User, ticket: Ticket) -> None:
        """One by itself, in a few days, on a ticket."""
        plan = Plan(
            topic=words()["meeting"],
            day=workday_after(self.county.today, 3),
            at=time(9, 30),
            place=words()["place"],
            chair=leader,
            recorder=self.county.users["dispatch1"],
            departments=self.units()[:3],
        )
        now = self.when(1)
        called = meetings.call_meeting(
            actor=leader, plan=plan, client_key=self.key(), now=now
        )
        meetings.add_item(called, actor=leader, ticket=ticket, now=now)


def states_of(told: Telling, leader: User) -> Sequence[Any]:  # Any: of a ticket
    def accepted(ticket: Ticket) -> None:
        if done := told.answered(told.give(leader, ticket, 3, 8), 0, 6):
            directives.accept_answer(done, actor=leader, now=told.when(5))

    def again(ticket: Ticket) -> None:
        if done := told.answered(told.give(leader, ticket, 2, 9), 1, 7):
            missing = words()["missing"]
            now = told.when(6)
            directives.ask_again(done, actor=leader, remark=missing, days=2, now=now)

    def withdrawn(ticket: Ticket) -> None:
        given, reason = told.give(leader, ticket, 5, 7), words()["withdrawn"]
        directives.withdraw_directive(
            given, actor=leader, reason=reason, now=told.when(6, 16)
        )

    return (
        lambda ticket: told.give(leader, ticket, 0, 1),
        lambda ticket: told.give(leader, ticket, 2, 7),
        lambda ticket: told.answered(told.give(leader, ticket, 1, 4), 0, 1),
        accepted,
        again,
        withdrawn,
        lambda ticket: told.give(leader, ticket, 5, 5, 2),
    )
