"""What every change of a meeting goes through: its plan, its lock, its event."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Department, Region, User
from visits.models import Meeting
from visits.signals import meeting_changed

from .reach import holders, invited

Status = Meeting.Status
# A meeting is called for a day within a year.
FURTHEST: Final = timedelta(days=366)
MOST_DEPARTMENTS: Final = 40
PLANNED: Final = ("topic", "day", "at", "place", "chair", "recorder")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is settled when it is called."""

    topic: str
    day: date
    at: time
    place: str
    chair: User
    recorder: User | None = None
    departments: Collection[Department] = field(default_factory=tuple)

    def values(self) -> dict[str, Any]:  # Any: of each field's own type
        texts = {"topic": self.topic.strip(), "place": self.place.strip()}
        return {**{name: getattr(self, name) for name in PLANNED}, **texts}


def check(plan: Plan, region: Region, now: datetime) -> None:
    today = timezone.localdate(now)
    if not today - FURTHEST <= plan.day <= today + FURTHEST:
        sentence = _("Choose a day within a year from today.")
        raise DomainError(sentence, code="bad_day", field="day")
    for name in ("topic", "place"):
        if not getattr(plan, name).strip():
            sentence = _("Say what is to be settled, and where.")
            raise DomainError(sentence, code=f"{name}_missing", field=name)
    check_departments(plan.departments, region)
    check_people(region, now, chair=plan.chair, recorder=plan.recorder)


def check_departments(departments: Collection[Department], region: Region) -> None:
    if not departments or len(departments) > MOST_DEPARTMENTS:
        sentence = _(
            "Choose the departments that come: at least one, at most %(most)s."
        )
        values = {"most": MOST_DEPARTMENTS}
        raise DomainError(sentence % values, code="departments", field="departments")
    keys = {one.pk for one in departments}
    if invited(region).filter(pk__in=keys).count() < len(keys):
        raise DomainError(
            _("A department that is closed or of another region cannot be chosen."),
            code="department_out_of_reach",
            field="departments",
        )


def check_people(region: Region, now: datetime, **people: User | None) -> None:
    for name, person in people.items():
        if person and not holders(region, now).filter(pk=person.pk).exists():
            sentence = _("%(name)s cannot lead a meeting here or write its minutes.")
            values = {"name": person.name}
            raise DomainError(sentence % values, code="not_a_holder", field=name)


@transaction.atomic
def edit_meeting(
    meeting: Meeting,
    *,
    actor: User,
    plan: Plan,
    version: int | None = None,
    now: datetime | None = None,
) -> Meeting:
    """Another day, place, chair or other departments, as long as nothing is decided."""
    now = now or timezone.now()
    meeting = claim(meeting, actor, version)
    check_planned(meeting)
    check(plan, meeting.region, now)
    if plan.day != meeting.day and meeting.tasks.exists():
        sentence = _("What was decided is counted from this day; it stays.")
        raise DomainError(sentence, code="decided_already", field="day")
    before = events.snapshot(meeting, "day", "at", "chair")
    for name, value in plan.values().items():
        setattr(meeting, name, value)
    save(meeting, *PLANNED)
    meeting.departments.set(plan.departments)
    changes = events.changed(before, meeting)
    tell(meeting, "meeting.edited", actor, now, **changes)
    return meeting


def call_off(meeting: Meeting, reason: str, actor: User, now: datetime) -> None:
    """The caller holds the meeting."""
    meeting.move_to(Status.CANCELLED)
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    if meeting.tasks.exists():
        sentence = _("Tasks are given already; close the meeting instead.")
        raise DomainError(sentence, code="decided_already")
    meeting.reason = reason.strip()
    save(meeting, "status", "reason")
    tell(meeting, "meeting.cancelled", actor, now)


def claim(meeting: Meeting, actor: User, version: int | None) -> Meeting:
    every = Meeting.objects.select_related("region", "series", "previous")
    meeting = Meeting.objects.lock(every.changeable_by(actor), meeting.pk)
    if version is not None and version != meeting.version:
        raise StaleVersion(
            _("Somebody else changed this meeting meanwhile. Look at it again."),
            current=meeting,
        )
    return meeting


def check_planned(meeting: Meeting) -> None:
    if not meeting.is_planned:
        sentence = _("The meeting is “%(state)s”; it cannot be changed any more.")
        values = {"state": meeting.get_status_display()}
        raise DomainError(sentence % values, code="meeting_over")


def save(meeting: Meeting, *fields: str) -> None:
    meeting.version += 1
    meeting.save(update_fields=[*fields, "version"])


def tell(
    meeting: Meeting, action: str, actor: User | None, now: datetime, **changes: Any
) -> None:
    events.record(actor, action, meeting, now=now, **changes)
    meeting_changed.send(sender=Meeting, meeting=meeting, actor=actor, now=now)
