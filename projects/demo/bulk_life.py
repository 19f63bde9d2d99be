"""A project as rows, and what happens to it beside its approvals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crm import events
from crm.demo.rows import Rows, row_of
from crm.models import User
from projects.models import Blocker, KeyListing, LifeStep, ProgressNote, Project
from projects.services import life

from .bulk_moves import ItemRows


@dataclass
class Sheaf:
    """A project with what may still change of it."""

    project: Project
    steps: dict[str, LifeStep]
    units: set[int] = field(default_factory=set)
    items: dict[str, ItemRows] = field(default_factory=dict)


@dataclass
class Written:
    """A blocker, and whose it is."""

    project: Project
    blocker: Blocker


class LifeRows:
    """What projects.services.life writes."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def tell(
        self,
        actor: User | None,
        action: str,
        made: Sheaf,
        now: datetime,
        *,
        is_public: bool = True,
        **changes: Any,  # Any: codes and values
    ) -> None:
        self.rows.record(actor, action, made.project, now, changes, is_public=is_public)

    def changed(self, made: Sheaf, now: datetime) -> None:
        made.project.version += 1
        made.project.updated_at = now

    def block(
        self, made: Sheaf, actor: User, values: Mapping[str, Any], now: datetime
    ) -> Written:
        blocker = Blocker(
            project=made.project, reported_by=actor, reported_at=now, **values
        )
        self.rows.add(blocker)
        written = Written(made.project, blocker)
        known = events.snapshot(blocker, *life.LOGGED)
        self.tell_blocker(written, actor, "blocker.reported", now, known)
        return written

    def tell_blocker(
        self,
        written: Written,
        actor: User,
        action: str,
        now: datetime,
        changes: Mapping[str, Any],  # Any: codes and values
    ) -> None:
        company = written.project.company_id
        self.rows.record(actor, action, written.blocker, now, changes, company=company)

    def clear(self, written: Written, actor: User, note: str, now: datetime) -> None:
        blocker = written.blocker
        blocker.cleared_at, blocker.cleared_note = now, note
        blocker.version += 1
        self.tell_blocker(written, actor, "blocker.cleared", now, {})

    def note(
        self, made: Sheaf, actor: User, percent: int, text: str, now: datetime
    ) -> None:
        day = now.date()
        self.rows.add(
            row_of(
                ProgressNote,
                project_id=made.project.pk,
                on=day,
                percent=percent,
                text=text,
                noted_by_id=actor.pk,
                noted_at=now,
            )
        )
        self.tell(
            actor,
            "project.progress_noted",
            made,
            now,
            on=day,
            percent=percent,
            photos=0,
        )

    def ask_listing(
        self, made: Sheaf, actor: User, reason: str, now: datetime
    ) -> KeyListing:
        listing = row_of(
            KeyListing,
            project_id=made.project.pk,
            kind=KeyListing.Kind.ENTRY.value,
            reason=reason,
            asked_by_id=actor.pk,
            asked_at=now,
        )
        self.rows.add(listing)
        self.tell(
            actor,
            "project.listing_asked",
            made,
            now,
            is_public=False,
            listing=listing.kind,
        )
        return listing

    def list(
        self, made: Sheaf, listing: KeyListing, actor: User, now: datetime
    ) -> None:
        listing.decided_by_id, listing.decided_at = actor.pk, now
        listing.is_approved = made.project.is_key = True
        self.changed(made, now)
        self.tell(
            actor,
            "project.listing_decided",
            made,
            now,
            is_public=False,
            listing=listing.kind,
            is_approved=True,
        )

    def open_green(
        self, made: Sheaf, actor: User, reason: str, until: date, now: datetime
    ) -> None:
        project = made.project
        project.green_reason, project.green_until = reason, until
        project.green_by = actor
        self.changed(made, now)
        self.tell(
            actor,
            "project.green_opened",
            made,
            now,
            green_until=until,
            reason=reason,
        )

    def see(self, made: Sheaf, day: date) -> None:
        made.project.last_visit_on = max(day, made.project.last_visit_on or day)
