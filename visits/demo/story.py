"""Visits and tickets of the demo county as pure data, in the order of time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from crm.demo.story import CompanyStory, Story, at
from crm.services import calendar

from . import texts

MODES = ["onsite", "meeting", "remote", "stay", "walk", "joint"]
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
    weights = [appeal(story.companies[n], random) for n in companies]
    chosen = random.choices(companies, weights, k=story.scale.visits)
    when = sorted(random.choices(days, k=story.scale.visits))
    seen: dict[int, list[date]] = defaultdict(list)
    wanted = tickets_wanted(story, random)
    for number, (company, day) in enumerate(zip(chosen, when, strict=True)):
        yield one_visit(story, random, company, day, seen[company], wanted[number])


def appeal(company: CompanyStory, random: Random) -> float:
    """How often a company is visited: stars often, some never."""
    if random.random() < 0.06:
        return 0.02
    return 3.0 if random.random() < 0.05 else random.uniform(0.5, 1.5)


def tickets_wanted(story: Story, random: Random) -> list[int]:
    """How many tickets each visit brings; the companies themselves raise the rest."""
    count = round(story.scale.tickets * 0.93)
    wanted = [0] * story.scale.visits
    for place in random.choices(range(story.scale.visits), k=count):
        wanted[place] += 1
    return wanted


def one_visit(
    story: Story,
    random: Random,
    company: int,
    day: date,
    seen: list[date],
    tickets: int,
) -> VisitStory:
    told = story.companies[company]
    b_goes = random.random() < 0.12 and told.officer_b is not None
    asked = random.random() < 0.15
    visit = VisitStory(
        company=company,
        officer=(told.officer_b if b_goes else told.officer_a) or "",
        starts_at=at(
            day,
            random.choice((9, 9, 10, 10, 14, 14, 15, 16)),
            random.randrange(0, 60, 5),
        ),
        mode=random.choices(MODES, MODE_WEIGHTS)[0],
        purpose=texts.one_of(random, "purposes"),
        note=texts.note(random),
        asked_by_company=asked,
        met=random.choice((1, 1, 2)),
        signed=random.random() < 0.7,
        findings=[finding(random, "ticket") for _ in range(tickets)],
    )
    if random.random() < 0.1:
        visit.led_by = story.person("leader1").name
    for result in random.choices(["", "solved", "noted"], [70, 20, 10], k=2):
        if result:
            visit.findings.append(finding(random, result))
    if not asked:
        visit.gate_reason = gate_reason(random, day, seen)
        seen.append(day)
    return visit


def gate_reason(random: Random, day: date, seen: list[date]) -> str:
    near = sum((day - one).days <= 30 for one in seen)
    far = sum((day - one).days <= 90 for one in seen)
    if near < 2 and far < 4:
        return ""
    return random.choice(
        [
            "核实上次问题办理结果",
            "陪同主办单位现场查看",
            "节前安全生产提醒",
            "项目验收需要现场确认",
        ]
    )


def finding(random: Random, result: str) -> FindingStory:
    category = random.choices(list(OFTEN), list(OFTEN.values()))[0]
    told = texts.problem(random, category)
    answer = texts.one_of(random, "spot_answers") if result == "solved" else ""
    cause = told["c"] if random.random() < 0.85 else ""
    return FindingStory(
        category, told["s"], cause, told["w"], result, answer, told["a"]
    )
