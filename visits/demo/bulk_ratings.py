"""Ratings as rows: what the services would have left of each act."""

from datetime import date, datetime, timedelta
from secrets import token_hex
from typing import Any, Final

from django.utils import timezone

from crm.demo.rows import row_of
from crm.models import Deadline, Department, User
from crm.services.deadlines import Wanted
from visits.models import (
    Correction,
    Objection,
    Rating,
    RatingLink,
    RatingRule,
    Ticket,
    Visit,
)
from visits.models.corrections import FIX, LOOK
from visits.models.ratings import BAD, random_key
from visits.services.ratings.correcting import BY_CALL, Outcome
from visits.services.ratings.giving import chosen, day_of
from visits.services.ratings.links import LASTS, SECOND_LASTS, day_start

from .bulk_tickets import Sheaf, TicketRows, plan_of
from .bulk_work import met
from .rating_hands import HANDED_OVER
from .ratings import Rated

State = Correction.State
OPEN: Final = frozenset(Correction.OPEN)


class RatingRows(TicketRows):
    """Knows the rows of every act; a test compares them with those of the services."""

    def begin_ratings(self) -> None:
        self.rows.follow(Rating, RatingLink, Correction, Objection)
        self.days = RatingRule.objects.on(self.county.today)
        self.units = {unit.pk: unit for unit in Department.objects.all()}
        self.untold: list[Rated] = []
        # What still changes: its rows are written when it does no more.
        self.open_ratings: dict[int, tuple[Rated, list[Any]]] = {}

    def end_ratings(self) -> None:
        for rated, rows in list(self.open_ratings.values()):
            self.put_rating_away(rated, rows)

    def put_rating_away(self, rated: Rated, rows: list[Any]) -> None:
        del self.open_ratings[rated.record.pk]
        self.rows.add(*(row for row in rows if isinstance(row, Deadline)))
        self.rows.add(rated.record)
        self.rows.add(*(row for row in rows if not isinstance(row, Deadline)))

    def tell_of(
        self,
        rated: Rated,
        actor: User | None,
        action: str,
        now: datetime,
        changes: dict[str, Any],  # codes and values
        *,
        subject: Any = None,  # a row
        personal: dict[str, str] | None = None,
    ) -> None:
        rating: Rating = rated.record
        nameless = rating.is_anonymous
        self.rows.record(
            actor,
            action,
            rating if subject is None else subject,
            now,
            changes,
            is_public=not nameless,
            personal=personal,
            company=None if nameless else rating.company_id,
            is_withheld=nameless,
        )

    # --- Given -------------------------------------------------------------------

    def rate(self, rated: Rated, subject: Any, now: datetime) -> None:
        opinion = rated.opinion
        rating = rated.record = self.rating_of(rated, subject, now)
        rows: list[Any] = []
        self.open_ratings[rating.pk] = rated, rows
        if opinion.owner is None:
            link = self.link_of(rated, "rate", opinion.giver, now - HANDED_OVER, LASTS)
            link.used_on, link.rating_id = now.date(), rating.pk
            rows.append(link)
        if opinion.is_anonymous:
            self.untold.append(rated)
        else:
            self.announce(rated, opinion.owner, now)

    def rating_of(self, rated: Rated, subject: Any, now: datetime) -> Rating:
        opinion, nameless = rated.opinion, rated.opinion.is_anonymous
        return row_of(
            Rating,
            id=random_key(),
            **about_of(subject),
            level=opinion.level,
            words=opinion.words,
            tags=chosen(opinion.tags),
            is_anonymous=nameless,
            way="link" if opinion.owner is None else "login",
            rated_by_id=None if nameless or not opinion.owner else opinion.owner.pk,
            rater_name="" if nameless or opinion.owner else opinion.name,
            rated_on=now.date(),
            created_at=day_of(now) if nameless else now,
            told_on=None if nameless else now.date(),
            client_key=self.new_uuid(),
        )

    def link_of(
        self,
        rated: Rated,
        purpose: str,
        actor: User | None,
        now: datetime,
        lasts: timedelta,
    ) -> RatingLink:
        """Its event too, where an official made it."""
        rating: Rating = rated.record
        link = row_of(
            RatingLink,
            id=self.rows.next_key(RatingLink),
            purpose=purpose,
            token_hash=token_hex(32),
            subject_type=rating.subject_type,
            subject_id=rating.subject_id,
            company_id=rating.company_id,
            created_by_id=actor.pk if actor else None,
            created_at=now,
            expires_at=now + lasts,
        )
        if actor is not None:
            told = {"subject_type": link.subject_type, "expires_at": link.expires_at}
            self.rows.record(actor, "rating.link_made", link, now, told)
        return link

    def tell_nameless(self, now: datetime) -> None:
        waiting, self.untold = self.untold, []
        for rated in waiting:
            if rated.record.rated_on >= now.date():
                self.untold.append(rated)
                continue
            rated.record.told_on = now.date()
            self.announce(rated, None, now)

    def announce(self, rated: Rated, actor: User | None, now: datetime) -> None:
        rating: Rating = rated.record
        told: dict[str, Any] = {
            "level": rating.level,
            "is_anonymous": rating.is_anonymous,
            "department": rating.department_id,
        }
        if not rating.is_anonymous:
            told |= {"subject_type": rating.subject_type, "way": rating.way}
        personal = {"rater_name": rating.rater_name} if rating.rater_name else None
        self.tell_of(rated, actor, "rating.given", now, told, personal=personal)
        if rating.level <= BAD:
            self.start_correction(rated, now)
        else:
            self.put_rating_away(*self.open_ratings[rating.pk])

    # --- Mended ------------------------------------------------------------------

    def start_correction(self, rated: Rated, now: datetime) -> None:
        rating: Rating = rated.record
        unit = self.units[rating.department_id]
        handler = None if rating.is_anonymous else rating.officer_id
        wanted = Wanted(FIX, self.days.fix_days, now.date(), department=unit)
        clock = self.clock_of(rated, wanted)
        clock.handler_id = handler
        correction = rated.correction = row_of(
            Correction,
            id=self.rows.next_key(Correction),
            rating_id=rating.pk,
            department_id=rating.department_id,
            handler_id=handler,
            fix_by_id=clock.pk,
        )
        self.open_ratings[rating.pk][1].append(correction)
        told = {"state": State.FIXING.value, "due_on": clock.due_on}
        self.tell_correction(rated, None, "started", now, told)

    def clock_of(self, rated: Rated, wanted: Wanted) -> Deadline:
        key = self.rows.next_key(Deadline)
        clock = row_of(Deadline, **{**plan_of(wanted), "id": key})
        self.open_ratings[rated.record.pk][1].append(clock)
        return clock

    def clocks(self, rated: Rated) -> list[Deadline]:
        """Of the unit, and once it runs of the second look."""
        rows = self.open_ratings[rated.record.pk][1]
        return [row for row in rows if isinstance(row, Deadline)]

    def tell_correction(
        self,
        rated: Rated,
        actor: User | None,
        act: str,
        now: datetime,
        changes: dict[str, Any],  # codes and values
        personal: dict[str, str] | None = None,
    ) -> None:
        one = rated.correction
        action = f"correction.{act}"
        self.tell_of(rated, actor, action, now, changes, subject=one, personal=personal)

    def report(self, rated: Rated, done: str, now: datetime) -> None:
        one: Correction = rated.correction
        nameless = rated.record.is_anonymous
        one.done, one.sent_by_id, one.sent_at = done, rated.reporter.pk, now
        change = move(one, State.ASKED if nameless else State.SENT)
        if nameless:
            self.start_look(rated, now)
        met(self.clocks(rated)[0], now)
        told = {"state": change, "file_count": 0}
        self.tell_correction(rated, rated.reporter, "sent", now, told)

    def start_look(self, rated: Rated, now: datetime) -> date:
        clock = self.clock_of(rated, Wanted(LOOK, self.days.look_days, now.date()))
        rated.correction.look_by_id = clock.pk
        return clock.due_on or now.date()

    def call_back(
        self, rated: Rated, call: str, person: str, note: str, now: datetime
    ) -> date:
        one: Correction = rated.correction
        one.call, one.called_by_id, one.called_at = call, rated.caller.pk, now
        one.call_person, one.call_note = person, note
        change = move(one, State.ASKED)
        last = self.start_look(rated, now)
        personal = {"person": person} if person else None
        told = {"call": call, "state": change}
        self.tell_correction(rated, rated.caller, "called_back", now, told, personal)
        return last

    def look_again(self, rated: Rated, level: int, words: str, now: datetime) -> None:
        rating, owner = rated.record, rated.opinion.owner
        if owner is None:
            link = self.second_link(rated, now)
            link.used_on, link.rating_id = now.date(), rating.pk
            self.open_ratings[rating.pk][1].append(link)
        rating.second_level, rating.second_words = level, words
        rating.second_on = now.date()
        actor = None if rating.is_anonymous else owner
        told = {"second_level": level}
        self.tell_of(rated, actor, "rating.second_look", now, told)
        outcome = Outcome.NOT_CORRECTED if level <= BAD else Outcome.CORRECTED
        self.end(rated, outcome.value, actor, now)

    def second_link(self, rated: Rated, now: datetime) -> RatingLink:
        if rated.record.is_anonymous:
            return self.link_of(rated, "second", None, day_start(now), SECOND_LASTS)
        return self.link_of(rated, "second", rated.caller, now, SECOND_LASTS)

    def end(
        self, rated: Rated, outcome: str, actor: User | None, now: datetime
    ) -> None:
        one: Correction = rated.correction
        change = move(one, State.ENDED)
        one.outcome, one.ended_at = outcome, now
        met(self.clocks(rated)[1], now)
        told = {"state": change, "outcome": outcome}
        self.tell_correction(rated, actor, "ended", now, told)
        self.put_rating_away(*self.open_ratings[rated.record.pk])

    def end_unheard(self, now: datetime) -> None:
        for rated, _rows in list(self.open_ratings.values()):
            if rated.correction is None or rated.correction.state != State.ASKED:
                continue
            due_on = self.clocks(rated)[1].due_on
            if due_on is not None and due_on < now.date():
                call = rated.correction.call
                outcome = str(BY_CALL.get(call, Outcome.UNHEARD.value))
                self.end(rated, outcome, None, now)

    # --- Objected to -------------------------------------------------------------

    def object_to(self, rated: Rated, kind: str, reason: str, now: datetime) -> None:
        objection = row_of(
            Objection,
            id=self.rows.next_key(Objection),
            rating_id=rated.record.pk,
            kind=kind,
            reason=reason,
            asked_by_id=rated.reporter.pk,
            asked_at=now,
        )
        self.open_ratings[rated.record.pk][1].append(objection)
        told = {"kind": kind}
        self.tell_of(rated, rated.reporter, "rating.objected", now, told)

    def rule(
        self, rated: Rated, *, is_upheld: bool, reason: str, now: datetime
    ) -> None:
        rows = self.open_ratings[rated.record.pk][1]
        objection = next(row for row in rows if isinstance(row, Objection))
        decision = "upheld" if is_upheld else "rejected"
        objection.decision, objection.decision_reason = decision, reason
        objection.decided_by_id, objection.decided_at = rated.caller.pk, now
        told = {"decision": decision}
        self.tell_of(rated, rated.caller, "rating.objection_ruled", now, told)
        if is_upheld:
            rated.record.excluded_at = now
            change = move(rated.correction, State.VOID)
            met(self.clocks(rated)[0], now)
            dropped = {"state": change}
            self.tell_correction(rated, rated.caller, "dropped", now, dropped)
            self.put_rating_away(rated, rows)


def about_of(subject: Any) -> dict[str, Any]:  # a sheaf, or the row of a visit
    """Whose work it was: as things.thing_of() reads it from the record."""
    if isinstance(subject, Sheaf):
        ticket: Ticket = subject.ticket
        return {
            "subject_type": "visits.ticket",
            "subject_id": ticket.pk,
            "company_id": ticket.company_id,
            "department_id": subject.parts[0].department_id,
            "officer_id": ticket.handler_id,
            "category_id": ticket.category_id,
            "ended_on": timezone.localdate(ticket.closed_at),
        }
    visit: Visit = subject
    return {
        "subject_type": "visits.visit",
        "subject_id": visit.pk,
        "company_id": visit.company_id,
        "department_id": visit.unit_id,
        "officer_id": visit.logged_by_id,
        "ended_on": visit.ended_on or visit.day,
    }


def move(one: Correction, new: State) -> list[str]:
    """As correcting.save() counts the version up with each act."""
    before = str(one.state)
    one.move_to(new)
    one.state = new.value
    one.version += 1
    return [before, new.value]
