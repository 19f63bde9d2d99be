"""包挂: a leader takes a ticket or a project on himself, or hands it back."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Role, User
from projects.models import Project
from visits.models import Adoption, Ticket
from visits.models.led import led_tickets


@transaction.atomic
def adopt(
    about: Ticket | Project, *, actor: User, now: datetime | None = None
) -> Adoption:
    """Take it on until it is closed; a second press says what is already so."""
    now = now or timezone.now()
    if not actor.has_role(Role.LEADER):
        raise PermissionDenied
    about = claim(about, actor)
    mine = {"ticket" if isinstance(about, Ticket) else "project": about}
    held = Adoption.objects.filter(leader=actor, ended_at=None, **mine)
    if known := held.first():
        return known
    adoption = Adoption(
        leader=actor, company_id=about.company_id, adopted_at=now, **mine
    )
    try:
        # In a savepoint: the same press may have come a moment ago.
        with transaction.atomic():
            adoption.save(force_insert=True)
    except IntegrityError:
        return held.get()
    tell(adoption, "adopted", actor, now)
    return adoption


def claim(about: Ticket | Project, actor: User) -> Ticket | Project:
    """Lock what runs, out of what this leader decides on."""
    if isinstance(about, Ticket):
        ticket = Ticket.objects.lock(led_tickets(actor), about.pk)
        if not ticket.is_open:
            sentence = _("Ticket %(number)s has ended; there is nothing to take on.")
            values = {"number": ticket.number}
            raise DomainError(sentence % values, code="ticket_ended")
        return ticket
    project = Project.objects.lock(Project.objects.decided_by(actor), about.pk)
    if project.stage == Project.Stage.CAPACITY:
        sentence = _("The project is at full capacity; there is nothing to take on.")
        raise DomainError(sentence, code="project_ended")
    return project


@transaction.atomic
def hand_back(
    adoption: Adoption, *, actor: User, reason: str, now: datetime | None = None
) -> Adoption:
    """He does not see to it any more, and says why."""
    now = now or timezone.now()
    adoption = Adoption.objects.claim(adoption.pk, actor)
    if adoption.ended_at:
        return adoption
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    adoption.ended_at, adoption.reason = now, reason.strip()
    adoption.save(update_fields=["ended_at", "reason"])
    tell(adoption, "handed_back", actor, now)
    return adoption


def tell(adoption: Adoption, act: str, actor: User, now: datetime) -> None:
    """On what it is about: the company reads which leader sees to it."""
    kind = "ticket" if adoption.ticket_id else "project"
    events.record(actor, f"{kind}.{act}", adoption.about, is_public=True, now=now)
