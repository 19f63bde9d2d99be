"""Figures and lists over what a person may see. Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Q, Subquery, Value

from crm.lib.labels import label_of
from crm.models import (
    Absence,
    Company,
    CompanyLiaison,
    CompanyTag,
    Document,
    HandoverNote,
    Lamp,
    Role,
    StoredFile,
    User,
    lamp_of,
    subject_of,
)
from crm.services import calendar, deadlines
from visits.models import IntakeConflict, Ticket, TicketPart, Visit
from visits.ticket_list import with_lead

VISIT_REPORT = "visit_report"
AHEAD = timedelta(days=7)
# A unit's open tickets on one home page; more than this is read in the list.
UNIT_ROWS = 200


# One row of values(): a template reads it by name.
Row = dict[str, Any]


def plain(rows: Iterable[Any]) -> list[Row]:
    """Run the query; the stubs give every values() a type of its own."""
    return list(rows)


# --- Papers --------------------------------------------------------------------


def report_of(visit: Visit) -> Document | None:
    """The newest report of a visit, in whatever state it is."""
    subject_type, subject_id = subject_of(visit)
    papers = Document.objects.filter(
        kind=VISIT_REPORT, subject_type=subject_type, subject_id=subject_id
    )
    return papers.order_by("-version").first()


def signature_of(visit: Visit) -> StoredFile | None:
    """The signature, once it is safely stored."""
    kept = visit.signature
    return kept if kept and kept.state == StoredFile.State.STORED else None


def newest_version(document: Document) -> int:
    """The highest version of the paper's subject that is ready."""
    papers = Document.objects.filter(
        kind=document.kind,
        subject_type=document.subject_type,
        subject_id=document.subject_id,
        state=Document.State.READY,
    )
    versions = papers.order_by("-version").values_list("version", flat=True)
    return versions.first() or document.version


# --- Tickets -------------------------------------------------------------------


class TicketRow(NamedTuple):
    """One ticket in a list of a home page."""

    pk: int
    number: str
    title: str
    status: str
    company: str
    due_on: date | None
    is_met: bool
    handler_id: int | None
    handler: str | None
    raised_at: datetime
    lead: str | None
    lamp: Lamp
    days_left: int | None

    @property
    def is_new(self) -> bool:
        return self.status == Ticket.Status.DISPATCHED

    @property
    def state(self) -> str:
        return label_of(Ticket.Status, self.status)

    @property
    def is_running(self) -> bool:
        return self.due_on is not None and not self.is_met

    @property
    def lamp_word(self) -> str:
        """A clock that does not run says nothing; the state says why."""
        return "" if self.is_running else self.state


TICKET_FIELDS = (
    "pk",
    "number",
    "title",
    "status",
    "company__name",
    "solve_by__due_on",
    "solve_by__met_at",
    "handler_id",
    "handler__name",
    "raised_at",
    "lead",
)


def ticket_rows(tickets: Any, today: date, limit: int) -> list[TicketRow]:
    """Flat rows with lamp and days left; both are computed, never stored."""
    near = deadlines.yellow_from(today)
    rows = []
    for values in with_lead(tickets).values_list(*TICKET_FIELDS)[:limit]:
        due_on, is_met = values[5], values[6] is not None
        lamp = lamp_of(due_on, is_met, today, near)
        left = calendar.count_between(today, due_on) if due_on else None
        rows.append(TicketRow._make([*values[:6], is_met, *values[7:], lamp, left]))
    return rows


def by_due(tickets: Any) -> Any:
    return tickets.order_by("solve_by__due_on", "pk")


def to_confirm(served: Any, today: date, limit: int) -> list[TicketRow]:
    """Answered, and these companies have not said yet whether it is solved."""
    waiting = Ticket.objects.filter(
        company__in=served.values("pk"), status=Ticket.Status.CONFIRMING
    )
    return ticket_rows(by_due(waiting), today, limit)


def late_of(served: Any, today: date, limit: int) -> list[TicketRow]:
    """What these companies were promised and did not get in time."""
    late = Ticket.objects.filter(company__in=served.values("pk")).open().late(today)
    return ticket_rows(by_due(late), today, limit)


def tickets_of_unit(user: User, today: date) -> list[TicketRow]:
    """Open tickets that the person's departments lead, by due date."""
    tickets = Ticket.objects.workable_by(user).filter(
        status__in=(
            Ticket.Status.DISPATCHED,
            Ticket.Status.ACCEPTED,
            Ticket.Status.WORKING,
        )
    )
    rows = ticket_rows(by_due(tickets), today, UNIT_ROWS)
    return [row._replace(lead=None) for row in rows]  # one's own unit needs no name


def parts_to_answer(user: User, today: date, limit: int) -> list[TicketRow]:
    """Tickets where the person's department assists and has not answered."""
    below = user.access.department_ranges(Role.HANDLER, Role.UNIT_HEAD)
    waiting = (
        TicketPart.objects.of(below).open().filter(is_lead=False, answered_at=None)
    )
    tickets = Ticket.objects.open().filter(pk__in=waiting.values("ticket"))
    return ticket_rows(by_due(tickets), today, limit)


def load_of_unit(user: User, today: date) -> list[Row]:
    """Open and late tickets per handler of the person's departments."""
    tickets = Ticket.objects.workable_by(user).open().exclude(handler=None)
    late = Q(solve_by__due_on__lt=today, solve_by__met_at=None)
    return plain(
        tickets.values(name=F("handler__name"))
        .annotate(open=Count("pk"), late=Count("pk", filter=late))
        .order_by("-late", "-open", "name")
    )


def waiting_for_dispatch(user: User, today: date, limit: int) -> list[TicketRow]:
    waiting = Ticket.objects.dispatchable_by(user).waiting_for_dispatch()
    return ticket_rows(waiting.order_by("pk"), today, limit)


def late_tickets(user: User, today: date, limit: int) -> list[TicketRow]:
    late = Ticket.objects.running_visible_to(user).late(today)
    return ticket_rows(by_due(late), today, limit)


def matters_of_owner(user: User, today: date, limit: int) -> list[TicketRow]:
    """What waits for the company first, then the newest."""
    tickets = Ticket.objects.visible_to(user).filter(
        company__in=user.access.company_ids(Role.OWNER)
    )
    waiting = Q(status=Ticket.Status.CONFIRMING)
    ordered = tickets.annotate(waits=waiting).order_by("-waits", "-pk")
    return ticket_rows(ordered, today, limit)


# --- Visits and companies ------------------------------------------------------


def planned_for(user: User, today: date, limit: int) -> list[Row]:
    """Plans of the companies served today, overdue ones first, a week ahead."""
    served = Company.objects.served_by(user, today).values("pk")
    plans = Visit.objects.planned().filter(
        Q(company__in=served, for_unit=False) | Q(logged_by=user),
        day__lte=today + AHEAD,
    )
    return plain(
        plans.order_by("starts_at", "pk").values(
            "pk", "day", "starts_at", "purpose", "mode", name=F("company__name")
        )[:limit]
    )


def visits_for_owner(user: User, limit: int) -> list[Row]:
    visits = Visit.objects.visible_to(user).held()
    return plain(
        visits.order_by("-day", "-pk").values(
            "pk", "day", "mode", "purpose", officer=F("logged_by__name")
        )[:limit]
    )


@dataclass(frozen=True)
class Unseen:
    """A watched company and how long nobody has been there; `tag` says why watched."""

    pk: int
    name: str
    last_visit_on: date | None
    officer: str | None
    tag: str


def unseen(companies: Any, since: date, limit: int) -> list[Unseen]:
    """Never seen first, then the longest ago."""
    tags = CompanyTag.objects.filter(tag__is_watched=True, company=OuterRef("pk"))
    rows = (
        companies.watched()
        .not_seen_since(since)
        .with_officers()
        .annotate(
            watched_for=Subquery(tags.order_by("tag__order").values("tag__name")[:1])
        )
        .order_by(F("last_visit_on").asc(nulls_first=True), "pk")
        .values_list("pk", "name", "last_visit_on", "officer_a", "watched_for")
    )
    return [Unseen(*row) for row in rows[:limit]]


def without_officer(user: User, limit: int) -> list[Row]:
    companies = Company.objects.managed_by(user).without_officer()
    return plain(
        companies.order_by("-pk").values("pk", "name", region_name=F("region__name"))[
            :limit
        ]
    )


def officers_for_owner(user: User, today: date) -> list[Row]:
    """A and B of the owner's companies, with the number to call."""
    away = Absence.objects.on(today).values_list("officer", flat=True)
    liaisons = CompanyLiaison.objects.open().filter(
        company__in=user.access.company_ids(Role.OWNER)
    )
    rows = liaisons.order_by("company", "role").values(
        "role",
        "officer_id",
        name=F("officer__name"),
        title=F("officer__title"),
        unit=F("officer__department__name"),
        phone=F("officer__phone"),
        company_name=F("company__name"),
    )
    absent = set(away.filter(officer__in=liaisons.values("officer")))
    return [{**row, "is_away": row["officer_id"] in absent} for row in rows]


# --- What went wrong or was handed over ----------------------------------------


@dataclass(frozen=True)
class Trouble:
    """Something an officer must look at; `kind` chooses the sentence."""

    kind: str
    pk: int
    name: str
    number: int = 0


def troubles_of(user: User, today: date) -> list[Trouble]:
    """Handed over to the stand-in, unreadable photos, and double submissions."""
    notes = HandoverNote.objects.filter(
        stand_in=user,
        absence__in=Absence.objects.on(today).values("pk"),
    ).values_list("company", "company__name", "items")
    found = [
        Trouble("standing_in", pk, name, len(items))
        for pk, name, items in notes
        if items
    ]
    photos = StoredFile.objects.filter(
        uploaded_by=user,
        state=StoredFile.State.REJECTED,
        visit_photos__visit__isnull=False,
        visit_photos__withdrawn_at=None,
    )
    conflicts = IntakeConflict.objects.filter(visit__logged_by=user, decided_at=None)
    # One question for both: a home page has eight.
    both = (
        photos.order_by()
        .values_list(Value("photo"), "visit_photos__visit", "company__name")
        .union(
            conflicts.order_by().values_list(
                Value("conflict"), "visit", "visit__company__name"
            )
        )
    )
    return found + [Trouble(*row) for row in both]
