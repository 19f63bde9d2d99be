"""Keep what was typed, send it later, or throw it away."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Attachment, Company, User, subject_of
from crm.services.attaching import Sent, attach
from visits.models import Ticket, TicketDraft
from visits.models.drafts import MOST_DRAFTS


@transaction.atomic
def save_draft(
    *,
    actor: User,
    company: Company | None,
    values: Mapping[str, str],
    client_key: uuid.UUID,
    files: Sequence[Sent] = (),
    now: datetime | None = None,
) -> TicketDraft:
    """Write down what stands in the form; the same key is the same draft."""
    now = now or timezone.now()
    mine = TicketDraft.objects.select_for_update(of=("self",)).filter(author=actor)
    draft = mine.filter(client_key=client_key).first()
    if draft is None:
        draft = _begin(actor, client_key, now)
    elif draft.ended_at is not None:
        raise DomainError(
            _("This draft was sent or discarded already."), code="draft_ended"
        )
    draft.for_company, draft.saved_at = company, now
    draft.values = {name: value for name, value in values.items() if value}
    draft.save(update_fields=["for_company", "saved_at", "values"])
    attach(draft, files, company=company, actor=actor, is_internal=False, now=now)
    events.record(actor, "ticket.draft_saved", draft, now=now)
    return draft


@transaction.atomic
def discard_draft(
    draft: TicketDraft, *, actor: User, now: datetime | None = None
) -> None:
    """Throw away what was typed; that there was a draft stays on record."""
    draft = TicketDraft.objects.claim(draft.pk, actor)
    _end(draft, now or timezone.now())
    events.record(actor, "ticket.draft_discarded", draft, now=now)


def send_draft(ticket: Ticket) -> None:
    """The draft of this key has become this ticket: its files move along."""
    draft = TicketDraft.objects.filter(
        author=ticket.raised_by_id, client_key=ticket.client_key, ended_at=None
    ).first()
    if draft is None:
        return
    before, after = subject_of(draft), subject_of(ticket)
    kept = Attachment.objects.filter(subject_type=before[0], subject_id=before[1])
    kept.update(subject_type=after[0], subject_id=after[1])
    _end(draft, ticket.raised_at, ticket)


def _begin(actor: User, client_key: uuid.UUID, now: datetime) -> TicketDraft:
    if TicketDraft.objects.visible_to(actor).count() >= MOST_DRAFTS:
        raise DomainError(
            _("You have %(most)s drafts. Send or discard one first.")
            % {"most": MOST_DRAFTS},
            code="too_many_drafts",
        )
    return TicketDraft.objects.create(author=actor, client_key=client_key, saved_at=now)


def _end(draft: TicketDraft, now: datetime, ticket: Ticket | None = None) -> None:
    draft.ended_at, draft.values, draft.ticket = now, {}, ticket
    draft.save(update_fields=["ended_at", "values", "ticket"])
