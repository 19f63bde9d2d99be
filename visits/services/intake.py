"""Visits as phones send them: never lost, never doubled, and said so only when true."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Company, User
from crm.services.companies import note_visit
from crm.services.files import Received
from visits.models import Category, IntakeConflict, Visit
from visits.signals import visit_changed

from . import photos, rows
from .content import Content, content_of, hash_of
from .projects import about, note_on_site, project_at
from .reach import Reach, reach
from .tickets import raise_from_finding

OLDEST: Final = timedelta(days=90)
TAKEN: Final = "taken"
# The columns that the words go to, and those that make a plan a held visit.
WORDS: Final = (
    "mode",
    "purpose",
    "starts_at",
    "day",
    "ended_on",
    "asked_by_company",
    "gate_reason",
    "led_by",
    "note",
    "place",
    "signed_by",
    "project",
)
HOLDING: Final = (
    "uuid",
    "logged_by",
    "unit",
    "for_unit",
    "content_hash",
    "device_at",
    "status",
    "held_at",
)


class WrongDay(DomainError):
    code = "wrong_day"


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One visit as it came, checked for shape and not yet for rules."""

    uuid: UUID
    company: int
    content: Content
    plan: int | None = None
    device_at: datetime | None = None

    @cached_property
    def hash(self) -> str:
        return hash_of(self.content, company=self.company, plan=self.plan)


@dataclass(frozen=True)
class Outcome:
    """What became of it: a new visit, one that was here, or a conflict beside it."""

    visit: Visit
    is_new: bool = False
    conflict: IntakeConflict | None = None


def receive(
    sending: Sending,
    *,
    actor: User,
    received: Mapping[str, Received] | None = None,
    now: datetime | None = None,
) -> Outcome:
    """Write the visit once, however often and from wherever it is sent.

    UNIQUE (person, uuid) is the only proof: insert first, look only when that failed.
    """
    now = now or timezone.now()
    received = received or {}
    check_day(sending.content, now)
    day = timezone.localdate(sending.content.starts_at)
    place = reach(actor, sending.company, on=day)
    categories = rows.categories_of(sending.content.findings)
    with transaction.atomic():
        visit = write(sending, actor, place, now) if place else None
        if visit is None:
            return again(sending, actor, received, now)
        fill(visit, sending, actor, categories, now)
        photos.attach(visit, sending.content, received, actor=actor, now=now)
        waits = bool(sending.content.files())
        visit_changed.send(
            Visit, visit=visit, actor=actor, now=now, what="held", waits=waits
        )
    return Outcome(visit, is_new=True)


def check_day(content: Content, now: datetime) -> None:
    """Not in the future, and no older than anybody still remembers."""
    today = timezone.localdate(now)
    day = timezone.localdate(content.starts_at)
    if day > today:
        sentence = _("A visit that has taken place cannot lie in the future.")
        raise WrongDay(sentence, field="starts_at")
    if day < today - OLDEST:
        sentence = _("A visit can be logged up to %(days)s days back.")
        raise WrongDay(sentence % {"days": OLDEST.days}, field="starts_at")
    if content.ended_on and not day <= content.ended_on <= today:
        sentence = _("The last day must lie between the first day and today.")
        raise WrongDay(sentence, field="ended_on")


def write(sending: Sending, actor: User, place: Reach, now: datetime) -> Visit | None:
    """The visit's own row; None when this person's uuid is already there."""
    plan = plan_of(sending, actor, place.company)
    if plan and Visit.objects.filter(logged_by=actor, uuid=sending.uuid).exists():
        return None
    visit = plan or Visit(company=place.company, created_at=now)
    set_words(visit, sending.content)
    project = project_at(actor, place.company.pk, sending.content.project)
    visit.project = project or visit.project
    visit.uuid, visit.logged_by = sending.uuid, actor
    visit.unit_id, visit.for_unit = unit_of(actor), place.for_unit
    visit.content_hash, visit.device_at = sending.hash, sending.device_at
    visit.move_to(Visit.Status.HELD)
    visit.held_at = now
    try:
        with transaction.atomic():  # a savepoint: the insert may fail, we go on
            if plan is None:
                visit.save(force_insert=True)
            else:
                visit.save(update_fields=[*WORDS, *HOLDING])
    except IntegrityError:
        if Visit.objects.filter(logged_by=actor, uuid=sending.uuid).exists():
            return None
        raise
    return visit


def plan_of(sending: Sending, actor: User, company: Company) -> Visit | None:
    """The plan that this visit fulfils, locked.

    One that was cancelled or held meanwhile is left alone: the visit took place all
    the same, and is written beside it.
    """
    if sending.plan is None:
        return None
    open_plans = Visit.objects.changeable_by(actor).planned().filter(company=company)
    return open_plans.select_for_update(of=("self",)).filter(pk=sending.plan).first()


def unit_of(actor: User) -> int:
    if actor.department_id is None:
        raise DomainError(
            _("Your account belongs to no unit. Please tell an administrator."),
            code="no_unit",
        )
    return actor.department_id


def set_words(visit: Visit, content: Content) -> None:
    """The visit's own columns; a plan's reason stays when no new one is given."""
    visit.mode, visit.purpose = content.mode, content.purpose
    visit.starts_at = content.starts_at
    visit.day = timezone.localdate(content.starts_at)
    visit.ended_on = content.ended_on
    visit.asked_by_company = content.asked_by_company
    visit.gate_reason = content.gate_reason or visit.gate_reason
    visit.led_by, visit.note, visit.place = content.led_by, content.note, content.place
    visit.signed_by = content.signed_by


def fill(
    visit: Visit,
    sending: Sending,
    actor: User,
    categories: dict[str, Category],
    now: datetime,
) -> None:
    """What hangs from a new visit, its tickets, and the one event that tells it."""
    content = sending.content
    rows.set_people(visit, content)
    findings = rows.add_findings(visit, content.findings, categories)
    rows.expect_photos(visit, content.photos)
    events.record(
        actor,
        "visit.held",
        visit,
        is_public=True,
        personal={"signed_by": content.signed_by} if content.signed_by else None,
        now=now,
        status=visit.status,
        mode=visit.mode,
        day=visit.day,
        for_unit=visit.unit_id if visit.for_unit else None,
        findings=len(findings),
        photos=len(content.photos),
        **about(visit),
    )
    for finding in findings:
        if finding.result == finding.Result.TICKET:
            raise_from_finding(finding, actor=actor, now=now)
    if (seen := visit.company.last_visit_on) is None or seen < visit.day:
        note_visit(visit.company_id, day=visit.day)
    note_on_site(visit)


def again(
    sending: Sending, actor: User, received: Mapping[str, Received], now: datetime
) -> Outcome:
    """The uuid is here: the same words take missing files, others make a conflict."""
    mine = Visit.objects.select_for_update(of=("self",)).filter(logged_by=actor)
    visit = mine.filter(uuid=sending.uuid).first()
    if visit is None:
        # Nothing written and no company to write it at: not theirs, or not at all.
        visible = Company.objects.visible_to(actor).filter(pk=sending.company)
        raise PermissionDenied if visible.exists() else Company.DoesNotExist
    if not is_known(visit, sending.hash):
        return Outcome(visit, conflict=keep_both(visit, sending, actor, received, now))
    used = photos.attach(visit, sending.content, received, actor=actor, now=now)
    if used:
        visit_changed.send(Visit, visit=visit, actor=actor, now=now, what="files")
    return Outcome(visit)


def is_known(visit: Visit, content_hash: str) -> bool:
    """What came first, or what a person has taken in its place since."""
    if visit.content_hash == content_hash:
        return True
    taken = visit.conflicts.filter(content_hash=content_hash, decision=TAKEN)
    return taken.exists()


def keep_both(
    visit: Visit,
    sending: Sending,
    actor: User,
    received: Mapping[str, Received],
    now: datetime,
) -> IntakeConflict:
    """Keep the other content beside the visit, with the files that came along."""
    conflict, is_new = IntakeConflict.objects.get_or_create(
        visit=visit,
        content_hash=sending.hash,
        defaults={"content": sending.content.as_json(), "received_at": now},
    )
    photos.keep_loose(visit, sending.content, received, actor=actor, now=now)
    if is_new:
        fields = sending.content.differences(content_of(visit))
        events.record(actor, "visit.conflict", visit, now=now, fields=[None, fields])
    return conflict
