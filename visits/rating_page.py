"""A rating as its page shows it, and as it stands on the page of what was rated."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit_words import ACTIONS
from crm.lib.errors import DomainError
from crm.models import Attachment, Deadline, Event, Lamp, User, subject_of
from crm.services import deadlines
from visits.models import Correction, Objection, Rating
from visits.rating_words import ICONS
from visits.services import ratings as services
from visits.services.ratings import Record
from visits.services.tickets import is_owner

STEPS = 40
State = Correction.State


@dataclass(frozen=True)
class Step:
    at: datetime
    who: str
    icon: str
    what: str
    # Instead of a time, where that could be compared with another.
    day: date | None


@dataclass(frozen=True)
class Clock:
    """Until when the unit has to report."""

    deadline: Deadline
    today: date
    near: date

    @property
    def lamp(self) -> Lamp:
        return self.deadline.lamp(self.today, self.near)

    @property
    def is_met(self) -> bool:
        return self.deadline.met_at is not None

    @property
    def was_late(self) -> bool:
        return deadlines.was_late(self.deadline)

    @property
    def days_left(self) -> int | None:
        return deadlines.days_left(self.deadline, self.today)


@dataclass(frozen=True)
class Page:
    rating: Rating
    today: date
    now: datetime
    # What was rated, for who may know it.
    record: Record | None
    title: str
    correction: Correction | None
    objection: Objection | None
    clock: Clock | None
    files: list[Attachment] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def has(self, flag: str) -> bool:
        return bool(getattr(self.rating, flag, False))

    @property
    def is_owned(self) -> bool:
        return self.has("is_owned")

    @property
    def is_named_here(self) -> bool:
        """Whether this person may read whose rating it is."""
        return self.is_owned or not self.rating.is_anonymous

    @property
    def rater(self) -> str:
        """Who gave it, of those with a name; a company may have said no more."""
        rating = self.rating
        return rating.rated_by.name if rating.rated_by else rating.rater_name

    @property
    def reads_call(self) -> bool:
        """What the company said on the telephone is not for the rated unit."""
        return not self.has("may_answer") and not self.is_owned

    def in_state(self, *states: str) -> bool:
        return self.correction is not None and self.correction.state in states

    @property
    def may_send(self) -> bool:
        return self.has("may_answer") and self.in_state(State.FIXING)

    @property
    def may_hand(self) -> bool:
        return self.has("may_hand") and self.in_state(State.FIXING)

    @property
    def may_call(self) -> bool:
        return self.has("may_ask_back") and self.in_state(State.SENT)

    @property
    def may_link(self) -> bool:
        return self.has("may_ask_back") and self.in_state(State.SENT, State.ASKED)

    @property
    def may_look(self) -> bool:
        return self.is_owned and self.in_state(State.ASKED)

    @property
    def may_object(self) -> bool:
        if not self.has("may_answer") or self.objection or self.rating.is_excluded:
            return False
        return self.today <= services.last_day(self.rating)

    @property
    def may_disown(self) -> bool:
        rating = self.rating
        is_told = rating.told_on is not None and not rating.is_excluded
        by_link = rating.way == Rating.Way.LINK
        return self.is_owned and by_link and is_told and not self.objection

    @property
    def may_rule(self) -> bool:
        objection = self.objection
        return self.has("may_rule") and objection is not None and objection.is_open


def page_of(rating: Rating, user: User, now: datetime | None = None) -> Page:
    """The rating must come from for_page() and with_rights(user)."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    correction: Correction | None = getattr(rating, "correction", None)
    owned = bool(rating.is_owned)  # type: ignore[attr-defined] # annotated
    record = None
    if owned or not rating.is_anonymous:
        record = services.record_of(rating.subject_type, rating.subject_id)
    near = deadlines.yellow_from(today)
    return Page(
        rating=rating,
        today=today,
        now=now,
        record=record,
        title=services.title_of(record) if record else kind_of(rating),
        correction=correction,
        objection=getattr(rating, "objection", None),
        clock=Clock(correction.fix_by, today, near) if correction else None,
        files=files_of(correction) if correction else [],
        steps=steps_of(rating, correction),
    )


def kind_of(rating: Rating) -> str:
    return str(Rating.KINDS[rating.subject_type])


def files_of(correction: Correction) -> list[Attachment]:
    subject_type, subject_id = subject_of(correction)
    files = Attachment.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(files.select_related("file").order_by("pk"))


def steps_of(rating: Rating, correction: Correction | None) -> list[Step]:
    """What happened, the newest first; the auditor's words are everybody's."""
    kind, pk = subject_of(rating)
    wanted = Q(subject_type=kind, subject_id=pk)
    if correction is not None:
        kind, pk = subject_of(correction)
        wanted |= Q(subject_type=kind, subject_id=pk)
    events = Event.objects.filter(wanted).select_related("actor").order_by("-pk")
    return [
        Step(
            at=one.at,
            who=who_of(one, rating),
            icon=ICONS.get(one.action, "history"),
            what=str(ACTIONS.get(one.action, one.action)),
            day=day_of(one, rating) if rating.is_anonymous else None,
        )
        for one in events[:STEPS]
    ]


def day_of(event: Event, rating: Rating) -> date | None:
    """Of what the company did without a name, and of what followed by itself."""
    if event.action == "rating.given":
        return rating.rated_on
    return timezone.localdate(event.at) if event.actor_id is None else None


def who_of(event: Event, rating: Rating) -> str:
    if event.actor is not None:
        return event.actor.name
    if event.action in {"rating.given", "rating.second_look"}:
        named = not rating.is_anonymous and rating.rater_name
        return named or _("The company")
    return _("The system")


# --- On the page of what was rated ------------------------------------------------


@dataclass(frozen=True)
class Of:
    """What the page of a ticket, visit or agency says of its rating."""

    record: Record
    kind: str
    rating: Rating | None
    is_own: bool
    may_rate: bool
    may_link: bool
    # Why the company cannot rate it (any more).
    hint: str = ""

    @property
    def rate_url(self) -> str:
        return f"visits:rate-{self.kind}"

    @property
    def link_url(self) -> str:
        return f"visits:rating-link-{self.kind}"


def of_record(record: Record, kind: str, user: User, now: datetime) -> Of | None:
    """Nothing before the end. Of a rating without a name officials learn nothing here:
    what they see is what they would see of one that was never given."""
    is_over, is_ratable, hint = True, True, ""
    try:
        services.thing_of(record, now)
    except services.NotEndedError:
        is_over = False
    except DomainError as error:
        is_ratable, hint = False, str(error.sentence)
    if not is_over and not services.is_answered(record):
        return None
    is_own = is_owner(user, services.company_of(record))
    if is_own and not is_over:
        return None
    rating = services.rating_of(record)
    if rating is not None and not is_own and not is_shown(rating, user):
        rating = None
    is_free = is_ratable and rating is None
    return Of(
        record=record,
        kind=kind,
        rating=rating,
        is_own=is_own,
        may_rate=is_own and is_free,
        may_link=is_free and not is_own and services.linkable_by(user, record),
        hint=hint,
    )


def is_shown(rating: Rating, user: User) -> bool:
    """With its name, and to who may read it."""
    if rating.is_anonymous:
        return False
    return Rating.objects.visible_to(user).filter(pk=rating.pk).exists()
