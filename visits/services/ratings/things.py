"""What can be rated: a closed ticket, a held visit, a finished agency."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.lib.words import exact_day
from crm.models import Company, subject_of
from projects.models import Agency, AgencyState
from visits.models import Rating, Ticket, TicketPart, Visit

Record = Ticket | Visit | Agency


@dataclass(frozen=True)
class Thing:
    """One thing that has ended: whose it was, and who had it in hand."""

    record: Record
    company: Company
    department: int
    officer: int | None
    category: int | None
    ended_on: date

    @property
    def subject(self) -> tuple[str, int]:
        return subject_of(self.record)


class NotEndedError(DomainError):
    """It is not over yet: the link or the page stays good until it is."""

    code = "not_ended"


def company_of(record: Record) -> Company:
    """Whose thing it is."""
    found = record.project.company if isinstance(record, Agency) else record.company
    if found is None:
        raise NotEndedError(_("This agency has no company that could rate it."))
    return found


def thing_of(record: Record, now: datetime) -> Thing:
    """The record as a thing to rate, or the reason why it is none (yet)."""
    thing = BY_KIND[record._meta.label_lower](record)
    company = thing.company
    if company.archived_at or company.merged_into_id:
        sentence = _("This company is in the archive; it rates nothing any more.")
        raise DomainError(sentence, code="archived")
    if thing.ended_on < first_day(timezone.localdate(now)):
        sentence = _(
            "This ended on %(day)s. A rating is possible for %(days)s days after the "
            "end; they are over."
        )
        values = {"day": exact_day(thing.ended_on), "days": settings.CRM_RATE_DAYS}
        raise DomainError(sentence % values, code="too_late")
    return thing


def first_day(today: date) -> date:
    """What ended earlier is not rated any more."""
    return today - timedelta(days=settings.CRM_RATE_DAYS)


def of_ticket(ticket: Any) -> Thing:  # Any: the table below has one type
    if ticket.status == Ticket.Status.MERGED:
        sentence = _(
            "Ticket %(number)s was merged into %(into)s. Please rate that one when it "
            "is closed; one matter is rated once."
        )
        values = {"number": ticket.number, "into": ticket.merged_into.number}
        raise NotEndedError(sentence % values)
    if ticket.status != Ticket.Status.CLOSED:
        sentence = _(
            "Ticket %(number)s is “%(state)s”. It can be rated when it is closed."
        )
        values = {"number": ticket.number, "state": ticket.get_status_display()}
        raise NotEndedError(sentence % values)
    lead = TicketPart.objects.open().get(ticket=ticket, is_lead=True)
    return Thing(
        record=ticket,
        company=ticket.company,
        department=lead.department_id,
        officer=ticket.handler_id,
        category=ticket.category_id,
        ended_on=timezone.localdate(ticket.closed_at),
    )


def of_visit(visit: Any) -> Thing:  # Any: as above
    if visit.status != Visit.Status.HELD:
        sentence = _("This visit is “%(state)s”. It can be rated when it took place.")
        raise NotEndedError(sentence % {"state": visit.get_status_display()})
    return Thing(
        record=visit,
        company=visit.company,
        department=visit.unit_id,
        officer=visit.logged_by_id,
        category=None,
        ended_on=visit.ended_on or visit.day,
    )


def of_agency(agency: Any) -> Thing:  # Any: as above
    if agency.state != AgencyState.FINISHED:
        sentence = _("This agency is “%(state)s”. It can be rated when it is finished.")
        raise NotEndedError(sentence % {"state": agency.get_state_display()})
    return Thing(
        record=agency,
        company=company_of(agency),
        department=agency.centre_id,
        officer=agency.agent_id,
        category=None,
        ended_on=timezone.localdate(agency.ended_at),
    )


BY_KIND: Final[dict[str, Callable[[Any], Thing]]] = {
    "visits.ticket": of_ticket,
    "visits.visit": of_visit,
    "projects.agency": of_agency,
}


def every_of(kind: str) -> "QuerySet[Any, Any]":
    """All records of a kind with what thing_of() reads, whoever asks."""
    if kind == "visits.ticket":
        return Ticket.objects.select_related("company", "category", "merged_into")
    if kind == "visits.visit":
        return Visit.objects.select_related("company", "logged_by")
    return Agency.objects.select_related("project__company", "agent")


def record_of(kind: str, pk: int) -> Record:
    """The record that a rating or a link names."""
    found: Record = every_of(kind).get(pk=pk)
    return found


def lock(record: Record) -> Record:
    """The record as it stands now, held until the rating is written."""
    kind, pk = subject_of(record)
    found: Record = every_of(kind).select_for_update(of=("self",)).get(pk=pk)
    return found


def rating_of(record: Record) -> Rating | None:
    """The one rating of this record, for who may see it anyway."""
    kind, pk = subject_of(record)
    return Rating.objects.for_page().filter(subject_type=kind, subject_id=pk).first()


def title_of(record: Record) -> str:
    """What it is called before the company."""
    if isinstance(record, Ticket):
        return f"{record.title} ({record.number})"
    if isinstance(record, Visit):
        values = {"day": exact_day(record.day), "name": record.logged_by.name}
        return _("Visit of %(name)s on %(day)s") % values
    values = {"number": record.number, "project": record.project.name}
    return _("Agency %(number)s for %(project)s") % values
