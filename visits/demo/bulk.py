"""The hands that write rows: what the services would have left, by the thousand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from crm.demo.county import County
from crm.demo.rows import row_of
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
# The places of a ticket's three clocks in its sheaf.
CONTACT, REPLY, SOLVE = range(3)
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
            self.rows.add(
                row_of(
                    Met,
                    visit_id=row.pk,
                    name=person.name,
                    title=person.title,
                    contact_id=person.contact,
                )
            )
        findings = rows.findings_of(row, content.findings, self.categories)
        self.rows.add(*findings)
        self.rows.record(
            officer,
            "visit.held",
            row,
            now,
            {
                "status": row.status,
                "mode": row.mode,
                "day": row.day,
                "for_unit": None,
                "findings": len(findings),
                "photos": len(content.photos),
            },
            is_public=True,
            personal={"signed_by": content.signed_by} if content.signed_by else None,
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
        key = self.county.keys[visit.company]
        row = row_of(Visit, company_id=key, created_at=now)
        intake.set_words(row, content)
        row.uuid = UUID(int=self.random.getrandbits(128), version=4)
        row.logged_by_id, row.unit_id = officer.pk, intake.unit_of(officer)
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
            visit_id=finding.visit_id,
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
            client_key=UUID(int=self.random.getrandbits(128), version=4),
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
        self.rows.add(*sheaf.clocks, sheaf.ticket, *sheaf.parts)
        self.rows.add(*sheaf.answers, *sheaf.involved)
        del self.open[sheaf.ticket.pk]

    def move(self, ticket: Ticket, new: Status) -> list[str]:
        before = str(ticket.status)
        ticket.move_to(new)
        ticket.status = new.value
        ticket.version += 1
        return [before, new.value]

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
        ticket.first_receiver_id = ticket.first_receiver_id or actor.pk
        ticket.dispatched_at = now
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
        wanted = clocks_of(category, today)
        wanted += [part_clock(category, today) for _assistant in assistants]
        sheaf.clocks = [deadlines.planned(one) for one in wanted]
        for clock in sheaf.clocks:
            clock.pk = self.rows.next_key(Deadline)
        keys = [clock.pk for clock in sheaf.clocks]
        ticket.contact_by_id, ticket.reply_by_id, ticket.solve_by_id, *rest = keys
        told = [(lead, "", None)]
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

    def accept(self, case: Case, actor: User, now: datetime) -> None:
        ticket = case.record.ticket
        change = self.move(ticket, Status.ACCEPTED)
        ticket.handler_id = actor.pk
        handler = [None, actor.pk]
        self.tell(case, actor, "accepted", now, status=change, handler=handler)

    def contact(
        self, case: Case, actor: User, person: ContactStory, now: datetime
    ) -> None:
        ticket = case.record.ticket
        is_first = met(case.record.clocks[CONTACT], now)
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
        comment = row_of(
            Comment,
            subject_type=ticket._meta.label_lower,
            subject_id=ticket.pk,
            company_id=ticket.company_id,
            author_id=actor.pk,
            text=text,
            is_internal=is_internal,
            created_at=now,
            client_key=UUID(int=self.random.getrandbits(128), version=4),
        )
        self.rows.add(comment)
        files = {"file_count": 0}
        is_public = not is_internal
        self.rows.record(
            actor, "ticket.commented", comment, now, files, is_public=is_public
        )
        if is_public:
            met(case.record.clocks[REPLY], now)

    def answer_part(
        self, case: Case, actor: User, unit: Department, text: str, now: datetime
    ) -> None:
        parts = case.record.parts
        place = [one.department_id for one in parts].index(unit.pk)
        self.write_answer(case.record, parts[place], actor, text, "", now)
        parts[place].answered_at = now
        # The clocks of the assistants stand behind the ticket's own.
        met(case.record.clocks[SOLVE + place], now)
        self.tell(case, actor, "part_answered", now, is_public=False, department=unit)

    def answer(
        self, case: Case, actor: User, text: str, proposed: str, now: datetime
    ) -> None:
        sheaf: Sheaf = case.record
        self.write_answer(sheaf, sheaf.parts[0], actor, text, proposed, now)
        change = self.move(sheaf.ticket, Status.CONFIRMING)
        for clock in sheaf.clocks[: SOLVE + 1]:
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
        answer = row_of(
            Answer,
            id=self.rows.next_key(Answer),
            ticket_id=sheaf.ticket.pk,
            part_id=part.pk,
            text=text,
            proposed=proposed,
            is_public=part.is_lead,
            given_by_id=actor.pk,
            given_at=now,
            client_key=UUID(int=self.random.getrandbits(128), version=4),
        )
        sheaf.answers.append(answer)

    def reject(self, case: Case, actor: User, reason: str, now: datetime) -> None:
        sheaf: Sheaf = case.record
        newest = [one for one in sheaf.answers if one.part_id == sheaf.parts[0].pk][-1]
        newest.rejected_at, newest.rejection = now, reason
        change = self.move(sheaf.ticket, Status.WORKING)
        sheaf.clocks[SOLVE].met_at = None
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
        for clock in sheaf.clocks[SOLVE + 1 :]:
            met(clock, now)
        for one in sheaf.involved:
            one.is_open = False
        for part in sheaf.parts:
            part.is_running = False
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


def met(clock: Deadline, now: datetime) -> bool:
    if clock.met_at is not None:
        return False
    clock.met_at = now
    return True
