"""A complaint as its supervisors see it, and as its complainant does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import (
    Attachment,
    Deadline,
    Event,
    Lamp,
    User,
    subject_of,
)
from crm.services import calendar, deadlines
from visits.models import (
    Complaint,
    ComplaintAnswer,
    ComplaintNote,
    ComplaintPersonal,
    StatementRequest,
)
from visits.services import complaints as services

from .complaint_words import ACTIONS

STEPS = 60


@dataclass(frozen=True)
class Clock:
    """One promise of the supervisors, and how its day came about."""

    label: str | Promise
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

    @property
    def days(self) -> list[dict[str, Any]]:  # Any: as the template reads it
        return calendar.days_told(deadlines.explain(self.deadline))


@dataclass(frozen=True)
class Step:
    """One line of what happened."""

    at: datetime
    who: str
    what: str | Promise


@dataclass(frozen=True)
class Page:
    """A complaint with all that a supervisor of its scope reads of it."""

    complaint: Complaint
    user: User
    today: date
    clocks: list[Clock]
    notes: list[ComplaintNote]
    answers: list[ComplaintAnswer]
    statements: list[StatementRequest]
    files: list[Attachment]
    steps: list[Step]
    personal: ComplaintPersonal | None
    # Only in the answer to the person who just gave a reason.
    is_revealed: bool
    # Who else may read it: whom a second look can go to.
    others: list[User]

    @property
    def clock(self) -> Clock | None:
        """What is owed now."""
        running = self.complaint.clock
        return next((one for one in self.clocks if one.deadline == running), None)

    @property
    def is_mine(self) -> bool:
        return self.complaint.taken_by_id == self.user.pk

    @property
    def may_take(self) -> bool:
        return self.complaint.is_in_hand and not self.is_mine

    @property
    def is_same_eyes(self) -> bool:
        """Whether somebody else has to take the second look."""
        first = self.answers[0] if self.answers else None
        mine = first is not None and first.given_by_id == self.user.pk
        return self.complaint.is_second and mine and bool(self.others)

    @property
    def may_answer(self) -> bool:
        return self.complaint.is_in_hand and not self.is_same_eyes

    @property
    def may_name(self) -> bool:
        is_open = self.complaint.status in Complaint.OWED
        return is_open and bool(self.complaint.accused_name)

    @property
    def lamp_word(self) -> str:
        return "" if self.clock else str(self.complaint.get_status_display())


def page_of(
    complaint: Complaint,
    user: User,
    *,
    is_revealed: bool = False,
    now: datetime | None = None,
) -> Page:
    """The complaint must come from supervised_by(user) and for_page()."""
    today = timezone.localdate(now)
    every = services.supervisors_of(complaint, today)
    return Page(
        complaint=complaint,
        user=user,
        today=today,
        clocks=list(clocks_of(complaint, today)),
        notes=list(complaint.notes.select_related("written_by")),
        answers=list(complaint.answers.select_related("given_by").order_by("turn")),
        statements=list(
            complaint.statements.select_related("asked_of", "asked_by", "answer_by")
        ),
        files=files_of(complaint),
        steps=steps_of(complaint),
        personal=getattr(complaint, "personal", None),
        is_revealed=is_revealed,
        others=[one for one in every if one.pk != user.pk],
    )


def clocks_of(complaint: Complaint, today: date) -> Iterable[Clock]:
    near = deadlines.yellow_from(today)
    pairs: list[tuple[str | Promise, Deadline | None]] = [
        (pgettext_lazy("deadline", "acknowledge"), complaint.ack_by),
        (pgettext_lazy("deadline", "answer"), complaint.answer_by),
        (pgettext_lazy("deadline", "second look"), complaint.second_by),
    ]
    for label, deadline in pairs:
        if deadline is not None:
            yield Clock(label, deadline, today, near)


def files_of(complaint: Complaint) -> list[Attachment]:
    subject_type, subject_id = subject_of(complaint)
    files = Attachment.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(files.select_related("file").order_by("pk"))


def steps_of(complaint: Complaint) -> list[Step]:
    """Of the complainant's own acts no event names anybody."""
    events = Event.objects.for_subject(complaint).for_list()
    return [
        Step(
            one.at,
            one.actor.name if one.actor else "",
            ACTIONS.get(one.action, one.action),
        )
        for one in events[:STEPS]
    ]


@dataclass(frozen=True)
class OwnPage:
    """The same as its complainant reads it, with login or with the code."""

    complaint: Complaint
    today: date
    answers: list[ComplaintAnswer]
    messages: list[ComplaintNote]
    clock: Clock | None
    personal: ComplaintPersonal | None
    # A colleague to whom it was shown reads it, and that is all.
    is_own: bool

    @property
    def may_judge(self) -> bool:
        return self.is_own and self.complaint.is_answered

    @property
    def may_reply(self) -> bool:
        return self.is_own and not self.complaint.is_closed

    @property
    def sentence(self) -> str | Promise:
        """What stands first: where it is and what comes next."""
        return SENTENCES[Complaint.Status(self.complaint.status)]


Status = Complaint.Status
SENTENCES: dict[Status, str | Promise] = {
    Status.RECEIVED: _("It has arrived. A supervisor acknowledges it next."),
    Status.ACKNOWLEDGED: _("A supervisor has it in hand."),
    Status.INVESTIGATING: _("A supervisor is looking into it."),
    Status.ANSWERED: _("There is an answer. Please say whether you leave it at that."),
    Status.SECOND: _("You asked for a second look; it is under way."),
    Status.CLOSED: _("It is closed."),
}


def own_page_of(
    complaint: Complaint, *, is_own: bool, now: datetime | None = None
) -> OwnPage:
    today = timezone.localdate(now)
    running = complaint.clock
    clocks = clocks_of(complaint, today)
    messages = complaint.notes.filter(kind__in=ComplaintNote.OPEN).order_by("pk")
    return OwnPage(
        complaint=complaint,
        today=today,
        answers=list(complaint.answers.order_by("turn")),
        messages=list(messages),
        clock=next((one for one in clocks if one.deadline == running), None),
        personal=getattr(complaint, "personal", None),
        is_own=is_own,
    )
