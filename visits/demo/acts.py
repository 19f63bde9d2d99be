"""The acts of the demo county's past: who does what next, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, Protocol

from crm.demo.agenda import Agenda
from crm.demo.county import County
from crm.demo.story import CompanyStory, ContactStory
from crm.models import Company, Department, User
from visits.models import Category
from visits.services import categories as category_services

from . import fates, ratings, texts
from .fates import Fate, fate_of, working_time
from .ratings import RatingHands
from .story import FindingStory, VisitStory
from .texts import Teller

Assistant = tuple[Department, str]
TASK = "请就职责范围内事项提出意见"


@dataclass
class Case:
    """A ticket as its story knows it; `record` is whatever the hands keep of it."""

    company: int
    category: Category
    later: str
    record: Any = None  # a Ticket, or the rows of one
    handler: User | None = None


class Hands(RatingHands, Protocol):
    """Who writes what the acts decide: the services, or rows in bulk."""

    # What the last visit left as its record.
    held_visit: Any

    def hold(self, visit: VisitStory, now: datetime) -> Sequence[Case]: ...

    def raise_ticket(
        self, case: Case, actor: User, told: FindingStory, now: datetime
    ) -> None: ...

    def refuse(
        self, case: Case, actor: User, refusal: str, note: str, now: datetime
    ) -> None: ...

    def dispatch(
        self,
        case: Case,
        actor: User,
        lead: Department,
        assistants: Sequence[Assistant],
        now: datetime,
    ) -> None: ...

    def accept(self, case: Case, actor: User, now: datetime) -> None: ...

    def contact(
        self, case: Case, actor: User, person: ContactStory, now: datetime
    ) -> None: ...

    def start(self, case: Case, actor: User, now: datetime) -> None: ...

    def comment(
        self, case: Case, actor: User, text: str, *, is_internal: bool, now: datetime
    ) -> None: ...

    def answer_part(
        self, case: Case, actor: User, unit: Department, text: str, now: datetime
    ) -> None: ...

    def answer(
        self, case: Case, actor: User, text: str, proposed: str, now: datetime
    ) -> None: ...

    def reject(self, case: Case, actor: User, reason: str, now: datetime) -> None: ...

    def confirm(
        self,
        case: Case,
        actor: User,
        outcome: str,
        note: str,
        person: ContactStory | None,
        now: datetime,
    ) -> None:
        """`person` is whom an officer asked by telephone."""


@dataclass
class Past:
    """The county while its past happens: who acts for whom."""

    county: County
    hands: Hands
    random: Random
    categories: dict[str, Category] = field(default_factory=dict)
    handlers: dict[int, list[User]] = field(default_factory=dict)
    # By the company's place in the list.
    owners: dict[int, User] = field(default_factory=dict)
    leads: dict[tuple[str, str], Department] = field(default_factory=dict)
    # Those of ratings that nobody has played yet.
    scenes: list[ratings.Scene] = field(default_factory=lambda: [*ratings.SCENES])

    @property
    def agenda(self) -> Agenda:
        return self.county.agenda

    @property
    def dispatcher(self) -> User:
        return self.county.users["dispatch1"]

    def told(self, case: Case) -> CompanyStory:
        return self.county.story.companies[case.company]

    def teller(self, case: Case) -> Teller:
        return Teller(self.random, self.told(case))

    def lead_of(self, case: Case) -> Department:
        """As the dispatcher is proposed it; the same for all of one region."""
        region = self.county.regions[self.told(case).region]
        key = (case.category.key, region.code)
        if key not in self.leads:
            where = Company(region_path=region.path)
            lead = category_services.usual_lead(case.category, where)
            self.leads[key] = lead or self.county.departments["liaison-centre"]
        return self.leads[key]

    def voice_of(self, case: Case, now: datetime) -> User:
        """The company's own account, or its officer A of that day."""
        if owner := self.owners.get(case.company):
            return owner
        return self.county.users[self.told(case).officer_on(now) or "officer1"]


def hold(past: Past, story: VisitStory, now: datetime) -> None:
    for case in past.hands.hold(story, now):
        follow(past, case, now)
    officer, visit = past.county.users[story.officer], past.hands.held_visit
    ratings.after(past, story.company, visit, officer, is_visit=True, now=now)


def write_in(
    past: Past,
    case: Case,
    actor: User,
    told: FindingStory,
    fate: Fate | None,
    now: datetime,
) -> None:
    past.hands.raise_ticket(case, actor, told, now)
    follow(past, case, now, fate)


def follow(past: Past, case: Case, now: datetime, fate: Fate | None = None) -> None:
    """Decide what becomes of it and let the first act wait for its time."""
    fate = fate or fate_of(past.random, now, case.category.solve_days)
    if fate.is_refused:
        past.agenda.later(fate.dispatched_at, partial(refuse, past, case))
    elif fate.reaches >= fates.DISPATCHED:
        past.agenda.later(fate.dispatched_at, partial(dispatch, past, case, fate))


def refuse(past: Past, case: Case, now: datetime) -> None:
    refusal = texts.texts()["refusal_of"].get(case.category.key, "repeated")
    note = texts.texts()["refusals"][refusal]
    past.hands.refuse(case, past.dispatcher, refusal, note, now)


def dispatch(past: Past, case: Case, fate: Fate, now: datetime) -> None:
    lead = past.lead_of(case)
    assistants = assistants_of(past, lead, fate.assistant)
    past.hands.dispatch(case, past.dispatcher, lead, assistants, now)
    handlers = past.handlers.get(lead.pk)
    if not handlers or fate.reaches < fates.ACCEPTED:
        return
    case.handler = past.random.choice(handlers)
    past.agenda.later(fate.accepted_at, partial(accept, past, case))
    if fate.reaches < fates.WORKING:
        return
    past.agenda.later(fate.contacted_at, partial(contact, past, case))
    past.agenda.later(fate.replied_at, partial(reply, past, case))
    for unit, _task in assistants:
        if helpers := past.handlers.get(unit.pk):
            when = working_time(fate.accepted_at, 2, past.random)
            if when < fate.answered_at:
                past.agenda.later(when, partial(assist, past, case, unit, helpers[0]))
    if fate.reaches >= fates.ANSWERED:
        past.agenda.later(fate.answered_at, partial(answer, past, case, fate))


def assistants_of(past: Past, lead: Department, code: str) -> list[Assistant]:
    unit = past.county.departments[code] if code else lead
    return [] if unit == lead else [(unit, TASK)]


def handler_of(case: Case) -> User:
    assert case.handler is not None, "chosen when it was dispatched"
    return case.handler


def accept(past: Past, case: Case, now: datetime) -> None:
    past.hands.accept(case, handler_of(case), now)


def contact(past: Past, case: Case, now: datetime) -> None:
    person = past.told(case).contacts[0]
    past.hands.contact(case, handler_of(case), person, now)


def reply(past: Past, case: Case, now: datetime) -> None:
    past.hands.start(case, handler_of(case), now)
    is_internal = past.random.random() < 0.25
    kind = "internal_comments" if is_internal else "public_comments"
    if case.category.key == "finance" and not is_internal:
        kind = "finance_comments"
    text = past.teller(case).one_of(kind)
    past.hands.comment(case, handler_of(case), text, is_internal=is_internal, now=now)


def assist(
    past: Past, case: Case, unit: Department, helper: User, now: datetime
) -> None:
    text = past.teller(case).one_of("part_answers")
    past.hands.answer_part(case, helper, unit, text, now)


def answer(past: Past, case: Case, fate: Fate, now: datetime) -> None:
    text = answer_text(past, case, fate.outcome)
    past.hands.answer(case, handler_of(case), text, fate.outcome, now)
    if fate.rejected_once:
        again = working_time(now, 1, past.random)
        past.agenda.later(again, partial(reject, past, case))
        better = working_time(again, 2, past.random)
        fate.rejected_once = False
        case.later = past.random.choice(texts.texts()["again"]) + case.later
        past.agenda.later(better, partial(answer, past, case, fate))
    elif fate.reaches >= fates.CLOSED:
        when = max(fate.confirmed_at, working_time(now, 1, past.random))
        past.agenda.later(when, partial(confirm, past, case, fate))


def answer_text(past: Past, case: Case, outcome: str) -> str:
    teller = past.teller(case)
    if outcome == "explained":
        return teller.one_of("explained")
    more = teller.one_of("partly") if outcome == "partly" else ""
    return case.later + more


def reject(past: Past, case: Case, now: datetime) -> None:
    reason = past.teller(case).one_of("rejections")
    past.hands.reject(case, past.voice_of(case, now), reason, now)


def confirm(past: Past, case: Case, fate: Fate, now: datetime) -> None:
    voice = past.voice_of(case, now)
    by_call = case.company not in past.owners
    kind = "call" if by_call and fate.outcome == "solved" else fate.outcome
    note = past.teller(case).one_of("confirm_notes", kind)
    person = past.told(case).contacts[0] if by_call else None
    past.hands.confirm(case, voice, fate.outcome, note, person, now)
    handler = handler_of(case)
    ratings.after(past, case.company, case.record, handler, is_visit=False, now=now)
