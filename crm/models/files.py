"""Files that people send, and documents that we make."""

import secrets
import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .companies import Company
from .people import User


class StoredFile(models.Model):
    """One file as received and as kept: who may open it is its owner record's rule."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("photo")
        SIGNATURE = "signature", _("signature")
        ATTACHMENT = "attachment", _("attachment")

    class State(models.TextChoices):
        RECEIVED = "received", _("being checked")
        STORED = "stored", _("stored")
        REJECTED = "rejected", _("not readable")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="files"
    )
    name = models.CharField(max_length=120, blank=True)
    mime = models.CharField(max_length=80, blank=True)
    size = models.PositiveIntegerField()
    # Of the raw bytes as received: what the phone compares before it drops its copy.
    received_sha256 = models.CharField(max_length=64)
    stored_sha256 = models.CharField(max_length=64, blank=True)
    # Names in the storage: the raw file (nobody is served it), the kept one, and the
    # copy of about 1,000 px that reports embed.
    raw_name = models.CharField(max_length=120, blank=True)
    stored_name = models.CharField(max_length=120, blank=True)
    report_name = models.CharField(max_length=120, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # Codes and values for the visible stamp: time, company, officer, coarse place.
    stamp = models.JSONField(default=dict)
    # Empty: who sent it is guarded, as with a complaint.
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            models.Index(fields=["uploaded_by", "uploaded_at"], name="file_quota"),
            models.Index(
                fields=["uploaded_by"],
                name="file_rejected",
                condition=Q(state="rejected"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="file_stored_has_name",
                condition=~Q(state="stored") | ~Q(stored_name=""),
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.uuid)


def public_number() -> str:
    """Twelve letters and digits that cannot be confused or guessed."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(12))


class Document(models.Model):
    """A made file: PDF, export, result of an import; the old version stays."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        MAKING = "making", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=30)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    # Its own count, from 1; the highest ready one is in force.
    version = models.PositiveIntegerField()
    # What it was made of; the same again is not made twice.
    content_key = models.CharField(max_length=64, blank=True)
    number = models.CharField(max_length=12, unique=True, default=public_number)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    # 0–100, written by the worker while it works.
    progress = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    # Codes of what a reader must know, such as glyphs that no font had.
    warnings = models.JSONField(default=list)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="documents"
    )
    stored_name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    pages = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id", "version"],
                name="document_once_per_version",
            ),
            models.CheckConstraint(
                name="document_ready_has_hash",
                condition=~Q(state="ready") | ~Q(sha256="", stored_name=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Comment(models.Model):
    """A remark on a record; internal ones never reach the company."""

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="comments"
    )
    author = models.ForeignKey(User, models.PROTECT, related_name="comments")
    text = models.TextField(_("comment"), max_length=4000)
    is_internal = models.BooleanField(_("internal"), default=True)
    created_at = models.DateTimeField()
    # Makes a double submit harmless.
    client_key = models.UUIDField(default=uuid.uuid4)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.UniqueConstraint(
                fields=["author", "client_key"], name="comment_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "-id"], name="comment_stream"
            ),
            models.Index(fields=["company", "-id"], name="comment_by_company"),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class Attachment(models.Model):
    """A file hung on a record, with or without a comment."""

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    comment = models.ForeignKey(
        Comment, models.PROTECT, null=True, related_name="attachments"
    )
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="attachment")
    is_internal = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "-id"], name="attachment_stream"
            )
        ]

    def __str__(self) -> str:
        return str(self.file_id)


def subject_of(record: Any) -> tuple[str, int]:
    """How events, comments and documents name the record they belong to."""
    return record._meta.label_lower, record.pk
