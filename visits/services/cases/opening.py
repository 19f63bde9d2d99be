"""A case is opened of tickets of one kind; they come and go; its cause is written."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Region, User
from visits.models import Case, CaseProposal, CaseTicket, Category, Ticket
from visits.models.cases import KEEPERS
from visits.services.suggestions.indexing import area_of

from .joining import How, add_alike, free

Status = Case.Status
FEWEST: Final = 2
MOST: Final = 200


def region_of(user: User, ticket: Ticket) -> Region | None:
    """The county of the ticket, or what of it the person oversees."""
    path = ticket.company.region_path
    mine = [one for one in user.access.region_ranges(*KEEPERS) if path in one]
    if not mine:
        return None
    area = Region.objects.filter(pk=area_of(path)).first()
    if area is not None and area.path in mine[0]:
        return area
    return Region.objects.filter(path=mine[0].path).first()


@transaction.atomic
def open_case(
    *,
    actor: User,
    title: str,
    tickets: Sequence[Ticket],
    root_cause: str = "",
    category: Category | None = None,
    proposal: CaseProposal | None = None,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Case:
    """建类案: of tickets that a person chose; what is told alike joins too."""
    now = now or timezone.now()
    if client_key and (known := _known(actor, client_key)):
        return known
    region = _check(actor, title, tickets)
    case = Case(
        region=region,
        region_path=region.path,
        title=title.strip(),
        category=category,
        root_cause=root_cause.strip(),
        status=Status.OPEN,
        opened_by=actor,
        opened_at=now,
        client_key=client_key or uuid.uuid4(),
    )
    try:
        # In a savepoint: the other of two simultaneous presses is found below.
        with transaction.atomic():
            case.save(force_insert=True)
            _choose(case, tickets, actor, now)
    except IntegrityError:
        if client_key and (known := _known(actor, client_key)):
            return known
        raise _taken() from None
    if proposal is not None:
        _take(proposal, case, actor)
    joined = add_alike(case, tickets, now=now)
    numbers = [one.number for one in tickets]
    events.record(
        actor, "case.opened", case, now=now, tickets=[[], numbers], joined=joined
    )
    return case


def _known(actor: User, client_key: uuid.UUID) -> Case | None:
    return Case.objects.filter(opened_by=actor, client_key=client_key).first()


def _check(actor: User, title: str, tickets: Sequence[Ticket]) -> Region:
    if not title.strip():
        raise DomainError(_("Say in a few words what kind it is."), field="title")
    if not FEWEST <= len(tickets) <= MOST:
        sentence = _("A case has at least %(few)s tickets, at most %(most)s.")
        raise DomainError(sentence % {"few": FEWEST, "most": MOST}, field="tickets")
    keys = [one.pk for one in tickets]
    visible = Ticket.objects.visible_to(actor).filter(pk__in=keys)
    region = region_of(actor, tickets[0])
    if region is None or visible.count() < len(tickets):
        raise PermissionDenied
    inside = trees.PathRange(region.path)
    if not all(one.company.region_path in inside for one in tickets):
        sentence = _("The tickets of a case lie in one county: %(region)s.")
        raise DomainError(sentence % {"region": region.name}, field="tickets")
    if free(keys).count() < len(tickets):
        raise _taken()
    return region


def _taken() -> DomainError:
    return DomainError(
        _("One of these tickets is in another case already."),
        code="ticket_taken",
        field="tickets",
    )


def _choose(
    case: Case, tickets: Sequence[Ticket], actor: User, now: datetime
) -> list[CaseTicket]:
    return CaseTicket.objects.bulk_create(
        CaseTicket(case=case, ticket=one, how=How.CHOSEN, added_by=actor, added_at=now)
        for one in sorted(tickets, key=lambda row: row.pk)
    )


def _take(proposal: CaseProposal, case: Case, actor: User) -> None:
    """Off the list; a night that found other groups may have taken it off already."""
    mine = CaseProposal.objects.changeable_by(actor).open()
    row = mine.select_for_update(of=("self",)).filter(pk=proposal.pk).first()
    if row is not None:
        row.case = case
        row.save(update_fields=["case"])


def claim(case: Case, actor: User, version: int | None) -> Case:
    """Lock it for whoever oversees the region; refuse what an old page decided."""
    case = Case.objects.claim(case.pk, actor)
    return checked(case, version)


def checked(case: Case, version: int | None) -> Case:
    if version is not None and version != case.version:
        raise StaleVersion(
            _("Somebody else changed this case meanwhile. Look at it again."),
            current=case,
        )
    return case


def save(case: Case, *fields: str) -> None:
    case.version += 1
    case.save(update_fields=[*fields, "version"])


def check_runs(case: Case) -> None:
    if case.is_ended:
        sentence = _("The case is “%(state)s”; open it again first.")
        values = {"state": case.get_status_display()}
        raise DomainError(sentence % values, code="case_ended")


@transaction.atomic
def edit_case(
    case: Case,
    *,
    actor: User,
    title: str,
    root_cause: str,
    category: Category | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Case:
    """Its name, its category, and why such tickets come."""
    case = claim(case, actor, version)
    check_runs(case)
    if not title.strip():
        raise DomainError(_("Say in a few words what kind it is."), field="title")
    before = events.snapshot(case, "title", "category", "root_cause")
    case.title, case.category = title.strip(), category
    case.root_cause = root_cause.strip()
    changes = events.changed(before, case)
    if changes:
        save(case, *changes)
        events.record(actor, "case.edited", case, now=now, **changes)
    return case


@transaction.atomic
def add_ticket(
    case: Case, *, actor: User, ticket: Ticket, now: datetime | None = None
) -> Case:
    """One more that a person finds to be of the kind."""
    now = now or timezone.now()
    case = claim(case, actor, None)
    check_runs(case)
    if not Ticket.objects.visible_to(actor).filter(pk=ticket.pk).exists():
        raise PermissionDenied
    own = CaseTicket.objects.filter(case=case, ticket=ticket).first()
    if own is not None and own.removed_at is None:
        return case
    if ticket.company.region_path not in trees.PathRange(case.region_path):
        sentence = _("The tickets of a case lie in one county: %(region)s.")
        raise DomainError(sentence % {"region": case.region.name}, field="number")
    if own is not None:
        own.removed_at = own.removed_by = None
        own.how, own.added_by, own.added_at = How.CHOSEN, actor, now
        own.save(
            update_fields=["removed_at", "removed_by", "how", "added_by", "added_at"]
        )
    elif CaseTicket.objects.present().filter(ticket=ticket).exists():
        raise _taken()
    else:
        _choose(case, [ticket], actor, now)
    save(case)
    add_alike(case, [ticket], now=now)
    events.record(
        actor, "case.ticket_added", case, now=now, tickets=[[], [ticket.number]]
    )
    return case


@transaction.atomic
def remove_ticket(
    case: Case, *, actor: User, ticket: Ticket, now: datetime | None = None
) -> Case:
    """It is another matter: it stays out, however alike it is told."""
    now = now or timezone.now()
    case = claim(case, actor, None)
    check_runs(case)
    row = CaseTicket.objects.present().filter(case=case, ticket=ticket).first()
    if row is None:
        return case
    row.removed_at, row.removed_by = now, actor
    row.save(update_fields=["removed_at", "removed_by"])
    save(case)
    events.record(
        actor, "case.ticket_removed", case, now=now, tickets=[[ticket.number], []]
    )
    return case


@transaction.atomic
def drop_case(
    case: Case,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Case:
    """It is no kind after all: its tickets are free for other cases."""
    now = now or timezone.now()
    case = claim(case, actor, version)
    reason = need(reason)
    before = case.status
    case.move_to(Status.DROPPED)
    case.ended_at = now
    save(case, "status", "ended_at")
    members = CaseTicket.objects.present().filter(case=case)
    members.update(removed_at=now, removed_by=actor)
    tell(case, "case.dropped", actor, now, status=[before, case.status], reason=reason)
    return case


def need(reason: str) -> str:
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    return reason.strip()


def tell(
    case: Case,
    action: str,
    actor: User,
    now: datetime,
    reason: str = "",
    **changes: Any,  # codes and values
) -> None:
    personal = {"reason": reason} if reason else None
    events.record(actor, action, case, now=now, personal=personal, **changes)
