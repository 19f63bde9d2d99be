"""What follows a bad rating, as rows."""

from datetime import date, datetime
from typing import Any

from crm.demo.rows import row_of
from crm.models import Deadline, User
from crm.services.deadlines import Wanted
from visits.models import Correction, Objection, Rating, RatingLink
from visits.models.corrections import FIX, LOOK
from visits.models.ratings import BAD
from visits.services.ratings.correcting import BY_CALL, Outcome
from visits.services.ratings.links import SECOND_LASTS, day_start

from .bulk_ratings import RatingRows
from .bulk_tickets import plan_of
from .bulk_work import met
from .ratings import Rated

State = Correction.State


class CorrectionRows(RatingRows):
    """The side of the unit, of who asks back and rules, and the company's last word."""

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


def move(one: Correction, new: State) -> list[str]:
    """As correcting.save() counts the version up with each act."""
    before = str(one.state)
    one.move_to(new)
    one.state = new.value
    one.version += 1
    return [before, new.value]
