"""What supervisors do with a complaint until it is answered."""

import uuid
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.lib.trees import PathRange
from crm.models import Deadline, User
from crm.services import deadlines
from visits.models import Complaint, ComplaintLate, ComplaintNote

from .statements import withdraw_statements

Status = Complaint.Status
MOST_NOTE: Final = 2000
RELATED: Final = ("unit", "accused", "ack_by", "answer_by", "second_by")


def claim(complaint: Complaint, actor: User, version: int | None = None) -> Complaint:
    """Lock it for a supervisor of its scope, or refuse."""
    allowed = Complaint.objects.changeable_by(actor).select_related(*RELATED)
    complaint = Complaint.objects.lock(allowed, complaint.pk)
    check_version(complaint, version)
    return complaint


def check_version(complaint: Complaint, version: int | None) -> None:
    if version is not None and version != complaint.version:
        raise StaleVersion(
            _(
                "Somebody else changed complaint %(number)s meanwhile. Look at it "
                "again before you act; what you typed is kept."
            )
            % {"number": complaint.number},
            current=complaint,
        )


def save(complaint: Complaint, *fields: str) -> None:
    complaint.version += 1
    complaint.save(update_fields=[*fields, "version"])


def refuse_unless(condition: bool, complaint: Complaint) -> None:
    """What the state does not allow, in words."""
    if not condition:
        sentence = _("Complaint %(number)s is “%(state)s”; this is not possible now.")
        values = {"number": complaint.number, "state": complaint.get_status_display()}
        raise WrongStatus(sentence % values)


@transaction.atomic
def acknowledge_complaint(
    complaint: Complaint,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """Tell the complainant that it arrived, and take it in hand."""
    now = now or timezone.now()
    complaint = claim(complaint, actor)
    if complaint.taken_by_id == actor.pk and not complaint.is_received:
        return complaint  # the same press again
    check_version(complaint, version)
    complaint.move_to(Status.ACKNOWLEDGED)
    complaint.acknowledged_at, complaint.taken_by = now, actor
    save(complaint, "status", "acknowledged_at", "taken_by")
    deadlines.meet(complaint.ack_by, now=now)
    events.record(actor, "complaint.acknowledged", complaint, now=now)
    return complaint


@transaction.atomic
def take_complaint(
    complaint: Complaint, *, actor: User, now: datetime | None = None
) -> Complaint:
    """From now on this supervisor has it in hand, whoever had it before."""
    now = now or timezone.now()
    complaint = claim(complaint, actor)
    if complaint.taken_by_id == actor.pk:
        return complaint
    refuse_unless(complaint.is_in_hand, complaint)
    complaint.taken_by = actor
    save(complaint, "taken_by")
    events.record(actor, "complaint.taken", complaint, now=now)
    return complaint


@transaction.atomic
def note_complaint(
    complaint: Complaint,
    *,
    actor: User,
    kind: str,
    text: str,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> ComplaintNote:
    """Write down a step among supervisors, or ask the complainant a question."""
    now = now or timezone.now()
    complaint = claim(complaint, actor)
    question = ComplaintNote.Kind.QUESTION
    if kind not in {*ComplaintNote.TYPED, question}:
        sentence = _("Choose what kind of step it was.")
        raise DomainError(sentence, code="kind_missing", field="kind")
    refuse_unless(complaint.is_in_hand, complaint)
    note, is_new = write_note(
        complaint,
        kind=kind,
        text=text,
        written_by=actor,
        client_key=client_key,
        now=now,
    )
    if is_new:
        begin(complaint)
        asked = kind == question
        action = "complaint.asked" if asked else "complaint.noted"
        events.record(actor, action, complaint, now=now)
    return note


def begin(complaint: Complaint) -> None:
    """The first step after the receipt: from here on it is being looked into."""
    if complaint.status == Status.ACKNOWLEDGED:
        complaint.move_to(Status.INVESTIGATING)
        save(complaint, "status")


def write_note(
    complaint: Complaint,
    *,
    kind: str,
    text: str,
    written_by: User | None,
    client_key: uuid.UUID | None,
    now: datetime,
) -> tuple[ComplaintNote, bool]:
    """The note, and whether it is new: the same key again gives the one there is."""
    if not text.strip():
        raise DomainError(_("Write something."), code="text_missing", field="text")
    if len(text) > MOST_NOTE:
        sentence = _("At most %(most)s characters.") % {"most": MOST_NOTE}
        raise DomainError(sentence, code="too_long", field="text")
    note = ComplaintNote(
        complaint=complaint,
        kind=kind,
        text=text.strip(),
        written_by=written_by,
        written_at=now,
        client_key=client_key or uuid.uuid4(),
    )
    try:
        with transaction.atomic():
            note.save(force_insert=True)
    except IntegrityError:
        return complaint.notes.get(client_key=note.client_key), False
    return note, True


def people_of_unit(complaint: Complaint) -> QuerySet[User]:
    """Whom a typed name can mean: officials of the department and below it."""
    inside = PathRange(complaint.unit.path).q("department__path")
    return User.objects.filter(inside).select_related("department").order_by("name")


@transaction.atomic
def name_accused(
    complaint: Complaint,
    *,
    actor: User,
    person: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """Say who was meant; from now on he and his units are barred wherever they go."""
    now = now or timezone.now()
    complaint = claim(complaint, actor, version)
    refuse_unless(complaint.status in Complaint.OWED, complaint)
    if not people_of_unit(complaint).filter(pk=person.pk).exists():
        sentence = _("Choose somebody of the department it is about.")
        raise DomainError(sentence, code="wrong_person", field="person")
    complaint.accused, complaint.accused_name = person, ""
    save(complaint, "accused", "accused_name")
    write_note(
        complaint,
        kind=ComplaintNote.Kind.ACCUSED,
        text=person.name,
        written_by=actor,
        client_key=None,
        now=now,
    )
    withdraw_statements(complaint, now, of=person)
    events.record(actor, "complaint.accused_found", complaint, now=now)
    return complaint


def note_late(*, now: datetime) -> int:
    """Say once of each promise that has gone by; the other supervisors see it."""
    late = Complaint.objects.late(timezone.localdate(now))
    return sum(note_one_late(pk, now) for pk in list(late.values_list("pk", flat=True)))


@transaction.atomic
def note_one_late(pk: int, now: datetime) -> int:
    """However many schedulers run: the row is locked, the deadline's note unique."""
    complaint = Complaint.objects.select_for_update(of=("self",)).get(pk=pk)
    today, count = timezone.localdate(now), 0
    for deadline in clocks_of(complaint):
        is_known = ComplaintLate.objects.filter(deadline=deadline).exists()
        if is_known or not is_late(deadline, today):
            continue
        ComplaintLate.objects.create(
            complaint=complaint, deadline=deadline, noted_at=now
        )
        events.record(None, "complaint.late", complaint, now=now)
        count += 1
    return count


def is_late(deadline: Deadline, today: date) -> bool:
    due = deadline.due_on
    return deadline.met_at is None and due is not None and due < today


def clocks_of(complaint: Complaint) -> list[Deadline]:
    every = (complaint.ack_by, complaint.answer_by, complaint.second_by)
    return [one for one in every if one is not None]
