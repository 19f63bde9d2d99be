"""A file of the official status: kept to be looked at, then taken over once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.tasks import enqueue
from crm.models import Role, User
from crm.services.rights import require
from projects.exchange.statuses import BadRow, Raw, read_rows
from projects.models import Upload
from projects.official import Row

from .judging import Judged
from .taking import take_statuses

# More moves than these are the worker's.
AT_ONCE: Final = 200


@transaction.atomic
def keep_statuses(
    raws: Sequence[Raw], *, actor: User, name: str, now: datetime | None = None
) -> Upload:
    """Keep the rows as they were sent until the person has looked at them."""
    require(actor, Role.DISPATCHER)
    return Upload.objects.create(
        kind=Upload.Kind.STATUSES,
        name=name[:120],
        content=[[number, dict(cells)] for number, cells in raws],
        read_by=actor,
        read_at=now or timezone.now(),
    )


def rows_in(upload: Upload) -> tuple[list[Row], list[BadRow]]:
    """What can be read, and what cannot."""
    found = list(read_rows(upload.content))
    good = [one for one in found if isinstance(one, Row)]
    return good, [one for one in found if isinstance(one, BadRow)]


@transaction.atomic
def take_kept(
    upload: Upload,
    *,
    actor: User,
    chosen: Collection[int],
    now: datetime | None = None,
) -> list[Judged]:
    """Take over the chosen rows; of the others the latest word is remembered."""
    now = now or timezone.now()
    upload = claim(upload, actor)
    rows, _bad = rows_in(upload)
    done = take_statuses(rows, actor=actor, chosen=chosen, now=now)
    upload.taken_at = now
    upload.save(update_fields=["taken_at"])
    count = sum(one.is_taken for one in done)
    events.record(
        actor,
        "statuses.imported",
        upload,
        now=now,
        row_count=len(rows),
        taken_count=count,
    )
    return done


@transaction.atomic
def queue_kept(
    upload: Upload,
    *,
    actor: User,
    chosen: Collection[int],
    now: datetime | None = None,
) -> Upload:
    """Leave it to the worker: thousands of moves take longer than a page may."""
    upload = claim(upload, actor)
    upload.wanted, upload.queued_at = sorted(chosen), now or timezone.now()
    upload.save(update_fields=["wanted", "queued_at"])
    enqueue("projects.jobs.take_statuses", upload.pk)
    return upload


def claim(upload: Upload, actor: User) -> Upload:
    upload = Upload.objects.claim(upload.pk, actor)
    if upload.taken_at:
        raise DomainError(_("This file was taken over already."), code="taken_already")
    return upload
