"""The complainant, known by login or by the receipt code alone."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from crm import events
from crm.models import User
from visits.models import Complaint, ComplaintNote

from .codes import hash_of
from .handling import refuse_unless, save, write_note


@dataclass(frozen=True)
class Voice:
    """Who speaks: the person who made it by login, or who has its code."""

    user: User | None = None
    code: str = ""


def claim_own(complaint: Complaint, voice: Voice) -> Complaint:
    """Lock it for its complainant, or refuse."""
    if voice.user is not None:
        allowed = Complaint.objects.own_of(voice.user)
    elif voice.code:
        allowed = Complaint.objects.filter(code_hash=hash_of(voice.code))
    else:
        raise PermissionDenied
    related = ("unit", "accused", "ack_by", "answer_by", "second_by")
    return Complaint.objects.lock(allowed.select_related(*related), complaint.pk)


@transaction.atomic
def reply_to_supervisor(
    complaint: Complaint,
    *,
    voice: Voice,
    text: str,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> ComplaintNote:
    """Add something, or answer the supervisor's question."""
    now = now or timezone.now()
    complaint = claim_own(complaint, voice)
    refuse_unless(not complaint.is_closed, complaint)
    note, is_new = write_note(
        complaint,
        kind=ComplaintNote.Kind.REPLY,
        text=text,
        written_by=None,
        client_key=client_key,
        now=now,
    )
    if is_new:
        events.record(None, "complaint.replied", complaint, now=now)
    return note


@transaction.atomic
def share_complaint(
    complaint: Complaint,
    *,
    actor: User,
    is_shared: bool,
    now: datetime | None = None,
) -> Complaint:
    """Let the other people of one's company read it, or no longer."""
    now = now or timezone.now()
    complaint = claim_own(complaint, Voice(actor))
    if complaint.is_shared != is_shared:
        complaint.is_shared = is_shared
        save(complaint, "is_shared")
        action = "complaint.shared" if is_shared else "complaint.unshared"
        events.record(None, action, complaint, now=now)
    return complaint


@transaction.atomic
def forget_complainant(
    complaint: Complaint, *, voice: Voice, now: datetime | None = None
) -> Complaint:
    """Take the name off for good; from now on only the code opens it."""
    now = now or timezone.now()
    complaint = claim_own(complaint, voice)
    personal = getattr(complaint, "personal", None)
    if personal is not None:
        personal.delete()
        complaint.is_shared = False
        save(complaint, "is_shared")
        events.record(None, "complaint.name_erased", complaint, now=now)
    return complaint
