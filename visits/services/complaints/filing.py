"""How a complaint comes in: number, code, deadlines, and the name apart from it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.tasks import enqueue
from crm.models import Attachment, Company, Department, StoredFile, User, subject_of
from crm.services import deadlines, files
from crm.services.attaching import Sent
from crm.services.deadlines import Wanted
from visits.models import Complaint, ComplaintNumber, ComplaintPersonal
from visits.models.complaints import ACK, ANSWER

from .codes import code_of, digest_of, hash_of

MOST_CHARACTERS = 4000


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What it is about: a person we know, a name as typed, or a department alone."""

    category: str
    text: str
    unit: Department | None = None
    accused: User | None = None
    accused_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Complainant:
    """Who complains, as far as he says so; nothing at all is anonymous."""

    user: User | None = None
    company: Company | None = None
    name: str = ""
    phone: str = ""
    company_name: str = ""

    @property
    def is_named(self) -> bool:
        return bool(self.user or self.name.strip() or self.phone.strip())


@dataclass(frozen=True)
class Receipt:
    """What the complainant takes along: this once, the code in clear."""

    complaint: Complaint
    code: str


@transaction.atomic
def file_complaint(
    matter: Matter,
    *,
    complainant: Complainant | None = None,
    origin: str = Complaint.Origin.PUBLIC,
    client_key: uuid.UUID | None = None,
    papers: Sequence[Sent] = (),
    sender: User | None = None,
    now: datetime | None = None,
) -> Receipt:
    """Take it, and give number and code at once; a second press gives the same ones.

    `sender` is whose daily room for files is asked; it is not written down. No event
    says who did it: the auditor reads that a complaint came in, no more.
    """
    now = now or timezone.now()
    key = client_key or uuid.uuid4()
    key_hash = digest_of("visits.complaint.key", key.hex)
    mine = Complaint.objects.filter(key_hash=key_hash)
    if known := mine.first():
        return Receipt(known, code_of(key))
    unit = unit_of(matter)
    check(matter)
    who = complainant or Complainant()
    region = who.company.region if who.company else unit.region
    try:
        # In a savepoint: the other of two simultaneous firsts is found below.
        with transaction.atomic():
            complaint = write(
                matter,
                unit,
                now,
                key_hash=key_hash,
                code_hash=hash_of(code_of(key)),
                region=region,
                region_path=region.path,
                origin=origin,
            )
    except IntegrityError:
        return Receipt(mine.get(), code_of(key))
    if who.is_named:
        keep_name(complaint, who)
    hang(complaint, papers, sender, now)
    events.record(None, "complaint.received", complaint, now=now)
    return Receipt(complaint, code_of(key))


def unit_of(matter: Matter) -> Department:
    """The accused's own, else the one that was chosen."""
    unit = matter.accused.department if matter.accused else matter.unit
    if unit is None:
        sentence = _("Choose the person or the department it is about.")
        raise DomainError(sentence, code="unit_missing", field="unit")
    return unit


def check(matter: Matter) -> None:
    if matter.category not in Complaint.Category:
        sentence = _("Choose what it is about.")
        raise DomainError(sentence, code="category_missing", field="category")
    if not matter.text.strip():
        sentence = _("Say in a few words what happened.")
        raise DomainError(sentence, code="text_missing", field="text")
    if len(matter.text) > MOST_CHARACTERS:
        sentence = _("At most %(most)s characters.") % {"most": MOST_CHARACTERS}
        raise DomainError(sentence, code="too_long", field="text")


def write(
    matter: Matter, unit: Department, now: datetime, **fields: object
) -> Complaint:
    """The row with its number and its two deadlines, from today on."""
    today = timezone.localdate(now)
    ack_by, answer_by = deadlines.start_many(
        [
            Wanted(ACK, settings.CRM_COMPLAINT_ACK_DAYS, today),
            Wanted(ANSWER, settings.CRM_COMPLAINT_ANSWER_DAYS, today),
        ]
    )
    name = "" if matter.accused else matter.accused_name.strip()
    return Complaint.objects.create(
        category=matter.category,
        text=matter.text.strip(),
        accused=matter.accused,
        accused_name=name,
        unit=unit,
        received_at=now,
        ack_by=ack_by,
        answer_by=answer_by,
        number=take_number(today.year),
        **fields,
    )


def keep_name(complaint: Complaint, who: Complainant) -> None:
    """In a row of its own, which can be erased."""
    company_name = who.company.name if who.company else who.company_name.strip()
    ComplaintPersonal.objects.create(
        complaint=complaint,
        user=who.user,
        company=who.company,
        name=(who.name.strip() or (who.user.name if who.user else ""))[:40],
        phone=(who.phone.strip() or (who.user.phone if who.user else ""))[:20],
        company_name=company_name[:80],
    )


def hang(
    complaint: Complaint, papers: Sequence[Sent], sender: User | None, now: datetime
) -> None:
    """Files of no company and of nobody: only the complaint leads to them."""
    subject_type, subject_id = subject_of(complaint)
    for one in papers:
        if sender is not None:
            files.check_quota(sender, one.received.size, now)
        file = files.register(
            one.received,
            actor=None,
            kind=StoredFile.Kind.ATTACHMENT,
            company=None,
            now=now,
            name=one.name,
        )
        Attachment.objects.create(
            subject_type=subject_type, subject_id=subject_id, file=file
        )
        enqueue("crm.attachments.process_attachment", file.pk)


def take_number(year: int) -> str:
    """TS2026-0001: in order within a year, in a series of its own."""
    row = ComplaintNumber.objects.filter(year=year)
    if not row.update(last=F("last") + 1):
        # Two may come first in a new year: one inserts, both then count up.
        ComplaintNumber.objects.bulk_create(
            [ComplaintNumber(year=year)], ignore_conflicts=True
        )
        row.update(last=F("last") + 1)
    last = row.values_list("last", flat=True).get()
    return f"TS{year}-{last:04d}"
