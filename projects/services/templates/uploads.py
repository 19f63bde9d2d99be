"""Templates from files: kept to be looked at, then made drafts of all at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import Role, User
from crm.services.rights import require
from projects.models import ApprovalTemplate, Upload
from projects.outline import Outline, OutlineItem, OutlineMaterial

from .versions import take_outline


@transaction.atomic
def keep_upload(
    outlines: Iterable[Outline],
    *,
    actor: User,
    name: str,
    now: datetime | None = None,
) -> Upload:
    """Keep what a file said until the person has looked at it."""
    require(actor, Role.SYSTEM_ADMIN)
    return Upload.objects.create(
        kind=Upload.Kind.TEMPLATES,
        name=name[:120],
        content=[packed(one) for one in outlines],
        read_by=actor,
        read_at=now or timezone.now(),
    )


@transaction.atomic
def take_upload(
    upload: Upload, *, actor: User, now: datetime | None = None
) -> list[ApprovalTemplate]:
    """Make a draft of each template in it, or of none."""
    now = now or timezone.now()
    upload = Upload.objects.claim(upload.pk, actor)
    if upload.taken_at:
        raise DomainError(_("This file was taken over already."), code="taken_already")
    made = [take_outline(one, actor=actor, now=now) for one in outlines_in(upload)]
    upload.taken_at = now
    upload.save(update_fields=["taken_at"])
    return made


def outlines_in(upload: Upload) -> list[Outline]:
    return [unpacked(one) for one in upload.content]


def packed(outline: Outline) -> dict[str, Any]:  # Any: as JSON has it
    items = [
        {
            **{name: getattr(one, name) for name in OutlineItem.__slots__},
            "materials": [[m.name, m.where, m.is_key] for m in one.materials],
        }
        for one in outline.items
    ]
    return {
        "key": outline.key,
        "name": outline.name,
        "source": outline.source,
        "items": items,
    }


def unpacked(body: dict[str, Any]) -> Outline:  # Any: as JSON has it
    items = tuple(
        OutlineItem(
            **{
                **one,
                "needs": tuple(one["needs"]),
                "materials": tuple(OutlineMaterial(*m) for m in one["materials"]),
            }
        )
        for one in body["items"]
    )
    return Outline(body["key"], body["name"], body["source"], items)
