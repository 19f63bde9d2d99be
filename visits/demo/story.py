"""Visits and tickets of the demo county as pure data, in the order of time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from django.conf import settings

from crm.demo.story import Story, at
from crm.services import calendar
from visits.services import gate

from . import texts
from .texts import Teller

DAY = 24 * 60
# The share of tickets that come from visits.
BY_VISIT = 0.93
REMOTE = "remote"
MODES = ["onsite", "meeting", REMOTE, "stay", "walk", "joint"]
MODE_WEIGHTS = [68, 12, 13, 2, 2, 3]
# Categories as often as companies raise them.
OFTEN = {
    "labour": 16, "finance": 14, "policy": 12, "energy": 9, "approval": 8, "land": 7,
    "logistics": 6, "market": 5, "tax": 4, "environment": 4, "life": 4, "tech": 3,
    "talent": 3, "upgrade": 3, "legal": 3, "other": 3, "planning": 2, "customs": 2,
    "ip": 2, "expropriation": 2, "mediation": 2, "attitude": 1,
}  # fmt: skip


@dataclass(frozen=True)
class FindingStory:
    category: str
    symptom: str
    cause: str
    wish: str
    result: str
    answer: str
    # What the department will answer if it becomes a ticket.
    later: str


@dataclass
class VisitStory:
    """One visit; `company` is its place in the county's list."""

    company: int
    officer: str
    starts_at: datetime
    mode: str
    purpose: str
    note: str
    asked_by_company: bool
    gate_reason: str = ""
    led_by: str = ""
    companions: tuple[str, ...] = ()
    met: int = 1
    photos: int = 0
    signed: bool = False
    findings: list[FindingStory] = field(default_factory=list)

    @property
    def logged_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=50)


@cache
def workdays(first: date, last: date) -> list[date]:
    known = calendar.current()
    days = (last - first).days + 1
    every = (first + timedelta(days=n) for n in range(days))
    return [day for day in every if known.is_workday(day)]


def visits_of(story: Story, random: Random) -> Iterator[VisitStory]:
    """Held visits, oldest first; some companies see many, a few never anyone."""
    first = story.today - timedelta(days=story.scale.days)
    days = workdays(first, story.today - timedelta(days=1))
    companies = [n for n, one in enumerate(story.companies) if one.officer_a]
    weights = [appeal(random) for _ in companies]
    chosen = random.choices(companies, weights, k=story.scale.visits)
    # Index and minute in one number: a million of them stay small.
    when = sorted(starting(random, len(days)) for _ in chosen)
    seen: dict[int, list[date]] = defaultdict(list)
    wanted = tickets_wanted(story, random)
    for company, moment, tickets in zip(chosen, when, wanted, strict=True):
        day, minute = divmod(moment, DAY)
        starts_at = at(days[day], minute // 60, minute % 60)
        yield one_visit(story, random, company, starts_at, seen[company], tickets)


def starting(random: Random, days: int) -> int:
    hour = random.choice((9, 9, 10, 10, 14, 14, 15, 16))
    return random.randrange(days) * DAY + hour * 60 + random.randrange(0, 60, 5)


def appeal(random: Random) -> float:
    """How often a company is visited: stars often, some never."""
    if random.random() < 0.06:
        return 0.02
    return 3.0 if random.random() < 0.05 else random.uniform(0.5, 1.5)


def tickets_wanted(story: Story, random: Random) -> list[int]:
    """How many tickets each visit brings; the companies themselves raise the rest."""
    count = round(story.scale.tickets * BY_VISIT)
    wanted = [0] * story.scale.visits
    for place in random.choices(range(story.scale.visits), k=count):
        wanted[place] += 1
    return wanted


def one_visit(
    story: Story,
    random: Random,
    company: int,
    starts_at: datetime,
    seen: list[date],
    tickets: int,
) -> VisitStory:
    told = story.companies[company]
    b_goes = random.random() < 0.12
    asked = random.random() < 0.15
    mode = random.choices(MODES, MODE_WEIGHTS)[0]
    teller = Teller(random, told, is_known=bool(seen), is_remote=mode == REMOTE)
    visit = VisitStory(
        company=company,
        officer=(told.officer_b if b_goes else told.officer_on(starts_at)) or "",
        starts_at=starts_at,
        mode=mode,
        purpose=teller.purpose(is_asked=asked),
        note=teller.note(mode),
        asked_by_company=asked,
        met=random.choice((1, 1, 2)),
        photos=0 if mode == REMOTE else random.choice((2, 3)),
        signed=mode != REMOTE and random.random() < 0.7,
    )
    if mode != REMOTE and random.random() < 0.1:
        visit.led_by = story.logins["leader1"].name
    results = ["ticket"] * tickets
    results += random.choices(["", "solved", "noted"], [70, 20, 10], k=2)
    visit.findings = different(finding(teller, one) for one in results if one)
    if not asked:
        visit.gate_reason = gate_reason(random, starts_at.date(), seen)
        seen.append(starts_at.date())
    return visit


def different(findings: Iterable[FindingStory]) -> list[FindingStory]:
    """Nobody says the same thing twice in one talk; a ticket goes before."""
    kept: dict[str, FindingStory] = {}
    for one in findings:
        kept.setdefault(f"{one.category} {one.symptom[:6]}", one)
    return list(kept.values())


def gate_reason(random: Random, day: date, seen: list[date]) -> str:
    """Why once more, where the gate asks; days that no longer count are forgotten."""
    seen[:] = [one for one in seen if one >= day - gate.LONG]
    near = sum(one >= day - gate.SHORT for one in seen)
    if (
        near < settings.CRM_VISITS_IN_30_DAYS
        and len(seen) < settings.CRM_VISITS_IN_90_DAYS
    ):
        return ""
    return str(random.choice(texts.texts()["gate_reasons"]))


def finding(teller: Teller, result: str, category: str = "") -> FindingStory:
    random = teller.random
    if not category:
        keys = teller.categories()
        category = random.choices(keys, [OFTEN[key] for key in keys])[0]
    told = teller.problem(category)
    return FindingStory(
        category,
        told["s"],
        told["c"] if random.random() < 0.85 else "",
        told["w"],
        result,
        teller.one_of("spot_answers") if result == "solved" else "",
        told["a"],
    )
