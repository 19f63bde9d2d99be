"""One ticket with several problems becomes several, each with its own way."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.tasks import enqueue
from crm.models import User
from visits.models import Category, Ticket
from visits.services import numbers

from .acts import Act, check, claim, save
from .raising import title_of

MOST_PIECES = 9


@dataclass(frozen=True)
class Piece:
    """One of the problems, in words of its own."""

    text: str
    category: Category | None = None
    title: str = ""


@transaction.atomic
def split_ticket(
    ticket: Ticket,
    *,
    actor: User,
    pieces: Sequence[Piece],
    client_key: uuid.UUID | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> list[Ticket]:
    """Make a ticket of each piece; the first problem stays with the ticket itself."""
    now = now or timezone.now()
    ticket = claim(ticket, actor, Act.SPLIT)
    if client_key and (known := _known(ticket, client_key)):
        return known
    check(ticket, Act.SPLIT, version)
    _check_pieces(pieces)
    made = [
        _split_off(ticket, piece, actor, key_of(client_key, place), now)
        for place, piece in enumerate(pieces)
    ]
    save(ticket)
    events.record(
        actor,
        "ticket.split",
        ticket,
        is_public=True,
        now=now,
        pieces=[[], [one.number for one in made]],
    )
    return made


def key_of(client_key: uuid.UUID | None, place: int) -> uuid.UUID:
    """The same press gives the same keys, so that a second one is known."""
    return uuid.uuid5(client_key, str(place)) if client_key else uuid.uuid4()


def _split_off(
    ticket: Ticket, piece: Piece, actor: User, key: uuid.UUID, now: datetime
) -> Ticket:
    made = Ticket.objects.create(
        number=numbers.take(timezone.localdate(now).year),
        client_key=key,
        company=ticket.company,
        project_id=ticket.project_id,
        visit_id=ticket.visit_id,
        source=ticket.source,
        urgency=ticket.urgency,
        category=piece.category or ticket.category,
        title=piece.title.strip() or title_of(piece.text),
        text=piece.text.strip(),
        status=Ticket.Status.QUEUED,
        first_receiver_id=ticket.first_receiver_id or actor.pk,
        raised_by=actor,
        raised_at=now,
        split_from=ticket,
    )
    events.record(
        actor,
        "ticket.raised",
        made,
        is_public=True,
        now=now,
        number=made.number,
        status=made.status,
        source=made.source,
        category=made.category,
        split_from=ticket.number,
    )
    enqueue("visits.jobs.suggest", made.pk)
    return made


def _known(ticket: Ticket, client_key: uuid.UUID) -> list[Ticket]:
    keys = [key_of(client_key, place) for place in range(MOST_PIECES)]
    return list(ticket.split_off.filter(client_key__in=keys).order_by("pk"))


def _check_pieces(pieces: Sequence[Piece]) -> None:
    if not pieces:
        raise DomainError(_("Write at least one problem of its own."), field="pieces")
    if len(pieces) > MOST_PIECES:
        raise DomainError(
            _("At most %(most)s at once.") % {"most": MOST_PIECES}, field="pieces"
        )
    if not all(piece.text.strip() for piece in pieces):
        raise DomainError(_("Say in a few words what it is about."), field="pieces")
