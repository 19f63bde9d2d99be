"""Long work on visits and tickets: photos are looked into here, and nowhere else."""

from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.lib.forked import ChildError, run_forked
from crm.lib.images import Made
from crm.models import StoredFile
from visits.models import Ticket, Visit
from visits.services import (
    batches,
    cases,
    decisions,
    escalations,
    meetings,
    photos,
    suggestions,
    tickets,
)
from visits.services.tickets import pressing

# Seconds and MB for one picture: 40 megapixels decode into 160 MB.
SECONDS = 30
MEMORY = 512


def process_photo(file_pk: int, visit_pk: int) -> None:
    """Re-encode one received picture in a child; what cannot be read is told."""
    file = StoredFile.objects.filter(pk=file_pk).first()
    if file is None or file.state != StoredFile.State.RECEIVED:
        return  # done by an earlier run
    visit = Visit.objects.select_related("company").get(pk=visit_pk)
    with default_storage.open(file.raw_name) as raw:
        data = raw.read()
    try:
        made = picture_of(file, data)
    except ChildError:
        photos.reject_photo(file, visit)
        return
    photos.keep_photo(
        file,
        visit,
        content=made.full,
        report=made.report,
        mime="image/png" if is_signature(file) else "image/jpeg",
        width=made.width,
        height=made.height,
    )


def picture_of(file: StoredFile, data: bytes) -> Made:
    most = settings.CRM_PHOTO_MAX_PIXELS
    if is_signature(file):
        packed = run_forked(
            "crm.lib.images.make_signature",
            data,
            most,
            timeout=SECONDS,
            memory_mb=MEMORY,
        )
    else:
        packed = run_forked(
            "crm.lib.images.make_photo",
            data,
            lines_of(file.stamp),
            most,
            timeout=SECONDS,
            memory_mb=MEMORY,
        )
    return Made.unpacked(packed)


def is_signature(file: StoredFile) -> bool:
    return file.kind == StoredFile.Kind.SIGNATURE


def lines_of(stamp: dict[str, Any]) -> list[str]:  # Any: JSON
    """The sentences of the stamp, in the site's language, from codes and values."""
    with override(settings.LANGUAGE_CODE):
        at = parse_datetime(stamp.get("at", ""))
        first = [timezone.localtime(at).strftime("%Y-%m-%d %H:%M")] if at else []
        if sent_on := parse_date(stamp.get("sent_on", "")):
            first.append(_("sent on %(day)s") % {"day": sent_on.isoformat()})
        second = [stamp.get("company", ""), stamp.get("officer", "")]
        if place := stamp.get("place"):
            second.append(_("about %(place)s") % {"place": place})
        lines = ["  ".join(first), "  ".join(part for part in second if part)]
        return [line for line in lines if line]


def suggest(ticket_pk: int) -> None:
    """A ticket was raised: make it findable, and propose what may become of it."""
    found = Ticket.objects.select_related("company", "category")
    ticket, now = found.get(pk=ticket_pk), timezone.now()
    suggestions.ensure(ticket, now=now)
    cases.join_alike(ticket, now=now)


def forget_old_tickets() -> None:
    """Nightly: what is old is forgotten, what was corrected is learned anew."""
    suggestions.prune()
    suggestions.learn_changed()


def learn() -> None:
    """Every few minutes: what the centre has decided since is learned from."""
    suggestions.learn_dispatched()


def dispatch_batch(batch_pk: int) -> None:
    """Go on with a dispatch of many; what is left is the next task's."""
    with override(settings.LANGUAGE_CODE):
        batches.run_batch(batch_pk)


def resume_tickets() -> None:
    """Early each day: what was paused until yesterday is in hand again."""
    tickets.resume_due()


def settle_tickets(keys: list[int]) -> None:
    """Their deadlines were computed anew: lists and lamps follow."""
    pressing.settle(keys)


def escalate() -> int:
    """Every minute: what is due to be told is told; another sweep changes nothing."""
    return escalations.raise_due()


def fill_agendas() -> None:
    """Each morning: meetings of the next days take in what has come up."""
    meetings.fill_all()


def carry_out_decision(decision_pk: int) -> None:
    """What a leader tapped has its effect, unless he took it back."""
    with override(settings.LANGUAGE_CODE):
        decisions.carry_out(decision_pk)


def propose_cases() -> None:
    """Nightly: tickets of several companies that are told alike."""
    cases.propose_cases()
