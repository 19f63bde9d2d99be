"""The sweep against a slow oracle: whatever happens to promises, each is told once.

The oracle walks day by day and keeps a set of what was told; it knows nothing of rounds
in the database, of days on which to look, or of batches.
"""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.models import Deadline, DeadlinePause
from crm.services import deadlines
from tests.oracles.slow_workdays import SlowCalendar, is_paused
from tests.visits.escalation.stories import on, only
from tests.visits.ticket_stories import accepted
from visits.models import Escalation
from visits.services import escalations

pytestmark = pytest.mark.django_db
SLOW = SlowCalendar()
START = date(2026, 3, 18)
TICKETS = 2
RULES = {
    "ticket_due_soon": lambda left, late: left <= 2,
    "ticket_late": lambda left, late: late is not None,
    "ticket_late_3": lambda left, late: late is not None and late > 3,
    "ticket_late_10": lambda left, late: late is not None and late > 10,
}
near = st.integers(0, 60)
acts = st.one_of(
    st.tuples(st.just("sweep"), near),
    st.tuples(st.just("sweep"), near),
    st.tuples(st.just("days"), st.integers(0, TICKETS - 1), st.integers(1, 30)),
    st.tuples(st.just("meet"), st.integers(0, TICKETS - 1)),
    st.tuples(st.just("unmeet"), st.integers(0, TICKETS - 1)),
    st.tuples(st.just("give"), st.integers(0, TICKETS - 1), st.booleans()),
    st.tuples(
        st.just("pause"),
        st.integers(0, TICKETS - 1),
        near,
        st.one_of(st.none(), st.integers(0, 20)),
    ),
    st.tuples(st.just("resume"), st.integers(0, TICKETS - 1), near),
)


class Promise:
    """What the oracle knows of one clock."""

    def __init__(self):
        self.days, self.pauses, self.is_met, self.round = 7, [], False, 0
        # The last day of a sweep that found it paused.
        self.silent_on = date.min

    @property
    def due(self):
        return SLOW.add(START, self.days, "working", self.pauses)[0]

    def change(self, act):
        before = self.due
        act()
        self.round += self.due != before

    def says(self, today):
        """The rules that speak of it today."""
        due = self.due
        if self.is_met or due is None or is_paused(today, self.pauses):
            return set()
        left = -1 if due < today else SLOW.count(today, due, "working", [])
        late = SLOW.count(due, today, "working", []) if due < today else None
        return {key for key, speaks in RULES.items() if speaks(left, late)}


class Told:
    """The database and the oracle, through the same acts."""

    def __init__(self, cast, tickets):
        self.cast, self.tickets = cast, tickets
        self.promises, self.told = [Promise() for _ in range(TICKETS)], set()

    def clock(self, number):
        return Deadline.objects.get(pk=self.tickets[number].solve_by_id)

    def sweep(self, day):
        today = START + timedelta(days=day)
        if any(one.silent_on > today for one in self.promises):
            # The clock stepped back out of a pause: the night's look sets it right.
            deadlines.look_again()
        for one in self.promises:
            if is_paused(today, one.pauses):
                one.silent_on = max(one.silent_on, today)
        expected = {
            (number, key, one.round)
            for number, one in enumerate(self.promises)
            for key in one.says(today)
        } - self.told
        keys = {ticket.pk: number for number, ticket in enumerate(self.tickets)}
        fired = [
            (keys[one.escalation.subject_id], one.rule.key, one.escalation.round)
            for one in escalations.sweep(now=on(today))
        ]
        assert sorted(fired) == sorted(expected)
        self.told |= expected
        self.check()

    def check(self):
        """Nothing twice, and open is what the promise as it is now was raised for."""
        assert Escalation.objects.count() == len(self.told)
        for one in Escalation.objects.all():
            promise = next(
                self.promises[number]
                for number, ticket in enumerate(self.tickets)
                if ticket.pk == one.subject_id
            )
            stands = not promise.is_met and promise.round == one.round
            assert one.is_open == stands

    def days(self, number, days):
        deadlines.change_days(self.clock(number), days)
        one = self.promises[number]
        one.change(lambda: setattr(one, "days", days))

    def meet(self, number):
        deadlines.meet(self.clock(number), now=on(START))
        self.promises[number].is_met = True

    def unmeet(self, number):
        one = self.promises[number]
        if deadlines.unmeet(self.clock(number)):
            one.round += 1
        one.is_met = False

    def give(self, number, to_other):
        unit = self.cast.other_bureau if to_other else self.cast.bureau
        deadlines.give(self.clock(number), unit)
        self.promises[number].round += 1

    def pause(self, number, day, length):
        first = START + timedelta(days=day)
        last = None if length is None else first + timedelta(days=length)
        why = {"kind": DeadlinePause.Kind.COMPANY, "reason": "", "last_on": last}
        clock = self.clock(number)
        deadlines.pause(clock, first_on=first, actor=self.cast.hana, **why)
        one = self.promises[number]
        one.change(lambda: one.pauses.append((first, last, "company")))

    def resume(self, number, day):
        last = START + timedelta(days=day)
        one = self.promises[number]
        if any(
            first > last and (end is None or end > last) for first, end, _ in one.pauses
        ):
            return  # it cannot end before it begins
        deadlines.resume(self.clock(number), last_on=last)
        one.change(
            lambda: setattr(
                one,
                "pauses",
                [
                    (first, last if end is None or end > last else end, kind)
                    for first, end, kind in one.pauses
                ],
            )
        )


def two_tickets(cast):
    return [accepted(cast) for _ in range(TICKETS)]


@pytest.fixture(scope="module")
def kept_tickets(keep, kept_cast):
    return keep(two_tickets, kept_cast)


@pytest.mark.slow
@settings(max_examples=100)
@given(st.lists(acts, max_size=25))
def test_whatever_happens_each_is_told_once(kept_cast, kept_tickets, story):
    with transaction.atomic():
        only(*RULES)
        told = Told(kept_cast.again(), kept_tickets.again())
        for name, *values in story:
            getattr(told, name)(*values)
        told.sweep(70)
        told.sweep(70)
        transaction.set_rollback(True)
