"""How a ticket begins: from a visit, by an official, by the company itself."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.tasks import enqueue
from crm.models import Company, CompanyLiaison, Role, User
from crm.services.attaching import Sent, attach
from projects.models import Blocker, Project
from visits.models import Category, Finding, Ticket
from visits.models.tickets import SENTENCE_ENDS
from visits.services import numbers
from visits.services.drafts import send_draft
from visits.services.projects import about, check_project

from .acts import need

OTHER = "other"
TITLE_LENGTH = 40
SENTENCE_END = re.compile(f"[{SENTENCE_ENDS}]")


@transaction.atomic
def raise_from_finding(
    finding: Finding, *, actor: User, now: datetime | None = None
) -> Ticket:
    """Make one thing heard on a visit a ticket; a second call gives the same one."""
    visit = finding.visit
    if visit.logged_by_id != actor.pk and not may_raise(actor, visit.company):
        raise PermissionDenied
    known = Ticket.objects.filter(finding=finding).first()
    if known is not None:
        return known
    return _raise(
        actor,
        now or timezone.now(),
        company=visit.company,
        project_id=visit.project_id,
        visit=visit,
        finding=finding,
        source=Ticket.Source.VISIT,
        category=finding.category,
        title=title_of(finding.symptom),
        text=finding.symptom,
        wish=finding.wish,
        status=Ticket.Status.QUEUED,
        first_receiver=actor,
    )


@transaction.atomic
def raise_ticket(
    *,
    actor: User,
    company: Company,
    text: str,
    category: Category | None = None,
    title: str = "",
    wish: str = "",
    source: str = "",
    urgency: str = Ticket.Urgency.ORDINARY,
    project: Project | None = None,
    blocker: Blocker | None = None,
    client_key: uuid.UUID | None = None,
    files: Sequence[Sent] = (),
    now: datetime | None = None,
) -> Ticket:
    """Raise a problem. The company's own waits to be admitted, an official's is queued.

    The same `client_key` of the same person gives the ticket that is already there.
    """
    now = now or timezone.now()
    check_may_raise(actor, company)
    need(text, _("Say in a few words what it is about."), "text")
    project = blocker.project if blocker else project
    check_project(actor, company.pk, project)
    if client_key and (known := _known(actor, client_key)):
        return known
    try:
        # In a savepoint: the other of two simultaneous firsts is found below.
        with transaction.atomic():
            ticket = _raise(
                actor,
                now,
                company=company,
                project=project,
                blocker=blocker,
                client_key=client_key or uuid.uuid4(),
                category=category or usual_category(),
                **_words(title, text, wish),
                urgency=_known_urgency(urgency),
                **_origin(actor, company, source, now),
            )
    except IntegrityError:
        known = _known(actor, client_key) if client_key else None
        if known is None:
            raise
        return known
    attach(ticket, files, company=company, actor=actor, is_internal=False, now=now)
    send_draft(ticket)
    return ticket


def _words(title: str, text: str, wish: str) -> dict[str, str]:
    return {
        "title": title.strip() or title_of(text),
        "text": text.strip(),
        "wish": wish.strip(),
    }


def _known_urgency(urgency: str) -> str:
    if urgency not in Ticket.Urgency.values:
        raise DomainError(_("Choose how urgent it is."), field="urgency")
    return urgency


def check_may_raise(actor: User, company: Company) -> None:
    if not may_raise(actor, company):
        raise PermissionDenied


def may_raise(actor: User, company: Company) -> bool:
    """Officer or dispatcher of a living company, or the company itself."""
    if Company.objects.changeable_by(actor).filter(pk=company.pk).exists():
        return True
    return is_owner(actor, company) and company.archived_at is None


def is_owner(actor: User, company: Company) -> bool:
    return company.pk in actor.access.company_ids(Role.OWNER)


def _origin(
    actor: User, company: Company, source: str, now: datetime
) -> dict[str, Any]:  # Any: keyword arguments of a ticket
    """Source, first state and first receiver follow from who speaks."""
    if is_owner(actor, company):
        return {
            "source": Ticket.Source.COMPANY,
            "status": Ticket.Status.SUBMITTED,
            "first_receiver": acting_officer(company, now),
        }
    by_centre = actor.has_role(Role.DISPATCHER)
    usual = Ticket.Source.DISPATCHER if by_centre else Ticket.Source.COMPANY
    return {
        "source": source or usual,
        "status": Ticket.Status.QUEUED,
        "first_receiver": actor,
    }


def acting_officer(company: Company, now: datetime) -> User | None:
    """A, or B while A is away; a company may have nobody."""
    today = timezone.localdate(now)
    open_ones = CompanyLiaison.objects.open().filter(company=company)
    for liaison in open_ones.select_related("officer").order_by("role"):
        officer: User = liaison.officer
        if CompanyLiaison.objects.acting(officer, today).filter(pk=liaison.pk):
            return officer
    return None


def usual_category() -> Category:
    """Where it goes until the dispatcher says better."""
    active = Category.objects.filter(is_active=True)
    return active.filter(key=OTHER).first() or active.order_by("-order", "-pk")[0]


def title_of(text: str) -> str:
    """The first sentence, cut at 40 characters."""
    first = SENTENCE_END.split(text.strip(), maxsplit=1)[0].strip() or text.strip()
    if len(first) <= TITLE_LENGTH:
        return first
    return first[: TITLE_LENGTH - 1] + "…"


def _known(actor: User, client_key: uuid.UUID) -> Ticket | None:
    return Ticket.objects.filter(raised_by=actor, client_key=client_key).first()


def _raise(
    actor: User,
    now: datetime,
    **fields: Any,  # Any: keyword arguments of a ticket
) -> Ticket:
    ticket = Ticket.objects.create(
        number=numbers.take(timezone.localdate(now).year),
        raised_by=actor,
        raised_at=now,
        **fields,
    )
    events.record(
        actor,
        "ticket.raised",
        ticket,
        is_public=True,
        now=now,
        number=ticket.number,
        status=ticket.status,
        source=ticket.source,
        category=ticket.category,
        **about(ticket),
    )
    enqueue("visits.jobs.suggest", ticket.pk)
    return ticket
