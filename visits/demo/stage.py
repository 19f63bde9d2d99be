"""What the demo people find on their desks: tickets in every state and colour."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from crm.demo.story import at, workday_after

from . import fates
from .acts import Case, Past, write_in
from .fates import Fate
from .story import finding, workdays
from .texts import Teller

# By then a ticket of nine o'clock has come as far as on its first day it does.
MORNING_OVER = 12


@dataclass(frozen=True)
class Scene:
    """A ticket raised so many working days ago that has come this far."""

    company: int
    category: str
    ago: int
    reaches: int
    # By the company's own account, else by the dispatch centre.
    by_owner: bool = False
    outcome: str = "solved"
    # The unit that is asked to assist.
    assistant: str = ""
    # Answered so many working days ago.
    answered: int = 1


def scenes(solve_days: dict[str, int]) -> list[Scene]:
    """Of the first companies, which are those of the demo's officer and owners."""
    simple, hard = solve_days["labour"], solve_days["finance"]
    return [
        # The dispatcher's queue.
        Scene(0, "labour", 0, fates.QUEUED, by_owner=True),
        Scene(1, "energy", 0, fates.QUEUED, by_owner=True),
        Scene(7, "logistics", 0, fates.QUEUED),
        Scene(30, "labour", 1, fates.QUEUED),
        # 人社局: new, signed for, near and late.
        Scene(3, "labour", 0, fates.DISPATCHED),
        Scene(45, "labour", 1, fates.DISPATCHED),
        Scene(9, "labour", 2, fates.ACCEPTED),
        Scene(4, "labour", simple - 1, fates.WORKING),
        Scene(52, "labour", simple, fates.WORKING),
        Scene(5, "labour", simple + 3, fates.WORKING),
        Scene(61, "labour", simple + 6, fates.WORKING),
        # The officer's own companies: to be confirmed, and late ones to push.
        Scene(0, "finance", 9, fates.ANSWERED, by_owner=True),
        Scene(1, "policy", 5, fates.ANSWERED, by_owner=True),
        Scene(2, "labour", 4, fates.ANSWERED),
        Scene(6, "finance", 8, fates.ANSWERED, outcome="partly"),
        # Nobody of these has said anything to the answer.
        Scene(12, "labour", 14, fates.ANSWERED, answered=12),
        Scene(14, "policy", 15, fates.ANSWERED, answered=12),
        Scene(16, "labour", 16, fates.ANSWERED, answered=13),
        Scene(18, "finance", 20, fates.ANSWERED, answered=12),
        Scene(8, "finance", hard + 2, fates.WORKING),
        Scene(10, "land", hard - 1, fates.WORKING),
        Scene(26, "finance", hard + 4, fates.WORKING),
        # The other departments' desks, and one where 人社局 assists.
        Scene(41, "energy", 1, fates.DISPATCHED),
        Scene(43, "energy", solve_days["energy"] + 2, fates.WORKING),
        Scene(44, "land", 1, fates.DISPATCHED),
        Scene(46, "approval", 1, fates.DISPATCHED),
        Scene(48, "approval", solve_days["approval"] - 1, fates.WORKING),
        Scene(49, "finance", 1, fates.ACCEPTED, assistant="hrss"),
    ]


def set_stage(past: Past) -> None:
    days = {one.key: one.solve_days for one in past.categories.values()}
    for number, scene in enumerate(scenes(days)):
        if scene.company < len(past.county.keys):
            enter(past, scene, number)


def enter(past: Past, scene: Scene, number: int) -> None:
    told = past.county.story.companies[scene.company]
    teller = Teller(past.random, told)
    category = past.categories[fitting(teller, scene.category)]
    heard = finding(teller, "ticket", category.key)
    case = Case(scene.company, category, heard.later)
    actor = past.dispatcher
    if scene.by_owner and scene.company in past.owners:
        actor = past.owners[scene.company]
    raised_at = moment(past, scene.ago, number)
    fate = fate_of(scene, raised_at, past.agenda.now)
    past.agenda.later(raised_at, partial(write_in, past, case, actor, heard, fate))


def fitting(teller: Teller, category: str) -> str:
    known = teller.categories()
    return category if category in known else known[0]


def moment(past: Past, ago: int, number: int) -> datetime:
    return moment_of(past.agenda.now, past.county.today, ago, number)


def moment_of(now: datetime, today: date, ago: int, number: int) -> datetime:
    """So many working days ago in the morning; today counts when that is over."""
    days = workdays(today - timedelta(days=90), today)
    if now < at(days[-1], MORNING_OVER):
        days = days[:-1]
    return at(days[-1 - ago], 9, 2 * number)


def fate_of(scene: Scene, raised_at: datetime, now: datetime) -> Fate:
    """A quarter of an hour from act to act, on the first day; the answer later."""
    step = timedelta(minutes=15)
    answered = raised_at + 6 * step
    if scene.ago > 1:
        days = scene.ago - scene.answered
        answered = at(workday_after(raised_at.date(), days), 15, 20)
    return Fate(
        dispatched_at=raised_at + step,
        accepted_at=raised_at + 2 * step,
        contacted_at=raised_at + 3 * step,
        replied_at=raised_at + 4 * step,
        answered_at=min(answered, now - step),
        confirmed_at=answered,
        outcome=scene.outcome,
        assistant=scene.assistant,
        reaches=scene.reaches,
    )
