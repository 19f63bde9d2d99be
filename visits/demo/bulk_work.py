"""Tickets as rows: what departments do with them, and what the company says."""

from datetime import datetime

from crm.demo.rows import row_of
from crm.demo.story import ContactStory
from crm.models import Comment, Deadline, Department, User
from visits.models import Answer, Ticket, TicketPart

from .acts import Case
from .bulk_tickets import (
    CONTACT,
    OF_TICKET,
    REPLY,
    SOLVE,
    Sheaf,
    Status,
    TicketRows,
    move,
)
from .hands import CALL


class WorkRows(TicketRows):
    """The side of the departments, up to the confirmation."""

    def accept(self, case: Case, actor: User, now: datetime) -> None:
        ticket = case.record.ticket
        change = move(ticket, Status.ACCEPTED)
        ticket.handler_id = actor.pk
        for clock in case.record.clocks[: len(OF_TICKET)]:
            clock.handler_id = actor.pk
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
        change = move(case.record.ticket, Status.WORKING)
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
            client_key=self.new_uuid(),
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
        change = move(sheaf.ticket, Status.CONFIRMING)
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
            client_key=self.new_uuid(),
        )
        sheaf.answers.append(answer)

    def reject(self, case: Case, actor: User, reason: str, now: datetime) -> None:
        sheaf: Sheaf = case.record
        newest = [one for one in sheaf.answers if one.part_id == sheaf.parts[0].pk][-1]
        newest.rejected_at, newest.rejection = now, reason
        change = move(sheaf.ticket, Status.WORKING)
        sheaf.ticket.redo_count += 1
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
        change = move(ticket, Status.CLOSED)
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
