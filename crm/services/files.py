"""Take files from people: safe on disk first, looked into only by the worker."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import filetype
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.lib.errors import DomainError
from crm.lib.storage import QUARANTINE, STORED
from crm.models import Company, StoredFile, User

# What each kind may be, by content; the client's name and type decide nothing.
IMAGES: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/heic": ".heic",
}
PAPERS: Final = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
ALLOWED: Final = {
    StoredFile.Kind.PHOTO: IMAGES,
    StoredFile.Kind.SIGNATURE: {"image/png": ".png"},
    StoredFile.Kind.ATTACHMENT: IMAGES | PAPERS,
}
# Names in one query: databases limit the parameters.
ORPHANS_AT_ONCE: Final = 500
# Bytes that are enough to tell one type from another.
HEAD: Final = 8192


class FileRefused(DomainError):
    """The file is not taken; the sentence says what would be."""

    code = "file_refused"


class QuotaUsedUp(FileRefused):
    code = "daily_quota"


@dataclass(frozen=True)
class Received:
    """A file that is safe in quarantine and has no row yet."""

    raw_name: str
    sha256: str
    size: int
    mime: str


class Hashing(File[bytes]):
    """Passes the upload through while it counts and hashes, up to a limit."""

    def __init__(self, upload: "UploadedFile[Any]", limit: int) -> None:
        super().__init__(upload.file, name=upload.name)
        self.upload, self.limit = upload, limit
        self.digest, self.count = hashlib.sha256(), 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for chunk in self.upload.chunks(chunk_size):
            self.count += len(chunk)
            if self.count > self.limit:
                raise too_large(self.limit)
            self.digest.update(chunk)
            yield chunk


def receive_file(upload: "UploadedFile[Any]", kind: StoredFile.Kind) -> Received:
    """Put an upload into quarantine, on disk when this returns.

    To be called before the transaction: no lock is held while a slow disk works. If
    the transaction then fails, forget_unused() takes the file away again.
    """
    limit: int = settings.CRM_PHOTO_MAX_BYTES
    if upload.size is not None and upload.size > limit:
        raise too_large(limit)
    mime = type_of(upload)
    allowed = ALLOWED[kind]
    if mime not in allowed:
        sentence = _("This kind of file is not taken. Allowed: %(kinds)s.")
        kinds = ", ".join(sorted(end[1:] for end in allowed.values()))
        raise FileRefused(sentence % {"kinds": kinds}, code="wrong_type")
    content = Hashing(upload, limit)
    name = default_storage.save(f"{QUARANTINE}/file{allowed[mime]}", content)
    return Received(name, content.digest.hexdigest(), content.count, mime)


def type_of(upload: "UploadedFile[Any]") -> str:
    upload.seek(0)
    head = upload.read(HEAD)
    upload.seek(0)
    found = filetype.guess_mime(head) if head else None
    return "image/heic" if found == "image/heif" else found or ""


def too_large(limit: int) -> FileRefused:
    sentence = _("The file is larger than %(limit)s MB.")
    return FileRefused(sentence % {"limit": limit // 1024**2}, code="too_large")


def check_quota(user: User, size: int, now: datetime) -> None:
    """Refuse what would take the person's files of today over the limit."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0)
    of_today = StoredFile.objects.filter(uploaded_by=user, uploaded_at__gte=midnight)
    used = of_today.aggregate(bytes=Sum("size"))["bytes"] or 0
    if used + size > settings.CRM_UPLOAD_DAILY_BYTES:
        raise QuotaUsedUp(
            _(
                "Today's room for your files is used up. Everything received so far "
                "is kept; send the rest tomorrow."
            )
        )


def register(
    received: Received,
    *,
    actor: User | None,
    kind: StoredFile.Kind,
    company: Company | None,
    now: datetime,
    name: str = "",
    stamp: dict[str, Any] | None = None,
) -> StoredFile:
    """Write the row of a received file, inside the transaction it belongs to."""
    return StoredFile.objects.create(
        kind=kind,
        company=company,
        name=name[:120],
        mime=received.mime,
        size=received.size,
        received_sha256=received.sha256,
        raw_name=received.raw_name,
        stamp=stamp or {},
        uploaded_by=actor,
        uploaded_at=now,
    )


def forget_unused(received: Iterable[Received]) -> None:
    """Remove quarantined files that got no row: refused, failed, or here already."""
    names = {one.raw_name for one in received}
    if names:
        used = StoredFile.objects.filter(raw_name__in=names)
        for name in names.difference(used.values_list("raw_name", flat=True)):
            default_storage.delete(name)


def keep(
    file: StoredFile,
    content: bytes,
    *,
    report: bytes = b"",
    mime: str,
    width: int | None = None,
    height: int | None = None,
) -> None:
    """Keep what the worker made of a file, and only then remove the raw one."""
    ending = IMAGES.get(mime) or PAPERS[mime]
    file.stored_name = default_storage.save(
        f"{STORED}/file{ending}", ContentFile(content)
    )
    if report:
        file.report_name = default_storage.save(
            f"{STORED}/file{ending}", ContentFile(report)
        )
    file.stored_sha256 = hashlib.sha256(content).hexdigest()
    file.mime, file.width, file.height = mime, width, height
    file.state = StoredFile.State.STORED
    raw, file.raw_name = file.raw_name, ""
    kept = ["stored_name", "report_name", "stored_sha256", "mime", "width", "height"]
    file.save(update_fields=[*kept, "state", "raw_name"])
    default_storage.delete(raw)


def reject(file: StoredFile) -> None:
    """Leave an unreadable file in quarantine; its record's page says so."""
    file.state = StoredFile.State.REJECTED
    file.save(update_fields=["state"])


def remove_orphans(*, before: datetime) -> int:
    """Remove quarantined files that a crash left without a row; say how many."""
    root = Path(getattr(default_storage, "location", ""))
    old = [
        str(path.relative_to(root))
        for path in (root / QUARANTINE).rglob("*")
        if path.is_file() and path.stat().st_mtime < before.timestamp()
    ]
    count = 0
    for start in range(0, len(old), ORPHANS_AT_ONCE):
        names = set(old[start : start + ORPHANS_AT_ONCE])
        rows = StoredFile.objects.filter(raw_name__in=names)
        for name in names.difference(rows.values_list("raw_name", flat=True)):
            default_storage.delete(name)
            count += 1
    return count
