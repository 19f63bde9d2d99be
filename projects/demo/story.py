"""What the demo county's projects lived through, before any row exists."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from crm.demo.story import Scale, Story, workday_after
from projects import schedule
from projects.models import State, TemplateItem
from projects.models.states import APPROVED

PATH = Path(__file__).parent.parent / "data" / "demo_projects.json"
# Finished ones, for the forecast to learn from, and running ones, by scale.
COUNTS = {300: (60, 16), 5_000: (140, 80), 100_000: (1_900, 1_100)}
# Added to the county's seed: a history in which half of the finished projects end by
# their P50 and four fifths by their P80, as on the average of all seeds.
HISTORY = 16
TEMPLATES = {"social-filing": 7, "land-ready": 2, "approval-major": 1}
KINDS = {"industry": 7, "service": 2, "farming": 1, "infrastructure": 1}
# How often something comes in between.
CORRECTED, TWICE, PAUSED = 0.25, 0.2, 0.12


@dataclass(frozen=True)
class Deed:
    """One move: when, to which state, and what was said."""

    on: date
    after: State
    notice: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)  # Any: as JSON keeps it


@dataclass
class ProjectStory:
    """A project: what it is, whose, since when; its deeds by item."""

    number: int
    company: int | None
    name: str
    kind: str
    code: str
    template: str
    started_on: date | None
    is_finished: bool
    deeds: dict[str, list[Deed]] = field(default_factory=dict)


@cache
def words() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
    return read


def counts_of(scale: Scale) -> tuple[int, int]:
    """Finished and running; small counties of tests have a few of each."""
    return COUNTS.get(scale.companies, (12, 6))


def projects_of(
    story: Story, random: Random, items: Mapping[str, Sequence[TemplateItem]]
) -> Iterator[ProjectStory]:
    """Finished ones first; then running ones, of the demo's own people first.

    Each has dice of its own: the history stays what it is, whatever else is told.
    """
    finished, running = counts_of(story.scale)
    seed = random.randrange(2**32)
    for number in range(finished):
        dice = Random(f"{seed} {number}")
        ago = dice.randrange(330, 1_000)
        told = project_of(story, dice, number, None, story.today - timedelta(ago))
        live(told, dice, items[told.template], story.today)
        yield told
    for place in range(running):
        dice = Random(f"{seed} {finished + place}")
        ago = dice.choice((25, 50, 80, 110, 140, 170))
        started = story.today - timedelta(days=ago) if place % 8 != 7 else None
        told = project_of(story, dice, finished + place, place, started)
        live(told, dice, items[told.template], story.today)
        yield told


def project_of(
    story: Story, random: Random, number: int, place: int | None, started: date | None
) -> ProjectStory:
    many = len(story.companies)
    company = random.randrange(many) if place is None or place >= 24 else place % many
    kind = random.choices(list(KINDS), list(KINDS.values()))[0]
    name = random.choice(words()["names"][kind]).format(n=random.randrange(2, 60))
    key = random.choices(list(TEMPLATES), list(TEMPLATES.values()))[0]
    day = started or story.today
    return ProjectStory(
        number=number,
        company=company if started else None,
        name=f"{own_word(story, company)}{name}",
        kind=kind,
        code=f"{day:%y%m}-{story.units[0].region}-04-01-{100_000 + number:06d}",
        template=key if place != 0 else "social-filing",
        started_on=workday_after(started, 0) if started else None,
        is_finished=place is None,
    )


def own_word(story: Story, company: int) -> str:
    """The company's own word, without its county and its form."""
    told = story.companies[company]
    place = next(one for one in story.places if one.code == told.region)
    county = story.names[place.parent or ""].rstrip("县区市")
    name = told.name.removeprefix(county)
    for end in ("股份有限公司", "有限责任公司", "有限公司", "集团", "厂", "店"):
        name = name.removesuffix(end)
    return name


def live(
    told: ProjectStory, random: Random, items: Sequence[TemplateItem], today: date
) -> None:
    """Item after item, as soon as what it needs is there; nothing after today."""
    if told.started_on is None:
        return
    needs = {item.key: [row.needed.key for row in item.needs.all()] for item in items}
    by_key = {item.key: item for item in items}
    ends: dict[str, date] = {}
    for key in schedule.order(needs):
        ready = [ends.get(one) for one in needs[key]]
        days = [day for day in ready if day is not None]
        if len(days) < len(ready):
            continue
        begin = max([told.started_on, *days])
        deeds = [one for one in life_of(by_key[key], begin, random) if one.on <= today]
        told.deeds[key] = deeds
        if deeds and deeds[-1].after in APPROVED:
            ends[key] = deeds[-1].on
    told.is_finished = len(ends) == len(items)


def life_of(item: TemplateItem, ready: date, random: Random) -> Iterator[Deed]:
    """Preparing, handing in, waiting, perhaps a correction or a special procedure."""
    day = workday_after(ready, 0)
    yield Deed(day, State.PREPARING)
    day = workday_after(day, round(random.gammavariate(2.5, 2.2)))
    yield Deed(day, State.RECEIVED)
    day = workday_after(day, random.choice((0, 0, 1, 1, 2)))
    if random.random() < CORRECTED:
        for _ in range(1 + (random.random() < TWICE)):
            yield Deed(day, State.CORRECTION, random.choice(words()["corrections"]))
            day = workday_after(day, random.randrange(2, 7))
            yield Deed(day, State.CORRECTED)
            day = workday_after(day, random.choice((0, 1)))
    yield Deed(day, State.ACCEPTED)
    pace = random.lognormvariate(-0.12, 0.38)
    left = round(item.committed_days * pace)
    if random.random() < PAUSED and item.committed_days > 3:
        day = workday_after(day, left // 2)
        left -= left // 2
        kind, reason = random.choice(words()["specials"])
        lasts = random.randrange(4, 13)
        yield Deed(day, State.SPECIAL, reason, {"kind": kind, "days": lasts})
        day = workday_after(day, lasts)
        yield Deed(day, State.SPECIAL_ENDED)
    elif left > 2:
        yield Deed(workday_after(day, 1), State.REVIEWING)
    yield Deed(workday_after(day, left), State.APPROVED)
