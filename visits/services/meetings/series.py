"""A regular meeting: its rule, and that the next one is always planned."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Department, Region, Role, User
from visits import series_days
from visits.models import Meeting, MeetingSeries

from . import agenda, planning
from .reach import home_region

Rhythm = MeetingSeries.Rhythm
MOST_WEEKS: Final = 12
LAST_NTH: Final = 15
RULED: Final = (
    *("name", "rhythm", "weekday", "every", "nth", "first_on"),
    *("at", "place", "chair", "recorder"),
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When it meets, where, led by whom, and which departments come."""

    name: str
    rhythm: str
    first_on: date
    at: time
    place: str
    chair: User
    departments: Collection[Department]
    recorder: User | None = None
    weekday: int | None = None
    every: int = 1
    nth: int | None = None

    def values(self) -> dict[str, Any]:  # Any: of each field's own type
        is_weekly = self.rhythm == Rhythm.WEEKLY
        found = {name: getattr(self, name) for name in RULED}
        fitting = {
            "name": self.name.strip(),
            "place": self.place.strip(),
            "weekday": self.weekday if is_weekly else None,
            "every": self.every if is_weekly else 1,
            "nth": None if is_weekly else self.nth,
        }
        return found | fitting


@transaction.atomic
def begin_series(
    *,
    actor: User,
    rule: Rule,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> MeetingSeries:
    """A leader sets up a regular meeting; the first one is planned at once."""
    now = now or timezone.now()
    if not actor.has_role(Role.LEADER):
        raise PermissionDenied
    key = client_key or uuid.uuid4()
    mine = MeetingSeries.objects.filter(created_by=actor, client_key=key)
    if known := mine.first():
        return known
    region = home_region(actor)
    check(rule, region, now)
    series = MeetingSeries(
        region=region, created_by=actor, created_at=now, client_key=key, **rule.values()
    )
    try:
        # In a savepoint: the same key may have come a moment ago.
        with transaction.atomic():
            series.save(force_insert=True)
    except IntegrityError:
        return mine.get()
    series.departments.set(rule.departments)
    events.record(actor, "meeting_series.begun", series, now=now)
    plan_next(series, actor=actor, now=now)
    return series


def check(rule: Rule, region: Region, now: datetime) -> None:
    for name in ("name", "place"):
        if not getattr(rule, name).strip():
            sentence = _("Say what the meeting is called, and where it is.")
            raise DomainError(sentence, code=f"{name}_missing", field=name)
    today = timezone.localdate(now)
    if not today - planning.FURTHEST <= rule.first_on <= today + planning.FURTHEST:
        sentence = _("Choose a day within a year from today.")
        raise DomainError(sentence, code="bad_day", field="first_on")
    if rule.rhythm == Rhythm.WEEKLY:
        check_weekly(rule)
    elif rule.rhythm != Rhythm.MONTHLY or not 1 <= (rule.nth or 0) <= LAST_NTH:
        sentence = _(
            "On which working day of the month, from the 1st to the %(last)sth?"
        )
        values = {"last": LAST_NTH}
        raise DomainError(sentence % values, code="nth", field="nth")
    planning.check_departments(rule.departments, region)
    planning.check_people(region, now, chair=rule.chair, recorder=rule.recorder)


def check_weekly(rule: Rule) -> None:
    if rule.weekday not in MeetingSeries.Weekday.values:
        sentence = _("Choose a weekday from Monday to Friday.")
        raise DomainError(sentence, code="weekday", field="weekday")
    if not 1 <= rule.every <= MOST_WEEKS:
        sentence = _("Every how many weeks, from 1 to %(most)s?")
        raise DomainError(sentence % {"most": MOST_WEEKS}, code="every", field="every")


@transaction.atomic
def edit_series(
    series: MeetingSeries,
    *,
    actor: User,
    rule: Rule,
    version: int | None = None,
    now: datetime | None = None,
) -> MeetingSeries:
    """Another rule: the meeting that is planned follows it, unless its day has come."""
    now = now or timezone.now()
    series = claim(series, actor, version)
    check_running(series)
    check(rule, series.region, now)
    before = events.snapshot(series, "rhythm", "weekday", "every", "nth", "chair")
    for name, value in rule.values().items():
        setattr(series, name, value)
    series.version += 1
    series.save(update_fields=[*RULED, "version"])
    series.departments.set(rule.departments)
    changes = events.changed(before, series)
    events.record(actor, "meeting_series.edited", series, now=now, **changes)
    follow(series, rule, actor, now)
    return series


def follow(series: MeetingSeries, rule: Rule, actor: User, now: datetime) -> None:
    planned = series.meetings.filter(status=Meeting.Status.PLANNED).first()
    if planned is None or planned.is_begun(timezone.localdate(now)):
        return
    plan = planning.Plan(
        topic=series.name,
        day=series_days.next_day(series, last_day(series, planned, now)),
        at=series.at,
        place=series.place,
        chair=rule.chair,
        recorder=rule.recorder,
        departments=rule.departments,
    )
    planning.edit_meeting(planned, actor=actor, plan=plan, now=now)


@transaction.atomic
def end_series(
    series: MeetingSeries,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> MeetingSeries:
    """No more meetings; the planned one is called off for this reason."""
    now = now or timezone.now()
    series = claim(series, actor, version)
    if not series.is_running:
        return series
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    series.ended_at = now
    series.version += 1
    series.save(update_fields=["ended_at", "version"])
    events.record(actor, "meeting_series.ended", series, now=now)
    planned = series.meetings.filter(status=Meeting.Status.PLANNED).first()
    if planned is not None:
        planning.call_off(planned, reason, actor, now)
    return series


@transaction.atomic
def plan_next(
    series: MeetingSeries, *, actor: User, now: datetime | None = None
) -> Meeting | None:
    """The next meeting of the rule, unless one is planned already."""
    now = now or timezone.now()
    series = MeetingSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)
    planned = series.meetings.filter(status=Meeting.Status.PLANNED).first()
    if planned is not None or not series.is_running:
        return planned
    day = series_days.next_day(series, last_day(series, None, now))
    return meeting_of_series(series, actor=actor, day=day, now=now)


def meeting_of_series(
    series: MeetingSeries, *, actor: User, day: date, now: datetime
) -> Meeting:
    """As its rule says; the caller holds the series and knows that none is planned."""
    last = (
        series.meetings.filter(status=Meeting.Status.HELD)
        .order_by("-day", "-pk")
        .first()
    )
    meeting = Meeting(
        series=series,
        previous=last,
        region_id=series.region_id,
        topic=series.name,
        day=day,
        at=series.at,
        place=series.place,
        chair_id=series.chair_id,
        recorder_id=series.recorder_id,
        called_by=actor,
        called_at=now,
    )
    meeting.save(force_insert=True)
    meeting.departments.set(series.departments.all())
    planning.tell(meeting, "meeting.called", actor, now, day=day)
    agenda.fill(meeting, actor, now)
    return meeting


def last_day(series: MeetingSeries, without: Meeting | None, now: datetime) -> date:
    """After the last meeting, and not before today."""
    earlier = series.meetings.order_by("-day", "-pk")
    if without is not None:
        earlier = earlier.exclude(pk=without.pk)
    yesterday = timezone.localdate(now) - timedelta(days=1)
    days = earlier.values_list("day", flat=True)[:1]
    return max([yesterday, *days])


def claim(series: MeetingSeries, actor: User, version: int | None) -> MeetingSeries:
    every = MeetingSeries.objects.select_related("region")
    series = MeetingSeries.objects.lock(every.changeable_by(actor), series.pk)
    if version is not None and version != series.version:
        raise StaleVersion(
            _("Somebody else changed this series meanwhile. Look at it again."),
            current=series,
        )
    return series


def check_running(series: MeetingSeries) -> None:
    if not series.is_running:
        sentence = _("The series has ended; it cannot be changed any more.")
        raise DomainError(sentence, code="series_over")
