"""Make the county through the services, as administrators and dispatchers would."""

from datetime import date, datetime, timedelta
from functools import partial

from crm.models import Company, Industry, Role, Tag, User
from crm.pinyin import add_pinyin
from crm.services import (
    absences,
    companies,
    contacts,
    grants,
    liaisons,
    people,
    standing_in,
)
from crm.services import places as places_service

from .county import County, batch
from .story import CompanyStory, Person, at, workday_after, workday_until

CHANGED = "工作调整"


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
    user, _ = people.create_user(
        profile, actor=None, is_demo=person.is_demo, has_password=False, now=now
    )
    for right in person.rights:
        scope = grants.Scope(
            region=county.regions.get(right.region),
            department=county.departments.get(right.department),
        )
        grants.add_grant(user, actor=None, role=Role(right.role), scope=scope, now=now)
    return User.objects.get(pk=user.pk)


@batch()
def make_companies(county: County) -> None:
    industries = {one.code: one for one in Industry.objects.all()}
    tags = {one.key: one for one in Tag.objects.all()}
    with liaisons.NewPairs(None, county.story.start) as pairs:
        for told in county.story.companies:
            industry = industries.get(told.industry)
            now = told.entered_at
            company = companies.enter_company(
                profile_of(county, told, industry),
                actor=None,
                now=now,
                is_known_new=True,
            )
            county.keys.append(company.pk)
            if chosen := [tags[key] for key in told.tags if key in tags]:
                companies.set_tags(company, actor=None, tags=chosen, now=now)
            county.contact_keys.append(add_contacts(company, told))
            if told.leader:
                leader = county.users[told.leader]
                companies.link_leader(company, actor=None, leader=leader, now=now)
            pair_up(county, company, told, pairs)
    # By the worker's own function, now: nobody waits for three hundred tasks.
    add_pinyin(county.keys)


def profile_of(
    county: County, told: CompanyStory, industry: Industry | None
) -> companies.Profile:
    return companies.Profile(
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


def add_contacts(company: Company, told: CompanyStory) -> int:
    """The key of the first; the list names one main contact and nobody twice."""
    keys = [
        contacts.enter_contact(
            company,
            actor=None,
            name=one.name,
            title=one.title,
            phone=one.phone,
            is_main=one.is_main,
            now=told.entered_at,
            is_first=True,
        ).pk
        for one in told.contacts
    ]
    return keys[0]


def pair_up(
    county: County, company: Company, told: CompanyStory, pairs: liaisons.NewPairs
) -> None:
    """A and B on the day of entry; where A changes later, that waits for its day."""
    if told.officer_a is None or told.officer_b is None:
        return
    first = told.former_a or told.officer_a
    pairs.now, pairs.today = told.entered_at, told.entered_at.date()
    officers = {"A": county.users[first], "B": county.users[told.officer_b]}
    pairs.enter(company, officers)
    if told.former_a and told.changed_at:
        successor = county.users[told.officer_a]
        county.agenda.later(told.changed_at, partial(change_a, company, successor))


def change_a(company: Company, officer: User, now: datetime) -> None:
    liaisons.assign_officer(
        company, actor=None, role="A", officer=officer, reason=CHANGED, now=now
    )


def make_owners(county: County) -> None:
    for person in county.story.people:
        if person.department is None:
            county.users[person.login] = make_owner(county, person)


def make_owner(county: County, person: Person) -> User:
    """By invitation, as in life; demo people have no password."""
    number = person.rights[0].company or 0
    company = county.company(number)
    now = at(workday_after(county.story.start.date(), 10), 9)
    profile = people.Profile(
        login=person.phone, name=person.name, phone=person.phone, title=person.title
    )
    user, _ = people.create_user(
        profile, actor=None, is_demo=person.is_demo, has_password=False, now=now
    )
    scope = grants.Scope(company=company)
    grants.add_grant(user, actor=None, role=Role.OWNER, scope=scope, now=now)
    return User.objects.get(pk=user.pk)


def send_away(county: County) -> None:
    """One officer is away today: the work of his companies lies with their B."""
    # The third, for whose companies the demo's first officer is B.
    login = county.story.officers[2]
    today = county.today
    first = workday_until(today)
    noted_at = at(workday_until(first - timedelta(days=1)), 16, 20)
    absences.enter_absence(
        county.users[login],
        actor=None,
        kind="training",
        starts_on=first,
        ends_on=today + timedelta(days=2),
        note="到省里培训",
        now=noted_at,
    )
    leave_to_b(county, first, noted_at)


def leave_to_b(county: County, first: date, noted_at: datetime) -> None:
    """A handler is away too: the demo's first one stands in for him."""
    a, b = county.users["handler3"], county.users["handler1"]
    people_of_demo = {one.login: one for one in county.story.people}
    held = {right.department for right in people_of_demo["handler1"].rights}
    for right in people_of_demo["handler3"].rights:
        if right.department and right.department not in held:
            scope = grants.Scope(department=county.departments[right.department])
            grants.add_grant(
                b, actor=None, role=Role.HANDLER, scope=scope, now=noted_at
            )
    standing_in.set_stand_in(a, actor=None, stand_in=b, now=noted_at)
    absences.enter_absence(
        a,
        actor=a,
        kind="travel",
        starts_on=first,
        ends_on=county.today + timedelta(days=1),
        remark="现场核查材料在左边柜子，规划图找测绘院。",
        now=noted_at,
    )
