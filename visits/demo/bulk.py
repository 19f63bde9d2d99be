"""The hands that write rows: what the services would have left, by the thousand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from crm.demo.county import County
from crm.demo.story import ContactStory
from crm.models import (
    Comment,
    Company,
    Deadline,
    Department,
    Involvement,
    User,
)
from crm.services import deadlines
from visits.models import (
    Answer,
    Category,
    Finding,
    Met,
    Ticket,
    TicketNumber,
    TicketPart,
    Visit,
)
from visits.services import intake, numbers, rows
from visits.services.content import Content
from visits.services.tickets.dispatching import clocks_of, part_clock
from visits.services.tickets.raising import title_of

from .acts import Assistant, Case
from .hands import CALL, content_of, people_met
from .story import FindingStory, VisitStory

Status = Ticket.Status
BY_COMPANY, BY_CENTRE = Ticket.Source.COMPANY, Ticket.Source.DISPATCHER


@dataclass
class Sheaf:
    """A ticket with all that hangs from it; written when nothing more can change."""

    ticket: Ticket
    clocks: list[Deadline] = field(default_factory=list)
    parts: list[TicketPart] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    involved: list[Involvement] = field(default_factory=list)


class BulkHands:
    """Knows the rows of every act; a test compares them with those of the services."""

    def __init__(
        self, county: County, random: Random, categories: dict[str, Category]
    ) -> None:
        self.county, self.random, self.categories = county, random, categories
        self.rows = county.rows
        # In an order in which each row finds what it points to.
        self.rows.follow(
            Visit, Met, Finding, Deadline, Ticket, TicketPart, Answer, Involvement
        )
        self.rows.follow(Comment)
        self.open: dict[int, Sheaf] = {}
        self.last_number: dict[int, int] = {}
        self.last_visit_on: dict[int, date] = {}

    def finish(self) -> None:
        """What is still open, the counters, and when each company was last seen."""
        for sheaf in list(self.open.values()):
            self.put_away(sheaf)
        self.rows.finish()
        with transaction.atomic():
            TicketNumber.objects.bulk_create(
                TicketNumber(year=year, last=last)
                for year, last in self.last_number.items()
            )
            self.note_visits()

    def note_visits(self) -> None:
        table = connection.ops.quote_name(Company._meta.db_table)
        update = f"UPDATE {table} SET last_visit_on = %s WHERE id = %s"
        days = [
            (day.isoformat() if connection.vendor == "sqlite" else day, key)
            for key, day in self.last_visit_on.items()
        ]
        with connection.cursor() as cursor:
            cursor.executemany(update, days)

    # --- Visits ----------------------------------------------------------------

    def hold(self, visit: VisitStory, now: datetime) -> list[Case]:
        officer = self.county.users[visit.officer]
        content = content_of(visit, people=people_met(self.county, visit))
        row = self.visit_of(visit, content, officer, now)
        self.rows.add(row)
        for person in content.met:
            met = Met(visit=row, name=person.name, title=person.title)
            met.contact_id = person.contact
            self.rows.add(met)
        findings = rows.findings_of(row, content.findings, self.categories)
        self.rows.add(*findings)
        self.rows.record(
            actor=officer,
            action="visit.held",
            subject=row,
            is_public=True,
            personal={"signed_by": content.signed_by} if content.signed_by else None,
            now=now,
            changes={
                "status": row.status,
                "mode": row.mode,
                "day": row.day,
                "for_unit": None,
                "findings": len(findings),
                "photos": len(content.photos),
            },
        )
        self.last_visit_on[row.company_id] = row.day
        cases = [
            self.raise_from(finding, told, visit.company, officer, now)
            for finding, told in zip(findings, visit.findings, strict=True)
            if told.result == Finding.Result.TICKET
        ]
        self.rows.flush_if_full()
        return cases

    def visit_of(
        self, visit: VisitStory, content: Content, officer: User, now: datetime
    ) -> Visit:
        row = Visit(company_id=self.county.keys[visit.company], created_at=now)
        intake.set_words(row, content)
        row.uuid = UUID(int=self.random.getrandbits(128), version=4)
        row.logged_by, row.unit_id = officer, intake.unit_of(officer)
        row.content_hash = intake.Sending(
            uuid=row.uuid, company=row.company_id, content=content
        ).hash
        row.status, row.held_at = Visit.Status.HELD.value, now
        return row

    # --- Tickets ---------------------------------------------------------------

    def raise_from(
        self,
        finding: Finding,
        told: FindingStory,
        company: int,
        officer: User,
        now: datetime,
    ) -> Case:
        case = Case(company, finding.category, told.later)
        self.enter(
            case,
            officer,
            now,
            visit=finding.visit,
            finding=finding,
            source=Ticket.Source.VISIT,
            title=title_of(finding.symptom),
            text=finding.symptom,
            wish=finding.wish,
            status=Status.QUEUED,
            first_receiver=officer,
        )
        return case

    def raise_ticket(
        self, case: Case, actor: User, told: FindingStory, now: datetime
    ) -> None:
        receiver, status, source = actor, Status.QUEUED, BY_CENTRE
        if actor.department_id is None:
            a = self.county.story.companies[case.company].officer_on(now)
            receiver = self.county.users[a] if a else None  # type: ignore[assignment] # a company may have nobody
            status, source = Status.SUBMITTED, BY_COMPANY
        self.enter(
            case,
            actor,
            now,
            source=source,
            title=title_of(told.symptom),
            text=told.symptom,
            wish=told.wish,
            status=status,
            first_receiver=receiver,
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
        ticket = Ticket(
            number=numbers.number_of(year, self.last_number[year]),
            company_id=self.county.keys[case.company],
            category=case.category,
            raised_by=actor,
            raised_at=now,
            client_key=UUID(int=self.random.getrandbits(128), version=4),
            **fields,
        )
        ticket.pk = self.rows.next_key(Ticket)
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
            category=ticket.category,
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
            actor=actor,
            action=f"ticket.{act}",
            subject=case.record.ticket,
            is_public=is_public,
            personal=personal,
            now=now,
            changes=changes,
        )

    def put_away(self, sheaf: Sheaf) -> None:
        """Nothing more will change: into the rows with it."""
        self.rows.add(*sheaf.clocks, sheaf.ticket, *sheaf.parts)
        self.rows.add(*sheaf.answers, *sheaf.involved)
        del self.open[sheaf.ticket.pk]

    def move(self, ticket: Ticket, new: Status) -> list[str]:
        before = str(ticket.status)
        ticket.move_to(new)
        ticket.version += 1
        return [before, str(new)]

    def refuse(
        self, case: Case, actor: User, refusal: str, note: str, now: datetime
    ) -> None:
        ticket = case.record.ticket
        change = self.move(ticket, Status.REFUSED)
        ticket.refusal, ticket.refusal_note = refusal, note
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
        change = self.move(ticket, Status.DISPATCHED)
        ticket.first_receiver = ticket.first_receiver or actor
        ticket.dispatched_at = now
        self.start_clocks(sheaf, lead, assistants, now.date())
        sheaf.involved = [
            Involvement(
                company_id=ticket.company_id,
                department=part.department,
                kind=Involvement.Kind.TICKET,
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
            due_on=sheaf.clocks[2].due_on,
            status=change,
        )

    def start_clocks(
        self,
        sheaf: Sheaf,
        lead: Department,
        assistants: Sequence[Assistant],
        today: date,
    ) -> None:
        ticket, category = sheaf.ticket, sheaf.ticket.category
        wanted = clocks_of(category, today)
        wanted += [part_clock(category, today) for _assistant in assistants]
        sheaf.clocks = [deadlines.planned(one) for one in wanted]
        for clock in sheaf.clocks:
            clock.pk = self.rows.next_key(Deadline)
        ticket.contact_by, ticket.reply_by, ticket.solve_by, *rest = sheaf.clocks
        sheaf.parts = [
            TicketPart(ticket=ticket, department=lead, is_lead=True, started_on=today)
        ]
        sheaf.parts += [
            TicketPart(
                ticket=ticket,
                department=unit,
                is_lead=False,
                task=task,
                started_on=today,
                answer_by=clock,
            )
            for (unit, task), clock in zip(assistants, rest, strict=True)
        ]
        for part in sheaf.parts:
            part.pk = self.rows.next_key(TicketPart)

    def accept(self, case: Case, actor: User, now: datetime) -> None:
        ticket = case.record.ticket
        change = self.move(ticket, Status.ACCEPTED)
        ticket.handler = actor
        handler = [None, actor.pk]
        self.tell(case, actor, "accepted", now, status=change, handler=handler)

    def contact(
        self, case: Case, actor: User, person: ContactStory, now: datetime
    ) -> None:
        ticket = case.record.ticket
        is_first = met(ticket.contact_by, now)
        ticket.version += 1
        self.tell(
            case,
            actor,
            "contacted",
            now,
            personal={"person": person.name, "phone": person.phone},
            called_at=now - CALL,
            is_first=is_first,
        )

    def start(self, case: Case, actor: User, now: datetime) -> None:
        change = self.move(case.record.ticket, Status.WORKING)
        self.tell(case, actor, "started", now, status=change)

    def comment(
        self, case: Case, actor: User, text: str, *, is_internal: bool, now: datetime
    ) -> None:
        ticket = case.record.ticket
        comment = Comment(
            subject_type=ticket._meta.label_lower,
            subject_id=ticket.pk,
            company_id=ticket.company_id,
            author=actor,
            text=text,
            is_internal=is_internal,
            created_at=now,
            client_key=UUID(int=self.random.getrandbits(128), version=4),
        )
        self.rows.add(comment)
        self.rows.record(
            actor=actor,
            action="ticket.commented",
            subject=comment,
            is_public=not is_internal,
            now=now,
            changes={"file_count": 0},
        )
        if not is_internal:
            met(ticket.reply_by, now)

    def answer_part(
        self, case: Case, actor: User, unit: Department, text: str, now: datetime
    ) -> None:
        parts = case.record.parts
        part = next(one for one in parts if one.department_id == unit.pk)
        self.write_answer(case.record, part, actor, text, "", now)
        part.answered_at = now
        met(part.answer_by, now)
        self.tell(case, actor, "part_answered", now, is_public=False, department=unit)

    def answer(
        self, case: Case, actor: User, text: str, proposed: str, now: datetime
    ) -> None:
        sheaf: Sheaf = case.record
        self.write_answer(sheaf, sheaf.parts[0], actor, text, proposed, now)
        change = self.move(sheaf.ticket, Status.CONFIRMING)
        for clock in sheaf.clocks[:3]:
            met(clock, now)
        self.tell(case, actor, "answered", now, status=change, proposed=proposed)

    def write_answer(
        self,
        sheaf: Sheaf,
        part: TicketPart,
        actor: User,
        text: str,
        proposed: str,
        now: datetime,
    ) -> None:
        answer = Answer(
            ticket=sheaf.ticket,
            part=part,
            text=text,
            proposed=proposed,
            is_public=part.is_lead,
            given_by=actor,
            given_at=now,
            client_key=UUID(int=self.random.getrandbits(128), version=4),
        )
        answer.pk = self.rows.next_key(Answer)
        sheaf.answers.append(answer)

    def reject(self, case: Case, actor: User, reason: str, now: datetime) -> None:
        sheaf: Sheaf = case.record
        newest = [one for one in sheaf.answers if one.part_id == sheaf.parts[0].pk][-1]
        newest.rejected_at, newest.rejection = now, reason
        change = self.move(sheaf.ticket, Status.WORKING)
        sheaf.clocks[2].met_at = None
        self.tell(case, actor, "rejected", now, status=change)

    def confirm(
        self,
        case: Case,
        actor: User,
        outcome: str,
        note: str,
        person: ContactStory | None,
        now: datetime,
    ) -> None:
        sheaf: Sheaf = case.record
        ticket = sheaf.ticket
        change = self.move(ticket, Status.CLOSED)
        ticket.outcome, ticket.closed_at = outcome, now
        ticket.sign_off, ticket.sign_off_note = Ticket.SignOff.COMPANY.value, note
        if person is not None:
            ticket.sign_off = Ticket.SignOff.CALL.value
            ticket.sign_off_person = person.name
            ticket.sign_off_phone = person.phone
            ticket.sign_off_at = now - CALL
        for clock in sheaf.clocks[3:]:
            met(clock, now)
        for one in sheaf.involved:
            one.is_open = False
        name, phone = ticket.sign_off_person, ticket.sign_off_phone
        self.tell(
            case,
            actor,
            "confirmed",
            now,
            personal={"person": name, "phone": phone},
            status=change,
            outcome=outcome,
            sign_off=ticket.sign_off,
        )
        self.put_away(sheaf)


def met(clock: Deadline | None, now: datetime) -> bool:
    if clock is None or clock.met_at is not None:
        return False
    clock.met_at = now
    return True
