"""Let the demo projects happen through the services, in the order of time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from django.db import transaction

from crm.demo.county import County, batch
from crm.demo.story import at, workday_after
from crm.lib.months import months_later
from crm.models import Department, Grant, Role, User
from projects.models import ApprovalTemplate, Milestone, Project, State, TemplateItem
from projects.services import (
    forecasting,
    lamps,
    life,
    milestones,
    officers,
    projects,
    upkeep,
)
from projects.services.milestones import Said, Source, act_to, moving
from projects.services.projects import Facts

from .story import HISTORY, Deed, ProjectStory, projects_of, words

BATCH = 400
MONTHS_READ = 3


@dataclass
class Making:
    """The county, and what of its projects is made already."""

    county: County
    random: Random
    acts: list[tuple[datetime, int, Callable[[datetime], None]]] = field(
        default_factory=list
    )
    handlers: dict[int, list[User]] = field(default_factory=dict)

    def later(self, when: datetime, act: Callable[[datetime], None]) -> None:
        if when <= self.county.agenda.now:
            self.acts.append((when, len(self.acts), act))

    @property
    def dispatcher(self) -> User:
        return self.county.users["dispatch1"]

    @property
    def leader(self) -> User:
        return self.county.users["leader1"]


def make(county: County) -> None:
    """Small counties live in the order of the agenda, large ones project by project."""
    making = Making(county, Random(county.seed + HISTORY), handlers=handlers())
    templates = {one.key: one for one in ApprovalTemplate.objects.published()}
    items = {key: items_of(template) for key, template in templates.items()}
    for told in projects_of(county.story, making.random, items):
        tell(making, told, templates)
    county.say(f"{len(making.acts)} acts of projects are told")
    if not county.story.scale.is_large:
        for when, _order, act in making.acts:
            county.agenda.later(when, act)
        county.agenda.later(county.agenda.now, look_ahead)
        return
    making.acts.sort(key=lambda one: one[:2])
    for first in range(0, len(making.acts), BATCH):
        with batch():
            for when, _order, act in making.acts[first : first + BATCH]:
                act(when)
    look_ahead(county.agenda.now)
    county.say(f"{Project.objects.count()} projects")


def look_ahead(now: datetime) -> None:
    """When all has happened: what is through, what is to come, what each month was."""
    for project in Project.objects.exclude(started_on=None):
        with transaction.atomic():
            upkeep.settle(project, now=now)
    forecasting.refresh_running(today=now.date())
    this = now.date().replace(day=1)
    for back in range(MONTHS_READ, 0, -1):
        lamps.take_readings(months_later(this, -back))


def handlers() -> dict[int, list[User]]:
    grants = Grant.objects.filter(role__in=(Role.HANDLER, Role.UNIT_HEAD))
    found: dict[int, list[User]] = {}
    for grant in grants.select_related("user").order_by("role", "pk"):
        found.setdefault(grant.department_id or 0, []).append(grant.user)
    return found


def items_of(template: ApprovalTemplate) -> list[TemplateItem]:
    return list(template.items.prefetch_related("needs__needed"))


def tell(
    making: Making, told: ProjectStory, templates: dict[str, ApprovalTemplate]
) -> None:
    """From entering the project to its last deed, each at its own time."""
    start, random = making.county.story.start, making.random
    begun = at(told.started_on, 9, 30) if told.started_on else None
    unbegun = at(workday_after(start.date(), random.randrange(40, 110)), 14)
    entered = max(start, begun) if begun else unbegun
    entered += timedelta(minutes=told.number % 60)
    record = Record(making, told)
    making.later(entered, record.enter)
    if begun is None:
        return
    making.later(entered, partial(record.begin, templates[told.template]))
    for key, deeds in told.deeds.items():
        morning = timedelta(minutes=random.randrange(60))
        for place, deed in enumerate(deeds):
            # Those of one day in their order.
            when = max(entered, at(deed.on, 10, 4 * place) + morning)
            making.later(when, partial(record.do, key, deed))
    if told.is_finished:
        last = max(deed.on for deeds in told.deeds.values() for deed in deeds)
        for stage, days in (("producing", 40), ("capacity", 200)):
            day = workday_after(last, days + random.randrange(40))
            making.later(max(entered, at(day, 15)), partial(record.reach, stage, day))
    else:
        record.tell_life(entered)


@dataclass
class Record:
    """One project while it is being made."""

    making: Making
    told: ProjectStory
    project: Project | None = None
    items: dict[str, Milestone] = field(default_factory=dict)

    @property
    def made(self) -> Project:
        assert self.project is not None, "entered before"
        return self.project

    def enter(self, now: datetime) -> None:
        county, told, random = self.making.county, self.told, self.making.random
        number = told.company
        company = county.company(number) if number is not None else None
        region = company.region if company else next(iter(county.regions.values()))
        lead = self.unit(random.choice(("miit", "drc", "commerce", "housing")))
        facts = Facts(
            name=told.name,
            region=region,
            kind=told.kind,
            lead_department=lead,
            code=told.code if told.started_on else None,
            company=company,
            investor="" if company else random.choice(words()["investors"]),
            investment=Decimal(random.randrange(2_000, 180_000)),
            leader=self.making.leader if random.random() < 0.5 else None,
        )
        support = [self.unit("natural-resources"), self.unit("ecology")]
        self.project = projects.create_project(
            facts,
            actor=None,
            supporting=support[: random.randrange(3)],
            steps=self.planned(now.date()),
            now=now,
        )
        self.assign(now)

    def unit(self, code: str) -> Department:
        return self.making.county.departments[code]

    def planned(self, today: date) -> dict[str, date | None]:
        day = self.told.started_on or today
        return {
            "signed": day,
            "started": day + timedelta(days=self.making.random.randrange(120, 260)),
            "producing": day + timedelta(days=600),
            "capacity": day + timedelta(days=900),
        }

    def assign(self, now: datetime) -> None:
        county, number = self.making.county, self.told.company
        pair = ("officer1", "officer2")
        if number is not None:
            story = county.story.companies[number]
            pair = (story.officer_a or "officer1", story.officer_b or "officer2")
        for role, login in zip("AB", pair, strict=True):
            officers.assign_officer(
                self.made,
                actor=None,
                role=role,
                officer=county.users[login],
                now=now,
            )

    def begin(self, template: ApprovalTemplate, now: datetime) -> None:
        self.step("signed", now.date())
        started_on = self.told.started_on
        self.project = milestones.start_approvals(
            self.made, actor=None, template=template, started_on=started_on, now=now
        )
        rows = Milestone.objects.filter(project=self.made)
        self.items = {one.key: one for one in rows.select_related("department")}
        for item in self.items.values():
            item.project = self.made

    def reach(self, stage: str, on: date, now: datetime) -> None:
        self.step(stage, on)

    def step(self, stage: str, on: date) -> None:
        """The life's next step, as the dispatcher says it."""
        project = self.made
        project.stage = stage
        project.save(update_fields=["stage"])
        project.steps.filter(stage=stage).update(reached_on=on)

    def do(self, key: str, deed: Deed, now: datetime) -> None:
        """One move, in the hands of whoever makes it."""
        item, random = self.items[key], self.making.random
        act = act_to(item, deed.after)
        assert act is not None, f"{item} {item.state} → {deed.after}"
        people = self.making.handlers.get(item.department_id) or []
        actor = people[0] if people else self.making.dispatcher
        certificate = ""
        if deed.after == State.APPROVED:
            certificate = f"云{key[:4]}〔{deed.on:%Y}〕{random.randrange(1, 400)} 号"
        said = Said(
            on=deed.on, notice=deed.notice, facts=deed.facts, certificate=certificate
        )
        source = Source.IMPORT if self.told.is_finished else Source.DESK
        moving.step(item, act, actor=actor, said=said, source=source, now=now)
        if key == "work-permit" and deed.after == State.APPROVED:
            self.step("started", deed.on)

    def tell_life(self, entered: datetime) -> None:
        """Blockers, photos without pictures, key list: for those that run."""
        county, random = self.making.county, self.making.random
        now, later = county.agenda.now, self.making.later
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            later(self.between(entered, now), self.block)
        for _ in range(random.randrange(4)):
            later(self.between(entered, now), self.note)
        if random.random() < 0.6:
            later(self.between(entered, now), self.list)
        since = max(entered, now - timedelta(days=40))
        later(self.between(since, now), self.visit)

    def between(self, first: datetime, last: datetime) -> datetime:
        """Some day between them, while people work."""
        random = self.making.random
        ahead = random.randrange(max((last - first).days, 1))
        day = workday_after(first.date() + timedelta(days=ahead), 1)
        return at(day, random.randrange(9, 17), random.randrange(60))

    def block(self, now: datetime) -> None:
        random, county = self.making.random, self.making.county
        kind, text, plan, unit = random.choice(words()["blockers"])
        values: dict[str, Any] = {
            "kind": kind,
            "text": text,
            "since": now.date(),
            "remover": self.unit(unit),
            "relief_plan": plan,
            "relief_by": workday_after(now.date(), random.randrange(5, 25)),
        }
        actor = self.officer()
        blocker = life.report_blocker(self.made, actor=actor, values=values, now=now)
        if random.random() < 0.5:
            day = workday_after(now.date(), random.randrange(3, 15))
            when = at(day, now.hour, now.minute)
            if when < county.agenda.now:
                note = random.choice(words()["relieved"])
                life.clear_blocker(blocker, actor=actor, note=note, now=when)

    def officer(self) -> User:
        return officers.open_of(self.made)["A"].officer

    def note(self, now: datetime) -> None:
        random = self.making.random
        life.note_progress(
            self.made,
            actor=self.officer(),
            on=now.date(),
            percent=min(
                95, 5 + (now.date() - (self.told.started_on or now.date())).days // 3
            ),
            text=random.choice(words()["progress"]),
            now=now,
        )

    def list(self, now: datetime) -> None:
        """Asked for; most are decided by the leader at once."""
        random = self.making.random
        reason = random.choice(words()["listings"])
        listing = life.ask_listing(
            self.made,
            actor=self.making.dispatcher,
            kind="entry",
            reason=reason,
            now=now,
        )
        if random.random() < 0.75:
            life.decide_listing(
                listing, actor=self.making.leader, is_approved=True, now=now
            )
            if random.random() < 0.4:
                until = self.making.county.today + timedelta(days=90)
                life.open_green_channel(
                    self.made,
                    actor=self.making.leader,
                    reason=words()["green"][0],
                    until=until,
                    now=now,
                )

    def visit(self, now: datetime) -> None:
        projects.note_site_visit(self.made.pk, day=now.date())
