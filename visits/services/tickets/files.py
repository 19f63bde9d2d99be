"""Files sent along with a ticket, a comment or an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.lib.tasks import enqueue
from crm.models import Attachment, StoredFile, User, subject_of
from crm.services import files
from crm.services.files import Received
from visits.models import Ticket


@dataclass(frozen=True)
class Sent:
    """A file that is safe in quarantine, and what its sender called it."""

    received: Received
    name: str = ""


def attach(
    ticket: Ticket,
    sent: Sequence[Sent],
    *,
    actor: User,
    is_internal: bool,
    now: datetime,
) -> list[Attachment]:
    """Hang the files on the ticket, in the transaction of what they came with."""
    subject_type, subject_id = subject_of(ticket)
    return [
        Attachment.objects.create(
            subject_type=subject_type,
            subject_id=subject_id,
            file=keep(ticket, one, actor=actor, now=now),
            is_internal=is_internal,
        )
        for one in sent
    ]


def keep(ticket: Ticket, sent: Sent, *, actor: User, now: datetime) -> StoredFile:
    """Write the row of one file of this ticket's company."""
    files.check_quota(actor, sent.received.size, now)
    file = files.register(
        sent.received,
        actor=actor,
        kind=StoredFile.Kind.ATTACHMENT,
        company=ticket.company,
        now=now,
        name=sent.name,
    )
    enqueue("crm.attachments.process_attachment", file.pk)
    return file
