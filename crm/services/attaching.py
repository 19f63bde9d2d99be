"""Files that come with a form: safe on disk before the transaction begins."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import models

from crm.lib.tasks import enqueue
from crm.models import Attachment, Company, StoredFile, User, subject_of

from . import files
from .files import Received


@dataclass(frozen=True)
class Sent:
    """A file that is safe in quarantine, and what its sender called it."""

    received: Received
    name: str = ""


@contextmanager
def received(uploads: Sequence["UploadedFile[Any]"]) -> Iterator[list[Sent]]:
    """Quarantine the uploads; what gets no row in the end is removed again."""
    sent: list[Sent] = []
    try:
        for upload in uploads:
            kept = files.receive_file(upload, StoredFile.Kind.ATTACHMENT)
            sent.append(Sent(kept, upload.name or ""))
        yield sent
    finally:
        files.forget_unused([one.received for one in sent])


def attach(
    subject: models.Model,
    sent: Sequence[Sent],
    *,
    company: Company | None,
    actor: User,
    is_internal: bool,
    now: datetime,
) -> list[Attachment]:
    """Hang the files on the record, in the transaction of what they came with."""
    subject_type, subject_id = subject_of(subject)
    return [
        Attachment.objects.create(
            subject_type=subject_type,
            subject_id=subject_id,
            file=keep(one, company=company, actor=actor, now=now),
            is_internal=is_internal,
        )
        for one in sent
    ]


def keep(
    sent: Sent, *, company: Company | None, actor: User, now: datetime
) -> StoredFile:
    """Write the row of one file; the worker looks into it."""
    files.check_quota(actor, sent.received.size, now)
    file = files.register(
        sent.received,
        actor=actor,
        kind=StoredFile.Kind.ATTACHMENT,
        company=company,
        now=now,
        name=sent.name,
    )
    enqueue("crm.attachments.process_attachment", file.pk)
    return file
