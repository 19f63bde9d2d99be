"""What becomes of a ticket: who acts when, decided before it happens."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from crm.demo.story import at, workday_after

LAST = time(17, 45)
HELPERS = ("finance", "housing", "miit")
# How far a ticket comes, in the order of its life.
QUEUED, DISPATCHED, ACCEPTED, WORKING, ANSWERED, CLOSED = range(6)


@dataclass
class Fate:
    """The moments of one ticket; a moment that is still ahead does not happen."""

    dispatched_at: datetime
    accepted_at: datetime
    contacted_at: datetime
    replied_at: datetime
    answered_at: datetime
    confirmed_at: datetime
    outcome: str
    is_refused: bool = False
    rejected_once: bool = False
    # A unit by its code; empty: the lead works alone.
    assistant: str = ""
    reaches: int = CLOSED


def working_time(moment: datetime, days: int, random: Random) -> datetime:
    """So many working days later, in office hours and after the moment."""
    day = workday_after(moment.date(), days)
    then = at(day, random.choice((9, 9, 10, 11, 14, 15, 16, 17)), random.randrange(60))
    if then <= moment:
        then = moment + timedelta(minutes=random.randrange(5, 50))
    if then.time() > LAST:
        then = at(workday_after(then.date(), 1), 8, random.randrange(30, 60))
    return then


def fate_of(random: Random, raised_at: datetime, solve_days: int) -> Fate:
    """Mostly in time; one in twelve late, one in forty refused, one in fifty stuck."""
    dispatched = working_time(raised_at, random.choice((0, 0, 0, 1)), random)
    accepted = working_time(dispatched, random.choice((0, 0, 1)), random)
    late_contact = random.random() < 0.08
    contacted = working_time(accepted, 3 if late_contact else 0, random)
    replied = working_time(contacted, random.choice((0, 1, 1)), random)
    if random.random() < 0.08:
        took = solve_days + random.randint(1, 6)
    else:
        took = random.randint(min(2, solve_days), solve_days)
    answered = max(
        working_time(dispatched, took, random), working_time(replied, 0, random)
    )
    return Fate(
        dispatched_at=dispatched,
        accepted_at=accepted,
        contacted_at=contacted,
        replied_at=replied,
        answered_at=answered,
        confirmed_at=working_time(answered, random.randint(1, 4), random),
        outcome=random.choices(["solved", "partly", "explained"], [76, 12, 12])[0],
        is_refused=random.random() < 0.025,
        rejected_once=random.random() < 0.05,
        assistant=random.choice(HELPERS) if random.random() < 0.15 else "",
        reaches=DISPATCHED if random.random() < 0.02 else CLOSED,
    )
