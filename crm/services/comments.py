"""Remarks and files on a record, and the stream that a record's page shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import tasks
from crm.lib.errors import DomainError
from crm.models import (
    Attachment,
    Comment,
    Company,
    Role,
    StoredFile,
    User,
    subject_of,
)

from . import files as file_services

MOST_FILES: Final = 10
MOST_CHARACTERS: Final = 4000


def add_comment(
    subject: Any,  # a company or any record that hangs from one
    *,
    actor: User,
    text: str,
    is_internal: bool,
    client_key: UUID,
    files: Sequence["UploadedFile[Any]"] = (),
    now: datetime | None = None,
) -> Comment:
    """Write a remark, with files or without; the same key again is the same remark."""
    now = now or timezone.now()
    check_may(subject, actor, is_internal)
    check_content(text, files)
    if known := Comment.objects.filter(author=actor, client_key=client_key).first():
        return known
    received: list[file_services.Received] = []
    try:
        for upload in files:
            taken = file_services.receive_file(upload, StoredFile.Kind.ATTACHMENT)
            received.append(taken)
        names = [upload.name or "" for upload in files]
        with transaction.atomic():
            comment = Comment(
                author=actor,
                text=text.strip(),
                is_internal=is_internal,
                created_at=now,
                client_key=client_key,
            )
            save(comment, subject, list(zip(received, names, strict=True)))
    except IntegrityError:
        # Two clicks at the same moment: the first one is it.
        return Comment.objects.get(author=actor, client_key=client_key)
    finally:
        file_services.forget_unused(received)
    return comment


def may_remark(user: User) -> bool:
    """Everybody but who only reads: a supervisor changes nothing."""
    return bool(user.access.roles - {Role.SUPERVISOR})


def check_may(subject: Any, actor: User, is_internal: bool) -> None:
    """Who works on a record may remark on it; the company itself only in public."""
    if not may_remark(actor):
        raise PermissionDenied
    visible = type(subject)._default_manager.visible_to(actor)
    if not visible.filter(pk=subject.pk).exists():
        raise PermissionDenied
    if is_internal and not is_staff(actor):
        raise PermissionDenied
    company = company_of(subject)
    if company and (company.archived_at or company.merged_into_id):
        raise PermissionDenied


def is_staff(user: User) -> bool:
    """Anybody but the company's own people and strangers."""
    return bool(user.access.roles - {Role.OWNER})


def company_of(subject: Any) -> Company | None:
    found = subject if isinstance(subject, Company) else subject.company
    return found if isinstance(found, Company) else None


def check_content(text: str, files: Sequence["UploadedFile[Any]"]) -> None:
    if not text.strip() and not files:
        sentence = _("Write something or add a file.")
        raise DomainError(sentence, code="empty", field="text")
    if len(text) > MOST_CHARACTERS:
        sentence = _("At most %(most)s characters.") % {"most": MOST_CHARACTERS}
        raise DomainError(sentence, code="too_long", field="text")
    if len(files) > MOST_FILES:
        sentence = _("At most %(most)s files at a time.") % {"most": MOST_FILES}
        raise DomainError(sentence, code="too_many_files", field="files")


def save(
    comment: Comment,
    subject: models.Model,
    received: Sequence[tuple[file_services.Received, str]],
) -> None:
    comment.company = company_of(subject)
    comment.subject_type, comment.subject_id = subject_of(subject)
    size = sum(one.size for one, _name in received)
    if received:
        file_services.check_quota(comment.author, size, comment.created_at)
    comment.save(force_insert=True)
    for one, name in received:
        attach(comment, one, name)
    events.record(
        comment.author,
        f"{subject._meta.model_name}.commented",
        comment,
        is_public=not comment.is_internal,
        now=comment.created_at,
        file_count=len(received),
    )


def attach(comment: Comment, received: file_services.Received, name: str) -> None:
    file = file_services.register(
        received,
        actor=comment.author,
        kind=StoredFile.Kind.ATTACHMENT,
        company=comment.company,
        now=comment.created_at,
        name=name,
    )
    Attachment.objects.create(
        subject_type=comment.subject_type,
        subject_id=comment.subject_id,
        comment=comment,
        file=file,
        is_internal=comment.is_internal,
    )
    tasks.enqueue("crm.attachments.process_attachment", file.pk)
