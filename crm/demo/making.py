"""Make the county through the services, as administrators and dispatchers would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from crm.models import Company, Contact, Department, Industry, Region, Role, Tag, User
from crm.services import absences, companies, contacts, grants, liaisons, people, search
from crm.services import places as places_service

from .story import CompanyStory, Person, Story

Say = Callable[[str], None]
CHANGED = "工作调整"


@dataclass
class County:
    """The made records by their names in the story: what upper apps build on."""

    story: Story
    random: Random
    say: Say
    regions: dict[str, Region] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    companies: list[Company] = field(default_factory=list)
    contacts: dict[int, list[Contact]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.story.today


def make(story: Story, random: Random, say: Say) -> County:
    """Places, people, companies, officers and absences, in the order of life."""
    county = County(story, random, say)
    with transaction.atomic():
        make_places(county)
        make_people(county)
    say(f"{len(county.users)} people in {len(county.departments)} departments")
    with transaction.atomic():
        make_companies(county)
    say(f"{len(county.companies)} companies with their officers")
    return county


def make_places(county: County) -> None:
    now = county.story.start
    for place in county.story.places:
        county.regions[place.code] = places_service.add_region(
            actor=None,
            code=place.code,
            name=place.name,
            kind=place.kind,
            parent=county.regions.get(place.parent or ""),
            now=now,
        )
    for unit in county.story.units:
        county.departments[unit.code] = places_service.add_department(
            actor=None,
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            region=county.regions[unit.region],
            now=now,
        )


def make_people(county: County) -> None:
    for person in county.story.people:
        if person.department is not None:
            county.users[person.login] = make_official(county, person)


def make_official(county: County, person: Person) -> User:
    now = county.story.start
    profile = people.Profile(
        login=person.login,
        name=person.name,
        phone=person.phone,
        title=person.title,
        department=county.departments[person.department or ""],
    )
    user, _ = people.create_user(profile, actor=None, is_demo=person.is_demo, now=now)
    for right in person.rights:
        scope = grants.Scope(
            region=county.regions.get(right.region),
            department=county.departments.get(right.department),
        )
        grants.add_grant(user, actor=None, role=Role(right.role), scope=scope, now=now)
    return User.objects.get(pk=user.pk)


def make_companies(county: County) -> None:
    industries = {one.code: one for one in Industry.objects.all()}
    tags = {one.key: one for one in Tag.objects.all()}
    for told in county.story.companies:
        company = make_company(county, told, industries.get(told.industry), tags)
        county.companies.append(company)
    search.rebuild()
    for person in county.story.people:
        if person.department is None:
            county.users[person.login] = make_owner(county, person)


def make_company(
    county: County, told: CompanyStory, industry: Industry | None, tags: dict[str, Tag]
) -> Company:
    now = told.entered_at
    profile = companies.Profile(
        name=told.name,
        region=county.regions[told.region],
        uscc=told.uscc,
        address=told.address,
        industry=industry,
        staff_count=told.staff,
        revenue=told.revenue,
        assets=told.assets,
        stage=told.stage,
    )
    company = companies.create_company(profile, actor=None, now=now)
    if chosen := [tags[key] for key in told.tags if key in tags]:
        companies.set_tags(company, actor=None, tags=chosen, now=now)
    county.contacts[company.pk] = [
        contacts.add_contact(
            company,
            actor=None,
            name=one.name,
            title=one.title,
            phone=one.phone,
            is_main=one.is_main,
            now=now,
        )
        for one in told.contacts
    ]
    if told.leader:
        leader = county.users[told.leader]
        companies.link_leader(company, actor=None, leader=leader, now=now)
    make_liaisons(county, company, told)
    return company


def make_liaisons(county: County, company: Company, told: CompanyStory) -> None:
    """A and B from the day of entry; where A changed, the one before first."""
    assign(county, company, "A", told.former_a or told.officer_a, told.entered_at)
    assign(county, company, "B", told.officer_b, told.entered_at)
    if told.former_a and told.changed_at:
        assign(county, company, "A", told.officer_a, told.changed_at, CHANGED)


def assign(
    county: County,
    company: Company,
    role: str,
    login: str | None,
    now: datetime,
    reason: str = "",
) -> None:
    if login is None:
        return
    officer = county.users[login]
    liaisons.assign_officer(
        company, actor=None, role=role, officer=officer, reason=reason, now=now
    )


def make_owner(county: County, person: Person) -> User:
    """By invitation, as in life; demo people have no password."""
    number = person.rights[0].company or 0
    company, now = county.companies[number], county.story.start + timedelta(days=15)
    profile = people.Profile(
        login=person.phone, name=person.name, phone=person.phone, title=person.title
    )
    user, _ = people.create_user(profile, actor=None, is_demo=person.is_demo, now=now)
    scope = grants.Scope(company=company)
    grants.add_grant(user, actor=None, role=Role.OWNER, scope=scope, now=now)
    return User.objects.get(pk=user.pk)


def send_away(county: County) -> None:
    """One officer is away today: the work of his companies lies with their B."""
    officers = [
        login
        for login, user in county.users.items()
        if login.startswith("officer") and login not in {"officer1", "officer2"}
    ]
    login = officers[0]
    today = county.today
    absences.enter_absence(
        county.users[login],
        actor=None,
        kind="training",
        starts_on=today,
        ends_on=today + timedelta(days=2),
        note="到省里培训",
    )
    county.story.away = login
