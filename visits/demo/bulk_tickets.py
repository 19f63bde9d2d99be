"""Tickets as rows: raised, refused, dispatched."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from crm.demo.county import County
from crm.demo.rows import fields_of, row_of
from crm.models import Deadline, Department, Involvement, User
from crm.services import deadlines
from visits.models import (
    Answer,
    Category,
    Finding,
    FirstDispatch,
    Ticket,
    TicketPart,
    Visit,
)
from visits.models.ticket_codes import Codes
from visits.services import numbers, queueing
from visits.services.projects import about
from visits.services.tickets import pressing
from visits.services.tickets.dispatching import clocks_of, part_clock
from visits.services.tickets.raising import title_of

from .acts import Assistant, Case
from .story import FindingStory

Status = Codes.Status
# The places of a ticket's three clocks in its sheaf.
OF_TICKET = CONTACT, REPLY, SOLVE = range(3)
BY_COMPANY, BY_CENTRE = Ticket.Source.COMPANY, Ticket.Source.DISPATCHER


@dataclass
class Sheaf:
    """A ticket with all that hangs from it; written when nothing more can change."""

    ticket: Ticket
    clocks: list[Deadline] = field(default_factory=list)
    parts: list[TicketPart] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    involved: list[Involvement] = field(default_factory=list)


class TicketRows:
    """The side of the companies and of the dispatch centre."""

    def __init__(
        self, county: County, random: Random, categories: dict[str, Category]
    ) -> None:
        self.county, self.random, self.rows = county, random, county.rows
        self.categories = categories
        self.open: dict[int, Sheaf] = {}
        self.last_number: dict[int, int] = {}

    def new_uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def raise_from(
        self,
        finding: Finding,
        told: FindingStory,
        company: int,
        visit: Visit,
        officer: User,
        now: datetime,
    ) -> Case:
        case = Case(company, self.categories[told.category], told.later)
        self.enter(
            case,
            officer,
            now,
            visit_id=visit.pk,
            project_id=visit.project_id,
            finding_id=finding.pk,
            source=Ticket.Source.VISIT.value,
            title=title_of(finding.symptom),
            text=finding.symptom,
            wish=finding.wish,
            status=Status.QUEUED.value,
            first_receiver_id=officer.pk,
        )
        return case

    def raise_ticket(
        self, case: Case, actor: User, told: FindingStory, now: datetime
    ) -> None:
        status, source = Status.QUEUED, BY_CENTRE
        receiver: User | None = actor
        if actor.department_id is None:
            a = self.county.story.companies[case.company].officer_on(now)
            receiver = self.county.users[a] if a else None
            status, source = Status.SUBMITTED, BY_COMPANY
        self.enter(
            case,
            actor,
            now,
            source=source.value,
            title=title_of(told.symptom),
            text=told.symptom,
            wish=told.wish,
            status=status.value,
            first_receiver_id=receiver.pk if receiver else None,
        )

    def enter(
        self,
        case: Case,
        actor: User,
        now: datetime,
        **fields: Any,  # Any: keyword arguments of a ticket
    ) -> None:
        year = now.year
        self.last_number[year] = self.last_number.get(year, 0) + 1
        ticket = row_of(
            Ticket,
            id=self.rows.next_key(Ticket),
            number=numbers.number_of(year, self.last_number[year]),
            company_id=self.county.keys[case.company],
            category_id=case.category.pk,
            raised_by_id=actor.pk,
            raised_at=now,
            client_key=self.new_uuid(),
            **fields,
        )
        case.record = Sheaf(ticket)
        self.open[ticket.pk] = case.record
        self.tell(
            case,
            actor,
            "raised",
            now,
            number=ticket.number,
            status=ticket.status,
            source=ticket.source,
            category=ticket.category_id,
            **about(ticket),
        )

    def tell(
        self,
        case: Case,
        actor: User,
        act: str,
        now: datetime,
        *,
        is_public: bool = True,
        personal: dict[str, str] | None = None,
        **changes: Any,  # Any: codes and values
    ) -> None:
        self.rows.record(
            actor,
            f"ticket.{act}",
            case.record.ticket,
            now,
            changes,
            is_public=is_public,
            personal=personal,
        )

    def put_away(self, sheaf: Sheaf) -> None:
        """Nothing more will change: into the rows with it."""
        self.rows.add(*sheaf.clocks, with_due(sheaf), *sheaf.parts)
        self.rows.add(*sheaf.answers, *sheaf.involved)
        del self.open[sheaf.ticket.pk]

    def refuse(
        self, case: Case, actor: User, refusal: str, note: str, now: datetime
    ) -> None:
        ticket = case.record.ticket
        change = move(ticket, Status.REFUSED)
        ticket.refusal, ticket.refusal_note = refusal, note
        ticket.refused_at = now
        self.tell(case, actor, "refused", now, status=change, refusal=refusal)
        self.put_away(case.record)

    def dispatch(
        self,
        case: Case,
        actor: User,
        lead: Department,
        assistants: Sequence[Assistant],
        now: datetime,
    ) -> None:
        sheaf: Sheaf = case.record
        ticket = sheaf.ticket
        change = move(ticket, Status.DISPATCHED)
        ticket.first_receiver_id = ticket.first_receiver_id or actor.pk
        ticket.dispatched_at, ticket.dispatch_count = now, 1
        self.rows.add(first_dispatch(self.county, case, now))
        self.start_clocks(case, lead, assistants, now.date())
        sheaf.involved = [
            row_of(
                Involvement,
                company_id=ticket.company_id,
                department_id=part.department_id,
                kind=Involvement.Kind.TICKET.value,
                reference=ticket.pk,
            )
            for part in sheaf.parts
        ]
        self.tell(
            case,
            actor,
            "dispatched",
            now,
            lead=lead,
            assistants=[[], [unit for unit, _task in assistants]],
            due_on=sheaf.clocks[SOLVE].due_on,
            status=change,
        )

    def start_clocks(
        self,
        case: Case,
        lead: Department,
        assistants: Sequence[Assistant],
        today: date,
    ) -> None:
        sheaf: Sheaf = case.record
        ticket, category = sheaf.ticket, case.category
        wanted = clocks_of(category, today, lead)
        wanted += [part_clock(category, today, unit) for unit, _task in assistants]
        keys = [self.rows.next_key(Deadline) for _one in wanted]
        sheaf.clocks = [
            row_of(Deadline, **{**plan_of(one), "id": key})
            for one, key in zip(wanted, keys, strict=True)
        ]
        ticket.contact_by_id, ticket.reply_by_id, ticket.solve_by_id, *rest = keys
        told: list[tuple[Department, str, int | None]] = [(lead, "", None)]
        told += [(*one, key) for one, key in zip(assistants, rest, strict=True)]
        sheaf.parts = [
            row_of(
                TicketPart,
                id=self.rows.next_key(TicketPart),
                ticket_id=ticket.pk,
                department_id=unit.pk,
                is_lead=unit is lead,
                task=task,
                started_on=today,
                answer_by_id=key,
            )
            for unit, task, key in told
        ]


def with_due(sheaf: Sheaf) -> Ticket:
    """The clock that presses most, as the acts note it."""
    if first := pressing.first_of(sheaf.clocks[: len(OF_TICKET)]):
        sheaf.ticket.due_on, sheaf.ticket.due_kind = first.due_on, first.kind
    return sheaf.ticket


def first_dispatch(county: County, case: Case, now: datetime) -> FirstDispatch:
    """How long it had waited for the centre."""
    ticket = case.record.ticket
    region = county.story.companies[case.company].region
    return row_of(
        FirstDispatch,
        ticket_id=ticket.pk,
        region_path=county.regions[region].path,
        **queueing.measured(ticket.raised_at, now),
    )


def move(ticket: Ticket, new: Status) -> list[str]:
    before = str(ticket.status)
    ticket.move_to(new)
    ticket.status = new.value
    ticket.version += 1
    return [before, new.value]


@cache
def plan_of(wanted: deadlines.Wanted) -> dict[str, Any]:
    """The columns of such a deadline: the same promises begin every day."""
    planned = deadlines.planned(wanted)
    return {one.attname: getattr(planned, one.attname) for one in fields_of(Deadline)}
