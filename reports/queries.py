"""Figures and lists over what a person may see. Nothing here writes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from crm.lib.labels import label_of
from crm.models import (
    Absence,
    Company,
    CompanyLiaison,
    CompanyTag,
    Document,
    Lamp,
    Role,
    StoredFile,
    User,
    lamp_of,
    subject_of,
)
from crm.models.companies import CompanyQuerySet
from crm.models.people import by_access
from crm.services import calendar, deadlines
from projects.models import Project
from visits.escalation_list import Row as EscalationRow
from visits.lamps import CLOCK_LABELS, clock_word, lamp_of_ticket
from visits.models import Ticket, TicketPart, Visit, VisitRequest
from visits.ticket_list import lead_of, with_lead

VISIT_REPORT = "visit_report"
AHEAD = timedelta(days=7)
MONTH = timedelta(days=30)


# One row of values(): a template reads it by name.
Row = dict[str, Any]


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
    # Which clock of the ticket it is, or of what else the row is about.
    due_kind: str
    handler: str | None
    raised_at: datetime
    lead: str | None
    lamp: Lamp
    days_left: int | None
    # Of whom the reader stands in for.
    is_stood_in: bool = False
    # Paused until the company brings something.
    is_asked: bool = False
    # What brought it to the reader, if a rule or a person raised it.
    raised: EscalationRow | None = None

    @property
    def state(self) -> str:
        return label_of(Ticket.Status, self.status)

    @property
    def is_running(self) -> bool:
        return self.due_on is not None

    @property
    def clock_word(self) -> str:
        return clock_word(self.due_kind)

    @property
    def lamp_word(self) -> str:
        """Where no clock runs, why: the state's own word."""
        return self.state if self.lamp == Lamp.GREY else ""


TICKET_FIELDS = (
    "pk",
    "number",
    "title",
    "status",
    "company__name",
    "due_on",
    "due_kind",
    "handler__name",
    "raised_at",
    "lead",
)


# The same of an assisting department's part, whose day is its own.
OF_PART = {
    "due_on": "answer_by__due_on",
    "due_kind": "answer_by__kind",
    "lead": "lead",
}
PART_FIELDS = tuple(OF_PART.get(name, f"ticket__{name}") for name in TICKET_FIELDS)


def ticket_rows(flat: Iterable[Any], today: date) -> list[TicketRow]:
    """Flat rows with lamp and days left; both are computed, never stored."""
    near = deadlines.yellow_from(today)
    rows = []
    for values in flat:
        status, due_on, kind = values[3], values[5], values[6]
        # A part's day and that of a ruling run whatever the ticket does.
        lamp = lamp_of(due_on, False, today, near)
        if kind in CLOCK_LABELS:
            lamp = lamp_of_ticket(status, due_on, today, near)
        left = calendar.count_between(today, due_on) if due_on else None
        rows.append(TicketRow._make([*values, lamp, left, False, False, None]))
    return rows


TicketLister = Callable[[User, date, int], list[TicketRow]]


def ticket_list(build: Callable[[User, date], Any]) -> TicketLister:
    """The first rows of a person's tickets, without writing the query each time."""

    @by_access
    def flat(user: User, today: date, limit: int) -> Any:
        # Their keys first: sorting thousands must not look up names for each.
        found = build(user, today)
        keys = found.values("pk")[:limit]
        rows = Ticket.objects.filter(pk__in=keys).order_by(*found.query.order_by)
        return with_lead(rows).values_list(*TICKET_FIELDS)

    @wraps(build)
    def rows(user: User, today: date, limit: int) -> list[TicketRow]:
        return ticket_rows(flat(user, today, limit), today)

    return rows


def by_due(tickets: Any) -> Any:
    return tickets.order_by("due_on", "pk")


@ticket_list
def to_confirm(user: User, today: date) -> Any:
    """Answered, and the companies have not said yet whether it is solved."""
    served = Company.objects.served_by(user, today)
    waiting = Ticket.objects.filter(
        company__in=served.values("pk"), status=Ticket.Status.CONFIRMING
    )
    return by_due(waiting)


@ticket_list
def late_of(user: User, today: date) -> Any:
    """What the served companies were promised and did not get in time."""
    served = Company.objects.served_by(user, today)
    late = Ticket.objects.filter(company__in=served.values("pk")).open().late(today)
    return by_due(late)


def of_own_unit(tickets: TicketLister) -> TicketLister:
    """One's own unit needs no name."""

    @wraps(tickets)
    def rows(user: User, today: date, limit: int) -> list[TicketRow]:
        return [row._replace(lead=None) for row in tickets(user, today, limit)]

    return rows


@of_own_unit
@ticket_list
def to_accept(user: User, today: date) -> Any:
    """Dispatched to the person's departments, and nobody has it in hand yet."""
    new = Ticket.objects.owed_by_units_of(user).filter(solve_by__handler=None)
    return by_due(new.exclude(status=Ticket.Status.RETURNED))


@of_own_unit
@ticket_list
def in_hand_of(user: User, today: date) -> Any:
    """Without the parked ones: those stand by the day of their next reply."""
    owed = Ticket.objects.owed_by_units_of(user).filter(solve_by__handler=user)
    return by_due(owed.exclude(status=Ticket.Status.PARKED))


@of_own_unit
@ticket_list
def near_of_unit(user: User, today: date) -> Any:
    """Late or due soon, of the person's departments."""
    near = deadlines.yellow_from(today)
    led = Ticket.objects.led_by_own_units(user)
    return by_due(led.filter(due_on__lte=near))


def parts_to_answer(user: User, today: date, limit: int) -> list[TicketRow]:
    """Tickets where the person's department assists, by the day it must answer."""
    return ticket_rows(flat_parts(user, limit), today)


@by_access
def flat_parts(user: User, limit: int) -> Any:
    below = user.access.department_ranges(Role.HANDLER, Role.UNIT_HEAD)
    by_day = ("answer_by__due_on", "pk")
    keys = TicketPart.objects.owed_by(below).order_by(*by_day).values("pk")[:limit]
    parts = TicketPart.objects.filter(pk__in=keys).order_by(*by_day)
    return parts.annotate(lead=lead_of("ticket")).values_list(*PART_FIELDS)


@by_access
def load_of_unit(user: User, today: date) -> Any:
    """Tickets in hand, and late ones, per handler of the person's departments."""
    tickets = Ticket.objects.owed_by_units_of(user).exclude(solve_by__handler=None)
    late = Q(due_on__lt=today)
    return (
        tickets.values(name=F("solve_by__handler__name"))
        .annotate(open=Count("pk"), late=Count("pk", filter=late))
        .order_by("-late", "-open", "name")
    )


@ticket_list
def waiting_for_dispatch(user: User, today: date) -> Any:
    """Whoever has waited longest comes first, as on the dispatch desk."""
    waiting = Ticket.objects.dispatchable_by(user).waiting_for_dispatch()
    return waiting.order_by("raised_at", "pk")


@ticket_list
def late_tickets(user: User, today: date) -> Any:
    return by_due(Ticket.objects.visible_to(user).late(today))


# --- Visits and companies ------------------------------------------------------


@by_access
def planned_for(user: User, today: date, limit: int) -> Any:
    """Plans of the companies served today, overdue ones first, a week ahead."""
    served = Company.objects.served_by(user, today).values("pk")
    plans = Visit.objects.planned().filter(
        Q(company__in=served, for_unit=False) | Q(logged_by=user),
        day__lte=today + AHEAD,
    )
    return plans.order_by("starts_at", "pk").values(
        "pk", "day", "starts_at", "purpose", "mode", name=F("company__name")
    )[:limit]


@by_access
def visits_asked_for(user: User, today: date, limit: int) -> Any:
    """Requests of the companies and projects served today, the oldest first."""
    served = Company.objects.served_by(user, today).values("pk")
    projects = Project.objects.acting_for(user, today).values("pk")
    asked = VisitRequest.objects.open().filter(
        Q(company__in=served) | Q(project__in=projects)
    )
    return asked.order_by("asked_at", "pk").values(
        "pk",
        "wish",
        "wished_on",
        "asked_at",
        "company_id",
        name=F("company__name"),
        project_name=F("project__name"),
    )[:limit]


def requests_of_owner(user: User, today: date) -> list[VisitRequest]:
    """The latest three that wait, or were answered within a month."""
    since = timezone.make_aware(datetime.combine(today - MONTH, time()))
    mine = VisitRequest.objects.of_owner(user).filter(
        Q(status="asked") | Q(answered_at__gte=since)
    )
    related = ("project", "answered_by", "visit__logged_by")
    return list(mine.select_related(*related)[:3])


@by_access
def visits_for_owner(user: User, limit: int) -> Any:
    visits = Visit.objects.visible_to(user).held()
    return visits.order_by("-day", "-pk").values(
        "pk", "day", "mode", "purpose", officer=F("logged_by__name")
    )[:limit]


@dataclass(frozen=True)
class Unseen:
    """A watched company and how long nobody has been there; `tag` says why watched."""

    pk: int
    name: str
    last_visit_on: date | None
    officer: str | None
    tag: str


def unseen(
    user: User, today: date, since: date, limit: int, *, served: bool
) -> list[Unseen]:
    """Watched companies, never seen first, then the longest ago."""
    rows = unseen_served if served else unseen_visible
    return [Unseen(*row) for row in rows(user, today, since, limit)]


@by_access
def unseen_served(user: User, today: date, since: date, limit: int) -> Any:
    return unseen_of(Company.objects.served_by(user, today), since)[:limit]


@by_access
def unseen_visible(user: User, today: date, since: date, limit: int) -> Any:
    visible = Company.objects.in_order().visible_to(user)
    return unseen_of(visible.living(), since)[:limit]


def unseen_of(companies: CompanyQuerySet, since: date) -> Any:
    tags = CompanyTag.objects.filter(tag__is_watched=True, company=OuterRef("pk"))
    return (
        companies.watched()
        .not_seen_since(since)
        .with_officers()
        .annotate(
            watched_for=Subquery(tags.order_by("tag__order").values("tag__name")[:1])
        )
        .order_by(F("last_visit_on").asc(nulls_first=True), "pk")
        .values_list("pk", "name", "last_visit_on", "officer_a", "watched_for")
    )


@by_access
def without_officer(user: User, limit: int) -> Any:
    """In the order of the list that they are the beginning of."""
    order = ("-updated_at", "-pk")
    companies = Company.objects.in_order().managed_by(user).without_officer()
    keys = companies.order_by(*order).values("pk")[:limit]
    rows = Company.objects.filter(pk__in=keys).order_by(*order)
    return rows.values("pk", "name", region_name=F("region__name"))


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
