"""What is said on a ticket: among officials, or with the company."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Comment, User, subject_of
from crm.services import deadlines
from visits.models import Ticket

from .acts import WITH_DEPARTMENT
from .files import Sent, attach

LONGEST = 4000


@transaction.atomic
def comment_ticket(
    ticket: Ticket,
    *,
    actor: User,
    text: str,
    is_internal: bool,
    client_key: uuid.UUID | None = None,
    files: Sequence[Sent] = (),
    now: datetime | None = None,
) -> Comment:
    """Say something. The lead department's first word to the company is its reply.

    Whoever speaks for the company alone never writes an internal comment.
    """
    now = now or timezone.now()
    ticket = Ticket.objects.claim(ticket.pk, actor)
    _check_text(text, files)
    is_internal = is_internal and _reads_internal(ticket, actor)
    comment, is_new = _write(ticket, actor, text.strip(), is_internal, client_key, now)
    if not is_new:
        return comment
    attach(
        ticket, files, actor=actor, is_internal=is_internal, now=now, comment=comment
    )
    if not is_internal and _is_reply(ticket, actor):
        deadlines.meet(ticket.reply_by, now=now)
    events.record(
        actor,
        "comment.added",
        ticket,
        is_public=not is_internal,
        now=now,
        comment=comment,
    )
    return comment


def _write(
    ticket: Ticket,
    actor: User,
    text: str,
    is_internal: bool,
    client_key: uuid.UUID | None,
    now: datetime,
) -> tuple[Comment, bool]:
    subject_type, subject_id = subject_of(ticket)
    key = client_key or uuid.uuid4()
    try:
        # A savepoint: the same key may have come a moment ago.
        with transaction.atomic():
            comment = Comment.objects.create(
                subject_type=subject_type,
                subject_id=subject_id,
                company_id=ticket.company_id,
                author=actor,
                text=text,
                is_internal=is_internal,
                created_at=now,
                client_key=key,
            )
    except IntegrityError:
        return Comment.objects.get(author=actor, client_key=key), False
    return comment, True


def _check_text(text: str, files: Sequence[Sent]) -> None:
    if not text.strip() and not files:
        raise DomainError(_("Write something, or add a file."), field="text")
    if len(text) > LONGEST:
        raise DomainError(
            _("At most %(longest)s characters.") % {"longest": LONGEST}, field="text"
        )


def _reads_internal(ticket: Ticket, actor: User) -> bool:
    return Ticket.objects.internal_to(actor).filter(pk=ticket.pk).exists()


def _is_reply(ticket: Ticket, actor: User) -> bool:
    """A word to the company from the department that has it in hand."""
    if ticket.status not in WITH_DEPARTMENT:
        return False
    return Ticket.objects.workable_by(actor).filter(pk=ticket.pk).exists()
