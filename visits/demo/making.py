"""Let the county's past happen through the services, in the order of time."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import count
from random import Random
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from crm.demo.making import County, send_away
from crm.models import Company, Department, Grant, Role, StoredFile, User
from crm.services.files import Received, receive_file
from visits.models import Category, Ticket, Visit
from visits.services import categories as category_services
from visits.services import intake, visits
from visits.services import tickets as services
from visits.services.content import Content, Heard, Person

from . import pictures, texts
from .fates import Fate, fate_of, working_time
from .story import VisitStory, finding, visits_of, workdays

# Visits of the last days bring photos; more would only fill the disk.
PICTURED = 24
BATCH = 100


@dataclass
class Past:
    """The county while its past happens: what waits, and who acts for whom."""

    county: County
    random: Random
    now: datetime
    waiting: list[tuple[datetime, int, Callable[[datetime], None]]] = field(
        default_factory=list
    )
    order: "count[int]" = field(default_factory=count)
    categories: dict[str, Category] = field(default_factory=dict)
    handlers: dict[int, list[User]] = field(default_factory=dict)
    owners: dict[int, User] = field(default_factory=dict)

    def later(self, when: datetime, act: Callable[[datetime], None]) -> None:
        """Something to happen then, unless that is still ahead."""
        if when <= self.now:
            heapq.heappush(self.waiting, (when, next(self.order), act))

    @property
    def dispatcher(self) -> User:
        return self.county.users["dispatch1"]


def make(county: County) -> None:
    """Visits and tickets up to now, then plans and who is away."""
    category_services.link_default_leads()
    past = Past(county, county.random, timezone.now())
    past.categories = {one.key: one for one in Category.objects.all()}
    past.handlers = handlers_of_departments()
    past.owners = owners_of_companies(county)
    stories = list(visits_of(county.story, past.random))
    for number, story in enumerate(stories):
        pictured = len(stories) - number <= PICTURED
        past.later(story.logged_at, partial(hold, past, story, pictured))
    raise_by_companies(past)
    happen(past)
    with transaction.atomic():
        plan(past)
        send_away(county)
    county.say(f"{Visit.objects.count()} visits, {Ticket.objects.count()} tickets")


def happen(past: Past) -> None:
    """Act by act, a hundred to a transaction."""
    while past.waiting:
        with transaction.atomic():
            for _ in range(min(BATCH, len(past.waiting))):
                if past.waiting:
                    when, _order, act = heapq.heappop(past.waiting)
                    act(when)


def handlers_of_departments() -> dict[int, list[User]]:
    grants = Grant.objects.filter(role__in=(Role.HANDLER, Role.UNIT_HEAD))
    found: dict[int, list[User]] = {}
    for grant in grants.select_related("user", "department").order_by("role", "pk"):
        found.setdefault(grant.department_id or 0, []).append(grant.user)
    return found


def owners_of_companies(county: County) -> dict[int, User]:
    return {
        user.access.company_ids(Role.OWNER)[0]: user
        for user in county.users.values()
        if user.access.has(Role.OWNER)
    }


# --- Visits --------------------------------------------------------------------


def hold(past: Past, story: VisitStory, pictured: bool, now: datetime) -> None:
    company = past.county.companies[story.company]
    officer = past.county.users[story.officer]
    received = files_for(past.random, story) if pictured else {}
    sending = intake.Sending(
        uuid=UUID(int=past.random.getrandbits(128), version=4),
        company=company.pk,
        content=content_of(past, story, company, received),
    )
    visit = intake.receive(sending, actor=officer, received=received, now=now).visit
    later = {one.symptom: one.later for one in story.findings}
    for ticket in visit.tickets.select_related("category", "company", "finding"):
        text = later.get(ticket.finding.symptom if ticket.finding else "", "")
        follow(past, ticket, now, text)


def files_for(random: Random, story: VisitStory) -> dict[str, Received]:
    """Two or three photos and, where somebody signed, the signature."""
    drawn = [
        (pictures.photo(random), StoredFile.Kind.PHOTO)
        for _ in range(random.choice((2, 3)))
    ]
    if story.signed:
        drawn.append((pictures.signature(random), StoredFile.Kind.SIGNATURE))
    found = {}
    for body, kind in drawn:
        upload = SimpleUploadedFile("camera", body)
        found[sha256(body).hexdigest()] = receive_file(upload, kind)
    return found


def content_of(
    past: Past, story: VisitStory, company: Company, received: dict[str, Received]
) -> Content:
    people = past.county.contacts[company.pk][: story.met]
    photos = [key for key, one in received.items() if one.mime == "image/jpeg"]
    signed = next((key for key, one in received.items() if one.mime == "image/png"), "")
    return Content(
        mode=story.mode,
        purpose=story.purpose,
        starts_at=story.starts_at,
        asked_by_company=story.asked_by_company,
        gate_reason=story.gate_reason,
        led_by=story.led_by,
        note=story.note,
        met=tuple(Person(name=p.name, title=p.title, contact=p.pk) for p in people),
        findings=tuple(
            Heard(
                key=str(n),
                category=one.category,
                symptom=one.symptom,
                cause=one.cause,
                wish=one.wish,
                result=one.result,
                answer=one.answer,
            )
            for n, one in enumerate(story.findings)
        ),
        photos=tuple(photos),
        signature=signed,
        signed_by=people[0].name if story.signed and people else "",
    )


# --- Tickets -------------------------------------------------------------------


def raise_by_companies(past: Past) -> None:
    """What companies wrote themselves; the newest still wait at the centre."""
    random, story = past.random, past.county.story
    days = workdays(story.today - timedelta(days=story.scale.days), story.today)
    some = max(6, round(story.scale.tickets * 0.07))
    for number in range(some):
        company_pk, owner = random.choice(sorted(past.owners.items()))
        day = days[-1 - number] if number < 3 else random.choice(days)
        when = working_time(
            timezone.make_aware(datetime.combine(day, datetime.min.time())), 0, random
        )
        past.later(when, partial(write_in, past, company_pk, owner))


def write_in(past: Past, company_pk: int, owner: User, now: datetime) -> None:
    told = finding(past.random, "ticket")
    ticket = services.raise_ticket(
        actor=owner,
        company=Company.objects.get(pk=company_pk),
        text=told.symptom,
        wish=told.wish,
        category=past.categories[told.category],
        now=now,
    )
    follow(past, ticket, now, told.later)


def follow(past: Past, ticket: Ticket, raised_at: datetime, answer: str) -> None:
    """Decide what becomes of it and let the first act wait for its time."""
    fate = fate_of(past.random, raised_at, ticket.category.solve_days)
    if fate.refused:
        past.later(fate.dispatched_at, partial(refuse, ticket, past))
        return
    past.later(fate.dispatched_at, partial(dispatch, past, ticket, fate, answer))


def refuse(ticket: Ticket, past: Past, now: datetime) -> None:
    services.refuse_ticket(
        ticket,
        actor=past.dispatcher,
        refusal=Ticket.Refusal.POWER,
        note="该事项由省级主管部门办理，已将联系方式告知企业。",
        now=now,
    )


def dispatch(
    past: Past, ticket: Ticket, fate: Fate, answer: str, now: datetime
) -> None:
    company = Company.objects.get(pk=ticket.company_id)
    lead = category_services.usual_lead(ticket.category, company)
    lead = lead or past.county.departments["liaison-centre"]
    assistants = assistants_of(past, lead) if fate.assist else []
    ticket = services.dispatch_ticket(
        ticket, actor=past.dispatcher, lead=lead, assistants=assistants, now=now
    )
    handlers = past.handlers.get(lead.pk)
    if not handlers or fate.is_stuck:
        return
    handler = past.random.choice(handlers)
    act = partial(work, past, ticket, fate, answer, handler)
    past.later(fate.accepted_at, partial(accept, ticket, handler))
    past.later(fate.contacted_at, partial(contact, past, ticket, handler))
    past.later(fate.replied_at, partial(reply, past, ticket, handler))
    past.later(fate.answered_at, act)
    for unit, _task in assistants:
        if helpers := past.handlers.get(unit.pk):
            when = working_time(fate.accepted_at, 2, past.random)
            if when < fate.answered_at:
                past.later(when, partial(assist, past, ticket, unit, helpers[0]))


def assistants_of(past: Past, lead: Department) -> list[tuple[Department, str]]:
    unit = past.county.departments[past.random.choice(("finance", "housing", "miit"))]
    return [] if unit == lead else [(unit, "请就职责范围内事项提出意见")]


def accept(ticket: Ticket, handler: User, now: datetime) -> None:
    services.accept_ticket(ticket, actor=handler, now=now)


def contact(past: Past, ticket: Ticket, handler: User, now: datetime) -> None:
    person = past.county.contacts[ticket.company_id][0]
    services.record_contact(
        ticket,
        actor=handler,
        person=person.name,
        phone=person.phone,
        called_at=now - timedelta(minutes=3),
        now=now,
    )


def reply(past: Past, ticket: Ticket, handler: User, now: datetime) -> None:
    services.start_work(ticket, actor=handler, now=now)
    is_internal = past.random.random() < 0.25
    kind = "internal_comments" if is_internal else "public_comments"
    text = texts.one_of(past.random, kind)
    services.comment_ticket(
        ticket, actor=handler, text=text, is_internal=is_internal, now=now
    )


def assist(
    past: Past, ticket: Ticket, unit: Department, helper: User, now: datetime
) -> None:
    text = texts.one_of(past.random, "internal_comments")
    services.answer_part(ticket, actor=helper, text=text, department=unit, now=now)


def work(
    past: Past, ticket: Ticket, fate: Fate, answer: str, handler: User, now: datetime
) -> None:
    services.answer_ticket(
        ticket,
        actor=handler,
        text=answer or texts.one_of(past.random, "public_comments"),
        proposed=fate.outcome,
        now=now,
    )
    if fate.rejected_once:
        again = working_time(now, 1, past.random)
        past.later(again, partial(reject, past, ticket))
        better = working_time(again, 2, past.random)
        fate.rejected_once = False
        past.later(better, partial(work, past, ticket, fate, answer, handler))
        return
    past.later(max(fate.confirmed_at, now), partial(confirm, past, ticket, fate))


def voice_of(past: Past, ticket: Ticket) -> User:
    """The company's own account, or its officer A."""
    if owner := past.owners.get(ticket.company_id):
        return owner
    number = next(
        n for n, one in enumerate(past.county.companies) if one.pk == ticket.company_id
    )
    return past.county.users[
        past.county.story.companies[number].officer_a or "officer1"
    ]


def reject(past: Past, ticket: Ticket, now: datetime) -> None:
    services.reject_answer(
        ticket,
        actor=voice_of(past, ticket),
        reason="只是口头答应，现场还没有变化。",
        now=now,
    )


def confirm(past: Past, ticket: Ticket, fate: Fate, now: datetime) -> None:
    voice, proof = voice_of(past, ticket), None
    if not voice.has_role(Role.OWNER):
        person = past.county.contacts[ticket.company_id][0]
        proof = services.Proof(
            kind=Ticket.SignOff.CALL,
            person=person.name,
            phone=person.phone,
            called_at=now - timedelta(minutes=5),
        )
    note = past.random.choice(texts.texts()["confirm_notes"])
    services.confirm_ticket(
        ticket, actor=voice, outcome=fate.outcome, note=note, proof=proof, now=now
    )


# --- What lies ahead -----------------------------------------------------------


def plan(past: Past) -> None:
    """The demo officer's week: one overdue, two today, some ahead."""
    county, today = past.county, past.county.today
    ahead = workdays(today, today + timedelta(days=12))
    before = workdays(today - timedelta(days=12), today - timedelta(days=1))
    days = [before[-1], today, today, *ahead[:5]]
    for number, day in enumerate(days):
        hour = (9, 10, 15)[number % 3]
        starts_at = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        visits.plan_visit(
            county.companies[number * 2],
            actor=county.users["officer1"],
            mode="onsite",
            purpose=texts.one_of(past.random, "purposes"),
            starts_at=starts_at + timedelta(hours=hour, minutes=30),
            gate_reason="企业主动预约",
            now=past.now - timedelta(days=13),
        )
