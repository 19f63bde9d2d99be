"""What the demo county is, before any row exists: pure data from one seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, cached_property
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from crm.lib.uscc import with_check_digit
from crm.models import Role
from crm.services import calendar

from .words import (
    company_name,
    contact_phone,
    listed,
    log_between,
    official_phone,
    owner_phone,
    person_name,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Scale:
    """How much of everything. `users` counts officials and owners together."""

    companies: int
    users: int
    visits: int
    days: int

    @property
    def tickets(self) -> int:
        return self.visits // 5

    @property
    def is_large(self) -> bool:
        """Too large for the way through the services."""
        return self.companies > 1_000


SCALES = {
    "small": Scale(companies=300, users=20, visits=1_000, days=180),
    "county": Scale(companies=5_000, users=300, visits=60_000, days=730),
    "city": Scale(companies=100_000, users=2_000, visits=1_000_000, days=730),
}


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    kind: str
    parent: str | None


@dataclass(frozen=True)
class Unit:
    code: str
    name: str
    kind: str
    region: str


@dataclass(frozen=True)
class Right:
    """A role for a region, a department or a company (by its place in the list)."""

    role: str
    region: str = ""
    department: str = ""
    company: int | None = None


@dataclass
class Person:
    login: str
    name: str
    title: str
    department: str | None
    rights: list[Right]
    phone: str = ""
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class ContactStory:
    name: str
    title: str
    phone: str
    is_main: bool


@dataclass(slots=True)
class CompanyStory:
    """A company with its people; officers by login."""

    name: str
    uscc: str
    region: str
    address: str
    industry: str
    staff: int
    revenue: Decimal
    assets: Decimal
    stage: str
    tags: list[str]
    contacts: list[ContactStory]
    entered_at: datetime
    officer_a: str | None = None
    officer_b: str | None = None
    # An A before this one, with the day and the reason of the change.
    former_a: str | None = None
    changed_at: datetime | None = None
    leader: str | None = None

    def officer_on(self, moment: datetime) -> str | None:
        """Who was A then."""
        if self.former_a and self.changed_at and moment < self.changed_at:
            return self.former_a
        return self.officer_a


@dataclass
class Story:
    """Everything the ground needs to know of the county."""

    scale: Scale
    start: datetime
    today: date
    places: list[Place]
    units: list[Unit]
    people: list[Person]
    companies: list[CompanyStory]

    @cached_property
    def towns(self) -> list[Place]:
        return [one for one in self.places if one.kind in {"town", "park"}]

    @cached_property
    def names(self) -> dict[str, str]:
        return {one.code: one.name for one in self.places}

    @cached_property
    def logins(self) -> dict[str, Person]:
        return {one.login: one for one in self.people}

    @cached_property
    def officers(self) -> list[str]:
        """Their logins; asked for only when all officials are told."""
        every = self.people
        return [one.login for one in every if one.rights[0].role == Role.OFFICER]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)


@cache
def workday_after(day: date, days: int) -> date:
    """So many working days later; 0 is the day itself, or the next one that works."""
    return calendar.add(day, days).due or day


def workday_until(day: date) -> date:
    """The day itself, or the last one before it that works."""
    while not calendar.current().is_workday(day):
        day -= timedelta(days=1)
    return day


def tell(scale: Scale, seed: int, today: date) -> Story:
    """The same scale, seed and day tell the same story."""
    random = Random(seed)
    start = at(workday_until(today - timedelta(days=scale.days + 20)), 9)
    places = list(places_of(listed("demo_regions")["regions"], None))
    # A county works by itself; a city's offices stand above all its counties.
    county = places[0]
    if scale.companies < 50_000:
        places = one_county(places)
        county = places[1]
    units = [
        Unit(one["code"], one["name"], one["kind"], county.code)
        for one in listed("departments")["departments"]
    ] + [
        Unit(f"u-{one.code}", one.name, one.kind, one.code)
        for one in places
        if one.kind in {"town", "park"}
    ]
    story = Story(scale, start, today, places, units, [], [])
    story.people = people_of(random, story, county.code)
    taken: set[str] = set()
    story.companies = [
        company_of(random, story, n, taken) for n in range(scale.companies)
    ]
    give_owners(random, story)
    return story


def places_of(node: dict[str, Any], parent: str | None) -> Iterator[Place]:
    yield Place(node["code"], node["name"], node["kind"], parent)
    for child in node.get("children", ()):
        yield from places_of(child, node["code"])


def one_county(places: list[Place]) -> list[Place]:
    """The city's root, its first county (县) and what lies in it."""
    root = places[0]
    county = next(one for one in places if one.name.endswith("县"))
    return [root, county, *(one for one in places if one.parent == county.code)]


# --- People --------------------------------------------------------------------

# Who sits where in the small county, by the departments that tickets go to most.
HANDLED = [
    ["hrss", "natural-resources", "talent", "education", "health"],
    ["housing", "transport", "power", "water-supply", "gas", "water"],
    ["natural-resources", "ecology", "emergency", "civil-defence", "forestry"],
    ["miit", "science", "commerce", "market", "financial", "finance", "tax"],
    ["approval", "drc", "justice", "business-env", "agriculture", "notary"],
]


def people_of(random: Random, story: Story, county: str) -> list[Person]:
    """One demo person per role first, then the others in the same proportions."""
    people = list(named_people(random, story, county))
    for one in people:
        one.is_demo = True
    owners = max(2, story.scale.users // 10)
    fields = [unit.code for unit in story.units if unit.kind in {"town", "park"}]
    for number in range(3, story.scale.users - len(people) - owners + 3):
        unit = fields[number % len(fields)]
        right = Right("officer", department=unit)
        if number % 4 == 0 and story.scale.users > 50:
            group = HANDLED[number % len(HANDLED)]
            unit = group[number % len(group)]
            right = Right("handler", department=unit)
        # The named handlers end at 5.
        login = f"{right.role}{number + (5 if right.role == Role.HANDLER else 0)}"
        people.append(official(random, login, "科员", unit, right))
    for number, one in enumerate(people):
        one.phone = official_phone(number)
    return people


def named_people(random: Random, story: Story, county: str) -> Iterator[Person]:
    """Those with a button on the login page, in the order of the roles."""
    home, office = "business-env", "county-office"
    for login in ("officer1", "officer2"):
        right = Right("officer", department=home)
        yield official(random, login, "项目专员", home, right)
    yield from handlers(random, story)
    # A head of two units, as the first handler works for both: each has its desk.
    units = ("hrss", "natural-resources")
    rights = [Right("unit_head", department=unit) for unit in units]
    yield official(random, "head1", "局长", units[0], *rights)
    others = [
        ("dispatch1", "交办专员", "liaison-centre", Right("dispatcher", county)),
        ("leader1", "副县长", office, Right("leader", county)),
        ("supervisor1", "督查专员", "supervision", Right("supervisor", county)),
        ("system1", "系统管理员", office, Right("system_admin")),
        ("security1", "安全管理员", office, Right("security_admin")),
        ("audit1", "审计管理员", office, Right("audit_admin")),
        ("leader2", "县委常委", office, Right("leader", department="housing")),
    ]
    for login, title, unit, right in others:
        yield official(random, login, title, unit, right)


def official(
    random: Random, login: str, title: str, department: str, *rights: Right
) -> Person:
    return Person(login, person_name(random), title, department, list(rights))


def handlers(random: Random, story: Story) -> Iterator[Person]:
    """In a small county each handler answers for several units."""
    named = {unit for units in HANDLED for unit in units}
    rest = [unit.code for unit in story.units if unit.code not in named]
    for number, own in enumerate(HANDLED, start=1):
        units = [*own, *(rest if number == len(HANDLED) else [])]
        rights = [Right("handler", department=unit) for unit in units]
        yield official(random, f"handler{number}", "四级主任科员", units[0], *rights)


def give_owners(random: Random, story: Story) -> None:
    """People of companies: the first two have buttons."""
    count = story.scale.users - len(story.people)
    for number in range(count):
        contact = story.companies[number].contacts[0]
        right = Right("owner", company=number)
        story.people.append(
            Person(
                f"owner{number + 1}",
                contact.name,
                contact.title,
                None,
                [right],
                owner_phone(number),
                is_demo=number < 2,
            )
        )


# --- Companies -----------------------------------------------------------------


def company_of(
    random: Random, story: Story, number: int, taken: set[str]
) -> CompanyStory:
    words = listed("demo")
    weights = [trade["weight"] for trade in words["trades"]]
    trade = random.choices(words["trades"], weights)[0]
    towns = story.towns
    place = towns[min(int(random.random() ** 1.5 * len(towns)), len(towns) - 1)]
    staff = round(log_between(random, *trade["staff"]))
    revenue = log_between(random, *trade["revenue"])
    entered = at(workday_after(story.start.date(), number % 4), 9)
    entered += timedelta(minutes=number // 4 % 480)
    county = story.names[place.parent or ""].rstrip("县区市")
    company = CompanyStory(
        name=company_name(random, county, trade, taken),
        uscc=with_check_digit(f"91000000MA{number + 1000:07d}"),
        region=place.code,
        address=place.name
        + random.choice(words["roads"])
        + f"{random.randrange(1, 400)}号",
        industry=trade["industry"],
        staff=staff,
        revenue=Decimal(round(revenue, 2)).quantize(Decimal("0.01")),
        assets=Decimal(round(revenue * random.uniform(0.6, 2.2), 2)).quantize(
            Decimal("0.01")
        ),
        stage=random.choices(
            ["started", "growing", "mature", "preparing", "troubled", "stopped"],
            [45, 20, 22, 6, 5, 2],
        )[0],
        tags=tags_of(random, staff, revenue),
        contacts=list(contacts_of(random, number)),
        entered_at=entered,
    )
    give_officers(random, story, company, number)
    return company


def tags_of(random: Random, staff: int, revenue: float) -> list[str]:
    tags = []
    if random.random() < 0.06:
        tags.append("troubled")
    elif random.random() < 0.085:
        tags.append("growing")
    if revenue >= 2000:
        tags.append("above_scale")
    for key, share in (("specialised", 0.05), ("hightech", 0.07)):
        if staff > 20 and random.random() < share:
            tags.append(key)
    return tags


def contacts_of(random: Random, company: int) -> Iterator[ContactStory]:
    titles = listed("demo")["contact_titles"]
    chosen = random.sample(titles, random.choice((1, 1, 2, 2, 3)))
    for place, title in enumerate(chosen):
        phone = contact_phone(company, place)
        yield ContactStory(person_name(random), title, phone, place == 0)


def give_officers(
    random: Random, story: Story, company: CompanyStory, number: int
) -> None:
    """A and B for all but one in a hundred; the demo's officer has a full book."""
    if number % 100 == 57:
        return
    officers = story.officers
    if number < 24:
        company.officer_a, company.officer_b = "officer1", "officer2"
    elif number < 40:
        company.officer_a, company.officer_b = officers[2 % len(officers)], "officer1"
    else:
        first = random.randrange(1, len(officers))
        second = 1 + first % (len(officers) - 1)
        company.officer_a, company.officer_b = officers[first], officers[second]
        if random.random() < 0.08:
            others = {company.officer_a, company.officer_b, "officer1"}
            company.former_a = random.choice([o for o in officers if o not in others])
            day = story.start.date() + timedelta(days=random.randrange(30, 120))
            company.changed_at = at(workday_after(day, 0), 11, random.randrange(60))
    if random.random() < 0.1:
        company.leader = "leader1"
