"""What is said on a ticket: among officials, or with the company."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import Comment, User
from crm.services import comments, deadlines
from crm.services.attaching import Sent
from visits.models import Ticket

from . import pressing
from .acts import WITH_DEPARTMENT


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
    speakable = Ticket.objects.speakable_by(actor)
    ticket = Ticket.objects.lock(speakable, ticket.pk)
    _check_content(text, files)
    comment = _write(
        ticket,
        actor,
        text,
        is_internal=is_internal and _reads_internal(ticket, actor),
        client_key=client_key,
        files=files,
        now=now,
    )
    if not comment.is_internal and _is_reply(ticket, actor):
        _note_reply(ticket, now)
    return comment


def _note_reply(ticket: Ticket, now: datetime) -> None:
    if deadlines.meet(ticket.reply_by, now=now):
        ticket.save(update_fields=pressing.note(ticket))


def say(
    ticket: Ticket,
    actor: User,
    text: str,
    *,
    now: datetime,
    client_key: uuid.UUID | None = None,
    files: Sequence[Sent] = (),
) -> Comment:
    """A word that the company reads, as part of an act that was allowed already."""
    _check_content(text, files)
    return _write(
        ticket,
        actor,
        text,
        is_internal=False,
        client_key=client_key,
        files=files,
        now=now,
    )


def _write(
    ticket: Ticket,
    actor: User,
    text: str,
    *,
    is_internal: bool,
    client_key: uuid.UUID | None,
    files: Sequence[Sent],
    now: datetime,
) -> Comment:
    key = client_key or uuid.uuid4()
    comment = Comment(
        author=actor,
        text=text.strip(),
        is_internal=is_internal,
        created_at=now,
        client_key=key,
    )
    try:
        # In a savepoint: the same key may have come a moment ago.
        with transaction.atomic():
            pairs = [(one.received, one.name) for one in files]
            comments.save(comment, ticket, pairs)
    except IntegrityError:
        return Comment.objects.get(author=actor, client_key=key)
    return comment


def _check_content(text: str, files: Sequence[Sent]) -> None:
    if not text.strip() and not files:
        raise DomainError(_("Write something or add a file."), field="text")
    if len(text) > comments.MOST_CHARACTERS:
        most = {"most": comments.MOST_CHARACTERS}
        raise DomainError(_("At most %(most)s characters.") % most, field="text")


def _reads_internal(ticket: Ticket, actor: User) -> bool:
    return Ticket.objects.internal_to(actor).filter(pk=ticket.pk).exists()


def _is_reply(ticket: Ticket, actor: User) -> bool:
    """A word to the company from the department that has it in hand."""
    if ticket.status not in WITH_DEPARTMENT:
        return False
    return Ticket.objects.workable_by(actor).filter(pk=ticket.pk).exists()
