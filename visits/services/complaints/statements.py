"""A unit head is asked for a statement: in the supervisor's words and no others."""

import uuid
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError
from crm.models import Grant, Role, User
from crm.services import deadlines
from visits.models import Complaint, StatementRequest
from visits.models.complaints import STATEMENT

MOST_QUESTION: Final = 2000
MOST_ANSWER: Final = 4000


def heads_for(complaint: Complaint, today: date) -> QuerySet[User]:
    """Heads of the department or above it, but not whom it is about."""
    paths = set(trees.path_and_above(complaint.unit.path))
    accused = complaint.accused
    if accused is not None and accused.department is not None:
        paths.update(trees.path_and_above(accused.department.path))
    held = Grant.objects.current(today).filter(
        role=Role.UNIT_HEAD, department__path__in=sorted(paths)
    )
    people = User.objects.active().filter(pk__in=held.values("user"))
    if accused is not None:
        people = people.exclude(pk=accused.pk)
    elif complaint.accused_name:
        people = people.exclude(name=complaint.accused_name)
    return people.select_related("department").order_by("name", "pk")


@transaction.atomic
def ask_statement(
    complaint: Complaint,
    *,
    actor: User,
    asked_of: User,
    question: str,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> StatementRequest:
    """Ask a unit head; he reads the question, by whom it is, and until when."""
    now = now or timezone.now()
    allowed = Complaint.objects.changeable_by(actor).select_related("unit", "accused")
    complaint = Complaint.objects.lock(allowed, complaint.pk)
    key = client_key or uuid.uuid4()
    mine = StatementRequest.objects.filter(asked_by=actor, client_key=key)
    if known := mine.first():
        return known
    check(complaint, asked_of, question, timezone.localdate(now))
    deadline = deadlines.start(
        STATEMENT,
        settings.CRM_COMPLAINT_STATEMENT_DAYS,
        started_on=timezone.localdate(now),
    )
    request = StatementRequest(
        complaint=complaint,
        unit=complaint.unit,
        asked_of=asked_of,
        question=question.strip(),
        asked_by=actor,
        asked_at=now,
        answer_by=deadline,
        client_key=key,
    )
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:
        sentence = _("%(name)s has a question of yours that is not answered yet.")
        values = {"name": asked_of.name}
        raise DomainError(
            sentence % values, code="asked_already", field="asked_of"
        ) from None
    if complaint.status == Complaint.Status.ACKNOWLEDGED:
        complaint.move_to(Complaint.Status.INVESTIGATING)
        complaint.version += 1
        complaint.save(update_fields=["status", "version"])
    # Whom it was asked of is not said: that would tell the unit.
    events.record(actor, "statement.asked", request, now=now)
    return request


def check(complaint: Complaint, asked_of: User, question: str, today: date) -> None:
    if not complaint.is_in_hand:
        sentence = _("Complaint %(number)s is “%(state)s”; this is not possible now.")
        values = {"number": complaint.number, "state": complaint.get_status_display()}
        raise DomainError(sentence % values, code="wrong_status")
    if not heads_for(complaint, today).filter(pk=asked_of.pk).exists():
        sentence = _("Choose a unit head whom the complaint is not about.")
        raise DomainError(sentence, code="wrong_person", field="asked_of")
    if not question.strip() or len(question) > MOST_QUESTION:
        sentence = _("Write a question of at most %(most)s characters.")
        raise DomainError(
            sentence % {"most": MOST_QUESTION}, code="question", field="question"
        )


@transaction.atomic
def give_statement(
    request: StatementRequest,
    *,
    actor: User,
    answer: str,
    now: datetime | None = None,
) -> StatementRequest:
    """The unit head answers, once; the audit log does not say who or which unit."""
    now = now or timezone.now()
    asked = StatementRequest.objects.asked_of(actor).select_related("answer_by")
    request = StatementRequest.objects.lock(asked, request.pk)
    if request.answered_at and request.answer == answer.strip():
        return request  # the same press again
    if not request.is_open:
        sentence = _("This question is answered or taken back already.")
        raise DomainError(sentence, code="statement_over")
    if not answer.strip() or len(answer) > MOST_ANSWER:
        sentence = _("Write an answer of at most %(most)s characters.")
        raise DomainError(
            sentence % {"most": MOST_ANSWER}, code="answer", field="answer"
        )
    request.answer, request.answered_at = answer.strip(), now
    request.save(update_fields=["answer", "answered_at"])
    deadlines.meet(request.answer_by, now=now)
    events.record(None, "statement.given", request, now=now)
    return request


def withdraw_statements(
    complaint: Complaint, now: datetime, of: User | None = None
) -> None:
    """Nobody need answer any more: it is closed, or about the person himself."""
    waiting = complaint.statements.filter(answered_at=None, withdrawn_at=None)
    if of is not None:
        waiting = waiting.filter(asked_of=of)
    for request in waiting.select_related("answer_by"):
        request.withdrawn_at = now
        request.save(update_fields=["withdrawn_at"])
        deadlines.meet(request.answer_by, now=now)
