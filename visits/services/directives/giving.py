"""A leader gives a directive, and takes one back that need not be answered."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Deadline, Department, Grant, Role, User
from crm.services import deadlines
from crm.services.deadlines import Wanted
from projects.models import Milestone, Project
from visits.models import Directive, Ticket
from visits.models.directives import DIRECTIVE, UNIT
from visits.models.led import departments_about, led_departments, led_tickets

Status = Directive.Status
# An answer is due within so many working days at most, and usually within these.
LONGEST: Final = 60
USUAL_DAYS: Final = 3


@dataclass(frozen=True, kw_only=True)
class About:
    """What a directive is about; nothing: a matter of its own."""

    ticket: Ticket | None = None
    project: Project | None = None
    milestone: Milestone | None = None

    @property
    def of_project(self) -> Project | None:
        return self.milestone.project if self.milestone else self.project

    @property
    def company_id(self) -> int | None:
        if self.ticket:
            return self.ticket.company_id
        return self.of_project.company_id if self.of_project else None


@transaction.atomic
def give_directive(
    about: About,
    *,
    actor: User,
    text: str,
    department: Department | None = None,
    person: User | None = None,
    days: int = USUAL_DAYS,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Directive:
    """批示: in words, to a department or a person of it, to be answered by a day."""
    now = now or timezone.now()
    key = client_key or uuid.uuid4()
    if known := Directive.objects.filter(leader=actor, client_key=key).first():
        return known
    check_led(about, actor)
    check_words(text, days)
    unit = check_addressee(about, actor, department, person, now)
    due = begin_clock(unit, person, days, now)
    directive = Directive(
        ticket=about.ticket,
        project=about.of_project,
        milestone=about.milestone,
        company_id=about.company_id,
        leader=actor,
        text=text.strip(),
        department=unit,
        person=person,
        given_at=now,
        client_key=key,
        due=due,
    )
    try:
        # In a savepoint: the same key may have come a moment ago.
        with transaction.atomic():
            directive.save(force_insert=True)
    except IntegrityError:
        deadlines.drop(due)
        return Directive.objects.get(leader=actor, client_key=key)
    due_on = due.due_on
    tell(directive, "directive.given", actor, now, department=unit, due_on=due_on)
    if about.ticket:
        events.record(actor, "ticket.directed", about.ticket, now=now, department=unit)
    return directive


def begin_clock(
    unit: Department, person: User | None, days: int, now: datetime
) -> Deadline:
    """The promise of the department, in the hands of the person if one is named."""
    wanted = Wanted(DIRECTIVE, days, timezone.localdate(now), department=unit)
    due = deadlines.start_many([wanted])[0]
    if person is not None:
        deadlines.hand([due], person)
        due.handler = person
    return due


def check_led(about: About, actor: User) -> None:
    """Only what this leader decides on; a matter of its own is any leader's."""
    if not actor.has_role(Role.LEADER):
        raise PermissionDenied
    if about.ticket and not led_tickets(actor).filter(pk=about.ticket.pk).exists():
        raise PermissionDenied
    if about.of_project:
        mine = Project.objects.decided_by(actor)
        if not mine.filter(pk=about.of_project.pk).exists():
            raise PermissionDenied


def check_words(text: str, days: int) -> None:
    if not text.strip():
        sentence = _("Write what is to be done.")
        raise DomainError(sentence, code="text_missing", field="text")
    check_days(days)


def check_days(days: int) -> None:
    if not 1 <= days <= LONGEST:
        sentence = _("Within how many working days, from 1 to %(most)s?")
        raise DomainError(sentence % {"most": LONGEST}, code="days", field="days")


def check_addressee(
    about: About,
    actor: User,
    department: Department | None,
    person: User | None,
    now: datetime,
) -> Department:
    """The department that answers; of a person alone it is his own."""
    unit = department or (person.department if person else None)
    if unit is None:
        sentence = _("Choose who is to answer.")
        raise DomainError(sentence, code="addressee_missing", field="department")
    if not addressees(about, actor).filter(pk=unit.pk).exists():
        raise DomainError(
            _("A department that is closed or of another region cannot be chosen."),
            code="department_out_of_reach",
            field="department",
        )
    if person and not people_of(unit, now).filter(pk=person.pk).exists():
        raise DomainError(
            _("%(name)s does not work for this department.") % {"name": person.name},
            code="not_of_the_department",
            field="person",
        )
    return unit


def addressees(about: About, actor: User) -> "QuerySet[Department]":
    """Departments that the leader directs, and those that have a part in the matter."""
    involved = departments_about(about.ticket, about.of_project)
    return led_departments(actor) | involved


def people_of(unit: Department, now: datetime) -> "QuerySet[User]":
    """Who can answer for a department: its handlers and heads, and those above it."""
    today = timezone.localdate(now)
    held = Grant.objects.current(today).filter(
        role__in=UNIT, department__path__in=trees.path_and_above(unit.path)
    )
    people: QuerySet[User] = User.objects.active().filter(pk__in=held.values("user"))
    return people


@transaction.atomic
def withdraw_directive(
    directive: Directive,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Directive:
    """It need not be answered any more; whoever was addressed reads why."""
    now = now or timezone.now()
    directive = claim(directive, Directive.objects.judged_by(actor))
    if directive.status == Status.WITHDRAWN:
        return directive
    check_version(directive, version)
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    directive.move_to(Status.WITHDRAWN)
    due, directive.due = directive.due, None
    directive.reason, directive.ended_at = reason.strip(), now
    directive.version += 1
    directive.save(update_fields=["status", "due", "reason", "ended_at", "version"])
    assert due is not None, "it was waited for"
    deadlines.drop(due)
    tell(directive, "directive.withdrawn", actor, now)
    return directive


def claim(directive: Directive, allowed: Any) -> Directive:  # Any: a queryset
    related = allowed.select_related("due", "ticket", "department")
    return Directive.objects.lock(related, directive.pk)


def check_version(directive: Directive, version: int | None) -> None:
    if version is not None and version != directive.version:
        raise StaleVersion(
            _("Somebody else changed this directive meanwhile. Look at it again."),
            current=directive,
        )


def tell(
    directive: Directive, action: str, actor: User, now: datetime, **changes: Any
) -> None:
    """Never public: a leader's words are among officials."""
    events.record(actor, action, directive, now=now, **changes)
