"""Ask for papers and keep what the worker made."""

import hashlib
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.tasks import enqueue
from crm.models import Document, StoredFile, User, subject_of
from projects.models import Agency, JointSession, Project
from visits.models import Meeting, Ticket, Visit
from visits.outcomes import Days

from . import dispatch_sheets, meeting_minutes, timelines
from .kinds import kind_of
from .queries import VISIT_REPORT, report_of, signature_of
from .session_minutes import MINUTES

# How long a report waits for photos that are still on the phone.
PATIENCE = timedelta(minutes=10)


@transaction.atomic
def note_outcomes_export(
    actor: User, *, by: str, days: Days, lines: int, now: datetime | None = None
) -> None:
    """Who took figures out as a file stands in the log."""
    events.record(
        actor,
        "outcomes.exported",
        actor,
        now=now,
        by=by,
        first=days.first,
        last=days.last,
        rows=lines,
    )


@transaction.atomic
def request_visit_report(
    visit: Visit, *, actor: User | None, now: datetime | None = None
) -> Document:
    """Queue the report of the visit as it stands; asking again gives the same one.

    Photos that the phone has not sent yet are waited for, but not for ever.
    """
    now = now or timezone.now()
    # The visit's row is the lock: two askers cannot both make the next version.
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    newest, key = report_of(visit), content_key(visit)
    if newest and newest.content_key == key:
        return newest
    if newest is None or newest.state != Document.State.QUEUED:
        newest = Document(
            kind=VISIT_REPORT,
            subject_type=visit._meta.label_lower,
            subject_id=visit.pk,
            version=newest.version + 1 if newest else 1,
            company_id=visit.company_id,
            created_by=actor,
            created_at=now,
        )
    newest.content_key = key
    newest.save()
    run_after = now + PATIENCE if is_incomplete(visit) else None
    enqueue("reports.jobs.make_visit_report", newest.pk, run_after=run_after)
    return newest


def queue_first_report(
    visit: Visit, *, actor: User | None, now: datetime, waits: bool
) -> Document:
    """Queue the report of a visit that was written a moment ago.

    Nobody else has seen the visit yet: there is nothing to lock and none to find.
    """
    document = Document.objects.create(
        kind=VISIT_REPORT,
        subject_type=visit._meta.label_lower,
        subject_id=visit.pk,
        version=1,
        company_id=visit.company_id,
        created_by=actor,
        created_at=now,
        content_key=key_of([str(visit.version), str(None)]),
    )
    run_after = now + PATIENCE if waits else None
    enqueue("reports.jobs.make_visit_report", document.pk, run_after=run_after)
    return document


@transaction.atomic
def request_timeline(
    project: Project, kind: str, *, actor: User, now: datetime | None = None
) -> Document:
    """Queue the timeline as this person sees it today; the same again is one paper.

    One at a time: a second that is asked for meanwhile is refused.
    """
    now = now or timezone.now()
    # The project's row is the lock: two askers cannot both make the next version.
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    picture = timelines.picture_for(project, actor, timezone.localdate(now))
    key = key_of([repr(picture)])
    subject_type, subject_id = subject_of(project)
    every = Document.objects.filter(
        kind=kind, subject_type=subject_type, subject_id=subject_id
    ).order_by("-version")
    own = every.filter(created_by=actor).exclude(state=Document.State.FAILED).first()
    if own and own.content_key == key:
        return own
    refuse_second(actor, now)
    newest = every.first()
    document = Document.objects.create(
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        version=newest.version + 1 if newest else 1,
        content_key=key,
        company_id=project.company_id,
        created_by=actor,
        created_at=now,
    )
    enqueue(kind_of(document).job, document.pk)
    return document


def request_agency_paper(
    agency: Agency, kind: str, *, actor: User, now: datetime
) -> Document:
    """Queue the sheet of the state that the agreement has just come to."""
    company, key = agency.project.company_id, str(agency.version)
    return queue_next(agency, kind, company=company, key=key, actor=actor, now=now)


def request_minutes(
    session: JointSession, *, actor: User | None, now: datetime
) -> Document:
    """Queue the minutes as they are now; an answer since makes the next version."""
    answers = session.lines.filter(answered_at__isnull=False).count()
    return queue_next(
        session,
        MINUTES,
        company=session.project.company_id,
        key=f"{session.version}/{answers}",
        actor=actor,
        now=now,
    )


def request_meeting_minutes(
    meeting: Meeting, *, actor: User | None, now: datetime
) -> Document:
    """Queue the minutes as they are now, after a correction or an answer too."""
    rows = [
        *meeting.items.order_by("pk").values_list("pk", "version"),
        *meeting.tasks.order_by("pk").values_list("pk", "version"),
    ]
    return queue_next(
        meeting,
        meeting_minutes.MINUTES,
        company=None,
        key=f"{meeting.version}/{rows}",
        actor=actor,
        now=now,
    )


@transaction.atomic
def request_dispatch_sheet(
    ticket: Ticket, *, actor: User, now: datetime | None = None
) -> Document:
    """Queue the sheet as parts and days are now; the same again is one paper."""
    # The ticket's row is the lock: two askers cannot both make the next version.
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if ticket.dispatched_at is None:
        raise DomainError(_("Nothing was dispatched yet."), code="not_dispatched")
    parts = ticket.parts.filter(ended_on=None).order_by("pk")
    days = (ticket.contact_by, ticket.reply_by, ticket.solve_by)
    shown = [
        *parts.values_list("department", "task", "answer_by__due_on"),
        *(clock.due_on for clock in days if clock),
    ]
    kind, key = subject_of(ticket)
    newest = (
        Document.objects.filter(
            kind=dispatch_sheets.SHEET, subject_type=kind, subject_id=key
        )
        .order_by("-version")
        .first()
    )
    if newest and newest.content_key == key_of([str(shown)]):
        return newest
    return queue_next(
        ticket,
        dispatch_sheets.SHEET,
        company=ticket.company_id,
        key=str(shown),
        actor=actor,
        now=now or timezone.now(),
    )


def queue_next(
    record: models.Model,
    kind: str,
    *,
    company: int | None,
    key: str,
    actor: User | None,
    now: datetime,
) -> Document:
    """The next version of a record's paper; the caller holds the record's row."""
    subject_type, subject_id = subject_of(record)
    earlier = Document.objects.filter(
        kind=kind, subject_type=subject_type, subject_id=subject_id
    )
    document = Document.objects.create(
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        version=earlier.count() + 1,
        content_key=key_of([key]),
        company_id=company,
        created_by=actor,
        created_at=now,
    )
    enqueue(kind_of(document).job, document.pk)
    return document


def refuse_second(actor: User, now: datetime) -> None:
    """Heavy work of one person must not keep the others waiting."""
    unfinished = [Document.State.QUEUED, Document.State.MAKING]
    waiting = Document.objects.filter(
        created_by=actor,
        kind__in=[kind.key for kind in timelines.KINDS],
        state__in=unfinished,
        created_at__gt=now - PATIENCE,
    )
    if waiting.exists():
        raise DomainError(
            _("Your last timeline is still being made. Please wait for it."),
            code="one_at_a_time",
        )


def content_key(visit: Visit) -> str:
    """A fingerprint of what the paper would show."""
    photos = visit.photos.shown().filter(file__state=StoredFile.State.STORED)
    parts = [str(visit.version), str(signature_of(visit))]
    parts += photos.order_by("order", "pk").values_list("sha256", flat=True)
    return key_of(parts)


def key_of(parts: list[str]) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()


def is_incomplete(visit: Visit) -> bool:
    """Whether a photo is still on the phone or being checked."""
    done = [StoredFile.State.STORED, StoredFile.State.REJECTED]
    return visit.photos.shown().exclude(file__state__in=done).exists()


@transaction.atomic
def remake_document(
    document: Document, *, actor: User, now: datetime | None = None
) -> Document:
    """Try a failed paper once more, whatever kind it is."""
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.state == Document.State.FAILED:
        document.state, document.progress, document.error = "queued", 0, ""
        document.save(update_fields=["state", "progress", "error"])
        enqueue(kind_of(document).job, document.pk)
        events.record(
            actor, "document.retried", document, company=document.company, now=now
        )
    return document


def show_progress(document: Document, percent: int) -> None:
    """Outside of a transaction, so that the waiting page sees it at once."""
    Document.objects.filter(pk=document.pk).update(
        state=Document.State.MAKING, progress=percent
    )


@transaction.atomic
def keep_document(
    document: Document,
    *,
    body: bytes,
    pages: int,
    warnings: list[str],
    now: datetime | None = None,
) -> Document:
    """Store the file and its hash; from now on the number on the paper verifies it."""
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    file = f"{document.number}.{kind_of(document).ending}"
    name = f"documents/{document.created_at:%Y/%m}/{file}"
    document.stored_name = default_storage.save(name, ContentFile(body))
    document.sha256 = hashlib.sha256(body).hexdigest()
    document.size, document.pages = len(body), pages
    document.warnings = warnings
    document.state, document.progress = Document.State.READY, 100
    document.ready_at = now or timezone.now()
    document.save(
        update_fields=[
            *("stored_name", "sha256", "size", "pages", "warnings"),
            *("state", "progress", "ready_at"),
        ]
    )
    events.record(
        None,
        "document.made",
        document,
        company=document.company,
        now=now,
        number=document.number,
        version=document.version,
        sha256=document.sha256,
    )
    return document


@transaction.atomic
def fail_document(document: Document, *, reason: str) -> None:
    """Say on the page that it did not work; the person may try again."""
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    document.state, document.error = Document.State.FAILED, reason[:200]
    document.save(update_fields=["state", "error"])
    events.record(None, "document.failed", document, company=document.company)


@transaction.atomic
def note_ledger(
    *, actor: User, rows: int, query: str, now: datetime | None = None
) -> None:
    """Who took which tickets out as a table stands in the audit trail."""
    events.record(
        actor, "ledger.exported", actor, now=now, rows=rows, filters=query[:400]
    )


@transaction.atomic
def note_download(
    document: Document, *, actor: User, now: datetime | None = None
) -> None:
    """Who took which paper stands in the audit trail."""
    events.record(
        actor,
        "document.opened",
        document,
        company=document.company,
        now=now,
        number=document.number,
    )
