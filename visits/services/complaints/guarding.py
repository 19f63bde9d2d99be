"""The complainant's name: masked, looked at with a reason, and that is written down."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from visits.models import Complaint, ComplaintNote, ComplaintPersonal

from .handling import claim, write_note


@transaction.atomic
def reveal_complainant(
    complaint: Complaint, *, actor: User, reason: str, now: datetime | None = None
) -> ComplaintPersonal:
    """Show the name to a supervisor who says why; the others read that he did."""
    now = now or timezone.now()
    complaint = claim(complaint, actor)
    personal = ComplaintPersonal.objects.filter(complaint=complaint).first()
    if personal is None:
        sentence = _("The complaint is anonymous: nobody has a name for it.")
        raise DomainError(sentence, code="anonymous")
    if not reason.strip():
        sentence = _("Say why you need the name.")
        raise DomainError(sentence, code="reason_missing", field="reason")
    # The reason stays with the complaint: in words it may name people.
    write_note(
        complaint,
        kind=ComplaintNote.Kind.REVEAL,
        text=reason,
        written_by=actor,
        client_key=None,
        now=now,
    )
    events.record(actor, "complaint.name_revealed", complaint, now=now)
    return personal
