"""容错: the unit asks with evidence; a supervisor who did not decide reviews it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import User
from crm.services.attaching import Sent, attach
from visits.models import AccountabilityRecord, Exemption

from .recording import claim, save, tell

Status = AccountabilityRecord.Status
Result = Exemption.Result


@transaction.atomic
def ask_exemption(
    record: AccountabilityRecord,
    *,
    actor: User,
    reason: str,
    files: Sequence[Sent] = (),
    version: int | None = None,
    now: datetime | None = None,
) -> Exemption:
    """By the head of the unit concerned; one waits at a time."""
    now = now or timezone.now()
    record = claim(record, actor, version, AccountabilityRecord.objects.headed_by)
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    record.move_to(Status.ASKED)
    asked = Exemption.objects.create(
        record=record, reason=reason.strip(), asked_by=actor, asked_at=now
    )
    attach(asked, files, company=None, actor=actor, is_internal=True, now=now)
    save(record, "status")
    tell(record, "accountability.exemption_asked", actor, now)
    return asked


@transaction.atomic
def review_exemption(
    record: AccountabilityRecord,
    *,
    actor: User,
    result: str,
    opinion: str,
    version: int | None = None,
    now: datetime | None = None,
) -> AccountabilityRecord:
    """Exempted, or it stands. Never by who decided, recorded or asked."""
    now = now or timezone.now()
    record = claim(record, actor, version)
    asked = record.exemptions.filter(result="").first()
    if asked is None:
        sentence = _("No exemption is asked for.")
        raise DomainError(sentence, code="nothing_asked")
    if actor.pk in {record.decided_by_id, record.recorded_by_id, asked.asked_by_id}:
        sentence = _(
            "Whoever decided or recorded it does not review it; another supervisor "
            "does."
        )
        raise DomainError(sentence, code="own_decision")
    if result not in Result.values:
        sentence = _("Choose whether it is exempted.")
        raise DomainError(sentence, code="result_missing", field="result")
    if not opinion.strip():
        sentence = _("Write down why.")
        raise DomainError(sentence, code="opinion_missing", field="opinion")
    is_granted = result == Result.GRANTED
    record.move_to(Status.EXEMPTED if is_granted else Status.STANDING)
    asked.result, asked.opinion = result, opinion.strip()
    asked.reviewed_by, asked.reviewed_at = actor, now
    asked.save(update_fields=["result", "opinion", "reviewed_by", "reviewed_at"])
    save(record, "status")
    action = "exempted" if is_granted else "exemption_refused"
    tell(record, f"accountability.{action}", actor, now)
    return record
