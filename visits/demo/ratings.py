"""What companies of the demo think of it: ratings, corrections, second looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from crm.demo.story import at
from crm.models import User
from visits.models.ratings import BAD

from . import texts
from .fates import working_time

if TYPE_CHECKING:
    from .acts import Past

# Of ten closed tickets three to four are rated, of ten visits one.
TICKETS, VISITS = 0.34, 0.09
LEVELS, WEIGHTS = (5, 4, 3, 2, 1), (44, 33, 11, 8, 4)
NAMELESS, NAMED_BY_LINK = 0.3, 0.6
OBJECTED, UPHELD = 0.16, 0.4
LOOKED_AGAIN = 0.6
TOLD_AT = 5, 30


@dataclass(frozen=True)
class Opinion:
    """What a company says, and how: with its account, else by a link."""

    level: int
    words: str
    tags: tuple[str, ...]
    is_anonymous: bool
    owner: User | None
    # Who hands out the link, and what its user calls himself.
    giver: User
    name: str = ""


@dataclass(frozen=True)
class Scene:
    """A bad rating given so many days ago that has come this far and no further."""

    youngest: int
    oldest: int
    stops: str
    is_anonymous: bool = False


# So that each state and each colour of the lamp is there to be seen.
SCENES = (
    Scene(2, 8, "given", is_anonymous=True),
    Scene(4, 9, "objected"),
    Scene(18, 20, "given"),
    Scene(26, 40, "given"),
    Scene(12, 20, "reported"),
    Scene(10, 17, "called"),
    Scene(20, 40, "not corrected"),
)


@dataclass(eq=False)
class Rated:
    """A rating as its story knows it; `record` is whatever the hands keep of it."""

    company: int
    opinion: Opinion
    # Who of the rated unit reports, and who of another one asks back.
    reporter: User
    caller: User
    record: Any = None  # a Rating, or its row
    correction: Any = None  # its row, in bulk
    scene: Scene | None = None
    # Of the first link, by which a nameless giver comes back.
    token: str = ""

    @property
    def stops(self) -> str:
        return self.scene.stops if self.scene else ""


class RatingHands(Protocol):
    """Who writes it: the services, or rows in bulk."""

    def rate(self, rated: Rated, subject: Any, now: datetime) -> None:
        """`subject` is what a case or a visit left as its record."""

    def tell_nameless(self, now: datetime) -> None: ...

    def report(self, rated: Rated, done: str, now: datetime) -> None: ...

    def call_back(
        self, rated: Rated, call: str, person: str, note: str, now: datetime
    ) -> date:
        """The last day of the second look."""

    def look_again(
        self, rated: Rated, level: int, words: str, now: datetime
    ) -> None: ...

    def end_unheard(self, now: datetime) -> None: ...

    def object_to(
        self, rated: Rated, kind: str, reason: str, now: datetime
    ) -> None: ...

    def rule(
        self, rated: Rated, *, is_upheld: bool, reason: str, now: datetime
    ) -> None: ...


def after(
    past: "Past",
    company: int,
    subject: Any,  # what the hands left as the record of a ticket or visit
    reporter: User,
    *,
    is_visit: bool,
    now: datetime,
) -> None:
    """Whether it is rated at all, and when."""
    share = VISITS if is_visit else TICKETS
    is_rated = past.random.random() < share
    when = working_time(now, past.random.choice((0, 1, 1, 3)), past.random)
    scene = scene_for(past, when, is_visit=is_visit)
    if not is_rated and scene is None:
        return
    rated = Rated(
        company=company,
        opinion=opinion_of(past, company, scene, now, is_visit=is_visit),
        reporter=reporter,
        caller=past.county.users["supervisor1"],
        scene=scene,
    )
    past.agenda.later(when, partial(rate, past, rated, subject))


def scene_for(past: "Past", when: datetime, *, is_visit: bool) -> Scene | None:
    """Each is played once, by the first thing that fits its days."""
    age = (past.county.today - when.date()).days
    for scene in past.scenes:
        fits = scene.youngest <= age <= scene.oldest
        if fits and not (is_visit and scene.is_anonymous):
            past.scenes.remove(scene)
            return scene
    return None


def opinion_of(
    past: "Past", company: int, scene: Scene | None, now: datetime, *, is_visit: bool
) -> Opinion:
    random, told = past.random, past.county.story.companies[company]
    level = random.choices(LEVELS, WEIGHTS)[0]
    if scene is not None:
        level = min(level, BAD)
    said: dict[str, Any] = texts.texts()["ratings"][str(level)]
    has_words = scene is not None or random.random() < 0.7
    tags = tuple(sorted(random.sample(said["tags"], random.randint(0, 2))))
    # A nameless bad one of a visit would lie in nobody's hands: no head is there.
    nameless = random.random() < NAMELESS and not (is_visit and level <= BAD)
    if scene is not None:
        nameless = scene.is_anonymous
    named = random.random() < NAMED_BY_LINK
    return Opinion(
        level=level,
        words=random.choice(said["words"]) if has_words else "",
        tags=tags,
        is_anonymous=nameless,
        owner=past.owners.get(company),
        giver=past.county.users[told.officer_on(now) or "officer1"],
        name=told.contacts[0].name if named and not nameless else "",
    )


def rate(past: "Past", rated: Rated, subject: Any, now: datetime) -> None:
    past.hands.rate(rated, subject, now)
    begins = now
    if rated.opinion.is_anonymous:
        begins = at(now.date() + timedelta(days=1), *TOLD_AT)
        past.agenda.later(begins, past.hands.tell_nameless)
    if rated.opinion.level <= BAD and rated.stops != "given":
        follow(past, rated, begins)


def follow(past: "Past", rated: Rated, begins: datetime) -> None:
    """An objection now and then; a report mostly in time, one in ten late."""
    random = past.random
    is_objected = random.random() < OBJECTED and rated.scene is None
    if is_objected or rated.stops == "objected":
        when = working_time(begins, random.choice((1, 2)), random)
        past.agenda.later(when, partial(object_to, past, rated))
        return
    report_after(past, rated, begins)


def report_after(past: "Past", rated: Rated, begins: datetime) -> None:
    days = 17 if past.random.random() < 0.1 else past.random.randint(3, 13)
    days = 3 if rated.scene else days
    when = working_time(begins, days, past.random)
    past.agenda.later(when, partial(report, past, rated))


def object_to(past: "Past", rated: Rated, now: datetime) -> None:
    kind = past.random.choice(("mistake", "other_unit", "malicious"))
    reason = texts.texts()["rating_objections"][kind]
    past.hands.object_to(rated, kind, reason, now)
    if rated.stops == "objected":
        return
    when = working_time(now, past.random.choice((2, 4, 6)), past.random)
    past.agenda.later(when, partial(rule, past, rated))


def rule(past: "Past", rated: Rated, now: datetime) -> None:
    is_upheld = past.random.random() < UPHELD
    reasons = texts.texts()["rating_rulings"]
    reason = reasons["upheld" if is_upheld else "rejected"]
    past.hands.rule(rated, is_upheld=is_upheld, reason=reason, now=now)
    if not is_upheld:
        report_after(past, rated, now)


def report(past: "Past", rated: Rated, now: datetime) -> None:
    done = past.random.choice(texts.texts()["corrections"])
    past.hands.report(rated, done, now)
    if rated.stops == "reported":
        return
    if rated.opinion.is_anonymous:
        look_after(past, rated, now, None)
        return
    when = working_time(now, past.random.choice((1, 2, 3)), past.random)
    past.agenda.later(when, partial(call_back, past, rated))


def call_back(past: "Past", rated: Rated, now: datetime) -> None:
    calls: Sequence[str] = ("corrected", "not_corrected", "unreached")
    call = past.random.choices(calls, (6, 2, 2))[0]
    note = texts.texts()["call_backs"][call]
    person = past.county.story.companies[rated.company].contacts[0].name
    reached = person if call != "unreached" else ""
    last = past.hands.call_back(rated, call, reached, note, now)
    if rated.stops == "called":
        return
    look_after(past, rated, now, last)


def look_after(past: "Past", rated: Rated, now: datetime, last: date | None) -> None:
    """The company looks again, or its days end without a word."""
    if past.random.random() < LOOKED_AGAIN or rated.scene:
        when = working_time(now, past.random.randint(1, 4), past.random)
        past.agenda.later(when, partial(look_again, past, rated))
        return
    ends = last or now.date() + timedelta(days=20)
    over = at(ends + timedelta(days=1), *TOLD_AT)
    past.agenda.later(over, past.hands.end_unheard)


def look_again(past: "Past", rated: Rated, now: datetime) -> None:
    level = past.random.choices((5, 4, 3, 2), (20, 45, 20, 15))[0]
    level = 2 if rated.scene else level
    words = texts.texts()["second_looks"][str(level)]
    past.hands.look_again(rated, level, words, now)
