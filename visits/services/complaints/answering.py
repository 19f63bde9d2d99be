"""How a complaint ends: the answer, the complainant's word, a second look."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from crm.services import calendar, deadlines
from visits.models import Complaint, ComplaintAnswer
from visits.models.complaints import ANSWER

from .handling import MOST_NOTE, claim, refuse_unless, save
from .reading import supervisors_of
from .statements import withdraw_statements
from .voices import Voice, claim_own

Status = Complaint.Status
MOST_ANSWER: Final = 4000


@transaction.atomic
def answer_complaint(
    complaint: Complaint,
    *,
    actor: User,
    outcome: str,
    text: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """Tell the complainant what came of it; the answer of the second look closes it."""
    now = now or timezone.now()
    complaint = claim(complaint, actor, version)
    refuse_unless(complaint.is_in_hand, complaint)
    check(outcome, text)
    is_second = complaint.is_second
    if is_second:
        check_other(complaint, actor, timezone.localdate(now))
    ComplaintAnswer.objects.create(
        complaint=complaint,
        turn=ComplaintAnswer.SECOND if is_second else ComplaintAnswer.FIRST,
        outcome=outcome,
        text=text.strip(),
        given_by=actor,
        given_at=now,
    )
    withdraw_statements(complaint, now)
    if is_second:
        deadlines.meet(complaint.second_by, now=now)
        close(complaint, now)
    else:
        complaint.move_to(Status.ANSWERED)
        deadlines.meet(complaint.answer_by, now=now)
        save(complaint, "status")
    events.record(actor, "complaint.answered", complaint, now=now)
    return complaint


def check(outcome: str, text: str) -> None:
    if outcome not in ComplaintAnswer.Outcome:
        sentence = _("Choose what was found out.")
        raise DomainError(sentence, code="outcome_missing", field="outcome")
    if not text.strip():
        sentence = _("Write down the answer.")
        raise DomainError(sentence, code="text_missing", field="text")
    if len(text) > MOST_ANSWER:
        sentence = _("At most %(most)s characters.") % {"most": MOST_ANSWER}
        raise DomainError(sentence, code="too_long", field="text")


def check_other(complaint: Complaint, actor: User, today: date) -> None:
    """A second look by the same eyes only where there are no others."""
    first = complaint.answers.get(turn=ComplaintAnswer.FIRST)
    if first.given_by_id != actor.pk:
        return
    others = [one for one in supervisors_of(complaint, today) if one.pk != actor.pk]
    if others:
        sentence = _(
            "You gave the first answer, so somebody else takes the second look: "
            "%(names)s."
        )
        names = _(", ").join(one.name for one in others[:5])
        raise DomainError(sentence % {"names": names}, code="same_eyes")


def close(complaint: Complaint, now: datetime) -> None:
    complaint.move_to(Status.CLOSED)
    complaint.closed_at = now
    save(complaint, "status", "closed_at")


@transaction.atomic
def accept_answer(
    complaint: Complaint, *, voice: Voice, now: datetime | None = None
) -> Complaint:
    """The complainant leaves it at that."""
    now = now or timezone.now()
    complaint = claim_own(complaint, voice)
    if complaint.is_closed:
        return complaint
    refuse_unless(complaint.is_answered, complaint)
    close(complaint, now)
    events.record(None, "complaint.closed", complaint, now=now)
    return complaint


@transaction.atomic
def say_unsatisfied(
    complaint: Complaint, *, voice: Voice, note: str, now: datetime | None = None
) -> Complaint:
    """Ask for a second look, once: with its own deadline, by another supervisor."""
    now = now or timezone.now()
    complaint = claim_own(complaint, voice)
    if complaint.unsatisfied_at:
        sentence = _("A second look was asked for already; it is done once.")
        raise DomainError(sentence, code="asked_already")
    refuse_unless(complaint.is_answered, complaint)
    if not note.strip():
        sentence = _("Say what the answer leaves open.")
        raise DomainError(sentence, code="note_missing", field="note")
    complaint.move_to(Status.SECOND)
    complaint.unsatisfied_at, complaint.unsatisfied_note = now, note.strip()[:MOST_NOTE]
    complaint.taken_by = None
    complaint.second_by = deadlines.start(
        ANSWER,
        settings.CRM_COMPLAINT_ANSWER_DAYS,
        started_on=timezone.localdate(now),
    )
    fields = ("unsatisfied_at", "unsatisfied_note", "taken_by", "second_by")
    save(complaint, "status", *fields)
    events.record(None, "complaint.unsatisfied", complaint, now=now)
    return complaint


def close_unspoken(*, now: datetime) -> int:
    """Close what was answered and heard no word for so many working days."""
    return sum(close_one(pk, now) for pk in list(unspoken(timezone.localdate(now))))


def unspoken(today: date) -> Iterator[int]:
    answered = Complaint.objects.filter(status=Status.ANSWERED)
    rows = answered.values_list("pk", "answers__given_at")
    for pk, given_at in rows:
        given_on = timezone.localdate(given_at)
        last = calendar.add(given_on, settings.CRM_COMPLAINT_CLOSE_DAYS).due
        if last is not None and last < today:
            yield pk


@transaction.atomic
def close_one(pk: int, now: datetime) -> int:
    """The complainant may have spoken since it was chosen."""
    complaint = Complaint.objects.select_for_update(of=("self",)).get(pk=pk)
    if not complaint.is_answered:
        return 0
    close(complaint, now)
    events.record(None, "complaint.closed", complaint, now=now)
    return 1
