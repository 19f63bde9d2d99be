"""Let the county's past happen through the services, in the order of time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from django.db import transaction

from crm.demo.county import County, batch
from crm.demo.making import send_away
from crm.demo.story import at
from crm.models import Grant, Role, User
from projects.models import Project
from visits.models import Category, Ticket, Visit
from visits.services import categories as category_services
from visits.services import requests, suggestions, visits

from . import cases, complaints, desk, leading, orders, sides
from .acts import Case, Hands, Past, hold, write_in
from .bulk import BulkHands
from .fates import working_time
from .hands import ServiceHands
from .said import say
from .stage import set_stage
from .story import BY_VISIT, VisitStory, finding, visits_of, workdays
from .texts import Teller, texts

# So many of the newest visits bring photos.
PICTURED = 18


def make(county: County) -> None:
    """Visits and tickets up to now, then plans and who is away."""
    category_services.link_default_leads(now=county.story.start)
    categories = {one.key: one for one in Category.objects.all()}
    if county.story.scale.is_large:
        hands = BulkHands(county, Random(county.seed), categories)
        happen(past_of(county, hands, categories), nullcontext)
        hands.finish()
    else:
        pictured_from = county.story.scale.visits - PICTURED
        served = ServiceHands(county, Random(county.seed), categories, pictured_from)
        happen(past_of(county, served, categories), batch)
    with transaction.atomic():
        desk.set_desk(county)
        sides.set_sides(county)
    suggestions.rebuild()
    waiting = Ticket.objects.waiting_for_dispatch()
    suggestions.refresh(waiting.values_list("pk", flat=True))
    with transaction.atomic():
        cases.set_cases(county)
        plan(county)
        ask(county)
        complaints.make(county, owners_of(county))
        leading.lead(county, handlers_of_departments())
        orders.press(county, handlers_of_departments())
        say(county)
        send_away(county)
    county.say(f"{Visit.objects.count()} visits, {Ticket.objects.count()} tickets")


def past_of(county: County, hands: Hands, categories: dict[str, Category]) -> Past:
    past = Past(county, hands, Random(county.seed + 1), categories)
    past.handlers = handlers_of_departments()
    past.owners = owners_of(county)
    return past


def owners_of(county: County) -> dict[int, User]:
    """By the number of the company in the story."""
    return {
        person.rights[0].company or 0: county.users[person.login]
        for person in county.story.people
        if person.rights[0].role == Role.OWNER
    }


def handlers_of_departments() -> dict[int, list[User]]:
    grants = Grant.objects.filter(role__in=(Role.HANDLER, Role.UNIT_HEAD))
    found: dict[int, list[User]] = {}
    for grant in grants.select_related("user").order_by("role", "pk"):
        found.setdefault(grant.department_id or 0, []).append(grant.user)
    return found


def happen(past: Past, together: Callable[[], AbstractContextManager[object]]) -> None:
    """Everything up to now; each act brings what follows from it."""
    raise_by_companies(past)
    set_stage(past)
    county = past.county
    coming = visits_of(county.story, Random(county.seed + 2))
    next_visit(past, counted(coming, county))
    past.agenda.happen(together)


def counted(coming: Iterator[VisitStory], county: County) -> Iterator[VisitStory]:
    """Say each tenth: who waits sees it going."""
    tenth = max(1, county.story.scale.visits // 10)
    for number, story in enumerate(coming):
        if number and number % tenth == 0:
            county.say(f"{number} visits, up to {story.starts_at:%Y-%m-%d}")
        yield story


def next_visit(past: Past, coming: Iterator[VisitStory]) -> None:
    """One by one: a million stories at once would fill the memory."""
    if story := next(coming, None):
        act = partial(hold_and_go_on, past, coming, story)
        past.agenda.later(story.logged_at, act)


def hold_and_go_on(
    past: Past, coming: Iterator[VisitStory], story: VisitStory, now: datetime
) -> None:
    hold(past, story, now)
    next_visit(past, coming)


def raise_by_companies(past: Past) -> None:
    """What companies wrote themselves."""
    random, story = past.random, past.county.story
    first = story.today - timedelta(days=story.scale.days)
    days = workdays(first, story.today - timedelta(days=3))
    owners = sorted(past.owners)
    for _ in range(round(story.scale.tickets * (1 - BY_VISIT)) if owners else 0):
        number = random.choice(owners)
        told = finding(Teller(random, story.companies[number]), "ticket")
        case = Case(number, past.categories[told.category], told.later)
        when = working_time(at(random.choice(days), 7), 0, random)
        act = partial(write_in, past, case, past.owners[number], told, None)
        past.agenda.later(when, act)


def plans_of(county: County, random: Random) -> Iterator[tuple[int, datetime, str]]:
    """The demo officer's week: one overdue, two today or on the next day of work."""
    today = county.today
    # Long enough for the days of work after the longest holidays.
    ahead = workdays(today, today + timedelta(days=21))
    before = workdays(today - timedelta(days=12), today - timedelta(days=1))
    for number, day in enumerate([before[-1], ahead[0], *ahead[:6]]):
        hour = (9, 10, 15)[number % 3]
        teller = Teller(random, county.story.companies[number * 2])
        yield number * 2, at(day, hour, 30), teller.purpose(is_asked=True)


def plan(county: County) -> None:
    before = workdays(county.today - timedelta(days=20), county.today)
    noted_at = at(before[-4], 16, 40)
    for number, starts_at, purpose in plans_of(county, Random(county.seed + 3)):
        visits.plan_visit(
            county.company(number),
            actor=county.users["officer1"],
            mode="onsite",
            purpose=purpose,
            starts_at=starts_at,
            asked_by_company=True,
            now=noted_at,
        )


def ask(county: County) -> None:
    """Two companies ask that their officer come; nobody has answered yet."""
    asked_at = at(workdays(county.today - timedelta(days=12), county.today)[-2], 15, 20)
    wishes = texts()["wishes"]
    for (number, owner), wish in zip(owners_of(county).items(), wishes, strict=False):
        company = county.company(number)
        running = Project.objects.running().filter(company=company)
        requests.ask_for_visit(
            company,
            actor=owner,
            wish=wish,
            project=running.order_by("-code").first(),
            client_key=UUID(int=number, version=4),
            now=asked_at,
        )
