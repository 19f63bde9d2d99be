"""A meeting as a whole: called, called off, held with its minutes."""

import uuid
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import Role, User
from visits.models import Meeting

from . import agenda
from .planning import Plan, call_off, check, claim, save, tell
from .reach import home_region
from .series import plan_next

Status = Meeting.Status


@transaction.atomic
def call_meeting(
    *,
    actor: User,
    plan: Plan,
    previous: Meeting | None = None,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Meeting:
    """召开协调会: a leader calls departments together."""
    now = now or timezone.now()
    if not actor.has_role(Role.LEADER):
        raise PermissionDenied
    key = client_key or uuid.uuid4()
    if known := Meeting.objects.filter(called_by=actor, client_key=key).first():
        return known
    region = home_region(actor)
    check(plan, region, now)
    meeting = Meeting(
        region=region,
        called_by=actor,
        called_at=now,
        client_key=key,
        previous=previous,
        **plan.values(),
    )
    try:
        # In a savepoint: the same key may have come a moment ago.
        with transaction.atomic():
            meeting.save(force_insert=True)
    except IntegrityError:
        return Meeting.objects.get(called_by=actor, client_key=key)
    meeting.departments.set(plan.departments)
    tell(meeting, "meeting.called", actor, now, day=meeting.day)
    agenda.fill(meeting, actor, now)
    return meeting


@transaction.atomic
def follow_up(
    meeting: Meeting,
    *,
    actor: User,
    plan: Plan,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Meeting:
    """The next one of a meeting that is no series: its open tasks come first."""
    meeting = claim(meeting, actor, None)
    if not meeting.is_held:
        sentence = _("The meeting has to be held before the next is called.")
        raise DomainError(sentence, code="not_held")
    return call_meeting(
        actor=actor, plan=plan, previous=meeting, client_key=client_key, now=now
    )


@transaction.atomic
def cancel_meeting(
    meeting: Meeting,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Meeting:
    """It does not take place; who was invited reads why."""
    now = now or timezone.now()
    meeting = claim(meeting, actor, version)
    call_off(meeting, reason, actor, now)
    plan_following(meeting, actor, now)
    return meeting


@transaction.atomic
def close_meeting(
    meeting: Meeting,
    *,
    actor: User,
    attendees: str = "",
    summary: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Meeting:
    """It was held: the minutes are made from what was written down."""
    now = now or timezone.now()
    meeting = claim(meeting, actor, version)
    meeting.move_to(Status.HELD)
    if not meeting.is_begun(timezone.localdate(now)):
        sentence = _("The day of the meeting has not come yet.")
        raise DomainError(sentence, code="too_early")
    if not summary.strip() and not meeting.tasks.exists():
        sentence = _("Nothing is written down: give a task, or say what was agreed.")
        raise DomainError(sentence, code="nothing_decided", field="summary")
    meeting.held_at = now
    meeting.attendees, meeting.summary = attendees.strip(), summary.strip()
    save(meeting, "status", "held_at", "attendees", "summary")
    tell(meeting, "meeting.held", actor, now)
    plan_following(meeting, actor, now)
    return meeting


def plan_following(meeting: Meeting, actor: User, now: datetime) -> None:
    """Of a series the next one is always planned."""
    if meeting.series is not None:
        plan_next(meeting.series, actor=actor, now=now)


@transaction.atomic
def correct_minutes(
    meeting: Meeting,
    *,
    actor: User,
    attendees: str,
    summary: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Meeting:
    """What was agreed is written otherwise: the next version of the minutes."""
    now = now or timezone.now()
    meeting = claim(meeting, actor, version)
    if not meeting.is_held:
        sentence = _("There are no minutes of this meeting yet.")
        raise DomainError(sentence, code="not_held")
    meeting.attendees, meeting.summary = attendees.strip(), summary.strip()
    save(meeting, "attendees", "summary")
    tell(meeting, "meeting.corrected", actor, now)
    return meeting
