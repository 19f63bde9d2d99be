"""One directive as its page shows it, with what this person may do."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from crm.audit_words import ACTIONS
from crm.models import Attachment, Event, Lamp, User
from crm.services import deadlines
from projects.models import Project
from visits.models import Directive, DirectiveAnswer, Ticket

STEPS = 40


@dataclass(frozen=True)
class Answered:
    """An answer with its papers."""

    row: DirectiveAnswer
    files: list[Attachment]


@dataclass(frozen=True)
class Told:
    """One step of its history."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class Page:
    directive: Directive
    answers: list[Answered]
    steps: list[Told]
    today: date
    # The directive alone does not open what it is about.
    may_open: bool

    @property
    def lamp(self) -> Lamp:
        due = self.directive.due
        if due is None or not self.directive.is_open:
            return Lamp.GREY
        return due.lamp(self.today, deadlines.yellow_from(self.today))

    @property
    def days_left(self) -> int | None:
        due = self.directive.due
        return deadlines.days_left(due, self.today) if due else None

    @property
    def may_answer(self) -> bool:
        return self.directive.is_open and right(self.directive, "may_answer")

    @property
    def may_accept(self) -> bool:
        return self.directive.is_answered and right(self.directive, "may_judge")

    @property
    def may_withdraw(self) -> bool:
        return self.directive.is_open and right(self.directive, "may_judge")


def right(record: Any, flag: str) -> bool:  # Any: annotated by with_rights()
    return bool(getattr(record, flag, False))


def page_of(directive: Directive, user: User, now: datetime | None = None) -> Page:
    """The directive must come from for_page() and with_rights(user)."""
    return Page(
        directive=directive,
        answers=answers_of(directive),
        steps=steps_of(directive),
        today=timezone.localdate(now),
        may_open=is_seen(directive.about, user),
    )


def is_seen(about: Any, user: User) -> bool:  # Any: a ticket, an item, a project
    if about is None:
        return False
    if isinstance(about, Ticket):
        return Ticket.objects.internal_to(user).filter(pk=about.pk).exists()
    key = about.pk if isinstance(about, Project) else about.project_id
    return Project.objects.internal_to(user).filter(pk=key).exists()


def answers_of(directive: Directive) -> list[Answered]:
    rows = list(directive.answers.select_related("answered_by").order_by("-pk"))
    files: dict[int, list[Attachment]] = {}
    attached = Attachment.objects.filter(
        subject_type=DirectiveAnswer._meta.label_lower,
        subject_id__in=[one.pk for one in rows],
    )
    for one in attached.select_related("file").order_by("pk") if rows else ():
        files.setdefault(one.subject_id, []).append(one)
    return [Answered(row, files.get(row.pk, [])) for row in rows]


def steps_of(directive: Directive) -> list[Told]:
    events = Event.objects.for_subject(directive).for_list()
    return [
        Told(
            one.at,
            one.actor.name if one.actor else "",
            str(ACTIONS.get(one.action, one.action)),
        )
        for one in events[:STEPS]
    ]
