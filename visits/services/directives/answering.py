"""The two sides of a directive: it is answered, and the leader reads the answer."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import User
from crm.services import deadlines
from crm.services.attaching import Sent, attach
from visits.models import Directive, DirectiveAnswer

from .giving import begin_clock, check_days, check_version, claim, tell

Status = Directive.Status


@transaction.atomic
def answer_directive(
    directive: Directive,
    *,
    actor: User,
    text: str,
    files: Sequence[Sent] = (),
    client_key: uuid.UUID | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Directive:
    """What was done, with papers; late is allowed and shown."""
    now = now or timezone.now()
    directive = claim(directive, Directive.objects.answered_by(actor))
    key = client_key or uuid.uuid4()
    known = DirectiveAnswer.objects.filter(answered_by=actor, client_key=key)
    if known.exists():
        return directive
    check_version(directive, version)
    if not text.strip():
        raise DomainError(_("Write the answer."), code="text_missing", field="text")
    directive.move_to(Status.ANSWERED)
    due = directive.due
    assert due is not None, "it is waited for"
    deadlines.meet(due, now=now)
    answer = DirectiveAnswer.objects.create(
        directive=directive,
        text=text.strip(),
        answered_by=actor,
        answered_at=now,
        client_key=key,
        was_late=deadlines.was_late(due),
    )
    attach(
        answer, files, company=directive.company, actor=actor, is_internal=True, now=now
    )
    save(directive, "status")
    tell(directive, "directive.answered", actor, now, is_late=answer.was_late)
    return directive


@transaction.atomic
def accept_answer(
    directive: Directive,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Directive:
    """The leader is content: the directive is done."""
    now = now or timezone.now()
    directive = claim(directive, Directive.objects.judged_by(actor))
    if directive.status == Status.ACCEPTED:
        return directive
    check_version(directive, version)
    directive.move_to(Status.ACCEPTED)
    judge(directive, is_accepted=True, remark="", now=now)
    directive.ended_at = now
    save(directive, "status", "ended_at")
    tell(directive, "directive.accepted", actor, now)
    return directive


@transaction.atomic
def ask_again(
    directive: Directive,
    *,
    actor: User,
    remark: str,
    days: int,
    version: int | None = None,
    now: datetime | None = None,
) -> Directive:
    """Not enough: what is missing, and a new day for the next answer."""
    now = now or timezone.now()
    directive = claim(directive, Directive.objects.judged_by(actor))
    check_version(directive, version)
    if not remark.strip():
        sentence = _("Say what is missing.")
        raise DomainError(sentence, code="remark_missing", field="remark")
    check_days(days)
    directive.move_to(Status.OPEN)
    judge(directive, is_accepted=False, remark=remark.strip(), now=now)
    # Another promise: the one that was kept stays as it was.
    due = begin_clock(directive.department, directive.person, days, now)
    directive.due = due
    directive.again_count += 1
    save(directive, "status", "due", "again_count")
    due_on = due.due_on
    tell(directive, "directive.asked_again", actor, now, due_on=due_on)
    return directive


def judge(
    directive: Directive, *, is_accepted: bool, remark: str, now: datetime
) -> None:
    waiting = DirectiveAnswer.objects.filter(directive=directive, is_accepted=None)
    waiting.update(is_accepted=is_accepted, remark=remark, judged_at=now)


def save(directive: Directive, *fields: str) -> None:
    directive.version += 1
    directive.save(update_fields=[*fields, "version"])
