"""One ticket as its page shows it: the whole of it, or the company's public part."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from crm.models import (
    Attachment,
    Comment,
    CompanyLiaison,
    Deadline,
    Event,
    Lamp,
    User,
    subject_of,
)
from crm.services import calendar, deadlines, standing_in
from projects.models import Project
from visits.models import Answer, Ticket, TicketPart
from visits.models.visits import UNIT_ROLES
from visits.services.projects import visible_project
from visits.services.tickets import Act, possible_for

from . import ticket_panels
from .lamps import CLOCK_LABELS, lamp_of_ticket
from .ticket_standing import Standing, standing_of
from .ticket_words import ICONS, Names, public_sentence_of, sentence_of, who_of

STREAM_LENGTH = 100
# The others may be done, but nobody waits for them.
AWAITED = frozenset(
    {
        Act.RULE,
        Act.DECIDE_EXTENSION,
        Act.DECIDE_PAUSE,
        Act.DISPATCH,
        Act.ACCEPT,
        Act.NEXT_REPLY,
        Act.ANSWER,
        Act.CONFIRM,
        Act.SUPPLY,
        Act.ANSWER_PART,
    }
)
# Beside the filled button; what is left is under "more".
QUIET_ACTS = 3


@dataclass(frozen=True)
class Clock:
    """One promise: where it stands, and where its days are explained."""

    kind: str
    label: str | Promise
    deadline: Deadline
    today: date
    near: date
    is_standing: bool = False

    @property
    def lamp(self) -> Lamp:
        """Grey while it stands, unless it was late already."""
        lamp = self.deadline.lamp(self.today, self.near)
        return Lamp.GREY if self.is_standing and lamp != Lamp.RED else lamp

    @property
    def word(self) -> str | Promise:
        """Why a grey clock does not run; the others speak for themselves."""
        standing = self.is_standing and self.lamp == Lamp.GREY
        return pgettext_lazy("clock", "stands") if standing else ""

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
class PartView:
    """A department's part as others see it."""

    part: TicketPart
    clock: Clock | None
    answers: list[Answer]


@dataclass(frozen=True)
class StreamItem:
    """One line of the stream: an event in words, or a comment with its files."""

    at: datetime
    who: str
    icon: str
    what: str = ""
    text: str = ""
    is_comment: bool = False
    is_internal: bool = False
    files: list[Attachment] = field(default_factory=list)


@dataclass
class Page:
    """A ticket and what hangs from it, as far as this person may read it."""

    ticket: Ticket
    user: User
    today: date
    reads_internal: bool
    acts: list[Act]
    parts: list[PartView]
    answers: list[Answer]
    clocks: list[Clock]
    stream: list[StreamItem]
    # Sent with the ticket itself, not with a comment.
    files: list[Attachment]
    officers: list[CompanyLiaison]
    # Of a merged ticket whoever has the one it is worked with.
    handler: User | None
    # Who has the work while the handler is away.
    acting: User | None
    # Only for who may see it: the ticket alone does not open its project.
    project: Project | None
    standing: Standing
    panels: list[ticket_panels.Shown]

    @property
    def next_act(self) -> Act | None:
        """The one filled button: what the ticket waits for from this person."""
        for act in self.acts:
            if act == Act.ANSWER and self.owes_contact:
                return Act.CONTACT
            if act in AWAITED and (act != Act.ANSWER_PART or self.owes_part):
                return act
        return None

    @property
    def other_acts(self) -> list[Act]:
        return self._others[:QUIET_ACTS]

    @property
    def more_acts(self) -> list[Act]:
        return self._others[QUIET_ACTS:]

    @property
    def _others(self) -> list[Act]:
        return [act for act in self.acts if act != self.next_act]

    @property
    def owes_contact(self) -> bool:
        """The first promise: nobody has called the company yet."""
        waits = any(one.kind == "contact" and not one.is_met for one in self.clocks)
        return waits and Act.CONTACT in self.acts

    @property
    def owes_part(self) -> bool:
        """Whether a department of this person was asked to assist and is silent."""
        ranges = self.user.access.department_ranges(*UNIT_ROLES)
        return any(
            view.part.department.path in one
            for view in self.unanswered_parts
            for one in ranges
        )

    @property
    def answer_first(self) -> bool:
        """Whoever is to judge an answer reads it before anything else."""
        confirming = self.ticket.status == Ticket.Status.CONFIRMING
        may_confirm = self.ticket.may_confirm  # type: ignore[attr-defined] # annotated
        return confirming and (may_confirm or not self.reads_internal)

    @property
    def may_comment(self) -> bool:
        flags = ("may_dispatch", "may_work", "may_assist", "may_confirm")
        return any(getattr(self.ticket, flag) for flag in flags)

    @property
    def solve(self) -> Clock | None:
        return next((one for one in self.clocks if one.kind == "solve"), None)

    @property
    def next_reply(self) -> Clock | None:
        """Of a parked ticket: by when the company hears again."""
        near = deadlines.yellow_from(self.today)
        return next_reply_of(self.ticket, self.today, near)

    @property
    def lead(self) -> PartView | None:
        return next((one for one in self.parts if one.part.is_lead), None)

    @property
    def assistants(self) -> list[PartView]:
        return [one for one in self.parts if not one.part.is_lead]

    @property
    def unanswered_parts(self) -> list[PartView]:
        return [one for one in self.assistants if one.part.answered_at is None]

    @property
    def last_answer(self) -> Answer | None:
        return self.answers[0] if self.answers else None

    @property
    def escalates(self) -> bool:
        """Late, and this person may take it higher: one of the first acts."""
        may = any(one.data.get("may_raise") for one in self.panels)
        return may and self.lamp == Lamp.RED

    @property
    def pressing(self) -> Clock | None:
        """The one that runs and ends first, as lists show it."""
        clocks = [*self.clocks, *filter(None, [self.next_reply])]
        return next((one for one in clocks if one.kind == self.ticket.due_kind), None)

    @property
    def lamp(self) -> Lamp:
        near = deadlines.yellow_from(self.today)
        one = self.ticket
        return lamp_of_ticket(one.status, one.due_on, self.today, near)

    @property
    def lamp_word(self) -> str:
        """Where no clock runs, why: the state's own word."""
        if self.lamp == Lamp.GREY:
            return str(self.ticket.get_status_display())
        return ""


def page_of(ticket: Ticket, user: User, now: datetime | None = None) -> Page:
    """The ticket must come from for_page() and with_rights(user)."""
    today = timezone.localdate(now)
    near = deadlines.yellow_from(today)
    internal = bool(ticket.may_read_internal)  # type: ignore[attr-defined] # annotated
    answers = list(_answers(ticket, internal=internal))
    handler = handler_of(ticket)
    files = list(_files(ticket, internal=internal))
    return Page(
        ticket=ticket,
        user=user,
        today=today,
        reads_internal=internal,
        acts=possible_for(ticket, now),
        parts=_parts(ticket, answers, today, near, internal=internal),
        answers=[one for one in answers if one.part.is_lead],
        clocks=clocks_of(ticket, today, near),
        stream=_stream(ticket, files, internal=internal),
        files=[one for one in files if one.comment_id is None],
        project=visible_project(user, ticket.project_id),
        standing=standing_of(ticket, internal=internal),
        panels=ticket_panels.of(ticket, user, today),
        handler=handler,
        acting=acting_for(handler, today),
        officers=list(
            CompanyLiaison.objects.open()
            .filter(company=ticket.company_id)
            .select_related("officer", "officer__department")
            .order_by("role")
        ),
    )


def handler_of(ticket: Ticket) -> User | None:
    target = ticket.merged_into
    is_merged = target is not None and ticket.status == Ticket.Status.MERGED
    return target.handler if target and is_merged else ticket.handler


def acting_for(handler: User | None, today: date) -> User | None:
    """Somebody else than the handler who is named, if it is his turn today."""
    if handler is None:
        return None
    acting = standing_in.on_duty(handler, today)
    return None if acting == handler else acting


def clocks_of(ticket: Ticket, today: date, near: date) -> list[Clock]:
    pairs = [
        ("contact", ticket.contact_by),
        ("first_reply", ticket.reply_by),
        ("solve", ticket.solve_by),
    ]
    standing = ticket.status in Ticket.STANDING
    return [
        Clock(kind, CLOCK_LABELS[kind], deadline, today, near, standing)
        for kind, deadline in pairs
        if deadline is not None
    ]


def next_reply_of(ticket: Ticket, today: date, near: date) -> Clock | None:
    clock, kind = ticket.next_reply_by, "next_reply"
    return Clock(kind, CLOCK_LABELS[kind], clock, today, near) if clock else None


def days_of(deadline: Deadline) -> list[dict[str, Any]]:  # as the template reads it
    """Every day on the way to a deadline, in words."""
    return calendar.days_told(deadlines.explain(deadline))


def _answers(ticket: Ticket, *, internal: bool) -> Iterable[Answer]:
    answers = Answer.objects.filter(ticket=ticket).select_related("part", "given_by")
    return answers if internal else answers.filter(is_public=True)


def _parts(
    ticket: Ticket,
    answers: list[Answer],
    today: date,
    near: date,
    *,
    internal: bool,
) -> list[PartView]:
    label = CLOCK_LABELS["first_reply"]
    views = []
    for part in TicketPart.objects.open().filter(ticket=ticket).for_page():
        clock = None
        if internal and part.answer_by is not None:
            clock = Clock("part", label, part.answer_by, today, near)
        own = [one for one in answers if one.part_id == part.pk]
        views.append(PartView(part, clock, own))
    return views


def _files(ticket: Ticket, *, internal: bool) -> Iterable[Attachment]:
    subject_type, subject_id = subject_of(ticket)
    files = Attachment.objects.filter(subject_type=subject_type, subject_id=subject_id)
    files = files.select_related("file").order_by("pk")
    return files if internal else files.filter(is_internal=False)


def _stream(
    ticket: Ticket, files: list[Attachment], *, internal: bool
) -> list[StreamItem]:
    """Events in words and comments, the newest first."""
    events = Event.objects.for_subject(ticket).for_list()
    subject_type, subject_id = subject_of(ticket)
    comments = Comment.objects.filter(subject_type=subject_type, subject_id=subject_id)
    comments = comments.select_related("author").order_by("-pk")
    if not internal:
        events, comments = events.public(), comments.filter(is_internal=False)
    told = list(events[:STREAM_LENGTH])
    names = Names.of(told)
    say = sentence_of if internal else public_sentence_of
    items = [_told(event, say(event, names)) for event in told]
    items += [_said(comment, files) for comment in comments[:STREAM_LENGTH]]
    return sorted(items, key=lambda item: item.at, reverse=True)


def _told(event: Event, what: str) -> StreamItem:
    return StreamItem(
        at=event.at,
        who=who_of(event),
        icon=ICONS.get(event.action, "clock"),
        what=what,
        is_internal=not event.is_public,
    )


def _said(comment: Comment, files: list[Attachment]) -> StreamItem:
    return StreamItem(
        at=comment.created_at,
        who=comment.author.name,
        icon="message",
        text=comment.text,
        is_comment=True,
        is_internal=comment.is_internal,
        files=[one for one in files if one.comment_id == comment.pk],
    )
