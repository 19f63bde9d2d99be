"""Record a decision on responsibility. Nothing follows from it by itself."""

import uuid
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.audit_words import ACTIONS
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion
from crm.lib.words import exact_time
from crm.models import Department, Event, Grant, Role, User, subject_of
from visits.models import AccountabilityRecord
from visits.services.orders import addressees_for, subjects

Kind = AccountabilityRecord.Kind
Status = AccountabilityRecord.Status
EARLIEST: Final = date(2000, 1, 1)
STEPS: Final = 40


def may_record(actor: User, place: str) -> bool:
    """Supervisors of the scope."""
    ranges = actor.access.region_ranges(Role.SUPERVISOR)
    return any(place in one for one in ranges)


def record_decision(
    subject: models.Model,
    *,
    actor: User,
    department: Department,
    kind: str,
    decided_on: date,
    decided_by: User,
    basis: str,
    person: User | None = None,
    event: Event | None = None,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> AccountabilityRecord:
    """What was decided about a unit, on an order, a ticket or another record."""
    now = now or timezone.now()
    record = subjects.found(actor, *subject_of(subject))
    if record is None:
        raise PermissionDenied
    facts = subjects.facts_of(record, timezone.localdate(now))
    if not may_record(actor, facts.place_path):
        raise PermissionDenied
    key = client_key or uuid.uuid4()
    subject_type, subject_id = subject_of(subject)
    row = AccountabilityRecord(
        subject_type=subject_type,
        subject_id=subject_id,
        matter=facts.matter,
        place_path=facts.place_path,
        department=department,
        person=person,
        kind=kind,
        decided_on=decided_on,
        decided_by=decided_by,
        basis=basis.strip(),
        event=event,
        recorded_by=actor,
        recorded_at=now,
        client_key=key,
    )
    check(row, timezone.localdate(now))
    return write(row, now)


@transaction.atomic
def write(row: AccountabilityRecord, now: datetime) -> AccountabilityRecord:
    """Once per key; a second press gives what the first wrote."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return AccountabilityRecord.objects.get(
            recorded_by=row.recorded_by, client_key=row.client_key
        )
    tell(row, "accountability.recorded", row.recorded_by, now)
    return row


def check(row: AccountabilityRecord, today: date) -> None:
    if row.kind not in Kind.values:
        sentence = _("Choose the kind of decision.")
        raise DomainError(sentence, code="kind_missing", field="kind")
    if not EARLIEST <= row.decided_on <= today:
        sentence = _("The day of the decision lies in the past.")
        raise DomainError(sentence, code="bad_day", field="decided_on")
    if not row.basis:
        sentence = _("Say on what basis it was decided.")
        raise DomainError(sentence, code="basis_missing", field="basis")
    if not deciders_for(row.place_path, today).filter(pk=row.decided_by_id).exists():
        sentence = _("Decisions are taken by leaders and supervisors of the scope.")
        raise DomainError(sentence, code="not_a_decider", field="decided_by")
    if not addressees_for(row.recorded_by).filter(pk=row.department.pk).exists():
        sentence = _(
            "A department that is closed or of another region cannot be chosen."
        )
        raise DomainError(sentence, code="out_of_reach", field="department")
    if row.person and not is_of(row.person, row.department):
        sentence = _("%(name)s does not work for this department.")
        values = {"name": row.person.name}
        raise DomainError(sentence % values, code="not_of_the_unit", field="person")
    if row.event and not steps_of(row.subject_type, row.subject_id).filter(
        pk=row.event.pk
    ):
        sentence = _("This step is not one of the record's own.")
        raise DomainError(sentence, code="unknown_step", field="event")


def is_of(person: User, department: Department) -> bool:
    unit = person.department
    return unit is not None and unit.path.startswith(department.path)


def deciders_for(place: str, today: date) -> "models.QuerySet[User]":
    """Leaders and supervisors in whose region the matter lies."""
    held = Grant.objects.current(today).filter(
        role__in=(Role.SUPERVISOR, Role.LEADER),
        region__path__in=trees.path_and_above(place),
    )
    people = User.objects.active().filter(pk__in=held.values("user"))
    return people.select_related("department").order_by("name", "pk")


def steps_of(subject_type: str, subject_id: int) -> "models.QuerySet[Event]":
    """The record's own events, of which a decision may name one."""
    own = Event.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return own.select_related("actor").order_by("-pk")


def step_words(event: Event) -> str:
    """「2026-03-18 周三 12:00 吴亚 督办单已答复」."""
    who = event.actor.name if event.actor else ""
    at = exact_time(timezone.localtime(event.at))
    what = str(ACTIONS.get(event.action, event.action))
    return " ".join(part for part in (at, who, what) if part)


@transaction.atomic
def withdraw_record(
    record: AccountabilityRecord,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> AccountabilityRecord:
    """It was recorded by mistake, or the decision was lifted; it stays readable."""
    now = now or timezone.now()
    record = claim(record, actor, version)
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    record.move_to(Status.WITHDRAWN)
    record.withdrawal = reason.strip()[:400]
    save(record, "status", "withdrawal")
    tell(record, "accountability.withdrawn", actor, now)
    return record


def claim(
    record: AccountabilityRecord,
    actor: User,
    version: int | None,
    allowed: Any = None,  # another rule of the queryset
) -> AccountabilityRecord:
    rule = allowed or AccountabilityRecord.objects.watched_by
    record = AccountabilityRecord.objects.lock(rule(actor), record.pk)
    if version is not None and version != record.version:
        raise StaleVersion(
            _("Somebody else changed this record meanwhile. Look at it again."),
            current=record,
        )
    return record


def save(record: AccountabilityRecord, *fields: str) -> None:
    record.version += 1
    record.save(update_fields=[*fields, "version"])


def tell(record: AccountabilityRecord, action: str, actor: User, now: datetime) -> None:
    """That something was done, and no more: the audit log is read by others."""
    events.record(actor, action, record, now=now)
