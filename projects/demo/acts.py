"""The acts of the demo's projects: who does what when, and in which words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from crm.demo.agenda import Agenda
from crm.demo.county import County
from crm.demo.story import at, workday_after
from crm.models import Department, User
from projects.models import ApprovalTemplate, State
from projects.services.milestones import Said, Source
from projects.services.projects import Facts

from .hands import Hands
from .story import Deed, ProjectStory, words


@dataclass
class Making:
    """The county, who acts in it, and who writes down what they do."""

    county: County
    templates: dict[str, ApprovalTemplate]
    handlers: dict[int, list[User]]
    hands: Hands

    @property
    def dispatcher(self) -> User:
        return self.county.users["dispatch1"]

    @property
    def leader(self) -> User:
        return self.county.users["leader1"]


def tell(making: Making, told: ProjectStory, agenda: Agenda) -> None:
    """From entering the project to its last deed, each at its own time."""
    random = Random(f"{making.county.seed} project {told.number}")
    record = Record(making, told, agenda, random)
    start = making.county.story.start
    begun = at(told.started_on, 9, 30) if told.started_on else None
    unbegun = at(workday_after(start.date(), random.randrange(40, 110)), 14)
    entered = max(start, begun) if begun else unbegun
    entered += timedelta(minutes=told.number % 60)
    record.later(entered, record.enter)
    if begun is None:
        return
    record.later(entered, record.begin)
    for key, deeds in told.deeds.items():
        morning = timedelta(minutes=random.randrange(60))
        for place, deed in enumerate(deeds):
            # Those of one day in their order.
            when = max(entered, at(deed.on, 10, 4 * place) + morning)
            record.later(when, partial(record.do, key, deed))
    if told.is_finished:
        last = max(deed.on for deeds in told.deeds.values() for deed in deeds)
        for stage, days in (("producing", 40), ("capacity", 200)):
            day = workday_after(last, days + random.randrange(40))
            record.later(max(entered, at(day, 15)), partial(record.reach, stage, day))
    else:
        record.tell_life(entered)
    agenda.later(agenda.now, record.close)


@dataclass
class Record:
    """One project while it is being made; `made` is what the hands keep of it."""

    making: Making
    told: ProjectStory
    agenda: Agenda
    # Dice of its own: the same deeds, whoever writes them and whatever else is told.
    random: Random
    made: Any = None
    officers: tuple[str, str] = ("officer1", "officer2")
    last_at: datetime | None = None
    has_started: bool = False

    def __post_init__(self) -> None:
        self.county, self.hands = self.making.county, self.making.hands

    def later(self, when: datetime, act: Callable[[datetime], None]) -> None:
        def happen(now: datetime) -> None:
            self.last_at = now
            act(now)

        self.agenda.later(when, happen)

    def close(self, now: datetime) -> None:
        self.hands.close(self.made, self.last_at or now)

    def enter(self, now: datetime) -> None:
        county, told, random = self.county, self.told, self.random
        number = told.company
        company = county.company(number) if number is not None else None
        region = company.region if company else next(iter(county.regions.values()))
        facts = Facts(
            name=told.name,
            region=region,
            kind=told.kind,
            lead_department=self.unit(
                random.choice(("miit", "drc", "commerce", "housing"))
            ),
            code=told.code if told.started_on else None,
            company=company,
            investor="" if company else random.choice(words()["investors"]),
            investment=Decimal(random.randrange(2_000, 180_000)),
            leader=self.making.leader if random.random() < 0.5 else None,
        )
        support = [self.unit("natural-resources"), self.unit("ecology")]
        steps = self.planned(now.date())
        many = random.randrange(3)
        self.made = self.hands.enter(facts, support[:many], steps, now)
        self.assign(now)

    def unit(self, code: str) -> Department:
        return self.county.departments[code]

    def planned(self, today: date) -> dict[str, date | None]:
        day = self.told.started_on or today
        return {
            "signed": day,
            "started": day + timedelta(days=self.random.randrange(120, 260)),
            "producing": day + timedelta(days=600),
            "capacity": day + timedelta(days=900),
        }

    def assign(self, now: datetime) -> None:
        if self.told.company is not None:
            story = self.county.story.companies[self.told.company]
            pair = zip((story.officer_a, story.officer_b), self.officers, strict=True)
            first, second = (own or usual for own, usual in pair)
            self.officers = (first, second)
        for role, login in zip("AB", self.officers, strict=True):
            self.hands.assign(self.made, role, self.county.users[login], now)

    def begin(self, now: datetime) -> None:
        self.hands.reach(self.made, "signed", now.date())
        template, day = self.making.templates[self.told.template], self.told.started_on
        self.hands.begin(self.made, template, day or now.date(), now)

    def reach(self, stage: str, on: date, now: datetime) -> None:
        self.hands.reach(self.made, stage, on)

    def do(self, key: str, deed: Deed, now: datetime) -> None:
        """One move, in the hands of whoever makes it."""
        item = self.hands.item(self.made, key)
        people = self.making.handlers.get(item.department_id) or []
        actor = people[0] if people else self.making.dispatcher
        certificate = ""
        if deed.after == State.APPROVED:
            number = self.random.randrange(1, 400)
            certificate = f"云{key[:4]}〔{deed.on:%Y}〕{number} 号"
        said = Said(
            on=deed.on, notice=deed.notice, facts=deed.facts, certificate=certificate
        )
        source = Source.IMPORT if self.told.is_finished else Source.DESK
        self.hands.move(self.made, key, deed.after, actor, said, source, now)
        if key == "work-permit" and deed.after == State.APPROVED:
            self.hands.reach(self.made, "started", deed.on)
            self.has_started = True

    def tell_life(self, entered: datetime) -> None:
        """Blockers, photos without pictures, key list: for those that run."""
        random, now = self.random, self.agenda.now
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            self.later(self.between(entered, now), self.block)
        for _ in range(random.randrange(4)):
            self.later(self.between(entered, now), self.note)
        if random.random() < 0.6:
            self.later(self.between(entered, now), self.list)
        since = max(entered, now - timedelta(days=40))
        self.later(self.between(since, now), self.visit)

    def between(self, first: datetime, last: datetime) -> datetime:
        """Some day between them, while people work."""
        ahead = self.random.randrange(max((last - first).days, 1))
        day = workday_after(first.date() + timedelta(days=ahead), 1)
        return at(day, self.random.randrange(9, 17), self.random.randrange(60))

    @property
    def officer(self) -> User:
        return self.county.users[self.officers[0]]

    def block(self, now: datetime) -> None:
        random = self.random
        kind, text, plan, unit = random.choice(words()["blockers"])
        values: dict[str, Any] = {
            "kind": kind,
            "text": text,
            "since": now.date(),
            "remover": self.unit(unit),
            "relief_plan": plan,
            "relief_by": workday_after(now.date(), random.randrange(5, 25)),
        }
        blocker = self.hands.block(self.made, self.officer, values, now)
        if random.random() < 0.5:
            day = workday_after(now.date(), random.randrange(3, 15))
            when = at(day, now.hour, now.minute)
            if when < self.agenda.now:
                note = random.choice(words()["relieved"])
                self.hands.clear(blocker, self.officer, note, when)

    def note(self, now: datetime) -> None:
        """The site is made ready; what is built comes after the work permit."""
        said = words()["progress"]
        days = (now.date() - (self.told.started_on or now.date())).days
        percent = max(5, days // 3)
        percent = min(95, 10 + percent) if self.has_started else min(10, percent)
        place = percent * len(said) // 100
        self.hands.note(self.made, self.officer, percent, said[place], now)

    def list(self, now: datetime) -> None:
        """Asked for; most are decided by the leader at once."""
        random, leader = self.random, self.making.leader
        reason = random.choice(words()["listings"])
        dispatcher = self.making.dispatcher
        listing = self.hands.ask_listing(self.made, dispatcher, reason, now)
        if random.random() < 0.75:
            self.hands.list(self.made, listing, leader, now)
            if random.random() < 0.4:
                until = self.county.today + timedelta(days=90)
                reason = words()["green"][0]
                self.hands.open_green(self.made, leader, reason, until, now)

    def visit(self, now: datetime) -> None:
        self.hands.see(self.made, now.date())
