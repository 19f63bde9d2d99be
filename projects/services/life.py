"""Beside the approvals: key list, green channel, blockers, progress on site."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.lib.querysets import union_of
from crm.models import User
from crm.services.attaching import Sent, attach
from projects.models import Blocker, KeyListing, ProgressNote, Project

from . import forecasting
from .projects import save

Kind = KeyListing.Kind
RELIEF: Final = ("kind", "text", "since", "remover", "relief_plan", "relief_by")
# Of these the log keeps the codes and days; what is written stands on the blocker.
LOGGED: Final = ("kind", "since", "remover", "relief_by")


# --- Key list ---------------------------------------------------------------------


@transaction.atomic
def ask_listing(
    project: Project,
    *,
    actor: User,
    kind: str,
    reason: str,
    now: datetime | None = None,
) -> KeyListing:
    """Ask that it come onto the key list or off it; a leader decides."""
    now = now or timezone.now()
    project = Project.objects.claim(project.pk, actor)
    if (kind == Kind.ENTRY) == project.is_key:
        sentence = (
            _("The project is on the key list already.")
            if project.is_key
            else _("The project is not on the key list.")
        )
        raise DomainError(sentence, code="listed_already")
    require_reason(reason)
    try:
        with transaction.atomic():
            listing = KeyListing.objects.create(
                project=project,
                kind=kind,
                reason=reason.strip(),
                asked_by=actor,
                asked_at=now,
            )
    except IntegrityError:
        sentence = _("A request for the key list waits for its decision already.")
        raise DomainError(sentence, code="asked_already") from None
    events.record(actor, "project.listing_asked", project, now=now, listing=kind)
    return listing


@transaction.atomic
def decide_listing(
    listing: KeyListing,
    *,
    actor: User,
    is_approved: bool,
    answer: str = "",
    now: datetime | None = None,
) -> KeyListing:
    """The leader's word: the project enters, leaves, or stays as it is."""
    now = now or timezone.now()
    project = claim_decided(listing.project, actor)
    listing = KeyListing.objects.select_for_update(of=("self",)).get(pk=listing.pk)
    if listing.decided_at:
        raise DomainError(
            _("%(name)s has decided on this already.")
            % {"name": listing.decided_by.name if listing.decided_by else ""},
            code="decided_already",
        )
    if not is_approved and not answer.strip():
        sentence = _("Say why the request is turned down.")
        raise DomainError(sentence, code="answer_missing", field="answer")
    listing.decided_by, listing.decided_at = actor, now
    listing.is_approved, listing.answer = is_approved, answer.strip()
    listing.save(update_fields=["decided_by", "decided_at", "is_approved", "answer"])
    if is_approved:
        project.is_key = listing.kind == Kind.ENTRY
        save(project, "is_key", now=now)
    events.record(
        actor,
        "project.listing_decided",
        project,
        now=now,
        listing=listing.kind,
        is_approved=is_approved,
    )
    return listing


def claim_decided(project: Project, actor: User) -> Project:
    every = Project.objects.for_page()
    return Project.objects.lock(every.decided_by(actor), project.pk)


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")


# --- Green channel ----------------------------------------------------------------


@transaction.atomic
def open_green_channel(
    project: Project,
    *,
    actor: User,
    reason: str,
    until: date,
    now: datetime | None = None,
) -> Project:
    """A leader lets the shorter days hold for what is accepted until that day."""
    now = now or timezone.now()
    project = claim_decided(project, actor)
    require_reason(reason)
    if until < timezone.localdate(now):
        sentence = _("The last day of the green channel lies in the past.")
        raise DomainError(sentence, code="over_already", field="until")
    project.green_reason, project.green_until = reason.strip(), until
    project.green_by = actor
    save(project, "green_reason", "green_until", "green_by", now=now)
    forecasting.refresh(project, today=timezone.localdate(now))
    events.record(
        actor,
        "project.green_opened",
        project,
        is_public=True,
        now=now,
        green_until=until,
        reason=reason.strip(),
    )
    return project


@transaction.atomic
def close_green_channel(
    project: Project, *, actor: User, reason: str, now: datetime | None = None
) -> Project:
    """From now on the committed days hold again for what is not accepted yet."""
    now = now or timezone.now()
    project = claim_decided(project, actor)
    require_reason(reason)
    old = project.green_until
    project.green_reason, project.green_until, project.green_by = "", None, None
    save(project, "green_reason", "green_until", "green_by", now=now)
    forecasting.refresh(project, today=timezone.localdate(now))
    events.record(
        actor,
        "project.green_closed",
        project,
        is_public=True,
        now=now,
        green_until=[old, None],
        reason=reason.strip(),
    )
    return project


# --- Blockers ---------------------------------------------------------------------


@transaction.atomic
def report_blocker(
    project: Project,
    *,
    actor: User,
    values: Mapping[str, Any],  # Any: of each field's own type
    now: datetime | None = None,
) -> Blocker:
    """Write down what holds the project up."""
    now = now or timezone.now()
    project = claim_worked(project, actor)
    blocker = Blocker(project=project, reported_by=actor, reported_at=now)
    for name in ("milestone", *RELIEF):
        if name in values:
            setattr(blocker, name, values[name])
    check_blocker(blocker, timezone.localdate(now))
    blocker.save(force_insert=True)
    events.record(
        actor,
        "blocker.reported",
        blocker,
        company=project.company_id,
        now=now,
        **events.snapshot(blocker, *LOGGED),
    )
    return blocker


def claim_worked(project: Project, actor: User) -> Project:
    """Its officers, and the dispatcher of its region."""
    every = Project.objects.all()
    branches = [
        every.worked_by(actor).values("pk"),
        every.managed_by(actor).values("pk"),
    ]
    allowed = every.filter(pk__in=union_of(branches) or [])
    return Project.objects.lock(allowed, project.pk)


def check_blocker(blocker: Blocker, today: date) -> None:
    if blocker.since > today:
        sentence = _("What holds it up cannot begin in the future.")
        raise DomainError(sentence, code="future_day", field="since")
    if blocker.relief_by and blocker.relief_by < blocker.since:
        sentence = _("It cannot be removed before it began.")
        raise DomainError(sentence, code="before_start", field="relief_by")
    if bool(blocker.relief_plan.strip()) != bool(blocker.relief_by):
        sentence = _("A relief plan has a day, and a day has a plan.")
        raise DomainError(sentence, code="plan_without_day", field="relief_by")
    milestone = blocker.milestone
    if milestone and milestone.project_id != blocker.project_id:
        sentence = _("This item belongs to another project.")
        raise DomainError(sentence, code="unknown_item", field="milestone")


@transaction.atomic
def edit_blocker(
    blocker: Blocker,
    *,
    actor: User,
    version: int,
    values: Mapping[str, Any],  # Any: of each field's own type
    now: datetime | None = None,
) -> Blocker:
    """Change who can remove it, how and by when."""
    now = now or timezone.now()
    blocker = claim_blocker(blocker, actor)
    if version != blocker.version:
        raise StaleVersion(
            _("Somebody else changed this blocker meanwhile. Look at it again."),
            current=blocker,
        )
    before = events.snapshot(blocker, *RELIEF)
    for name in RELIEF:
        if name in values:
            setattr(blocker, name, values[name])
    check_blocker(blocker, timezone.localdate(now))
    if changes := events.changed(before, blocker):
        blocker.version += 1
        blocker.save(update_fields=[*changes, "version"])
        logged = {name: changes[name] for name in LOGGED if name in changes}
        company = blocker.project.company_id
        events.record(
            actor, "blocker.edited", blocker, company=company, now=now, **logged
        )
    return blocker


@transaction.atomic
def clear_blocker(
    blocker: Blocker, *, actor: User, note: str, now: datetime | None = None
) -> Blocker:
    """It holds the project up no longer, and how that came."""
    now = now or timezone.now()
    blocker = claim_blocker(blocker, actor)
    if not note.strip():
        sentence = _("Say how it was removed.")
        raise DomainError(sentence, code="note_missing", field="note")
    blocker.cleared_at, blocker.cleared_note = now, note.strip()
    blocker.version += 1
    blocker.save(update_fields=["cleared_at", "cleared_note", "version"])
    company = blocker.project.company_id
    events.record(actor, "blocker.cleared", blocker, company=company, now=now)
    return blocker


def claim_blocker(blocker: Blocker, actor: User) -> Blocker:
    """A second press on an answered one is told so, not refused."""
    current = Blocker.objects.select_related("project").get(pk=blocker.pk)
    if current.cleared_at:
        raise DomainError(_("This blocker is removed already."), code="cleared_already")
    return Blocker.objects.claim(blocker.pk, actor)


# --- Progress on site -------------------------------------------------------------


@transaction.atomic
def note_progress(
    project: Project,
    *,
    actor: User,
    on: date,
    percent: int,
    text: str = "",
    files: Sequence[Sent] = (),
    now: datetime | None = None,
) -> ProgressNote:
    """How far the site is on that day; photos hang from the note."""
    now = now or timezone.now()
    project = claim_worked(project, actor)
    if on > timezone.localdate(now):
        sentence = _("Progress cannot be noted for a day to come.")
        raise DomainError(sentence, code="future_day", field="on")
    if not 0 <= percent <= 100:
        sentence = _("Progress is a number from 0 to 100.")
        raise DomainError(sentence, code="bad_percent", field="percent")
    note = ProgressNote.objects.create(
        project=project,
        on=on,
        percent=percent,
        text=text.strip(),
        noted_by=actor,
        noted_at=now,
    )
    attach(
        note, files, company=project.company, actor=actor, is_internal=False, now=now
    )
    events.record(
        actor,
        "project.progress_noted",
        project,
        is_public=True,
        now=now,
        on=on,
        percent=percent,
        photos=len(files),
    )
    return note
