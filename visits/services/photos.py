"""Photos and signatures: hung on their visit when they come, kept when re-encoded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm import events
from crm.lib.tasks import enqueue
from crm.models import StoredFile, User
from crm.services import files
from crm.services.files import Received
from visits.models import Visit
from visits.signals import visit_changed

from .content import Content

State = StoredFile.State
Kind = StoredFile.Kind


@dataclass(frozen=True)
class Arrived:
    """What the receipt says of one file."""

    sha256: str
    kind: str
    size: int
    state: str


def of_visit(visit: Visit) -> list[Arrived]:
    """Every file that has arrived, in order, the signature last."""
    rows = visit.photos.exclude(file=None).values_list(
        "sha256", "file__kind", "file__size", "file__state"
    )
    arrived = [Arrived(*row) for row in rows]
    if (signature := visit.signature) is not None:
        arrived.append(
            Arrived(
                signature.received_sha256,
                signature.kind,
                signature.size,
                signature.state,
            )
        )
    return arrived


def missing(content: Content, arrived: Iterable[Arrived]) -> list[str]:
    here = {one.sha256 for one in arrived}
    return [sha256 for sha256 in content.files() if sha256 not in here]


def attach(
    visit: Visit,
    content: Content,
    received: Mapping[str, Received],
    *,
    actor: User,
    now: datetime,
) -> set[str]:
    """Hang the files on their visit; say which were wanted. The caller holds its lock.

    A file that is already there is not taken twice: its copy has no row and goes.
    """
    if not received:
        return set()
    stamp = stamp_of(visit, actor, now)
    used = set()
    for photo in visit.photos.filter(sha256__in=received, file=None):
        one = register(received[photo.sha256], visit, actor, Kind.PHOTO, stamp, now)
        photo.file = one
        photo.save(update_fields=["file"])
        used.add(photo.sha256)
    if content.signature in received and visit.signature_id is None:
        one = register(
            received[content.signature], visit, actor, Kind.SIGNATURE, {}, now
        )
        visit.signature = one
        visit.save(update_fields=["signature"])
        used.add(content.signature)
    return used


def keep_loose(
    visit: Visit,
    content: Content,
    received: Mapping[str, Received],
    *,
    actor: User,
    now: datetime,
) -> None:
    """Keep files of a content that a person has still to decide on."""
    known = loose(actor, received)
    for sha256, one in received.items():
        if sha256 in known:
            continue
        is_signature = sha256 == content.signature
        kind = Kind.SIGNATURE if is_signature else Kind.PHOTO
        stamp = {} if is_signature else stamp_of(visit, actor, now)
        register(one, visit, actor, kind, stamp, now)


def loose(sender: User, hashes: Iterable[str]) -> dict[str, StoredFile]:
    """Files of one person by hash, whether they hang from a visit or not."""
    rows = StoredFile.objects.filter(
        uploaded_by=sender, received_sha256__in=list(hashes)
    )
    return {one.received_sha256: one for one in rows}


def missing_loose(visit: Visit, content: Content) -> list[str]:
    """What a conflicting content names and its sender has not sent yet."""
    here = loose(visit.logged_by, content.files())
    return [sha256 for sha256 in content.files() if sha256 not in here]


def hang_loose(visit: Visit, content: Content, sender: User) -> None:
    """Give a visit the files of a content that was taken in its place."""
    here = loose(sender, content.files())
    for photo in visit.photos.filter(sha256__in=here, file=None):
        photo.file = here[photo.sha256]
        photo.save(update_fields=["file"])
    if content.signature in here:
        visit.signature = here[content.signature]
        visit.save(update_fields=["signature"])


def register(
    received: Received,
    visit: Visit,
    actor: User,
    kind: StoredFile.Kind,
    stamp: dict[str, Any],
    now: datetime,
) -> StoredFile:
    file = files.register(
        received, actor=actor, kind=kind, company=visit.company, now=now, stamp=stamp
    )
    enqueue("visits.jobs.process_photo", file.pk, visit.pk)
    return file


def stamp_of(visit: Visit, actor: User, now: datetime) -> dict[str, Any]:
    """Codes and values for the visible stamp; the place only if it was given."""
    stamp = {
        "at": visit.starts_at.isoformat(),
        "company": visit.company.name,
        "officer": actor.name,
    }
    if visit.place:
        stamp["place"] = visit.place
    if (day := timezone.localdate(now)) != visit.day:
        # Sent on another day: the picture must not pretend otherwise.
        stamp["sent_on"] = day.isoformat()
    return stamp


@transaction.atomic
def keep_photo(
    file: StoredFile,
    visit: Visit,
    *,
    content: bytes,
    report: bytes,
    mime: str,
    width: int,
    height: int,
    now: datetime | None = None,
) -> None:
    """Keep what the worker drew; upper apps hear that the visit has one more file."""
    files.keep(file, content, report=report, mime=mime, width=width, height=height)
    visit_changed.send(
        Visit, visit=visit, actor=None, now=now or timezone.now(), what="files"
    )


@transaction.atomic
def reject_photo(
    file: StoredFile, visit: Visit, *, now: datetime | None = None
) -> None:
    """Leave the file in quarantine, and tell on the visit's page that it is there."""
    now = now or timezone.now()
    files.reject(file)
    events.record(
        None, "visit.file_rejected", visit, now=now, kind=file.kind, size=file.size
    )
    visit_changed.send(Visit, visit=visit, actor=None, now=now, what="files")


def rejected_of(user: User) -> "list[tuple[int, str, Any]]":
    """(visit, company, day) of the person's visits that have an unreadable photo."""
    rows = (
        Visit.objects.filter(
            logged_by=user,
            photos__file__state=State.REJECTED,
            photos__withdrawn_at=None,
        )
        .order_by("-day", "-pk")
        .values_list("pk", "company__name", "day")
        .distinct()
    )
    return list(rows[:10])


def pending_count(visit: Visit) -> int:
    """Files that have arrived and wait for the worker; reports wait for them."""
    waiting = visit.photos.filter(file__state=State.RECEIVED).count()
    signature = visit.signature
    return waiting + (signature is not None and signature.state == State.RECEIVED)
