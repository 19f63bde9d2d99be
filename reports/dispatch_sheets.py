"""交办单: what a department is given to do, by when, on paper to be signed for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.lib.words import masked
from crm.models import Contact, Deadline, Document, Event, User, subject_of
from visits.models import Ticket, TicketPart

from .agency_papers import paper_day
from .kinds import Kind
from .visit_reports import version_words

SHEET: Final = "dispatch_sheet"
TITLE: Final = pgettext_lazy("paper", "Dispatch sheet")


def is_readable(user: User, document: Document) -> bool:
    """An official paper: the company has its own page."""
    tickets = Ticket.objects.internal_to(user)
    return tickets.filter(pk=document.subject_id).exists()


def address(document: Document) -> str:
    return reverse("visits:ticket", args=[document.subject_id])


KIND: Final = Kind(
    key=SHEET,
    label=TITLE,
    job="reports.jobs.make_dispatch_sheet",
    is_readable=is_readable,
    address=address,
)


@dataclass(frozen=True)
class Row:
    """A department and what it has to do, in words."""

    department: str
    part: str
    task: str
    until: str


@dataclass(frozen=True)
class Sheet:
    """Everything the paper shows, in words."""

    title: str
    ticket: str
    lead: str
    facts: list[tuple[str, str]]
    text: list[str]
    rows: list[Row]
    rules: list[str]
    issued_by: str
    date: str
    number: str
    version_words: str
    verify_url: str


def sheet_of(ticket: Ticket, document: Document) -> Sheet:
    """The caller has activated the paper's language."""
    parts = list(TicketPart.objects.open().filter(ticket=ticket).for_page())
    lead = next((part.department.name for part in parts if part.is_lead), "")
    verify = reverse("reports:verify", args=[document.number])
    return Sheet(
        title=str(TITLE),
        ticket=ticket.number,
        lead=lead,
        facts=list(facts_of(ticket)),
        text=[line for line in ticket.text.splitlines() if line.strip()],
        rows=[row_of(ticket, part) for part in parts],
        rules=list(rules()),
        issued_by=issuer_of(ticket),
        date=paper_day(document.created_at),
        number=document.number,
        version_words=version_words(document.version),
        verify_url=settings.CRM_BASE_URL + verify,
    )


def facts_of(ticket: Ticket) -> Iterator[tuple[str, str]]:
    contact = Contact.objects.current().filter(company=ticket.company_id).first()
    reached = f"{contact.name} {masked(contact.phone)}".strip() if contact else ""
    first = ticket.first_receiver.name if ticket.first_receiver else ""
    rows: list[tuple[str, Any]] = [  # Any: lazy words
        (pgettext("paper", "Number"), ticket.number),
        (pgettext("paper", "Company"), ticket.company.name),
        (pgettext("paper", "Contact"), reached),
        (pgettext("paper", "Problem"), ticket.title),
        (pgettext("paper", "Category"), ticket.category.name),
        (pgettext("paper", "Source"), ticket.get_source_display()),
        (pgettext("paper", "Urgency"), ticket.get_urgency_display()),
        (pgettext("paper", "Wish"), ticket.wish),
        (pgettext("paper", "First receiver"), first),
        (pgettext("paper", "Dispatched"), moment(ticket)),
    ]
    return ((label, str(value)) for label, value in rows if value)


def moment(ticket: Ticket) -> str:
    if ticket.dispatched_at is None:
        return ""
    return timezone.localtime(ticket.dispatched_at).strftime("%Y-%m-%d %H:%M")


def row_of(ticket: Ticket, part: TicketPart) -> Row:
    if part.is_lead:
        clocks = [
            (pgettext("paper", "contact by %s"), ticket.contact_by),
            (pgettext("paper", "first reply by %s"), ticket.reply_by),
            (pgettext("paper", "solve by %s"), ticket.solve_by),
        ]
    else:
        clocks = [(pgettext("paper", "answer by %s"), part.answer_by)]
    said = [sentence % due_day(clock) for sentence, clock in clocks if clock]
    return Row(
        department=part.department.name,
        part=pgettext("paper", "lead") if part.is_lead else pgettext("paper", "assist"),
        task=part.task or ticket.title,
        until="\n".join(said),
    )


def due_day(clock: Deadline) -> str:
    if clock.due_on is None:
        return pgettext("paper", "none")
    return str(formats.date_format(clock.due_on, _("paper date")))


def rules() -> Iterator[str]:
    """What holds from now on, whoever signs when."""
    yield pgettext("paper", "The clocks run from the dispatch, signed for or not.")
    yield pgettext(
        "paper",
        "Whoever objects says so with reasons within one working day; the ruling of "
        "the same day is final.",
    )
    yield pgettext(
        "paper",
        "An extension is asked for at least one working day before the end, once, and "
        "the company is told.",
    )
    yield pgettext("paper", "Whether it is solved, the company says.")


def issuer_of(ticket: Ticket) -> str:
    """The centre of whoever gave it to the department last."""
    kind, key = subject_of(ticket)
    given = ("ticket.dispatched", "ticket.reassigned", "ticket.return_upheld")
    last = (
        Event.objects.filter(subject_type=kind, subject_id=key, action__in=given)
        .select_related("actor__department")
        .order_by("-pk")
        .first()
    )
    actor = last.actor if last else None
    if actor is None:
        return ""
    return actor.department.name if actor.department else actor.name
